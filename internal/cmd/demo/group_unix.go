// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import "syscall"

// ownGroup keeps a terminal's Ctrl-C from a child. It hears of it from us, once:
// Terraform takes a second interrupt for an order to drop everything.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
