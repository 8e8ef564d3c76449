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
//
// # Control API
//
// What tests do with the methods of [Sandbox], programs inside do over HTTP, at
// the address in HARDBRICKS_SANDBOX_CONTROL, with "Authorization: Bearer" and
// the token in HARDBRICKS_SANDBOX_CONTROL_TOKEN. Bodies are JSON objects whose
// unknown fields are refused; durations are texts such as "1m30s".
//
//	GET    /requests?method=&path_prefix=&service=&account=&since=
//	       {"requests": [...]}, with seq > since
//	POST   /faults  {"account_id", "method", "path", "nth", "times", and what
//	       happens: "status" and "body", "delay", "slow_body", "drop",
//	       "accept_then_drop", "kill"} answers {"id"}; the path is a pattern
//	       (/api/2.0/accounts/*/networks) or a template ({account_id} for *);
//	       kill ends the command that runs in the sandbox (without one, the
//	       sandbox), before the request is handled, or with accept_then_drop
//	       after that
//	GET    /faults, DELETE /faults, DELETE /faults/{id}
//	PUT    /latency  {"latency"} before every answer of Databricks
//	GET    /clock, POST /clock  {"advance"}: forward, beside the real time
//	POST   /snapshots  {"accounts": [ids, or none for all]} answers {"id"}
//	POST   /snapshots/{id}/restore, DELETE /snapshots/{id}
//	POST   /state  writes the state to its file now
//	POST   /accounts  answers the ids and credentials of a further account
//	PATCH  /accounts/{account}  {"caller_address", "caller_in_vpc",
//	       "pricing_tier", "fail_provisioning"}
//	PUT    /vpc-endpoints/{id}  {"service_name"} for sandboxes without AWS
//	GET    HOLDER/objects  {"objects": {kind: [ids]}}
//	PATCH  HOLDER/objects/{kind}/{id}  the fields to change, as on the wire
//	DELETE HOLDER/objects/{kind}/{id}  at once, in use or not
//	       where HOLDER is /accounts/{account} or WORKSPACE
//	PATCH  WORKSPACE  {"workspace_name", "pricing_tier", "custom_tags",
//	       "references": {field: id}, "failure"}
//	PATCH  WORKSPACE/conf  {key: value or null}
//	PUT    WORKSPACE/conf-delay  {"delay"}: writes to conf are seen that later
//	PUT    WORKSPACE/settings/{type}  the payload of the setting
//	       where WORKSPACE is /accounts/{account}/workspaces/{workspace}
//
// # State
//
// [Config.StateFile] keeps the Databricks side beyond the end of the sandbox,
// with the distance of its clock from the real one. It holds nothing that
// logs in: client secrets and personal access tokens are kept as hashes, other
// secrets not at all, but for the values of secret scopes, which clients put in
// to find again. After a restart the account id and the client id are what
// they were; the environment hands out a new client secret, and the last few,
// those of further service principals and all personal access tokens are good
// still; other access tokens are not.
// AWS keeps nothing. A file is for one sandbox at a time.
package sandbox
