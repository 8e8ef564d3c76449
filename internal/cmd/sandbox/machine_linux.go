// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// dieWithUs makes the kernel kill a child should this process die first.
func dieWithUs() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// interruptInside is how the outer process tells the inner one to interrupt the
// command. A plain SIGINT comes to the inner one from the terminal, which has
// then sent it to the command too.
const interruptInside = syscall.SIGUSR1

// ownNamespaces are those of the command: of the network, so that nothing but
// the sandbox can be reached; of processes, so that all of them end with the
// first, however that ends; and of mounts, for a /proc that fits them.
const ownNamespaces = syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWNS

// isolations are the ways to the namespaces: a privileged one, and one that
// brings a user namespace, in which the user is who they were.
func isolations() []isolation {
	user := func() *syscall.SysProcAttr {
		attr := dieWithUs()
		attr.Cloneflags = syscall.CLONE_NEWUSER | ownNamespaces
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
		// Needed to set the namespaces up; dropped right after.
		attr.AmbientCaps = []uintptr{unix.CAP_NET_ADMIN, unix.CAP_SYS_ADMIN}
		return attr
	}
	if os.Getuid() != 0 {
		return []isolation{user}
	}
	root := func() *syscall.SysProcAttr {
		attr := dieWithUs()
		attr.Cloneflags = ownNamespaces
		return attr
	}
	return []isolation{root, user}
}

// furnish sets up new namespaces from within.
func furnish() error {
	if err := raiseLoopback(); err != nil {
		return err
	}
	mountProc()
	return nil
}

// mountProc shows the processes of this namespace in /proc, and this must not
// spread to the mounts of the machine. Containers with a restricted /proc refuse
// it to users; the old one then stays, in which /proc/self is right all the same.
func mountProc() {
	if unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "") == nil {
		_ = unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
	}
}

// raiseLoopback brings up the one interface of a new namespace.
func raiseLoopback() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("bringing up the loopback interface: %w", err)
	}
	defer func() { _ = unix.Close(fd) }()
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	request.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request); err != nil {
		return fmt.Errorf("bringing up the loopback interface: %w", err)
	}
	return nil
}

// dropPrivileges takes back what the way into the namespace gave.
func dropPrivileges() error {
	return unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
}

// reapUntil reaps children, orphans that came to us included, until one ends
// that is awaited.
func reapUntil(awaited int) (syscall.WaitStatus, error) {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case pid == awaited:
			return status, nil
		case err != nil && !errors.Is(err, syscall.EINTR):
			return status, fmt.Errorf("waiting for the command: %w", err)
		}
	}
}

// adoptOrphans makes processes that the command leaves behind our children.
func adoptOrphans() { _ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }

// killOrphans kills what is left, until nothing is: each may leave orphans too.
func killOrphans() {
	for {
		left := children()
		if len(left) == 0 {
			return
		}
		for _, pid := range left {
			_ = unix.Kill(pid, unix.SIGKILL)
			_, _ = unix.Wait4(pid, nil, 0, nil)
		}
	}
}

// children lists our children. Field 4 of stat is the parent; field 2, the
// name, may hold blanks and parentheses.
func children() []int {
	var out []int
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil
	}
	self := strconv.Itoa(os.Getpid())
	for _, file := range files {
		stat, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if len(fields) < 2 || fields[1] != self {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil {
			out = append(out, pid)
		}
	}
	return out
}

// terminalSignalsUs says whether this process is in the foreground of a
// terminal, which then signals the whole group by itself.
func terminalSignalsUs() bool {
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	defer func() { _ = tty.Close() }()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
