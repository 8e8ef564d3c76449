// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/toolchain"
)

// CLI runs the real Terraform with a built provider in a directory of its own:
// for exit codes, diagnostics and signals, which the in-process harness does
// not show.
type CLI struct {
	Dir string
	Env []string
}

// NewCLI returns a CLI in a directory with the given files. Its environment is
// that of this process, without any credentials.
func NewCLI(t *testing.T, files map[string]string) *CLI {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	config, err := overrides()
	if err != nil {
		t.Fatal(err)
	}
	return &CLI{Dir: dir, Env: append(os.Environ(), "TF_CLI_CONFIG_FILE="+config)}
}

// Write writes a file into the directory.
func (c *CLI) Write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(c.Dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Result is how a command ended.
type Result struct {
	Code           int
	Stdout, Stderr string
}

// Run runs terraform and returns how it ended, also with an exit code other
// than zero.
func (c *CLI) Run(t *testing.T, arguments ...string) Result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), os.Getenv("TF_ACC_TERRAFORM_PATH"), arguments...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = c.Dir, c.Env, &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return Result{Code: cmd.ProcessState.ExitCode(), Stdout: stdout.String(), Stderr: stderr.String()}
}

// Diagnostic is a diagnostic as Terraform prints it as JSON.
type Diagnostic struct {
	Severity string `json:"severity"`
	Summary  string `json:"summary"`
	Detail   string `json:"detail"`
	Range    *struct {
		Start struct {
			Line int `json:"line"`
		} `json:"start"`
	} `json:"range"`
	Snippet *struct {
		Code string `json:"code"`
	} `json:"snippet"`
}

// Validate runs `terraform validate` and returns its exit code and diagnostics.
func (c *CLI) Validate(t *testing.T) (int, []Diagnostic) {
	t.Helper()
	r := c.Run(t, "validate", "-json")
	var out struct {
		Diagnostics []Diagnostic `json:"diagnostics"`
	}
	if err := json.Unmarshal([]byte(r.Stdout), &out); err != nil {
		t.Fatalf("%v\n%s%s", err, r.Stdout, r.Stderr)
	}
	return r.Code, foreign(out.Diagnostics)
}

// Plan runs `terraform plan` and returns its exit code and diagnostics.
func (c *CLI) Plan(t *testing.T, arguments ...string) (int, []Diagnostic) {
	t.Helper()
	r := c.Run(t, append([]string{"plan", "-json", "-input=false"}, arguments...)...)
	var all []Diagnostic
	for line := range strings.Lines(r.Stdout) {
		var message struct {
			Diagnostic *Diagnostic `json:"diagnostic"`
		}
		if err := json.Unmarshal([]byte(line), &message); err == nil && message.Diagnostic != nil {
			all = append(all, *message.Diagnostic)
		}
	}
	return r.Code, foreign(all)
}

// foreign drops the warning about development overrides, which is ours.
func foreign(all []Diagnostic) []Diagnostic {
	var kept []Diagnostic
	for _, d := range all {
		if d.Summary != "Provider development overrides are in effect" {
			kept = append(kept, d)
		}
	}
	return kept
}

// overrides builds the provider once, and returns the CLI configuration that
// makes Terraform use it without init.
var overrides = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp(workDir, "provider-")
	if err != nil {
		return "", err
	}
	root, err := toolchain.RepoRoot()
	if err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "terraform-provider-hardbricks"), ".")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the provider: %w\n%s", err, out)
	}
	config := filepath.Join(dir, "dev.tfrc")
	content := fmt.Sprintf("disable_checkpoint = true\nprovider_installation {\n  dev_overrides {\n    \"hardbricks/hardbricks\" = %q\n  }\n  direct {}\n}\n", dir)
	return config, os.WriteFile(config, []byte(content), 0o600)
})
