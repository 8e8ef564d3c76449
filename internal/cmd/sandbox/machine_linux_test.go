// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"strings"
	"syscall"
	"testing"
)

func TestRefusedNamespace(t *testing.T) {
	t.Parallel()
	refused := []isolation{func() *syscall.SysProcAttr { return &syscall.SysProcAttr{Chroot: "/nonexistent"} }}
	opts := options{network: networkAuto, command: []string{"true"}}
	if isolate, err := chooseIsolation(t.Context(), opts, refused); isolate != nil || err != nil {
		t.Errorf("auto: %v, want to go on without", err)
	}
	opts.network = networkNamespace
	if _, err := chooseIsolation(t.Context(), opts, refused); err == nil || !strings.Contains(err.Error(), "allows no network namespace") {
		t.Errorf("namespace: %v, want an error", err)
	}
}
