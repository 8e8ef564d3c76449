// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestRefusedNamespace(t *testing.T) {
	t.Parallel()
	refused := []isolation{func() *syscall.SysProcAttr { return &syscall.SysProcAttr{Chroot: "/nonexistent"} }}
	opts := options{network: networkAuto, command: []string{"true"}}
	if isolate, err := chooseIsolation(t.Context(), opts, refused); isolate != nil || err != nil {
		t.Errorf("auto: %v, want to go on without", err)
	}
	opts.network = networkNamespace
	if _, err := chooseIsolation(t.Context(), opts, refused); err == nil || !strings.Contains(err.Error(), "allows no namespaces") {
		t.Errorf("namespace: %v, want an error", err)
	}
}

// terminal opens a new terminal: the end of the person, and that of programs.
func terminal(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("this machine has no terminals: ", err)
	}
	t.Cleanup(func() { _ = person.Close() })
	if err := unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = program.Close() })
	return person, program
}

// The ways to interrupt a sandbox.
const (
	byKey        = "by key"        // Ctrl-C, which the terminal sends to the sandbox and to the command
	bySignal     = "by signal"     // to the sandbox alone, which has no terminal
	inBackground = "in background" // to the sandbox alone, whose terminal has another group in the foreground
)

func TestOneInterruptIsOneInterrupt(t *testing.T) {
	t.Parallel()
	for _, way := range []string{byKey, bySignal, inBackground} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			eachNetwork(t, func(t *testing.T, network string) {
				t.Helper()
				checkInterrupt(t, way, network)
			})
		})
	}
}

func checkInterrupt(t *testing.T, way, network string) {
	t.Helper()
	times, pidFile := filepath.Join(t.TempDir(), "times"), filepath.Join(t.TempDir(), "pid")
	cmd := sandboxed(t, "--no-aws", "--network", network, "--", "sh", "-c",
		`trap 'echo once >> "$0"' INT; trap 'exit 42' TERM; touch "$0"; while :; do sleep 0.1; done`, times)
	starter := `echo $$ > "$0"; exec "$@"`
	if way == inBackground {
		starter = `set -m; "$@" & echo $! > "$0"; wait $!`
	}
	cmd.Path, cmd.Args = "/bin/sh", append([]string{"sh", "-c", starter, pidFile}, cmd.Args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: way != bySignal}
	var person *os.File
	if way != bySignal {
		var program *os.File
		person, program = terminal(t)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = program, program, program
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the command to run", func() bool { _, err := os.Stat(times); return err == nil })
	raw, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	ended := false
	defer func() {
		if !ended {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}()
	signal := func(sig syscall.Signal) {
		t.Helper()
		if err := syscall.Kill(pid, sig); err != nil {
			t.Fatal(err)
		}
	}
	if way != byKey {
		signal(syscall.SIGINT)
	} else if _, err := person.WriteString("\x03"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the interrupt", func() bool { info, err := os.Stat(times); return err == nil && info.Size() > 0 })
	// This goes the same way, and comes after all interrupts.
	signal(syscall.SIGTERM)
	_ = cmd.Wait()
	ended = true
	if got, err := os.ReadFile(times); err != nil || string(got) != "once\n" || cmd.ProcessState.ExitCode() != 42 {
		t.Errorf("%v, interrupts: %q, %v", cmd.ProcessState, got, err)
	}
}
