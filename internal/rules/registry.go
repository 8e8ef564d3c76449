// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package rules

import (
	"cmp"
	"slices"
	"sync"
)

// registry holds the catalogue, sorted by ID. It is built on first use, since
// waivers look rules up while rules are evaluated.
var registry = sync.OnceValue(func() []Rule {
	all := slices.Concat(
		objectRules(), regionRules(), tierRules(), networkRules(), privateAccessRules(), encryptionRules(),
		ipAccessRules(), tokenRules(), arnRules(), baselineRules(), waiverRules(),
	)
	slices.SortFunc(all, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	for i := range all {
		if all[i].Check == nil {
			all[i].Check = func(*Input) {}
		}
	}
	return all
})

// All returns the catalogue, sorted by ID.
func All() []Rule { return slices.Clone(registry()) }

// ByID returns a rule by its ID.
func ByID(id string) (Rule, bool) {
	i, found := slices.BinarySearchFunc(registry(), id, func(r Rule, id string) int { return cmp.Compare(r.ID, id) })
	if !found {
		return Rule{}, false
	}
	return registry()[i], true
}
