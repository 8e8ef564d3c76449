// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package facts

import (
	_ "embed"
	"slices"
	"sync"
)

// TierFeature is a feature that needs a minimum Databricks pricing tier.
type TierFeature struct {
	// Title names the feature as a person would.
	Title string `json:"title"`
	// Minimum is the lowest tier that has the feature, as the API spells it.
	Minimum string `json:"minimum"`
	// Confidence is "guide", "documentation" or "disputed". A disputed row
	// never refuses a configuration.
	Confidence string `json:"confidence"`
	// Source names where the fact stands.
	Source string `json:"source"`
}

type tierFile struct {
	AsOf     string                 `json:"as_of"`
	Order    []string               `json:"order"`
	Features map[string]TierFeature `json:"features"`
}

//go:embed tiers.json
var tierData []byte

var tiers = sync.OnceValue(func() tierFile { return decode[tierFile](tierData, "tiers.json") })

// PricingTiers returns the pricing tiers from lowest to highest.
func PricingTiers() []string { return slices.Clone(tiers().Order) }

// TierFeatureByKey returns a feature of the tier matrix by its key, for instance
// "private_link".
func TierFeatureByKey(key string) (TierFeature, bool) {
	f, ok := tiers().Features[key]
	return f, ok
}

// TierHas says whether a tier has a feature. An unknown tier or feature has
// nothing: unknown is never treated as safe.
func TierHas(tier, featureKey string) bool {
	f, ok := tiers().Features[featureKey]
	have, need := slices.Index(tiers().Order, tier), slices.Index(tiers().Order, f.Minimum)
	return ok && have >= 0 && need >= 0 && have >= need
}
