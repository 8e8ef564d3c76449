// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/toolchain"
)

// The examples, from the root of the repository.
const (
	hardenedGuide = "examples/guides/aws-hardened-workspace"
	refusedGuide  = "examples/guides/aws-refused-us-west-1"
)

// guide is a copy of an example, as a user has one, and what it takes to run it
// in the sandbox: the real Terraform, hashicorp/aws and the built provider.
type guide struct {
	dir, requests string
	env           []string
}

func newGuide(t *testing.T, example string) guide {
	t.Helper()
	root, err := toolchain.RepoRoot()
	if err != nil {
		t.Fatal(err)
	}
	terraform, err := toolchain.Terraform(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mirror := t.TempDir()
	if _, err := toolchain.BuildProvider(t.Context(), root, mirror, toolchain.Version); err != nil {
		t.Fatal(err)
	}
	config, err := toolchain.WriteCLIConfig(t.TempDir(), mirror)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(root, filepath.FromSlash(example)))); err != nil {
		t.Fatal(err)
	}
	return guide{dir: dir, requests: filepath.Join(t.TempDir(), "requests.jsonl"), env: append(os.Environ(),
		playMain+"=1", "TMPDIR="+t.TempDir(), "TF_CLI_CONFIG_FILE="+config, "TF_IN_AUTOMATION=1", "TF_INPUT=0", "TF_CLI_ARGS=-no-color",
		"PATH="+filepath.Dir(terraform)+string(os.PathListSeparator)+os.Getenv("PATH"))}
}

// run runs a shell script inside one sandbox, since its state ends with it.
func (g guide) run(t *testing.T, script string) result {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, self, "--provision-time", "2s", "--log", g.requests, "--", "sh", "-c", script)
	cmd.Dir, cmd.Env = g.dir, g.env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// asked counts the requests by service.
func (g guide) asked(t *testing.T) map[string]int {
	t.Helper()
	raw, err := os.ReadFile(g.requests)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for line := range strings.Lines(string(raw)) {
		var request struct{ Service string }
		if err := json.Unmarshal([]byte(line), &request); err != nil {
			t.Fatal(err)
		}
		counts[request.Service]++
	}
	return counts
}

// TestGuideApplies runs the example that users start from, unmodified: one apply
// from an empty state creates the AWS objects and the hardened workspace, and
// the plan that follows is empty. It loads hashicorp/aws twice, which is slow.
func TestGuideApplies(t *testing.T) {
	t.Parallel()
	got := newGuide(t, hardenedGuide).run(t, `
terraform init > init.txt 2>&1 || { cat init.txt; exit 1; }
terraform apply -auto-approve > apply.txt 2>&1 || { cat apply.txt; exit 1; }
terraform output -json
terraform plan -detailed-exitcode > plan.txt 2>&1 || { echo "plan: $?"; cat plan.txt; exit 1; }`)
	if got.status != 0 {
		t.Fatalf("exit %d\n%s\n%s", got.status, got.stdout, got.stderr)
	}
	var outputs struct {
		Status  struct{ Value string }            `json:"status"`
		Posture struct{ Value map[string]string } `json:"posture"`
	}
	if err := json.Unmarshal([]byte(got.stdout), &outputs); err != nil {
		t.Fatalf("%v\n%s", err, got.stdout)
	}
	if outputs.Status.Value != "READY" || len(outputs.Posture.Value) == 0 {
		t.Errorf("outputs = %+v", outputs)
	}
	for control, state := range outputs.Posture.Value {
		if state != "enforced" {
			t.Errorf("%s is %s", control, state)
		}
	}
}

// TestRefusedGuideAsksNobody runs the variant that is refused: exit 1 at
// validate, and not one request to Databricks.
func TestRefusedGuideAsksNobody(t *testing.T) {
	t.Parallel()
	g := newGuide(t, refusedGuide)
	got := g.run(t, `
terraform init > init.txt 2>&1 || { cat init.txt; exit 2; }
for command in validate plan; do
  terraform $command && exit 3
done
for variant in variable; do
  cd $variant && terraform init > init.txt 2>&1 || { cat init.txt; exit 2; }
  terraform plan && exit 3
done
exit 1`)
	if n := strings.Count(got.stderr, "HB-REG-002"); got.status != 1 || n < 3 {
		t.Errorf("exit %d with %d diagnostics\n%s\n%s", got.status, n, got.stdout, got.stderr)
	}
	// The sandbox's own canary asks the account once.
	if asked := g.asked(t); asked["account"]+asked["workspace"]+asked["oidc"] > 1 {
		t.Errorf("Databricks was asked: %v", asked)
	}
}
