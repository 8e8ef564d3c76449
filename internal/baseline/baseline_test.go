// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package baseline_test

import (
	"testing"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/baseline"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/facts"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// TestCatalogueIsSound checks what every entry promises to its readers.
func TestCatalogueIsSound(t *testing.T) {
	t.Parallel()
	keys, stores, rules := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, s := range baseline.Settings() {
		store := s.Store.ConfKey
		if s.Store.API != nil {
			store += s.Store.API.FieldMask()
		}
		if keys[s.Key] || store == "" || stores[store] || (s.RuleID != "" && rules[s.RuleID]) {
			t.Errorf("%s: key, store or rule is missing or taken", s.Key)
		}
		keys[s.Key], stores[store], rules[s.RuleID] = true, true, true
		if len(s.Controls) == 0 || s.Description == "" || s.Why == "" || s.Guidance == "" {
			t.Errorf("%s: controls, description, reason or guidance is missing", s.Key)
		}
		if _, known := facts.TierFeatureByKey(s.TierFeature); s.TierFeature != "" && !known {
			t.Errorf("%s: tier feature %q is not in the facts", s.Key, s.TierFeature)
		}
		for _, p := range []spec.Profile{spec.Standard, spec.High} {
			v, ok := s.Default(p, "ENTERPRISE")
			if norm, err := s.Normalize(v); !ok || err != nil || norm != v {
				t.Errorf("%s: default %q in %s is not canonical: %v", s.Key, v, p, err)
			}
		}
	}
}

func TestDefaultNeedsTheTier(t *testing.T) {
	t.Parallel()
	s, _ := baseline.ByKey("enhanced_security_monitoring")
	if _, ok := s.Default(spec.High, "PREMIUM"); ok {
		t.Error("a setting that the tier lacks must have no default")
	}
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	admins, _ := baseline.ByKey("restrict_workspace_admins")
	esm, _ := baseline.ByKey("enhanced_security_monitoring")
	tests := map[string]struct {
		setting baseline.Setting
		body    map[string]any
		want    string
		ok      bool
	}{
		"enum on":            {admins, payload("restrict_workspace_admins", "status", "RESTRICT_TOKENS_AND_JOB_RUN_AS"), "true", true},
		"enum unknown value": {admins, payload("restrict_workspace_admins", "status", "NEW_MODE"), "", false},
		"enum left out":      {admins, map[string]any{"restrict_workspace_admins": map[string]any{}}, "false", false},
		"bool on":            {esm, payload("enhanced_security_monitoring_workspace", "is_enabled", true), "true", true},
		"false left out":     {esm, map[string]any{"enhanced_security_monitoring_workspace": map[string]any{}}, "false", true},
		"payload left out":   {esm, map[string]any{}, "false", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, ok := tt.setting.Store.API.Canonical(tt.body); ok != tt.ok || (ok && got != tt.want) {
				t.Errorf("Canonical() = %q, %v; want %q, %v", got, ok, tt.want, tt.ok)
			}
		})
	}
}

func payload(name, field string, v any) map[string]any {
	return map[string]any{name: map[string]any{field: v}}
}
