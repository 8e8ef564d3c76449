// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

//go:build !unix

package main

import "syscall"

// ownGroup does nothing where terminals signal in other ways.
func ownGroup() *syscall.SysProcAttr { return nil }
