// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/facts"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/toolchain"
)

// bench runs Terraform in a directory of its own with the built provider.
type bench struct {
	sandbox        *sandbox.Sandbox
	dir, terraform string
	config         string
}

func newBench(ctx context.Context, sb *sandbox.Sandbox) (*bench, error) {
	root, err := toolchain.RepoRoot()
	if err != nil {
		return nil, err
	}
	terraform, err := toolchain.Terraform(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "hardbricks-bench-")
	if err != nil {
		return nil, err
	}
	b := &bench{sandbox: sb, dir: dir, terraform: terraform}
	mirror := filepath.Join(dir, "mirror")
	if _, err := toolchain.BuildProvider(ctx, root, mirror, toolchain.Version); err != nil {
		b.close()
		return nil, err
	}
	if b.config, err = toolchain.WriteCLIConfig(dir, mirror); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *bench) close() { _ = os.RemoveAll(b.dir) }

// command runs terraform and returns how long it took and its exit code.
func (b *bench) command(ctx context.Context, dir string, a sandbox.Account, arguments ...string) (time.Duration, int, error) {
	cmd := exec.CommandContext(ctx, b.terraform, arguments...)
	cmd.Dir = dir
	cmd.Env = append(b.sandbox.Environ(os.Environ()), "TF_CLI_CONFIG_FILE="+b.config, "TF_IN_AUTOMATION=1", "TF_INPUT=0",
		"DATABRICKS_ACCOUNT_ID="+a.ID, "DATABRICKS_CLIENT_ID="+a.ClientID, "DATABRICKS_CLIENT_SECRET="+a.ClientSecret)
	begin := time.Now()
	output, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		return 0, 0, fmt.Errorf("terraform %v: %w", arguments, err)
	}
	code := cmd.ProcessState.ExitCode()
	if code != 0 && arguments[0] != "validate" {
		return 0, code, fmt.Errorf("terraform %v: %w\n%s", arguments, err, output)
	}
	return time.Since(begin), code, nil
}

// prepare writes a configuration and initializes it.
func (b *bench) prepare(ctx context.Context, name, content string, a sandbox.Account) (string, error) {
	dir := filepath.Join(b.dir, name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(content), 0o600); err != nil {
		return "", err
	}
	_, _, err := b.command(ctx, dir, a, "init")
	return dir, err
}

// invalid measures validate of a configuration that is refused.
func (b *bench) invalid(ctx context.Context) ([]figure, error) {
	a := b.sandbox.NewAccount()
	dir, err := b.prepare(ctx, "invalid", strings.ReplaceAll(b.workspaces(1, a), "eu-west-1", "us-west-1"), a)
	if err != nil {
		return nil, err
	}
	took, code, err := b.command(ctx, dir, a, "validate")
	if err != nil {
		return nil, err
	}
	if code != 1 {
		return nil, fmt.Errorf("validate of an invalid configuration exited %d", code)
	}
	return []figure{
		{what: "validate, invalid", got: took.Seconds(), budget: 1, unit: "s"},
		{what: "validate, calls", got: float64(len(b.sandbox.AccountRequests(a.ID))), budget: 0, unit: "calls"},
	}, nil
}

// longList measures a plan with the longest IP access list there can be.
func (b *bench) longList(ctx context.Context) (figure, error) {
	a := b.sandbox.NewAccount()
	list := `concat(["203.0.113.10"], [for i in range(999) : "198.51.${floor(i / 256)}.${i % 256}"])`
	dir, err := b.prepare(ctx, "list", strings.ReplaceAll(b.workspaces(1, a), `["203.0.113.0/24"]`, list), a)
	if err != nil {
		return figure{}, err
	}
	took, _, err := b.command(ctx, dir, a, "plan")
	return figure{what: "plan, one list of 1,000 addresses", got: took.Seconds(), budget: 2, unit: "s"}, err
}

// refresh measures a plan of n applied workspaces: its calls, and its time with
// slow answers.
func (b *bench) refresh(ctx context.Context, n int) ([]figure, error) {
	a := b.sandbox.NewAccount()
	dir, err := b.prepare(ctx, "refresh-"+strconv.Itoa(n), b.workspaces(n, a), a)
	if err != nil {
		return nil, err
	}
	if _, _, err := b.command(ctx, dir, a, "apply", "-auto-approve", "-parallelism=25"); err != nil {
		return nil, err
	}
	before := len(b.sandbox.AccountRequests(a.ID))
	b.sandbox.SetLatency(latency)
	took, _, err := b.command(ctx, dir, a, "plan", "-detailed-exitcode")
	b.sandbox.SetLatency(0)
	if err != nil {
		return nil, err
	}
	figures := []figure{{
		what: fmt.Sprintf("refresh, %d workspaces", n), got: float64(len(b.sandbox.AccountRequests(a.ID)) - before), budget: float64(14 + 12*n), unit: "calls",
	}}
	if budget := map[int]float64{25: 6, 100: 15}[n]; budget > 0 {
		figures = append(figures, figure{what: fmt.Sprintf("plan, %d workspaces, 150 ms an answer", n), got: took.Seconds(), budget: budget, unit: "s"})
	}
	return figures, nil
}

// workspaces declares n fully hardened workspaces.
func (b *bench) workspaces(n int, a sandbox.Account) string {
	region, _ := facts.Lookup("eu-west-1")
	var config strings.Builder
	config.WriteString(header)
	for i := range n {
		id := fmt.Sprintf("%s%04x", strings.ReplaceAll(a.ID, "-", "")[:8], i)
		rest, relay := "vpce-0"+id+"000a", "vpce-0"+id+"000b"
		b.sandbox.DeclareEndpoint(rest, region.PrivateLink.RestAPI)
		b.sandbox.DeclareEndpoint(relay, region.PrivateLink.DataplaneRelay)
		fmt.Fprintf(&config, workspace, i, id, rest, relay)
	}
	return config.String()
}

const header = `terraform {
  required_providers {
    hardbricks = { source = "hardbricks/hardbricks" }
  }
}

provider "hardbricks" {
  security_profile = "high"
  runner_addresses = ["203.0.113.10"]
}
`

const workspace = `
resource "hardbricks_secure_workspace" "w%[1]d" {
  workspace_name = "bench-%[1]d"
  aws_region     = "eu-west-1"
  credentials    = { role_arn = "arn:aws:iam::123456789012:role/cross-account-%[1]d" }
  storage        = { bucket_name = "bench-root-%[1]d" }
  network = {
    vpc_id             = "vpc-0123456789abcdef0"
    subnet_ids         = ["subnet-0%[2]sa", "subnet-0%[2]sb"]
    security_group_ids = ["sg-0%[2]sa"]
    private_link = {
      rest_api        = { aws_vpc_endpoint_id = %[3]q }
      dataplane_relay = { aws_vpc_endpoint_id = %[4]q }
    }
  }
  encryption = {
    managed_services  = { key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-0000%[2]s" }
    workspace_storage = { key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-0001%[2]s" }
  }
  private_access = { public_access_enabled = false }
  ip_access      = { allow = { office = ["203.0.113.0/24"] } }
}
`
