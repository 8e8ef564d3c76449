// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package toolchain

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestMotoOnPath(t *testing.T) {
	t.Parallel()
	h := fakeHost(t)
	h.lookPath = onPath(map[string]string{"moto_server": "/bin/moto_server"})
	if got, err := h.moto(t.Context()); err != nil || got != "/bin/moto_server" {
		t.Errorf("moto = %q, %v", got, err)
	}
}

func TestMotoWithoutPython(t *testing.T) {
	t.Parallel()
	_, err := fakeHost(t).moto(t.Context())
	wantError(t, err, "moto_server", "python3", "install Python")
}

// fakePip plays Python: it makes the environment and installs into it, and
// fails where failing names one of its arguments.
func fakePip(t *testing.T, calls *[]string, failing string) func(context.Context, []string, string, ...string) ([]byte, error) {
	t.Helper()
	return func(_ context.Context, _ []string, name string, args ...string) ([]byte, error) {
		*calls = append(*calls, args[1])
		if slices.Contains(args, failing) {
			return nil, errors.New("it failed")
		}
		if args[1] == "venv" {
			write(t, inVenv(args[2], "python"), "")
			return nil, nil
		}
		write(t, filepath.Join(filepath.Dir(name), filepath.Base(inVenv("", "moto_server"))), "")
		return nil, nil
	}
}

func TestMotoIsInstalledOnce(t *testing.T) {
	t.Parallel()
	var calls []string
	h := fakeHost(t)
	h.lookPath = onPath(map[string]string{"python3": "/bin/python3"})
	h.run = fakePip(t, &calls, "")
	first, err := h.moto(t.Context())
	if err != nil || !isFile(first) {
		t.Fatalf("moto = %q, %v", first, err)
	}
	if again, err := h.moto(t.Context()); err != nil || again != first {
		t.Errorf("moto = %q, %v, and before %q", again, err, first)
	}
	if !slices.Equal(calls, []string{"venv", "pip"}) {
		t.Errorf("ran %q", calls)
	}
}

func TestMotoInstallationThatFailedStartsOver(t *testing.T) {
	t.Parallel()
	for _, failing := range []string{"venv", "pip"} {
		t.Run(failing, func(t *testing.T) {
			t.Parallel()
			var calls []string
			h := fakeHost(t)
			h.lookPath = onPath(map[string]string{"python": "/bin/python"})
			h.run = fakePip(t, &calls, failing)
			_, err := h.moto(t.Context())
			wantError(t, err, "moto_server is not on PATH", "it failed")

			h.run = fakePip(t, &calls, "")
			server, err := h.moto(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			// What is missing is noticed, whatever the marker says.
			for _, program := range []string{server, inVenv(filepath.Dir(filepath.Dir(server)), "python")} {
				if err := os.Remove(program); err != nil {
					t.Fatal(err)
				}
				if _, err := h.moto(t.Context()); err != nil || !isFile(program) {
					t.Errorf("%s was not installed again: %v", program, err)
				}
			}
		})
	}
}
