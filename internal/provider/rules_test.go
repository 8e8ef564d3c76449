// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/acctest"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/rules"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

const fixtures = "../rules/testdata"

// atPlan are the rules that the configuration of the provider decides, so that
// validate cannot.
var atPlan = map[string]bool{"HB-IPA-008": true}

// TestRuleFixtures runs every rule's fixtures through the real CLI, without
// credentials: the bad one is refused by exactly that rule, the good one by
// none.
func TestRuleFixtures(t *testing.T) {
	t.Parallel()
	base := read(t, filepath.Join(fixtures, "base", "main.tf"))
	for _, rule := range rules.All() {
		if rule.Severity(spec.High) != rules.Error {
			continue // Warnings do not refuse anything; the rules' own tests cover them.
		}
		t.Run(rule.ID, func(t *testing.T) {
			t.Parallel()
			bad := acctest.NewCLI(t, map[string]string{"main.tf": base, "fixture_override.tf": fixture(t, rule.ID, "bad")})
			code, found := bad.Validate(t)
			if atPlan[rule.ID] {
				code, found = bad.Plan(t)
			}
			if code != 1 || !has(found, "error", rule.ID) {
				t.Errorf("bad: exit %d with %+v, want 1 with %s", code, found, rule.ID)
			}
			good := acctest.NewCLI(t, map[string]string{"main.tf": base, "fixture_override.tf": fixture(t, rule.ID, "good")})
			if code, found := good.Plan(t); code != 0 || has(found, "", rule.ID) {
				t.Errorf("good: exit %d with %+v, want 0 without %s", code, found, rule.ID)
			}
		})
	}
}

// has says whether a diagnostic of a severity (any, if empty) carries an ID.
func has(all []acctest.Diagnostic, severity, id string) bool {
	for _, d := range all {
		if (severity == "" || d.Severity == severity) && strings.HasSuffix(d.Summary, "("+id+")") {
			return true
		}
	}
	return false
}

func fixture(t *testing.T, id, kind string) string {
	t.Helper()
	return read(t, filepath.Join(fixtures, id, kind, "fixture_override.tf"))
}

func read(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
