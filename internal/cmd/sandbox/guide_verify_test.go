// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

//go:build verify

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestVerifyGuidePlansWithoutCredentials plans the example from an empty state
// without Databricks credentials: exit 0, and one notice for each check that was
// skipped. hashicorp/aws refuses to plan without credentials of its own, so it
// keeps those of the sandbox.
func TestVerifyGuidePlansWithoutCredentials(t *testing.T) {
	t.Parallel()
	g := newGuide(t, hardenedGuide)
	got := g.run(t, `
terraform init > init.txt 2>&1 || { cat init.txt; exit 2; }
env -u DATABRICKS_CLIENT_ID -u DATABRICKS_CLIENT_SECRET terraform plan`)
	if got.status != 0 {
		t.Fatalf("exit %d\n%s\n%s", got.status, got.stdout, got.stderr)
	}
	for notice, want := range map[string]int{"(HB-CHK-001)": 1, "(HB-CHK-002)": 1, "Warning: ": 2} {
		if n := strings.Count(got.stdout, notice); n != want {
			t.Errorf("%q stands %d times in the plan, want %d:\n%s", notice, n, want, got.stdout)
		}
	}
}

// TestVerifyGuideCannotLeave plans the example with the proxy variables taken
// away. The command runs where the machine's network does not exist, so nothing
// can leave, and nothing arrives. hashicorp/aws would go on trying for hours, so
// an override file bounds its attempts.
func TestVerifyGuideCannotLeave(t *testing.T) {
	t.Parallel()
	g := newGuide(t, hardenedGuide)
	override := []byte("provider \"aws\" {\n  max_retries = 1\n}\n")
	if err := os.WriteFile(filepath.Join(g.dir, "retries_override.tf"), override, 0o600); err != nil {
		t.Fatal(err)
	}
	got := g.run(t, `
terraform init > init.txt 2>&1 || { cat init.txt; exit 2; }
echo "interfaces: $(grep -c : /proc/net/dev)"
env -u HTTPS_PROXY -u https_proxy -u HTTP_PROXY -u http_proxy terraform plan`)
	if got.status != 1 {
		t.Fatalf("exit %d\n%s\n%s", got.status, got.stdout, got.stderr)
	}
	if strings.Contains(got.stderr, "namespace") {
		t.Skip("this machine has no network namespaces: " + got.stderr)
	}
	if !strings.Contains(got.stdout, "interfaces: 1\n") {
		t.Errorf("the command saw more than the loopback interface:\n%s", got.stdout)
	}
	if asked := g.asked(t); asked["aws"] != 0 || asked["workspace"]+asked["oidc"] != 0 {
		t.Errorf("requests arrived without a proxy: %v", asked)
	}
}
