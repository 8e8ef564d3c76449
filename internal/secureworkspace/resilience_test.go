// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/acctest"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

const source = "terraform {\n  required_providers {\n    hardbricks = { source = \"hardbricks/hardbricks\" }\n  }\n}\n"

// apply applies a configuration in a directory and checks the exit code.
func apply(t *testing.T, cli *acctest.CLI, config string, want int, arguments ...string) acctest.Result {
	t.Helper()
	cli.Write(t, "main.tf", source+config)
	got := cli.Run(t, append([]string{"apply", "-auto-approve", "-no-color"}, arguments...)...)
	if got.Code != want {
		t.Fatalf("exit %d, want %d\n%s\n%s", got.Code, want, got.Stdout, got.Stderr)
	}
	return got
}

// attributes returns the state of the resource.
func attributes(t *testing.T, cli *acctest.CLI) map[string]any {
	t.Helper()
	var out struct {
		Values struct {
			Root struct {
				Resources []struct {
					Address string         `json:"address"`
					Values  map[string]any `json:"values"`
				} `json:"resources"`
			} `json:"root_module"`
		} `json:"values"`
	}
	if err := json.Unmarshal([]byte(cli.Run(t, "show", "-json").Stdout), &out); err != nil {
		t.Fatal(err)
	}
	for _, r := range out.Values.Root.Resources {
		if r.Address == address {
			return r.Values
		}
	}
	return nil
}

func fail(a acctest.Account, method, path string) {
	acctest.Sandbox().FailNext(sandbox.Fault{AccountID: a.ID, Method: method, Path: path, Status: http.StatusInternalServerError})
}

func accountPath(a acctest.Account, rest string) string {
	return "/api/2.0/accounts/" + a.ID + "/" + rest
}

// inAMonth is a date that a waiver may expire on.
func inAMonth() string { return time.Now().AddDate(0, 1, 0).Format(time.DateOnly) }

func deletes(a acctest.Account, kind string) int {
	return count(a.Requests(), http.MethodDelete, accountPath(a, kind))
}

// TestCreateBeforeDestroyKeepsTheWorkspace fails once and applies again: the old
// object is destroyed after the new one adopted the same workspace.
func TestCreateBeforeDestroyKeepsTheWorkspace(t *testing.T) {
	t.Parallel()
	for name, protection := range map[string]string{"unprotected": "false", "protected": "true"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := acctest.NewAccount(t)
			cli := acctest.NewCLI(t, nil)
			config := strings.Replace(small(a, "cbd", "lifecycle {\n    create_before_destroy = true\n  }"), "= false", "= "+protection, 1)
			fail(a, http.MethodPatch, "/api/2.0/workspace-conf")
			apply(t, cli, config, 1)
			apply(t, cli, config, 0)
			if n := count(a.Requests(), http.MethodDelete, "/api/"); n != 0 {
				t.Errorf("%d deletes, want none", n)
			}
			if code, _ := cli.Plan(t, "-detailed-exitcode"); code != 0 {
				t.Errorf("the plan that follows exits %d, want 0", code)
			}
		})
	}
}

// TestDestroyFinishesAfterAFailure fails on a child after the workspace is gone:
// the next destroy deletes what is left.
func TestDestroyFinishesAfterAFailure(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	cli := acctest.NewCLI(t, nil)
	apply(t, cli, small(a, "leftover", ""), 0)
	fail(a, http.MethodDelete, accountPath(a, "credentials/*"))
	if got := cli.Run(t, "destroy", "-auto-approve", "-no-color"); got.Code != 1 {
		t.Fatalf("exit %d, want 1", got.Code)
	}
	if got := cli.Run(t, "destroy", "-auto-approve", "-no-color"); got.Code != 0 {
		t.Fatalf("exit %d, want 0\n%s\n%s", got.Code, got.Stdout, got.Stderr)
	}
	if n := deletes(a, "credentials"); n != 2 {
		t.Errorf("%d deletes of the credential, want the failed one and another", n)
	}
}

