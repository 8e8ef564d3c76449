// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

// Package acctest is the harness of the acceptance tests: the real Terraform
// CLI, the provider in this process, and the sandbox.
package acctest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/provider"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/toolchain"
)

// World is what the tests of one package share: one sandbox, in which each test
// has an account of its own, so that they can run side by side.
type World struct {
	Sandbox *sandbox.Sandbox
}

// current is the world of this test process. Environment variables are read once
// by the HTTP client and the certificate pool, so there can be only one.
var current *World

// workDir is a directory that is removed when the tests of the package end.
var workDir string

// Main runs the tests of a package in a sandbox without AWS, and ends the
// process with their status.
func Main(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	dir, err := os.MkdirTemp("", "hardbricks-acctest-")
	if err != nil {
		return fail(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	terraform, err := toolchain.Terraform(ctx)
	if err != nil {
		return fail(err)
	}
	sb, err := sandbox.Start(ctx, sandbox.Config{ProvisionTime: 200 * time.Millisecond, LingerTime: 100 * time.Millisecond})
	if err != nil {
		return fail(err)
	}
	defer func() { _ = sb.Close() }()
	if err := enter(sb, dir, terraform); err != nil {
		return fail(err)
	}
	current, workDir = &World{Sandbox: sb}, dir
	return m.Run()
}

// enter puts this process inside the sandbox. Tests name their credentials
// themselves, so none may come from the environment.
func enter(sb *sandbox.Sandbox, dir, terraform string) error {
	inside := sb.Environ(os.Environ())
	os.Clearenv()
	for _, kv := range inside {
		k, v, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(k, "DATABRICKS_") {
			continue
		}
		if err := os.Setenv(k, v); err != nil {
			return err
		}
	}
	cli := filepath.Join(dir, "terraform.tfrc")
	if err := os.WriteFile(cli, []byte("disable_checkpoint = true\n"), 0o600); err != nil {
		return err
	}
	for k, v := range map[string]string{
		"TF_CLI_CONFIG_FILE": cli, "TF_ACC_TERRAFORM_PATH": terraform, "TF_ACC_PROVIDER_NAMESPACE": "hardbricks",
		"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1",
	} {
		if err := os.Setenv(k, v); err != nil {
			return err
		}
	}
	return nil
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, "acctest:", err)
	return 1
}

// Sandbox returns the sandbox of this test process.
func Sandbox() *sandbox.Sandbox { return current.Sandbox }

// Providers returns the provider in this process, with a clock that waits
// shorter.
func Providers() map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		// A provider of its own for each run of the CLI, as Terraform starts one.
		"hardbricks": func() (tfprotov6.ProviderServer, error) {
			return providerserver.NewProtocol6WithError(provider.New("0.0.0-test", fastClock{})())()
		},
	}
}

// fastClock is the real time with waits cut to a twentieth.
type fastClock struct{}

// Now returns the present time.
func (fastClock) Now() time.Time { return time.Now() }

// Wait waits a twentieth of a duration.
func (fastClock) Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d / 20)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
