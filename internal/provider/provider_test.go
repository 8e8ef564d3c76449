// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/acctest"
)

// most is how long a wrong configuration may take to be told.
const most = 10 * time.Second

const required = "terraform {\n  required_providers {\n    hardbricks = { source = \"hardbricks/hardbricks\" }\n  }\n}\n"

// good is the secure workspace that the rules' fixtures start from, without its
// provider block.
func good(t *testing.T) string {
	t.Helper()
	base := read(t, filepath.Join(fixtures, "base", "main.tf"))
	_, resource, found := strings.Cut(base, "resource ")
	if !found {
		t.Fatal("the base fixture has no resource")
	}
	return required + "resource " + resource
}

func errorsOf(all []acctest.Diagnostic) []acctest.Diagnostic {
	var found []acctest.Diagnostic
	for _, d := range all {
		if d.Severity == "error" {
			found = append(found, d)
		}
	}
	return found
}

// TestWrongCredentialsGiveOneClearError covers what a user gets wrong first.
func TestWrongCredentialsGiveOneClearError(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	wrongSecret, unknownAccount := a, a
	wrongSecret.ClientSecret = "dose-not-a-real-secret"
	unknownAccount.ID = "99999999-8888-7777-6666-555555555555"
	tests := map[string]struct {
		config string
		env    []string
		want   []string
	}{
		"wrong client secret": {wrongSecret.Provider(), nil, []string{"HB-CHK-003", "client_secret", a.ClientID, a.ID}},
		"unknown account id":  {unknownAccount.Provider(), nil, []string{"HB-CHK-003", "account_id", unknownAccount.ID}},
		// Nothing listens on port 9, the discard port, of this machine.
		"unreachable host": {a.Provider(), []string{"HTTPS_PROXY=http://127.0.0.1:9", "https_proxy=http://127.0.0.1:9"}, []string{"HB-CHK-003", "cannot be reached", "HTTPS_PROXY"}},
		"workspace host":   {a.Provider(`host = "https://dbc-0123.cloud.databricks.com"`), nil, []string{"host", "accounts.cloud.databricks.com"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cli := acctest.NewCLI(t, map[string]string{"main.tf": good(t) + tt.config})
			cli.Env = append(cli.Env, tt.env...)
			begin := time.Now()
			code, found := cli.Plan(t)
			if took := time.Since(begin); took > most {
				t.Errorf("took %s, want at most %s", took, most)
			}
			failed := errorsOf(found)
			if code != 1 || len(failed) != 1 {
				t.Fatalf("exit %d with %d errors, want 1 with 1: %+v", code, len(failed), failed)
			}
			text := failed[0].Summary + "\n" + failed[0].Detail
			for _, want := range tt.want {
				if !strings.Contains(text, want) {
					t.Errorf("the error does not name %q:\n%s", want, text)
				}
			}
			if strings.Contains(text, wrongSecret.ClientSecret) {
				t.Error("the error holds the secret")
			}
		})
	}
}

// TestPlanWithoutCredentials shows that a secure configuration plans from
// nothing, with one notice for each check that was skipped.
func TestPlanWithoutCredentials(t *testing.T) {
	t.Parallel()
	cli := acctest.NewCLI(t, map[string]string{"main.tf": good(t) + "provider \"hardbricks\" {\n  runner_addresses = [\"203.0.113.10\"]\n}\n"})
	code, found := cli.Plan(t)
	if code != 0 || len(found) != 1 || !has(found, "warning", "HB-CHK-002") {
		t.Errorf("exit %d with %+v, want 0 with the notice HB-CHK-002 alone", code, found)
	}
}

// TestUnknownValuesPlan shows that unknown inputs are neither refused nor passed,
// and that the notice names the rules that wait.
func TestUnknownValuesPlan(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	config := strings.NewReplacer(
		`"arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"`, "terraform_data.later.output",
		`"203.0.113.0/24"`, "terraform_data.later.output",
	).Replace(good(t)) + "resource \"terraform_data\" \"later\" { input = \"x\" }\n" + a.Provider(`runner_addresses = ["203.0.113.10"]`)
	code, found := acctest.NewCLI(t, map[string]string{"main.tf": config}).Plan(t)
	if code != 0 || !has(found, "warning", "HB-CHK-001") {
		t.Fatalf("exit %d with %+v, want 0 with HB-CHK-001", code, found)
	}
	for _, d := range found {
		if strings.HasSuffix(d.Summary, "(HB-CHK-001)") {
			for _, want := range []string{"HB-ARN-002", "HB-IPA-008", "encryption.managed_services.key_arn"} {
				if !strings.Contains(d.Detail, want) {
					t.Errorf("the notice does not name %s:\n%s", want, d.Detail)
				}
			}
		}
	}
	if writes := a.Writes(); len(writes) != 0 {
		t.Errorf("a plan wrote: %+v", writes)
	}
}

// TestUnknownProviderConfigurationPlans shows that Configure tolerates what is
// decided during apply.
func TestUnknownProviderConfigurationPlans(t *testing.T) {
	t.Parallel()
	config := good(t) + "resource \"terraform_data\" \"later\" { input = \"x\" }\n" + `
provider "hardbricks" {
  account_id       = terraform_data.later.output
  client_id        = terraform_data.later.output
  client_secret    = terraform_data.later.output
  runner_addresses = [terraform_data.later.output]
}
`
	code, found := acctest.NewCLI(t, map[string]string{"main.tf": config}).Plan(t)
	if code != 0 || !has(found, "warning", "HB-CHK-002") || len(errorsOf(found)) != 0 {
		t.Errorf("exit %d with %+v, want 0 with HB-CHK-002", code, found)
	}
}

