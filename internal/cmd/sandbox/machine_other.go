// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

//go:build !linux

package main

import "syscall"

func dieWithUs() *syscall.SysProcAttr { return nil }

// isolations is empty: only Linux has network namespaces.
func isolations() []isolation { return nil }

func raiseLoopback() error { return nil }

func dropPrivileges() error { return nil }

func adoptOrphans() {}

func killOrphans() {}

func terminalSignalsUs() bool { return false }
