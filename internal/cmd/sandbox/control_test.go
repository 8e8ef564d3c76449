// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestControlFromInside(t *testing.T) {
	t.Parallel()
	needs(t, "curl")
	script := `curl -sS -f -H "Authorization: Bearer $HARDBRICKS_SANDBOX_CONTROL_TOKEN" "$HARDBRICKS_SANDBOX_CONTROL/requests"`
	for _, network := range []string{networkShared, networkAuto} {
		got := finish(t, sandboxed(t, "--no-aws", "--network", network, "--", "sh", "-c", script))
		if got.status != 0 || !strings.Contains(got.stdout, `"path":"/__sandbox/canary"`) {
			t.Errorf("%s: %+v", network, got)
		}
	}
}

func TestKillPointEndsTheCommand(t *testing.T) {
	t.Parallel()
	needs(t, "curl")
	script := `curl -sS -f -H "Authorization: Bearer $HARDBRICKS_SANDBOX_CONTROL_TOKEN" \
  -d '{"path": "/api/2.0/*", "kill": true}' "$HARDBRICKS_SANDBOX_CONTROL/faults" || exit 1
curl -sS https://accounts.cloud.databricks.com/api/2.0/x
exit 2`
	for _, network := range []string{networkShared, networkAuto} {
		if got := finish(t, sandboxed(t, "--no-aws", "--network", network, "--", "sh", "-c", script)); got.status != 128+9 {
			t.Errorf("%s: %+v, want a kill", network, got)
		}
	}
}

func TestStateFlag(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.json")
	run := func() string {
		got := finish(t, sandboxed(t, "--no-aws", "--network", networkShared, "--state", file, "--", "sh", "-c", "echo $DATABRICKS_ACCOUNT_ID"))
		if got.status != 0 || len(got.stdout) != 37 {
			t.Fatalf("%+v", got)
		}
		return got.stdout
	}
	if first, second := run(), run(); first != second {
		t.Errorf("the account was %s and is %s", first, second)
	}
}
