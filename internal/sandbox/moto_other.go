// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

//go:build !linux

package sandbox

import "os/exec"

func ownProcessGroup(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

func lockThread() (unlock func()) { return func() {} }
