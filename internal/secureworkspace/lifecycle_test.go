// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/acctest"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

// small is a workspace of profile standard with the least that can be declared.
func small(a acctest.Account, name, more string) string {
	return a.Provider(`runner_addresses = ["203.0.113.10"]`) + fmt.Sprintf(`
resource "hardbricks_secure_workspace" "this" {
  workspace_name      = %q
  aws_region          = "eu-west-1"
  credentials         = { role_arn = "arn:aws:iam::123456789012:role/cross-account" }
  storage             = { bucket_name = "finance-root" }
  deletion_protection = false
  %s
}
`, name, more)
}

func status(want string) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact(want))
}

func control(id, want string) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New("posture").AtMapKey(id), knownvalue.StringExact(want))
}

func count(all []sandbox.Request, method, path string) int {
	n := 0
	for _, r := range all {
		if r.Method == method && strings.HasPrefix(r.Path, path) {
			n++
		}
	}
	return n
}

func workspacesPath(a acctest.Account) string { return "/api/2.0/accounts/" + a.ID + "/workspaces" }

func TestPostureNeverClaimsWhatIsNotAsked(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{{
			Config: small(a, "plain", ""),
			ConfigStateChecks: []statecheck.StateCheck{
				status("READY"),
				control("DBX-AWS-NET-01", "not_enforced"), control("DBX-AWS-ENC-01", "not_enforced"), control("DBX-ANY-NET-12", "not_enforced"),
				control("DBX-ANY-IAM-10", "not_enforced"), control("DBX-ANY-IAM-11", "enforced"), control("DBX-AWS-CMP-09", "enforced"),
			},
		}},
	})
}

func TestPremiumTierLeavesOutWhatItLacks(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{{
			Config: small(a, "premium", `pricing_tier = "PREMIUM"`),
			ConfigStateChecks: []statecheck.StateCheck{
				status("READY"), control("DBX-AWS-ENC-01", "not_applicable"), control("DBX-ANY-NET-12", "not_applicable"), control("DBX-ANY-CMP-10", "not_applicable"),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("baseline").AtMapKey("enhanced_security_monitoring"), knownvalue.Null()),
			},
		}},
	})
}

func TestUpdateInPlace(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	same := statecheck.CompareValue(compare.ValuesSame())
	id := tfjsonpath.New("workspace_id")
	update := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)}}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{
				Config:            small(a, "update", `ip_access = { allow = { office = ["203.0.113.0/24"] } }`),
				ConfigStateChecks: []statecheck.StateCheck{same.AddStateValue(address, id), status("READY")},
			},
			{
				Config: small(a, "update", `
  ip_access   = { allow = { office = ["203.0.113.0/24", "198.51.100.7"], vpn = ["192.0.2.0/24"] }, block = { lab = ["203.0.113.128/25"] } }
  baseline    = { max_token_lifetime_days = 7, tokens_enabled = false }
  custom_tags = { team = "data" }`),
				ConfigPlanChecks: update,
				ConfigStateChecks: []statecheck.StateCheck{
					same.AddStateValue(address, id), status("READY"), control("DBX-ANY-NET-12", "enforced"), control("DBX-ANY-IAM-10", "enforced"),
				},
			},
			{
				Config:            small(a, "update", `ip_access = { allow = { vpn = ["203.0.113.0/25"] } }`),
				ConfigPlanChecks:  update,
				ConfigStateChecks: []statecheck.StateCheck{same.AddStateValue(address, id), status("READY")},
			},
		},
	})
	if n := count(a.Requests(), http.MethodPost, workspacesPath(a)); n != 1 {
		t.Errorf("%d workspaces were created, want 1", n)
	}
}

