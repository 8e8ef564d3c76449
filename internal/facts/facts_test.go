// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package facts_test

import (
	"slices"
	"testing"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/facts"
)

func TestLookup(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		known, supported bool
		keys             facts.Decision
	}{
		"eu-west-1":     {known: true, supported: true, keys: facts.Supported},
		"us-west-1":     {known: true, supported: true, keys: facts.Refused},
		"us-gov-west-1": {known: true, supported: true, keys: facts.Supported},
		"eu-north-1":    {known: true, supported: false, keys: facts.Undecided},
		"mars-1":        {},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, known := facts.Lookup(name)
			if known != want.known || got.Supported != want.supported || got.CustomerManagedKeys.Decision != want.keys {
				t.Errorf("Lookup(%q) = %+v, %v; want %+v", name, got, known, want)
			}
		})
	}
}

func TestRefusedKeysCarryAReason(t *testing.T) {
	t.Parallel()
	r, _ := facts.Lookup("us-west-1")
	if r.CustomerManagedKeys.Reason == "" {
		t.Error("a refusal needs a reason that a person can read")
	}
}

func TestSupportedRegionsHavePrivateLink(t *testing.T) {
	t.Parallel()
	names := facts.SupportedRegions()
	if len(names) != 17 || !slices.IsSorted(names) {
		t.Fatalf("SupportedRegions() = %v, want the 17 documented regions, sorted", names)
	}
	for _, n := range names {
		r, _ := facts.Lookup(n)
		if r.PrivateLink.RestAPI == "" || r.PrivateLink.DataplaneRelay == "" || r.PrivateLink.RestAPI == r.PrivateLink.DataplaneRelay {
			t.Errorf("%s: PrivateLink services %+v, want two different names", n, r.PrivateLink)
		}
	}
}

func TestTierHas(t *testing.T) {
	t.Parallel()
	tests := []struct {
		tier, feature string
		want          bool
	}{
		{"ENTERPRISE", "private_link", true},
		{"PREMIUM", "private_link", false},
		{"PREMIUM", "customer_managed_vpc", true},
		{"STANDARD", "customer_managed_vpc", false},
		{"GOLD", "customer_managed_vpc", false},
		{"ENTERPRISE", "no_such_feature", false},
	}
	for _, tt := range tests {
		if got := facts.TierHas(tt.tier, tt.feature); got != tt.want {
			t.Errorf("TierHas(%q, %q) = %v, want %v", tt.tier, tt.feature, got, tt.want)
		}
	}
}
