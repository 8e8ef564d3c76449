// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

// Package sandbox runs Databricks accounts and workspaces, and AWS, on this
// machine. It is an HTTPS proxy with a certificate authority of its own: a
// program that is started with the environment that [Sandbox.Environ] returns
// reaches accounts.cloud.databricks.com, <deployment>.cloud.databricks.com and
// *.amazonaws.com inside it, with no endpoint override, and nothing else.
//
// AWS is moto_server. Databricks is an emulator of the account and workspace
// APIs that shares no types with any Databricks SDK, because it checks them:
// it is strict about unknown fields, states, references and names, and it
// answers with the error codes and texts that were observed of the service.
// Where a fact about the service is weak, the emulator takes the reading that
// is harder for a client, and a comment says so.
package sandbox