func TestDriftIsSeenAndRepaired(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	config := small(a, "drift", `ip_access = { allow = { office = ["203.0.113.0/24"] } }`)
	off := "false"
	tests := map[string]func(id int64){
		"conf changed":    func(id int64) { acctest.Sandbox().SetConf(a.ID, id, "enableVerboseAuditLogs", &off) },
		"conf absent":     func(id int64) { acctest.Sandbox().SetConf(a.ID, id, "enforceUserIsolation", nil) },
		"enforcement off": func(id int64) { acctest.Sandbox().SetConf(a.ID, id, "enableIpAccessLists", &off) },
		"setting changed": func(id int64) {
			acctest.Sandbox().SetSetting(a.ID, id, "restrict_workspace_admins", map[string]any{"status": "ALLOW_ALL"})
		},
	}
	var id int64
	stepsOf := []resource.TestStep{{Config: config, Check: workspaceID(&id)}}
	for _, change := range tests {
		stepsOf = append(stepsOf, resource.TestStep{
			PreConfig:         func() { change(id) },
			Config:            config,
			ConfigPlanChecks:  resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate)}},
			ConfigStateChecks: []statecheck.StateCheck{status("READY"), control("DBX-ANY-LOG-04", "enforced"), control("DBX-ANY-NET-12", "enforced"), control("DBX-ANY-IAM-15", "enforced")},
		})
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: acctest.Providers(), Steps: stepsOf})
}

func workspaceID(id *int64) resource.TestCheckFunc {
	return func(s *terraform.State) error {
		_, err := fmt.Sscan(s.RootModule().Resources[address].Primary.Attributes["workspace_id"], id)
		return err
	}
}

// TestRefreshWritesNothing shows that a plan of an applied workspace only reads.
func TestRefreshWritesNothing(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	config := full(t, a, "ip_access = { allow = { office = [\"203.0.113.0/24\"] } }\n deletion_protection = false")
	var before int
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig: func() { before = len(a.Writes()) },
				Config:    config,
				PlanOnly:  true,
			},
			{
				PreConfig: func() {
					if after := a.Writes(); len(after) != before {
						t.Errorf("a plan wrote: %+v", after[before:])
					}
				},
				Config: config,
			},
		},
	})
}

func TestExistingObjectsAreUsedAndKept(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	second := `
resource "hardbricks_secure_workspace" "second" {
  workspace_name      = "second"
  aws_region          = "eu-west-1"
  credentials         = { credentials_id = hardbricks_secure_workspace.this.credentials.credentials_id }
  storage             = { storage_configuration_id = hardbricks_secure_workspace.this.storage.storage_configuration_id }
  deletion_protection = false
}
`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{
				Config: small(a, "first", "") + second,
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("hardbricks_secure_workspace.second", tfjsonpath.New("status"), knownvalue.StringExact("READY")),
					statecheck.ExpectKnownValue("hardbricks_secure_workspace.second", tfjsonpath.New("steps").AtSliceIndex(0).AtMapKey("owned"), knownvalue.Bool(false)),
				},
			},
			{
				Config: small(a, "first", ""),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("steps").AtSliceIndex(0).AtMapKey("owned"), knownvalue.Bool(true)),
				},
			},
			{
				PreConfig: func() {
					if n := count(a.Requests(), http.MethodDelete, "/api/2.0/accounts/"+a.ID+"/credentials"); n != 0 {
						t.Errorf("a credential that another workspace owns was deleted %d times", n)
					}
				},
				Config: small(a, "first", ""),
			},
		},
	})
}

func TestDeletionProtection(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	protected := strings.Replace(small(a, "protected", ""), "deletion_protection = false", "", 1)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{Config: protected},
			{Config: protected, Destroy: true, ExpectError: regexp.MustCompile(`HB-DEL-001`)},
			{Config: a.Provider(), ExpectError: regexp.MustCompile(`HB-DEL-001`)},
			{
				PreConfig: func() {
					if n := count(a.Requests(), http.MethodDelete, "/api/"); n != 0 {
						t.Errorf("%d deletes of a protected workspace", n)
					}
				},
				Config: small(a, "protected", ""),
			},
		},
	})
}

func TestFixedAttributesAreNeverReplaced(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	refused := regexp.MustCompile(`HB-UPD-001`)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{Config: small(a, "fixed", "")},
			{Config: small(a, "renamed", ""), ExpectError: refused},
			{Config: strings.Replace(small(a, "fixed", ""), "role/cross-account", "role/other", 1), ExpectError: refused},
			{Config: strings.Replace(small(a, "fixed", ""), "eu-west-1", "eu-west-2", 1), ExpectError: refused},
		},
	})
}

