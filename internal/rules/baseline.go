// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package rules

import (
	"fmt"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/baseline"
)

// baselineRules make one rule of each setting that is judged by its secure
// value alone.
func baselineRules() []Rule {
	var all []Rule
	for _, s := range baseline.Settings() {
		if s.RuleID != "" {
			all = append(all, baselineRule(s))
		}
	}
	return all
}

func baselineRule(s baseline.Setting) Rule {
	// The strictest profile's value is the secure one; a laxer default of
	// standard shows only where somebody wrote something else.
	secure := s.Strictest()
	return Rule{
		ID: s.RuleID, Title: fmt.Sprintf("Hardened setting %s is weakened", s.Key), Class: Policy, Guidance: s.Guidance,
		TierFeature: s.TierFeature, Paths: []string{"baseline." + s.Key}, Controls: s.Controls,
		Rationale: s.Why, Remediation: fmt.Sprintf("Remove baseline.%s, so that its secure default %q holds.", s.Key, secure),
		Source: "security best practices guides, workspace settings",
		Check: func(in *Input) {
			v := in.Workspace.Baseline[s.Key]
			if got, ok := Known(in, v); ok && got != secure && !isDefault(in, s, got) {
				in.Fail(v.Path(), fmt.Sprintf("baseline.%s = %q", s.Key, got), fmt.Sprintf("%q", secure))
			}
		},
	}
}

// isDefault says whether a value is what the profile defaults to.
func isDefault(in *Input, s baseline.Setting, got string) bool {
	profile, ok := in.Workspace.Profile.Get()
	return ok && s.Secure[profile] == got
}
