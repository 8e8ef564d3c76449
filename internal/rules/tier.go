// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package rules

import (
	"fmt"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/baseline"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/facts"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// tierUse is a feature in use: where it stands, or nothing.
type tierUse func(in *Input) []spec.Path

// tierRules judge whether the pricing tier has what the configuration uses.
func tierRules() []Rule {
	return []Rule{
		tierRule("HB-TIR-001", "customer_managed_vpc", []string{"network"}, Platform, "", func(in *Input) []spec.Path {
			return present(in, in.Workspace.Network)
		}),
		tierRule("HB-TIR-002", "private_link", []string{"network.private_link", "private_access"}, Platform, "", usesPrivateLink),
		tierRule("HB-TIR-003", "customer_managed_keys", []string{"encryption"}, Platform, "", usesKeys),
		tierRule("HB-TIR-004", "ip_access_lists", []string{"ip_access"}, Platform, "", func(in *Input) []spec.Path {
			return present(in, in.Workspace.IPAccess)
		}),
		tierRule("HB-TIR-005", "token_management", []string{"baseline.max_token_lifetime_days"}, Policy, spec.Consider, func(in *Input) []spec.Path {
			return presentSetting(in, baseline.MaxTokenLifetimeDays)
		}),
		tierRule("HB-TIR-006", "automatic_cluster_update", []string{"baseline.automatic_cluster_update"}, Platform, "", func(in *Input) []spec.Path {
			return presentSetting(in, "automatic_cluster_update")
		}),
		tierRule("HB-TIR-007", "enhanced_security_monitoring", []string{"baseline.enhanced_security_monitoring"}, Platform, "", func(in *Input) []spec.Path {
			return presentSetting(in, "enhanced_security_monitoring")
		}),
	}
}

func tierRule(id, key string, paths []string, class Class, guidance spec.Guidance, use tierUse) Rule {
	feature, _ := facts.TierFeatureByKey(key)
	return Rule{
		ID: id, Title: "Pricing tier does not have " + feature.Title, Class: class, Guidance: guidance,
		Paths: append([]string{"pricing_tier"}, paths...), Controls: []string{"DBX-ANY-GOV-01"},
		Rationale:   "Databricks refuses the feature on a lower tier, or leaves it without effect.",
		Remediation: fmt.Sprintf("Set pricing_tier to %q or higher, or remove the feature.", feature.Minimum),
		Source:      feature.Source,
		Check: func(in *Input) {
			tier, known := in.Workspace.Tier.Get()
			if known && facts.TierHas(tier, key) {
				return
			}
			for _, at := range use(in) {
				if _, ok := Known(in, in.Workspace.Tier); ok {
					in.Fail(at, fmt.Sprintf("%s together with pricing_tier = %q", at, tier), fmt.Sprintf("pricing_tier %q or higher", feature.Minimum))
				}
			}
		},
	}
}

func usesPrivateLink(in *Input) []spec.Path {
	at := present(in, in.Workspace.PrivateAccess)
	if n, ok := Known(in, in.Workspace.Network); ok {
		at = append(at, present(in, n.PrivateLink)...)
	}
	return at
}

func usesKeys(in *Input) []spec.Path {
	e, ok := Known(in, in.Workspace.Encryption)
	if !ok {
		return nil
	}
	return append(present(in, e.ManagedServices), present(in, e.WorkspaceStorage)...)
}

func presentSetting(in *Input, key string) []spec.Path {
	v, ok := Known(in, in.Workspace.Baseline[key])
	if !ok || v == "false" {
		return nil
	}
	return []spec.Path{in.Workspace.Baseline[key].Path()}
}

// present returns the path of a value that is certainly written.
func present[T any](in *Input, v spec.Value[T]) []spec.Path {
	if _, ok := Known(in, v); !ok {
		return nil
	}
	return []spec.Path{v.Path()}
}
