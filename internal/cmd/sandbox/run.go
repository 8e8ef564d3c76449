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

func catchSignals(more ...os.Signal) *signals {
	s := &signals{c: make(chan os.Signal, 8)}
	signal.Notify(s.c, append(more, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)...)
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

// relay turns a signal that came into the one to pass on, nil for none.
type relay func(os.Signal) os.Signal

// toCommand leaves out what the terminal sends, as it sends it to the command
// too: passing it on would make one Ctrl-C two, and terraform does not take the
// second well.
func toCommand(sig os.Signal) os.Signal {
	if sig == syscall.SIGINT && terminalSignalsUs() {
		return nil
	}
	return sig
}

// intoNamespace is toCommand for a command whose processes have a namespace of
// their own, where nobody can tell whether the terminal signals them.
func intoNamespace(sig os.Signal) os.Signal {
	if sig = toCommand(sig); sig == syscall.SIGINT {
		return interruptInside
	}
	return sig
}

// insideNamespace is the other end of intoNamespace.
func insideNamespace(sig os.Signal) os.Signal {
	if sig == interruptInside {
		return syscall.SIGINT
	}
	if sig == syscall.SIGINT {
		return nil
	}
	return sig
}

// forwardTo passes signals on to a process until the returned function is
// called.
func (s *signals) forwardTo(process *os.Process, relay relay) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case sig := <-s.c:
				if sig = relay(sig); sig != nil {
					_ = process.Signal(sig)
				}
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

// command prepares a command. It is never killed by us: signals are for it to
// act on.
func command(ctx context.Context, args, env []string) *exec.Cmd {
	cmd := exec.CommandContext(context.WithoutCancel(ctx), args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = env
	cmd.SysProcAttr = dieWithUs()
	return cmd
}

// await runs a command to its end and returns its status.
func await(cmd *exec.Cmd, signals *signals, victim *victim, relay relay, wait func(*exec.Cmd) (syscall.WaitStatus, error)) (int, error) {
	if err := victim.start(cmd); err != nil {
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
			return exitNotFound, err
		}
		return exitNotRunable, err
	}
	stop := signals.forwardTo(cmd.Process, relay)
	status, err := wait(cmd)
	stop()
	victim.gone()
	if err != nil {
		return exitSandbox, err
	}
	// As a shell gives it: 128+n for a signal n.
	if status.Signaled() {
		return 128 + int(status.Signal()), nil
	}
	return status.ExitStatus(), nil
}

// waitFor waits for a command alone.
func waitFor(cmd *exec.Cmd) (syscall.WaitStatus, error) {
	err := cmd.Wait()
	status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return status, fmt.Errorf("waiting for %s: %w", cmd.Path, err)
	}
	return status, nil
}

// waitAsInit waits for a command, and reaps the orphans that come meanwhile.
func waitAsInit(cmd *exec.Cmd) (syscall.WaitStatus, error) { return reapUntil(cmd.Process.Pid) }

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
