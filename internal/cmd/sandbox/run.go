// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

// signals are the ones that ask to end.
type signals struct{ c chan os.Signal }

func catchSignals() *signals {
	s := &signals{c: make(chan os.Signal, 8)}
	signal.Notify(s.c, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	return s
}

func (s *signals) stop() { signal.Stop(s.c) }

// callOff calls cancel on a signal until the returned function is called.
func (s *signals) callOff(cancel context.CancelFunc) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-s.c:
			cancel()
		case <-done:
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// forwardTo passes signals on to a process until the returned function is
// called. What the terminal sends, it sends to the command too: passing it on
// would make one Ctrl-C two, and terraform does not take the second well.
func (s *signals) forwardTo(process *os.Process) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case sig := <-s.c:
				if sig == syscall.SIGINT && terminalSignalsUs() {
					continue
				}
				_ = process.Signal(sig)
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// runCommand runs a command to its end and returns its status. It is never
// killed by us: signals are for the command to act on.
func runCommand(ctx context.Context, signals *signals, victim *victim, command, env []string) (int, error) {
	cmd := exec.CommandContext(context.WithoutCancel(ctx), command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = env
	cmd.SysProcAttr = dieWithUs()
	return await(signals, victim, cmd)
}

func await(signals *signals, victim *victim, cmd *exec.Cmd) (int, error) {
	if err := victim.start(cmd); err != nil {
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
			return exitNotFound, err
		}
		return exitNotRunable, err
	}
	stop := signals.forwardTo(cmd.Process)
	err := cmd.Wait()
	stop()
	victim.gone()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return exitSandbox, fmt.Errorf("waiting for %s: %w", cmd.Path, err)
	}
	return statusOf(cmd.ProcessState), nil
}

// statusOf is the status as a shell gives it: 128+n for a signal n.
func statusOf(state *os.ProcessState) int {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return state.ExitCode()
}

// stayUp prints the environment and waits for a signal.
func stayUp(ctx context.Context, signals *signals, s *sandbox.Sandbox) (int, error) {
	if err := sandbox.Canary(ctx, s.Environ(os.Environ()), s.Proof()); err != nil {
		return exitSandbox, err
	}
	if _, err := fmt.Print(script(s, os.Environ())); err != nil {
		return exitSandbox, err
	}
	fmt.Fprintln(os.Stderr, "sandbox: up until interrupted; programs reach it only if they honour the variables on standard output")
	<-signals.c
	return 0, nil
}

// script is the environment for a shell: what to unset, and what to set.
func script(s *sandbox.Sandbox, base []string) string {
	var out strings.Builder
	inside := map[string]bool{}
	for _, entry := range s.Environ(base) {
		name, _, _ := strings.Cut(entry, "=")
		inside[name] = true
	}
	for _, entry := range base {
		if name, _, _ := strings.Cut(entry, "="); !inside[name] {
			fmt.Fprintf(&out, "unset %s\n", name)
		}
	}
	vars := s.Vars()
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		fmt.Fprintf(&out, "export %s='%s'\n", name, strings.ReplaceAll(vars[name], "'", `'\''`))
	}
	return out.String()
}
