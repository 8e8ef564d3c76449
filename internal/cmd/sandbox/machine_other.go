// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

//go:build !linux

package main

import (
	"errors"
	"syscall"
)

const interruptInside = syscall.SIGINT

func dieWithUs() *syscall.SysProcAttr { return nil }

// isolations is empty: only Linux has namespaces.
func isolations() []isolation { return nil }

func furnish() error { return nil }

func dropPrivileges() error { return nil }

func reapUntil(int) (syscall.WaitStatus, error) {
	var none syscall.WaitStatus
	return none, errors.ErrUnsupported
}

func adoptOrphans() {}

func killOrphans() {}

func terminalSignalsUs() bool { return false }
