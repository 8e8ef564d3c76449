// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"os/exec"
	"sync"
)

// victim is what a kill point ends: the command, or, where none has run, this
// program itself. A command in a namespace dies with the process that leads it
// there.
type victim struct {
	mu      sync.Mutex
	process *os.Process
	over    bool
}

// start starts a command as the victim.
func (v *victim) start(cmd *exec.Cmd) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	err := cmd.Start()
	v.process = cmd.Process
	return err
}

// gone says that the command has ended: nobody is killed any more.
func (v *victim) gone() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.over = true
}

// kill leaves no time for anything, like the crash that it stands for.
func (v *victim) kill() {
	v.mu.Lock()
	defer v.mu.Unlock()
	process := v.process
	if process == nil {
		process, _ = os.FindProcess(os.Getpid())
	}
	if !v.over && process != nil {
		_ = process.Kill()
	}
}
