// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

// Package toolchain finds or installs what the sandbox, the demo and the tests
// run: Terraform, moto, provider mirrors, and a build of this provider.
package toolchain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// lockPoll is how often a lock that someone else holds is tried again.
const lockPoll = 200 * time.Millisecond

// toolOutputLines is how much of a failed tool's output an error shows.
const toolOutputLines = 15

// host is what the machine offers. Tests put their own in its place.
type host struct {
	getenv   func(string) string
	lookPath func(string) (string, error)
	cacheDir func() (string, error)
	homeDir  func() (string, error)
	run      func(ctx context.Context, env []string, name string, args ...string) ([]byte, error)
	download func(ctx context.Context, dir string) error
	prefixes []string
}

// machine is the host that the program runs on.
func machine() host {
	return host{
		getenv:   os.Getenv,
		lookPath: exec.LookPath,
		cacheDir: cacheDir,
		homeDir:  os.UserHomeDir,
		run:      run,
		download: downloadTerraform,
		prefixes: addOnPrefixes(),
	}
}

// cacheDir returns the folder that holds what the toolchain installs, and
// makes it where it is missing.
func cacheDir() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding the cache folder: %w", err)
	}
	dir := filepath.Join(base, "hardbricks")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("making the cache folder: %w", err)
	}
	return dir, nil
}

// locked runs do while no other process runs one under the same name.
func locked(ctx context.Context, cache, name string, do func() error) (err error) {
	lock := flock.New(filepath.Join(cache, name+".lock"))
	if _, err := lock.TryLockContext(ctx, lockPoll); err != nil {
		return fmt.Errorf("waiting for another installation of %s: %w", name, err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	return do()
}

// run runs a tool and returns its standard output. The error of one that
// fails ends with the last lines that it printed.
func run(ctx context.Context, env []string, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.Bytes(), fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err,
			tail(stdout.String()+stderr.String()))
	}
	return stdout.Bytes(), nil
}

// tail returns the last lines of a text.
func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-toolOutputLines):], "\n")
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