// TestRefusedRegionAsksNobody covers both keys, at validate with literals and at
// plan with variables: the diagnostic names rule, attribute and both values, and
// no request is made.
func TestRefusedRegionAsksNobody(t *testing.T) {
	t.Parallel()
	arn := "arn:aws:kms:us-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	for _, key := range []string{"managed_services", "workspace_storage"} {
		for _, variables := range []bool{false, true} {
			name := key + " literal"
			if variables {
				name = key + " variable"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				a := acctest.NewAccount(t)
				region, keyARN := `"us-west-1"`, `"`+arn+`"`
				files := map[string]string{}
				if variables {
					region, keyARN = "var.region", "var.key"
					files["variables.tf"] = "variable \"region\" {}\nvariable \"key\" {}\n"
					files["terraform.tfvars"] = "region = \"us-west-1\"\nkey = \"" + arn + "\"\n"
				}
				before, _, _ := strings.Cut(good(t), "  encryption = {")
				_, after, _ := strings.Cut(good(t), "  private_access")
				config := before + "  encryption = { " + key + " = { key_arn = " + keyARN + " } }\n  private_access" + after + a.Provider()
				files["main.tf"] = strings.NewReplacer(`"eu-west-1"`, region, `security_profile = "high"`, "").Replace(config)
				cli := acctest.NewCLI(t, files)
				code, found := cli.Plan(t)
				if !variables {
					code, found = cli.Validate(t)
				}
				if code != 1 || !has(found, "error", "HB-REG-002") {
					t.Fatalf("exit %d with %+v, want 1 with HB-REG-002", code, found)
				}
				for _, d := range errorsOf(found) {
					if !strings.HasSuffix(d.Summary, "(HB-REG-002)") {
						continue
					}
					for _, want := range []string{"encryption." + key, arn, "aws_region", "us-west-1"} {
						if !strings.Contains(d.Detail, want) {
							t.Errorf("the diagnostic does not name %q:\n%s", want, d.Detail)
						}
					}
					if d.Snippet == nil || !strings.Contains(d.Snippet.Code, "encryption") {
						t.Errorf("the diagnostic does not point at the attribute: %+v", d.Snippet)
					}
				}
				if asked := a.Requests(); len(asked) != 0 {
					t.Errorf("%d requests were made, want none: %+v", len(asked), asked)
				}
			})
		}
	}
}

// TestAmbientConfigurationIsNotFollowed shows that neither a workspace's host
// nor the default profile of the machine decides what is aimed at.
func TestAmbientConfigurationIsNotFollowed(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	home := t.TempDir()
	cli := acctest.NewCLI(t, map[string]string{
		"main.tf":        good(t) + a.Provider(`runner_addresses = ["203.0.113.10"]`),
		".databrickscfg": "[DEFAULT]\nhost = https://elsewhere.cloud.databricks.com\naccount_id = 99999999-8888-7777-6666-555555555555\ntoken = dapi00000000000000000000000000000000\n",
	})
	cli.Env = append(cli.Env, "HOME="+home, "DATABRICKS_CONFIG_FILE="+filepath.Join(cli.Dir, ".databrickscfg"),
		"DATABRICKS_HOST=https://elsewhere.cloud.databricks.com", "DATABRICKS_TOKEN=dapi00000000000000000000000000000000", "DATABRICKS_WORKSPACE_ID=42")
	code, found := cli.Plan(t)
	if code != 0 || len(found) != 0 {
		t.Errorf("exit %d with %+v, want 0 without diagnostics", code, found)
	}
	if len(a.Requests()) == 0 {
		t.Error("the account that the configuration names was not asked")
	}
	for _, r := range acctest.Sandbox().Requests() {
		if strings.HasPrefix(r.Host, "elsewhere.") {
			t.Errorf("the host of the environment was asked: %s %s", r.Method, r.Path)
		}
	}
}

// TestNamedProfileIsRead shows the other side: a profile that is named counts.
func TestNamedProfileIsRead(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	cli := acctest.NewCLI(t, map[string]string{
		"main.tf": good(t) + "provider \"hardbricks\" {\n  profile = \"platform\"\n  runner_addresses = [\"203.0.113.10\"]\n}\n",
		"databricks.cfg": "[DEFAULT]\nhost = https://elsewhere.cloud.databricks.com\n\n[platform]\nhost = https://accounts.cloud.databricks.com\naccount_id = " +
			a.ID + "\nclient_id = " + a.ClientID + "\nclient_secret = " + a.ClientSecret + "\n",
	})
	cli.Env = append(cli.Env, "DATABRICKS_CONFIG_FILE="+filepath.Join(cli.Dir, "databricks.cfg"))
	if code, found := cli.Plan(t); code != 0 || len(found) != 0 || len(a.Requests()) == 0 {
		t.Errorf("exit %d with %+v after %d requests", code, found, len(a.Requests()))
	}
}
