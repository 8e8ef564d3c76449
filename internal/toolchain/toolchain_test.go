// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package toolchain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// fakeHost is a machine with nothing on it: no variables, an empty PATH, and
// folders of its own.
func fakeHost(t *testing.T) host {
	t.Helper()
	root := t.TempDir()
	dir := func(name string) func() (string, error) {
		return func() (string, error) {
			path := filepath.Join(root, name)
			return path, os.MkdirAll(path, 0o700)
		}
	}
	return host{
		getenv:   func(string) string { return "" },
		lookPath: func(name string) (string, error) { return "", &exec.Error{Name: name, Err: exec.ErrNotFound} },
		cacheDir: dir("cache"),
		homeDir:  dir("home"),
		run: func(_ context.Context, _ []string, name string, _ ...string) ([]byte, error) {
			return nil, fmt.Errorf("%s must not run", name)
		},
		download: func(context.Context, string) error { return errors.New("no network") },
	}
}

func onPath(programs map[string]string) func(string) (string, error) {
	return func(name string) (string, error) {
		if path, ok := programs[name]; ok {
			return path, nil
		}
		return "", &exec.Error{Name: name, Err: exec.ErrNotFound}
	}
}

func variables(vars map[string]string) func(string) string {
	return func(name string) string { return vars[name] }
}

func mkdir(t *testing.T, parts ...string) string {
	t.Helper()
	path := filepath.Join(parts...)
	if err := os.MkdirAll(path, 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func write(t *testing.T, path, content string) {
	t.Helper()
	mkdir(t, filepath.Dir(path))
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error does not say %q:\n%v", part, err)
		}
	}
}

func TestLockedRunsOneAtATime(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	inside := make(chan struct{}, 1)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			err := locked(t.Context(), cache, "tool", func() error {
				select {
				case inside <- struct{}{}:
					<-inside
					return nil
				default:
					return errors.New("two at once")
				}
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func TestLockedEndsWithItsContext(t *testing.T) {
	t.Parallel()
	cache := t.TempDir()
	err := locked(t.Context(), cache, "tool", func() error {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		return locked(ctx, cache, "tool", func() error { return nil })
	})
	wantError(t, err, "another installation of tool", context.Canceled.Error())
}

func TestRunShowsTheEndOfTheOutput(t *testing.T) {
	t.Parallel()
	// The Go tool is the one program that is there wherever this test runs.
	_, err := run(t.Context(), nil, "go", "no-such-command")
	wantError(t, err, "go no-such-command", "unknown command")

	out, err := run(t.Context(), []string{"GOFLAGS=-mod=mod"}, "go", "env", "GOFLAGS")
	if err != nil || strings.TrimSpace(string(out)) != "-mod=mod" {
		t.Errorf("run = %q, %v", out, err)
	}
	if got := tail(strings.Repeat("x\n", 40) + "end"); strings.Count(got, "\n") != toolOutputLines-1 || !strings.HasSuffix(got, "end") {
		t.Errorf("tail = %q", got)
	}
}
