// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

// Command sandbox runs a command against emulated Databricks and AWS, or stays
// up and prints the environment that leads there.
//
// It exits with the status of the command. Under "go run", which makes every
// failure a 1, that is seen only in what go run prints.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/toolchain"
)

// The statuses of this program's own failures, as of env(1) and others of its
// kind; all others are the command's.
const (
	exitSandbox    = 125
	exitNotRunable = 126
	exitNotFound   = 127
)

const usage = `Usage: sandbox [flags] [-- COMMAND [ARGUMENTS]]

Runs COMMAND where accounts.cloud.databricks.com, the hosts of Databricks
workspaces and *.amazonaws.com are emulated on this machine, and exits with its
status. No configuration needs to change: terraform apply works as it is.

  sandbox -- terraform apply
  sandbox -- aws s3 ls

Nothing real flows in: DATABRICKS_*, AWS_* and their like are replaced by those
of the sandbox. Nothing flows out: every other host is refused, but for the
provider registries, and on Linux COMMAND runs in a network namespace of its own
that has nothing but the way to the sandbox. Its processes end with the sandbox,
even if that is killed. Where this machine allows no namespaces, you are warned.

Without COMMAND the sandbox stays up until it is interrupted, and prints the
environment to use, for eval. Programs started so share this machine's network:
they reach the sandbox only if they honour the proxy variables.

The control API is at $HARDBRICKS_SANDBOX_CONTROL, for programs inside that send
"Authorization: Bearer $HARDBRICKS_SANDBOX_CONTROL_TOKEN": it has the log of
requests, faults (answers, delays, dropped connections, kill points), latency,
the clock, edits behind the clients' backs, and snapshots. "go doc
github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox" lists it.

  curl -H "Authorization: Bearer $HARDBRICKS_SANDBOX_CONTROL_TOKEN" \
    -d '{"method": "POST", "path": "/api/2.0/accounts/*/networks", "status": 503}' \
    "$HARDBRICKS_SANDBOX_CONTROL/faults"

With --state the Databricks side survives the end of the sandbox, but for
credentials: the account id and the client id stay, and the client secret in
the environment is a new one each time. The client secrets of the last few
starts, those of further service principals and personal access tokens are good
still. The values of secret scopes are in the file. AWS begins anew.

Flags:
`

type options struct {
	noAWS     bool
	provision time.Duration
	network   string
	logFile   string
	stateFile string
	port      int
	command   []string
}

func main() {
	// Linux kills our children when the thread that started them ends: they are
	// started from the main thread.
	runtime.LockOSThread()
	os.Exit(dispatch(os.Args[1:]))
}

func dispatch(args []string) int {
	if len(args) > 0 {
		switch args[0] {
		case insideArg:
			return inside(args[1:])
		case probeArg:
			return probe()
		}
	}
	opts, err := parse(args, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	status, err := run(context.Background(), opts)
	if err != nil {
		complain(err)
	}
	return status
}

func complain(err error) { fmt.Fprintf(os.Stderr, "sandbox: %v\n", err) }

func parse(args []string, out io.Writer) (options, error) {
	var opts options
	flags := flag.NewFlagSet("sandbox", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.Usage = func() {
		_, _ = io.WriteString(out, usage)
		flags.PrintDefaults()
	}
	flags.BoolVar(&opts.noAWS, "no-aws", false, "run without AWS: *.amazonaws.com is refused, AWS objects are not looked up")
	flags.DurationVar(&opts.provision, "provision-time", 5*time.Second, "how long a workspace takes to run")
	flags.StringVar(&opts.network, "network", networkAuto,
		"namespace: run COMMAND in network and process namespaces, or fail; shared: do not; auto: where this machine can")
	flags.StringVar(&opts.logFile, "log", "", "write every request to this `file`, as lines of JSON without secrets")
	flags.StringVar(&opts.stateFile, "state", "", "keep the Databricks side in this `file`, without credentials, for the next start")
	flags.IntVar(&opts.port, "account-port", 0, "`port` of the account API over plain HTTP on the loopback interface; 0 for any free one")
	if err := flags.Parse(args); err != nil {
		return opts, err
	}
	opts.command = flags.Args()
	switch opts.network {
	case networkAuto, networkShared, networkNamespace:
	default:
		err := fmt.Errorf("--network is namespace, shared or auto, not %q", opts.network)
		complain(err)
		return opts, err
	}
	if opts.provision <= 0 {
		opts.provision = -1
	}
	return opts, nil
}

// run starts the sandbox, runs what there is to run, and takes all down again.
func run(ctx context.Context, opts options) (status int, err error) {
	signals := catchSignals()
	defer signals.stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	adoptOrphans()
	defer killOrphans()

	isolation, err := chooseIsolation(ctx, opts, isolations())
	if err != nil {
		return exitSandbox, err
	}
	victim := &victim{}
	cfg := sandbox.Config{
		StateFile: opts.stateFile, Kill: victim.kill,
		ProvisionTime: opts.provision, AccountPort: opts.port, Log: os.Stderr,
		// The sandbox knows the way through a proxy of the caller's, and
		// programs inside know nothing of it.
		ProxyEverything: isolation != nil || os.Getenv("HTTPS_PROXY") != "" || os.Getenv("https_proxy") != "",
	}
	if opts.logFile != "" {
		file, err := os.OpenFile(opts.logFile, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return exitSandbox, fmt.Errorf("opening the request log: %w", err)
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		cfg.RequestLog = file
	}
	s, err := start(ctx, signals, cfg, opts.noAWS)
	if err != nil {
		return exitSandbox, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	switch {
	case len(opts.command) == 0:
		return stayUp(ctx, signals, s)
	case isolation != nil:
		return runIsolated(ctx, signals, victim, s, isolation, opts.command)
	}
	env := s.Environ(os.Environ())
	if err := sandbox.Canary(ctx, env, s.Proof()); err != nil {
		return exitSandbox, err
	}
	return await(command(ctx, opts.command, env), signals, victim, toCommand, waitFor)
}

// start starts the sandbox; a signal in the meantime calls it off.
func start(ctx context.Context, signals *signals, cfg sandbox.Config, noAWS bool) (*sandbox.Sandbox, error) {
	starting, cancel := context.WithCancel(ctx)
	stop := signals.callOff(cancel)
	defer stop()
	if !noAWS {
		slow := time.AfterFunc(3*time.Second, func() {
			fmt.Fprintln(os.Stderr, "sandbox: moto_server, which plays AWS, is installed into the cache; this is needed once")
		})
		moto, err := toolchain.Moto(starting)
		slow.Stop()
		if err != nil {
			cancel()
			return nil, fmt.Errorf("AWS in the sandbox needs moto_server (or run with --no-aws): %w", err)
		}
		cfg.Moto = moto
	}
	// The context of the sandbox is not the one that ends with the start.
	s, err := sandbox.Start(starting, cfg)
	if err != nil {
		cancel()
		return nil, err
	}
	return s, nil
}