// TestFailureAfterTheWorkspaceResumes lets a setting fail once: the apply fails,
// names the step, and the next one finishes the same workspace.
func TestFailureAfterTheWorkspaceResumes(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{
				PreConfig: func() {
					acctest.Sandbox().FailNext(sandbox.Fault{AccountID: a.ID, Method: http.MethodPatch, Path: "/api/2.0/workspace-conf", Status: http.StatusInternalServerError, Body: `{"error_code":"INTERNAL_ERROR","message":"broken on purpose"}`})
				},
				Config:      small(a, "resume", ""),
				ExpectError: regexp.MustCompile(`(?s)Step failed \(baseline\).*broken on\s+purpose`),
			},
			{
				Config:            small(a, "resume", ""),
				ConfigStateChecks: []statecheck.StateCheck{status("READY")},
			},
			{
				PreConfig: func() {
					if made, gone := count(a.Requests(), http.MethodPost, workspacesPath(a)), count(a.Requests(), http.MethodDelete, "/api/"); made != 1 || gone != 0 {
						t.Errorf("%d workspaces created and %d objects deleted, want 1 and 0", made, gone)
					}
				},
				Config: small(a, "resume", ""), PlanOnly: true,
			},
		},
	})
}

func TestAccountOnlyRunnerTouchesNoWorkspace(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{{
			Config:            small(a, "private", `runner_access = "account_only"`),
			ConfigStateChecks: []statecheck.StateCheck{status("COMPLETE_ACCOUNT_ONLY"), control("DBX-ANY-LOG-04", "unverifiable")},
		}},
	})
	for _, r := range a.Requests() {
		if r.Service == sandbox.ServiceWorkspace {
			t.Errorf("the workspace was asked: %s %s", r.Method, r.Path)
		}
	}
}

func TestMetastoreIsAssigned(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	metastore := acctest.Sandbox().MetastoreID(a.ID, "eu-west-1")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{{
			Config: small(a, "unity", fmt.Sprintf("metastore_id = %q", metastore)),
			ConfigStateChecks: []statecheck.StateCheck{
				status("READY"), statecheck.ExpectKnownValue(address, tfjsonpath.New("metastore_id"), knownvalue.StringExact(metastore)),
			},
		}},
	})
}

// TestForeignNameIsRefusedAtPlan shows that a workspace of the same name that
// another resource made is never taken over.
func TestForeignNameIsRefusedAtPlan(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	first := small(a, "taken", "")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{
			{Config: first},
			{
				Config: first + strings.Replace(strings.SplitAfterN(first, "}\n", 2)[1], `"this"`, `"twin"`, 1), PlanOnly: true,
				ExpectError: regexp.MustCompile(`HB-CHK-003|HB-WSP-001`),
			},
		},
	})
}

// TestLostStateIsAdopted loses the state after an apply, as a killed run does:
// the next apply takes over the same workspace and its objects, and makes none a
// second time.
func TestLostStateIsAdopted(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	cli := acctest.NewCLI(t, map[string]string{"main.tf": source + full(t, a, `ip_access = { allow = { office = ["203.0.113.0/24"] } }`)})
	for range 2 {
		if got := cli.Run(t, "apply", "-auto-approve", "-no-color"); got.Code != 0 {
			t.Fatalf("exit %d\n%s\n%s", got.Code, got.Stdout, got.Stderr)
		}
		if err := os.Remove(filepath.Join(cli.Dir, "terraform.tfstate")); err != nil {
			t.Fatal(err)
		}
	}
	for _, kind := range []string{"workspaces", "credentials", "storage-configurations", "networks", "customer-managed-keys", "private-access-settings", "vpc-endpoints"} {
		want := 1
		if kind == "customer-managed-keys" || kind == "vpc-endpoints" {
			want = 2
		}
		if n := count(a.Requests(), http.MethodPost, "/api/2.0/accounts/"+a.ID+"/"+kind); n != want {
			t.Errorf("%d requests created %s, want %d", n, kind, want)
		}
	}
}
