// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

const (
	motoStartTimeout = 60 * time.Second
	motoOutputLines  = 20
)

// moto is a running moto_server. A nil moto is a sandbox without AWS.
type moto struct {
	addr string
	cmd  *exec.Cmd
	done chan struct{}

	mu     sync.Mutex
	output []string
}

var motoAddress = regexp.MustCompile(`Running on http://(127\.0\.0\.1:\d+)`)

// startMoto starts moto_server on a port that it picks itself, which no other
// process can take in between, and waits until it answers.
func startMoto(ctx context.Context, path, dir string, log *lineLog) (*moto, error) {
	path, err := exec.LookPath(path)
	if err != nil {
		return nil, fmt.Errorf("moto_server, which plays AWS, is missing: %w "+
			"(get it with `pip install 'moto[server]'`, or run without AWS)", err)
	}
	// It runs in a directory of ours.
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	m := &moto{cmd: exec.CommandContext(context.WithoutCancel(ctx), path, "-H", "127.0.0.1", "-p", "0"), done: make(chan struct{})}
	m.cmd.Env = motoEnviron(os.Environ())
	m.cmd.Dir = dir
	ownProcessGroup(m.cmd)
	pipe, err := m.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	m.cmd.Stdout = m.cmd.Stderr
	found := make(chan string, 1)
	if err := m.run(pipe, found); err != nil {
		return nil, fmt.Errorf("starting %s: %w", path, err)
	}
	log.printf("starting %s", path)
	if err := m.await(ctx, found); err != nil {
		m.stop()
		return nil, err
	}
	return m, nil
}

// run starts the process and watches it on one and the same thread: the
// kernel kills it when the *thread* that started it ends.
func (m *moto) run(pipe io.Reader, found chan<- string) error {
	started := make(chan error)
	go func() {
		defer close(m.done)
		unlock := lockThread()
		defer unlock()
		err := m.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		m.watch(pipe, found)
		_ = m.cmd.Wait()
	}()
	return <-started
}

func (m *moto) watch(pipe io.Reader, found chan<- string) {
	lines := bufio.NewScanner(pipe)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if match := motoAddress.FindStringSubmatch(lines.Text()); match != nil {
			select {
			case found <- match[1]:
			default:
			}
		}
		m.mu.Lock()
		m.output = append(m.output, lines.Text())
		m.output = m.output[max(0, len(m.output)-motoOutputLines):]
		m.mu.Unlock()
	}
	_, _ = io.Copy(io.Discard, pipe)
}

func (m *moto) await(ctx context.Context, found <-chan string) error {
	ctx, cancel := context.WithTimeout(ctx, motoStartTimeout)
	defer cancel()
	select {
	case m.addr = <-found:
	case <-m.done:
		return m.failure("moto_server ended before it answered", nil)
	case <-ctx.Done():
		return m.failure("moto_server did not come up", ctx.Err())
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !m.answers(ctx) {
		select {
		case <-tick.C:
		case <-m.done:
			return m.failure("moto_server ended before it answered", nil)
		case <-ctx.Done():
			return m.failure("moto_server did not come up", ctx.Err())
		}
	}
	return nil
}

func (m *moto) answers(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+m.addr+"/moto-api/data.json", nil)
	if err != nil {
		return false
	}
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func (m *moto) failure(what string, err error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return errors.Join(fmt.Errorf("%s; its last output:\n%s", what, strings.Join(m.output, "\n")), err)
}

// stop kills moto and everything it started, and waits for it.
func (m *moto) stop() {
	if m == nil || m.cmd.Process == nil {
		return
	}
	killGroup(m.cmd)
	<-m.done
}

func (m *moto) describe() string {
	if m == nil {
		return "none"
	}
	return "moto at " + m.addr
}

// motoEnviron keeps the caller's AWS configuration and proxies away from moto.
func motoEnviron(base []string) []string {
	var env []string
	for _, entry := range base {
		if name, _, _ := strings.Cut(entry, "="); !isForeign(name) {
			env = append(env, entry)
		}
	}
	return append(env, "PYTHONUNBUFFERED=1", "MOTO_EC2_LOAD_DEFAULT_AMIS=false")
}
