// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

// How a command shares the network and the processes of this machine.
const (
	networkAuto      = "auto"
	networkShared    = "shared"
	networkNamespace = "namespace"
)

// The hidden first arguments under which this program starts itself.
const (
	insideArg = "__inside"
	probeArg  = "__probe"
)

// isolation makes the attributes of a process in namespaces of its own.
type isolation func() *syscall.SysProcAttr

// passage is what the process inside the namespace must know: the ports to
// listen on there, and the sockets outside that they lead to.
type passage struct {
	Ports   []int
	Sockets []string
	Proof   string
	Command []string
}

// chooseIsolation returns how to isolate the command, nil if it is not to be.
func chooseIsolation(ctx context.Context, opts options, candidates []isolation) (isolation, error) {
	if len(opts.command) == 0 || opts.network == networkShared {
		return nil, nil
	}
	var refusals []error
	for _, candidate := range candidates {
		err := tryIsolation(ctx, candidate)
		if err == nil {
			return candidate, nil
		}
		refusals = append(refusals, err)
	}
	refusal := errors.Join(refusals...)
	if refusal == nil {
		refusal = errors.New("only Linux has them")
	}
	if opts.network == networkNamespace {
		return nil, fmt.Errorf("this machine allows no namespaces: %w", refusal)
	}
	fmt.Fprintf(os.Stderr, "sandbox: WARNING: this machine allows no namespaces (%v): calls that ignore "+
		"the proxy variables reach the real network, and what the command starts can outlive a sandbox that is killed\n", refusal)
	return nil, nil
}

// tryIsolation starts this program in namespaces, to see whether that works.
func tryIsolation(ctx context.Context, candidate isolation) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, probeArg)
	cmd.SysProcAttr = candidate()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w %s", err, out)
	}
	return nil
}

// runIsolated runs a command inside a namespace, with sockets as the way out.
func runIsolated(ctx context.Context, signals *signals, victim *victim, s *sandbox.Sandbox, isolate isolation, args []string) (status int, err error) {
	self, err := os.Executable()
	if err != nil {
		return exitSandbox, err
	}
	dir, err := os.MkdirTemp(socketDir(), "hardbricks-sandbox-net-")
	if err != nil {
		return exitSandbox, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	way := passage{Proof: s.Proof(), Command: args}
	gates := newGates()
	defer gates.close()
	for i, raw := range []string{s.ProxyURL(), s.AccountURL(), s.ControlURL()} {
		if err := gates.lead(ctx, &way, filepath.Join(dir, strconv.Itoa(i)), raw); err != nil {
			return exitSandbox, err
		}
	}
	encoded, err := json.Marshal(way)
	if err != nil {
		return exitSandbox, err
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), self, insideArg, string(encoded))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = s.Environ(os.Environ())
	cmd.SysProcAttr = isolate()
	return await(cmd, signals, victim, intoNamespace, waitFor)
}

// socketDir avoids long names: the path of a socket has at most 107 bytes.
func socketDir() string {
	if dir := os.TempDir(); len(dir) <= 64 {
		return dir
	}
	return "/tmp"
}

// lead opens a socket that leads to one of the sandbox's addresses.
func (g *gates) lead(ctx context.Context, way *passage, socket, raw string) error {
	address, err := url.Parse(raw)
	if err != nil {
		return err
	}
	port, err := strconv.Atoi(address.Port())
	if err != nil {
		return err
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "unix", socket)
	if err != nil {
		return fmt.Errorf("opening the way out of the namespace: %w", err)
	}
	g.forward(ctx, listener, "tcp", address.Host)
	way.Ports, way.Sockets = append(way.Ports, port), append(way.Sockets, socket)
	return nil
}

// inside is this program inside the namespaces, as the first process there: it
// leads the sandbox's ports to the sockets, proves that calls arrive, and runs
// the command. When it ends, the kernel kills all processes that are left.
func inside(args []string) int {
	status, err := runInside(context.Background(), args)
	if err != nil {
		complain(err)
	}
	return status
}

func runInside(ctx context.Context, args []string) (int, error) {
	var way passage
	if len(args) != 1 {
		return exitSandbox, errors.New("this argument is for the sandbox itself")
	}
	if err := json.Unmarshal([]byte(args[0]), &way); err != nil {
		return exitSandbox, err
	}
	signals := catchSignals(interruptInside)
	defer signals.stop()
	if err := furnish(); err != nil {
		return exitSandbox, fmt.Errorf("setting up the namespace: %w", err)
	}
	if err := dropPrivileges(); err != nil {
		return exitSandbox, fmt.Errorf("setting up the namespace: %w", err)
	}
	gates := newGates()
	defer gates.close()
	for i, port := range way.Ports {
		var lc net.ListenConfig
		listener, err := lc.Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			return exitSandbox, fmt.Errorf("listening inside the namespace: %w", err)
		}
		gates.forward(ctx, listener, "unix", way.Sockets[i])
	}
	env := os.Environ()
	if err := sandbox.Canary(ctx, env, way.Proof); err != nil {
		return exitSandbox, err
	}
	return await(command(ctx, way.Command, env), signals, &victim{}, insideNamespace, waitAsInit)
}

// probe is this program trying out namespaces.
func probe() int {
	if err := furnish(); err != nil {
		complain(err)
		return 1
	}
	return 0
}