// TestCorrectedChildReplacesTheWrongOne corrects the role before the workspace
// exists: the workspace is built with the right one, and the wrong one goes.
func TestCorrectedChildReplacesTheWrongOne(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	cli := acctest.NewCLI(t, nil)
	wrong := small(a, "corrected", "")
	right := strings.Replace(wrong, "role/cross-account", "role/right", 1)
	fail(a, http.MethodPost, accountPath(a, "workspaces"))
	apply(t, cli, wrong, 1)
	apply(t, cli, right, 0)
	if made, gone := count(a.Requests(), http.MethodPost, accountPath(a, "credentials")), deletes(a, "credentials"); made != 2 || gone != 1 {
		t.Errorf("%d credentials made and %d deleted, want 2 and 1", made, gone)
	}
	state := attributes(t, cli)
	id := state["credentials"].(map[string]any)["credentials_id"] //nolint:forcetypeassert // The schema says so.
	for _, r := range a.Requests() {
		if r.Method == http.MethodPost && r.Path == accountPath(a, "workspaces") && r.Status < 300 && !strings.Contains(r.Body, id.(string)) { //nolint:forcetypeassert // As above.
			t.Errorf("the workspace was made with another credential than %v: %s", id, r.Body)
		}
	}
}

// TestUnfinishedWorkspaceIsNotMovedByAnEdit edits what cannot be exchanged while
// the workspace is unfinished: an error that says so, never a state that lies.
func TestUnfinishedWorkspaceIsNotMovedByAnEdit(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	cli := acctest.NewCLI(t, nil)
	config := small(a, "edited", "")
	fail(a, http.MethodPatch, "/api/2.0/workspace-conf")
	apply(t, cli, config, 1)
	got := apply(t, cli, strings.Replace(config, "eu-west-1", "eu-west-2", 1), 1)
	if !strings.Contains(strings.Join(strings.Fields(got.Stderr), " "), "built from something else") {
		t.Errorf("the error does not say what differs:\n%s", got.Stderr)
	}
	apply(t, cli, config, 0)
	if made, gone := count(a.Requests(), http.MethodPost, accountPath(a, "workspaces")), deletes(a, "workspaces"); made != 1 || gone != 0 {
		t.Errorf("%d workspaces made and %d deleted, want 1 and 0", made, gone)
	}
}

func TestAnotherAccountIsRefused(t *testing.T) {
	t.Parallel()
	a, b := acctest.NewAccount(t), acctest.NewAccount(t)
	cli := acctest.NewCLI(t, nil)
	config := small(a, "moved", "")
	apply(t, cli, config, 0)
	_, resource, _ := strings.Cut(config, "resource ")
	got := apply(t, cli, b.Provider(`runner_addresses = ["203.0.113.10"]`)+"resource "+resource, 1)
	if !strings.Contains(got.Stderr, "HB-RED-003") || len(b.Writes()) != 0 {
		t.Errorf("%d writes to the other account\n%s", len(b.Writes()), got.Stderr)
	}
}

// TestSharedObjectsAreLeft destroys the owner of objects that another workspace
// uses: they stay, and are named.
func TestSharedObjectsAreLeft(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	owner, user := acctest.NewCLI(t, nil), acctest.NewCLI(t, nil)
	apply(t, owner, small(a, "owner", ""), 0)
	state := attributes(t, owner)
	credentials := state["credentials"].(map[string]any)["credentials_id"].(string) //nolint:forcetypeassert // The schema says so.
	config := strings.Replace(small(a, "user", ""), `role_arn = "arn:aws:iam::123456789012:role/cross-account"`, `credentials_id = "`+credentials+`"`, 1)
	apply(t, user, config, 0)
	got := owner.Run(t, "destroy", "-auto-approve", "-no-color")
	if got.Code != 0 || !strings.Contains(got.Stdout, "HB-DEL-004") || !strings.Contains(got.Stdout, credentials) {
		t.Errorf("exit %d\n%s\n%s", got.Code, got.Stdout, got.Stderr)
	}
}

