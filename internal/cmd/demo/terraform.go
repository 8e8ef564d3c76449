// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// terraformVariable hands the path of Terraform into the sandbox.
const terraformVariable = "HARDBRICKS_TERRAFORM"

// cli runs Terraform in one folder.
type cli struct {
	dir       string
	cliConfig string
	out       io.Writer
}

// result is how a run of Terraform ended.
type result struct {
	status int
	output string
	took   time.Duration
}

// run runs Terraform. Lines that show keeps are printed as they come; the whole
// output is in the result.
func (c cli) run(ctx context.Context, show func(line string) bool, args ...string) (result, error) {
	_, _ = fmt.Fprintf(c.out, "%s$ terraform %s\n", filepath.Base(c.dir), strings.Join(args, " "))
	cmd := exec.CommandContext(ctx, os.Getenv(terraformVariable), args...)
	// Terraform ends in good order after one interrupt.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = patience
	cmd.Dir, cmd.Env = c.dir, terraformEnviron(os.Environ(), c.cliConfig)
	var all bytes.Buffer
	lines := &lineWriter{show: show, out: c.out}
	both := io.MultiWriter(&all, lines)
	cmd.Stdout, cmd.Stderr = both, both

	begin := time.Now()
	err := cmd.Run()
	lines.flush()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || ctx.Err() != nil) {
		return result{}, fmt.Errorf("terraform %s: %w", args[0], errors.Join(err, ctx.Err()))
	}
	return result{status: cmd.ProcessState.ExitCode(), output: all.String(), took: time.Since(begin)}, nil
}

// expect is run where only one status will do.
func (c cli) expect(ctx context.Context, status int, show func(string) bool, args ...string) (result, error) {
	r, err := c.run(ctx, show, args...)
	if err == nil && r.status != status {
		err = fmt.Errorf("terraform %s exited %d, not %d:\n%s", args[0], r.status, status, r.output)
	}
	return r, err
}

// outputs reads the output values.
func (c cli) outputs(ctx context.Context, into any) error {
	r, err := c.expect(ctx, 0, nothing, "output", "-json")
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(r.output), into); err != nil {
		return fmt.Errorf("reading the outputs: %w", err)
	}
	return nil
}

// terraformEnviron is the sandbox's environment without what a user may have
// set to steer Terraform.
func terraformEnviron(base []string, cliConfig string) []string {
	keep := func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return !strings.HasPrefix(name, "TF_") || name == "TF_VAR_databricks_account_id"
	}
	var env []string
	for _, entry := range base {
		if keep(entry) {
			env = append(env, entry)
		}
	}
	return append(env, "TF_CLI_CONFIG_FILE="+cliConfig, "TF_INPUT=0", "TF_IN_AUTOMATION=1", "TF_CLI_ARGS=-no-color")
}

// lineWriter prints the lines that show keeps. Both pipes of a command write to
// one of it, which os/exec does from one goroutine.
type lineWriter struct {
	show func(string) bool
	out  io.Writer
	rest []byte
}

// Write implements [io.Writer].
func (w *lineWriter) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	for {
		end := bytes.IndexByte(w.rest, '\n')
		if end < 0 {
			return len(p), nil
		}
		w.print(string(w.rest[:end]))
		w.rest = w.rest[end+1:]
	}
}

func (w *lineWriter) flush() {
	if len(w.rest) > 0 {
		w.print(string(w.rest))
	}
	w.rest = nil
}

func (w *lineWriter) print(line string) {
	if line = strings.TrimRight(line, " \r"); w.show(line) {
		say(w.out, line)
	}
}

// The choices of lines to show.
func nothing(string) bool { return false }

// progress shows what was done, and what the workspace is doing.
func progress(line string) bool {
	if strings.HasPrefix(line, "hardbricks_") {
		return true
	}
	done := []string{": Creation complete", ": Modifications complete", ": Destruction complete", "Apply complete", "Destroy complete"}
	return slices.ContainsFunc(done, func(part string) bool { return strings.Contains(line, part) })
}

// summary shows the line that counts a plan's actions.
func summary(line string) bool {
	return strings.HasPrefix(line, "Plan:") || strings.HasPrefix(line, "No changes.")
}

// diagnostics returns the errors and warnings in an output of Terraform, which
// come last in it.
func diagnostics(output string) string {
	var kept []string
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, " \r\n")
		switch {
		case strings.HasPrefix(line, "Error:"), strings.HasPrefix(line, "Warning:"), len(kept) > 0 && !strings.HasPrefix(line, "─"):
			kept = append(kept, line)
		case strings.HasPrefix(line, "─"):
			return strings.TrimSpace(strings.Join(kept, "\n"))
		}
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}
