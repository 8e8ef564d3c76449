// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// Clock tells the sandbox what time it is.
type Clock interface {
	// Now returns the current time.
	Now() time.Time
}

// Config says how a sandbox runs. The zero value is a sandbox without AWS.
type Config struct {
	// Moto is the path of moto_server. Without it there is no AWS:
	// *.amazonaws.com is refused, AWS objects are not looked up, and VPC
	// endpoints are those of [Sandbox.DeclareEndpoint].
	Moto string
	// Clock is the sandbox's clock; nil means the real time.
	Clock Clock
	// ProvisionTime is how long a workspace takes to run, by the sandbox's
	// clock. Zero means five seconds; a negative value means no time at all.
	ProvisionTime time.Duration
	// LingerTime is how long a reference outlives the workspace or the object
	// that held it. Zero means one second; a negative value means no time.
	LingerTime time.Duration
	// AccountPort is the port of the plain HTTP account API; zero means any.
	AccountPort int
	// ProxyEverything keeps provider registries out of NO_PROXY, for commands
	// that run where nothing but the proxy can be reached.
	ProxyEverything bool
	// Log receives progress and diagnostics for people; nil discards them.
	Log io.Writer
	// StateFile is the file that keeps the Databricks side beyond the end of the
	// sandbox; empty means that nothing is kept. It holds no credentials, but the
	// values of secret scopes.
	StateFile string
	// Kill is called where a fault kills; nil means that the connection drops.
	Kill func()
	// RequestLog receives every request as one line of JSON; nil discards them.
	RequestLog io.Writer
}

// Sandbox is a running sandbox. Its methods are safe for concurrent use.
type Sandbox struct {
	cfg    Config
	log    *lineLog
	dir    string
	ca     *authority
	em     *emulator
	reqs   *requestLog
	faults *faultList
	moto   *moto
	proof  string
	clock  *offsetClock
	keeper *keeper

	control *control
	// latency is waited before each answer of Databricks, in nanoseconds.
	latency atomic.Int64

	proxyAddr   string
	accountAddr string
	dflt        Account

	cancel context.CancelFunc
	front  *frontend
	group  errgroup.Group
	close  sync.Once
	err    error
}

// Start starts a sandbox. It runs until [Sandbox.Close] is called or the
// context ends.
func Start(ctx context.Context, cfg Config) (*Sandbox, error) {
	s := &Sandbox{cfg: withDefaults(cfg), log: newLineLog(cfg.Log), faults: &faultList{}, proof: rand.Text()}
	s.clock = &offsetClock{Clock: s.cfg.Clock}
	s.cfg.Clock = s.clock
	s.reqs = newRequestLog(s.cfg.Clock, cfg.RequestLog)
	ctx, s.cancel = context.WithCancel(ctx)
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func withDefaults(cfg Config) Config {
	if cfg.Clock == nil {
		cfg.Clock = realClock{}
	}
	cfg.ProvisionTime = orDefault(cfg.ProvisionTime, 5*time.Second)
	cfg.LingerTime = orDefault(cfg.LingerTime, time.Second)
	return cfg
}

// orDefault reads zero as "the default" and a negative duration as none.
func orDefault(d, dflt time.Duration) time.Duration {
	if d == 0 {
		return dflt
	}
	return max(d, 0)
}

type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

func (s *Sandbox) start(ctx context.Context) error {
	var err error
	if s.dir, err = os.MkdirTemp("", "hardbricks-sandbox-"); err != nil {
		return fmt.Errorf("making the sandbox's directory: %w", err)
	}
	// The certificates are valid by the real clock, whatever the sandbox's says.
	if s.ca, err = newAuthority(time.Now()); err != nil {
		return fmt.Errorf("making the certificate authority: %w", err)
	}
	if err := s.writeFiles(); err != nil {
		return err
	}
	if s.cfg.Moto != "" {
		if s.moto, err = startMoto(ctx, s.cfg.Moto, s.dir, s.log); err != nil {
			return err
		}
	}
	s.em = newEmulator(emulatorConfig{
		now:       s.cfg.Clock.Now,
		provision: s.cfg.ProvisionTime,
		linger:    s.cfg.LingerTime,
		aws:       newAWSView(s.moto),
	})
	if err := s.openState(ctx); err != nil {
		return err
	}
	for _, region := range commercialRegions() {
		s.MetastoreID(s.dflt.ID, region)
	}
	return s.listen(ctx)
}

// writeFiles writes what the environment points at: the certificates to
// trust, and empty configuration files in place of the user's own.
func (s *Sandbox) writeFiles() error {
	bundle, err := s.ca.bundle()
	if err != nil {
		return err
	}
	files := map[string][]byte{fileBundle: bundle, fileDatabricks: nil, fileAWSConfig: nil, fileAWSCredentials: nil}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(s.dir, name), content, 0o600); err != nil {
			return fmt.Errorf("writing the sandbox's files: %w", err)
		}
	}
	return nil
}

func (s *Sandbox) listen(ctx context.Context) error {
	var lc net.ListenConfig
	account, err := lc.Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", s.cfg.AccountPort))
	if err != nil {
		return fmt.Errorf("the account API cannot listen on port %d of the loopback interface "+
			"(choose another port, or 0 for any): %w", s.cfg.AccountPort, err)
	}
	proxy, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(fmt.Errorf("the proxy cannot listen on the loopback interface: %w", err), account.Close())
	}
	s.accountAddr, s.proxyAddr = account.Addr().String(), proxy.Addr().String()
	s.front = newFrontend(ctx, s)
	s.front.serve(&s.group, account, proxy)
	if err := s.serveControl(ctx, lc); err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = s.front.close() })
	s.log.printf("proxy %s, account API %s, AWS %s", s.ProxyURL(), s.AccountURL(), s.moto.describe())
	return nil
}

// Close stops everything that the sandbox started, moto included, waits for
// it, and removes the sandbox's files.
func (s *Sandbox) Close() error {
	s.close.Do(func() {
		s.cancel()
		if s.front != nil {
			s.err = errors.Join(s.err, s.front.close())
		}
		if err := s.group.Wait(); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.err = errors.Join(s.err, err)
		}
		s.err = errors.Join(s.err, s.keeper.close())
		s.moto.stop()
		if s.dir != "" {
			s.err = errors.Join(s.err, os.RemoveAll(s.dir))
		}
	})
	return s.err
}

// Account returns the default account.
func (s *Sandbox) Account() Account { return s.dflt }

// AccountURL returns the address of the account API over plain HTTP. Requests
// that name a workspace in X-Databricks-Workspace-Id reach that workspace.
func (s *Sandbox) AccountURL() string { return "http://" + s.accountAddr }

// ProxyURL returns the address of the proxy.
func (s *Sandbox) ProxyURL() string { return "http://" + s.proxyAddr }

// CertFile returns the path of the certificates to trust inside the sandbox:
// its own authority and the system's roots.
func (s *Sandbox) CertFile() string { return filepath.Join(s.dir, fileBundle) }