// TestSharedEndpointsInOneRun declares two workspaces behind the same endpoints,
// which can be registered once.
func TestSharedEndpointsInOneRun(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	cli := acctest.NewCLI(t, nil)
	first := full(t, a, "deletion_protection = false")
	_, resource, _ := strings.Cut(first, "resource ")
	second := strings.NewReplacer(`"this"`, `"second"`, `"finance"`, `"second"`, "subnet-0123456789abcdef", "subnet-0123456789abcde1", "sg-0123456789abcdef0", "sg-0123456789abcdef1").Replace("resource " + resource)
	apply(t, cli, first+second, 0)
	registered := 0
	for _, r := range a.Requests() {
		if r.Method == http.MethodPost && r.Path == accountPath(a, "vpc-endpoints") && r.Status < 300 {
			registered++
		}
	}
	if registered != 2 {
		t.Errorf("%d endpoints registered, want 2", registered)
	}
	if code, _ := cli.Plan(t, "-detailed-exitcode"); code != 0 {
		t.Errorf("the plan that follows exits %d, want 0", code)
	}
}

// TestUnreadIsUnverifiable fails the read of the private access settings: what
// was not read is not enforced, and no change is planned from it.
func TestUnreadIsUnverifiable(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	cli := acctest.NewCLI(t, nil)
	config := full(t, a, "ip_access = { allow = { office = [\"203.0.113.0/24\"] } }")
	apply(t, cli, config, 0)
	fail(a, http.MethodGet, accountPath(a, "private-access-settings/*"))
	apply(t, cli, config, 0, "-refresh-only")
	posture := attributes(t, cli)["posture"].(map[string]any) //nolint:forcetypeassert // The schema says so.
	if got := posture["DBX-AWS-NET-07"]; got != "unverifiable" {
		t.Errorf("NET-07 is %v, want unverifiable", got)
	}
	fail(a, http.MethodGet, accountPath(a, "networks/*"))
	if code, found := cli.Plan(t, "-detailed-exitcode"); code != 0 {
		t.Errorf("a failed read planned a change: exit %d with %+v", code, found)
	}
}

// TestWaiversMayBeUnknown plans and applies a waiver that is decided during
// apply.
func TestWaiversMayBeUnknown(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	cli := acctest.NewCLI(t, nil)
	config := small(a, "waived", `
  waivers = [{ rule = "HB-NET-001", reason = terraform_data.reason.output, approver = "ciso@example.com", expires = "`+inAMonth()+`" }]`) + `
resource "terraform_data" "reason" {
  input = "the shared network follows in the next quarter"
}
`
	apply(t, cli, config, 0)
	if got := attributes(t, cli)["active_waivers"].([]any); len(got) != 1 { //nolint:forcetypeassert // The schema says so.
		t.Errorf("active waivers = %v", got)
	}
	if code, _ := cli.Plan(t, "-detailed-exitcode"); code != 0 {
		t.Errorf("the plan that follows exits %d, want 0", code)
	}
}

// TestWithoutAnAllowListPublicAccessIsNotEnforced covers lists that restrict
// nobody: NET-07 must not lean on them.
func TestWithoutAnAllowListPublicAccessIsNotEnforced(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	cli := acctest.NewCLI(t, nil)
	config := strings.NewReplacer(`security_profile = "high"`, "", "public_access_enabled = false", "public_access_enabled = true").Replace(
		full(t, a, "ip_access = { enforced = false, allow = { office = [\"203.0.113.0/24\"] } }"))
	apply(t, cli, config, 0)
	posture := attributes(t, cli)["posture"].(map[string]any) //nolint:forcetypeassert // The schema says so.
	if got := posture["DBX-AWS-NET-07"]; got != "not_enforced" {
		t.Errorf("NET-07 is %v, want not_enforced", got)
	}
}
