// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/toolchain"
)

// provisionTime is how long the emulated workspace takes to run: long enough to
// watch, and a hundredth of the real time.
const provisionTime = 8 * time.Second

// patience is how long the sandbox may take to clean up after a Ctrl-C.
const patience = 30 * time.Second

// stage is the folder that holds all that the acts need.
type stage struct{ dir string }

func (s stage) path(parts ...string) string {
	return filepath.Join(append([]string{s.dir}, parts...)...)
}

func (s stage) requestLog() string { return s.path("requests.jsonl") }
func (s stage) cliConfig() string  { return s.path("terraform.tfrc") }
func (s stage) example() string    { return s.path("aws-hardened-workspace") }
func (s stage) refused() string    { return s.path("aws-refused-us-west-1") }

// sandbox is the path of the program that plays Databricks and AWS.
func (s stage) sandbox() string {
	if runtime.GOOS == "windows" {
		return s.path("sandbox.exe")
	}
	return s.path("sandbox")
}

// produce sets the stage and runs this program again, inside the sandbox, just
// as users run their own commands there.
func produce(ctx context.Context, out io.Writer) (err error) {
	begin := time.Now()
	dir, err := os.MkdirTemp("", "hardbricks-demo-")
	if err != nil {
		return fmt.Errorf("making the folder of the demo: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	heading(out, "Getting ready")
	st := stage{dir: dir}
	terraform, err := st.set(ctx, out)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program: %w", err)
	}
	took(out, begin)

	cmd := exec.CommandContext(ctx, st.sandbox(), "-log", st.requestLog(), "-provision-time", provisionTime.String(),
		"--", self, "-"+insideFlag, dir)
	// The sandbox takes down all it started.
	cmd.SysProcAttr = ownGroup()
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = patience
	cmd.Env = append(os.Environ(), terraformVariable+"="+terraform)
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return errors.New("interrupted; everything is taken down")
		}
		return fmt.Errorf("the acts did not come out as they should: %w", err)
	}
	_, err = fmt.Fprintf(out, "\nAll four acts came out as they should, in %s with the preparations.\n", seconds(time.Since(begin)))
	return err
}

// set builds and copies what the acts need, and returns the path of Terraform.
func (s stage) set(ctx context.Context, out io.Writer) (string, error) {
	root, err := toolchain.RepoRoot()
	if err != nil {
		return "", err
	}
	say(out, "terraform and moto: finding, or installing once")
	terraform, err := toolchain.Terraform(ctx)
	if err != nil {
		return "", err
	}
	if _, err := toolchain.Moto(ctx); err != nil {
		return "", err
	}
	say(out, "provider and sandbox: building")
	if _, err := toolchain.BuildProvider(ctx, root, s.path("mirror"), toolchain.Version); err != nil {
		return "", err
	}
	build := exec.CommandContext(ctx, "go", "build", "-C", root, "-buildvcs=false", "-o", s.sandbox(), "./internal/cmd/sandbox")
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the sandbox: %w\n%s", err, output)
	}
	if _, err := toolchain.WriteCLIConfig(s.dir, s.path("mirror")); err != nil {
		return "", err
	}
	say(out, "examples/guides: copying, unchanged")
	for _, example := range []string{s.example(), s.refused()} {
		if err := copyExample(example, filepath.Join(root, "examples", "guides", filepath.Base(example))); err != nil {
			return "", err
		}
	}
	return terraform, nil
}

// copyExample copies what belongs to an example, and not what a run of
// Terraform may have left beside it.
func copyExample(to, from string) error {
	files, err := filepath.Glob(filepath.Join(from, "*.tf"))
	if err != nil || len(files) == 0 {
		return errors.Join(fmt.Errorf("no example in %s", from), err)
	}
	nested, err := filepath.Glob(filepath.Join(from, "*", "*.tf"))
	if err != nil {
		return err
	}
	for _, file := range append(files, nested...) {
		name, err := filepath.Rel(from, file)
		if err != nil {
			return err
		}
		if err := copyFile(filepath.Join(to, name), file); err != nil {
			return fmt.Errorf("copying an example: %w", err)
		}
	}
	return nil
}

func copyFile(to, from string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o600)
}
