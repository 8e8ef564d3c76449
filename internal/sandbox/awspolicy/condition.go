// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package awspolicy

import (
	"net/netip"
	"slices"
	"strings"
)

// comparison is an operator without its modifiers and its negation.
type comparison struct {
	negated bool
	matches func(pattern, value string) bool
}

var comparisons = map[string]comparison{
	"stringequals":              {matches: equal},
	"stringnotequals":           {negated: true, matches: equal},
	"stringequalsignorecase":    {matches: strings.EqualFold},
	"stringnotequalsignorecase": {negated: true, matches: strings.EqualFold},
	"stringlike":                {matches: like},
	"stringnotlike":             {negated: true, matches: like},
	"arnequals":                 {matches: like},
	"arnnotequals":              {negated: true, matches: like},
	"arnlike":                   {matches: like},
	"arnnotlike":                {negated: true, matches: like},
	"bool":                      {matches: strings.EqualFold},
	"ipaddress":                 {matches: within},
	"notipaddress":              {negated: true, matches: within},
}

func equal(pattern, value string) bool { return pattern == value }

func within(pattern, value string) bool {
	address, err := netip.ParseAddr(value)
	if err != nil {
		return false
	}
	if one, err := netip.ParseAddr(pattern); err == nil {
		return one == address
	}
	prefix, err := netip.ParsePrefix(pattern)
	return err == nil && prefix.Contains(address)
}

// conditionsHold: all of them must.
func (s statement) conditionsHold(r Request, unknown bool) bool {
	return !slices.ContainsFunc(s.conditions, func(c condition) bool { return !c.holds(r, unknown) })
}

// holds says whether a condition is met; unknown is the answer where that
// cannot be told.
func (c condition) holds(r Request, unknown bool) bool {
	value, present := r.Context[strings.ToLower(c.key)]
	operator := strings.ToLower(c.operator)
	if operator == "null" {
		return slices.ContainsFunc(c.values, func(v string) bool { return strings.EqualFold(v, "true") == !present })
	}
	all := false
	if rest, ok := strings.CutPrefix(operator, "forallvalues:"); ok {
		operator, all = rest, true
	}
	set := strings.HasPrefix(operator, "foranyvalue:")
	operator = strings.TrimPrefix(operator, "foranyvalue:")
	operator, optional := strings.CutSuffix(operator, "ifexists")
	compare, known := comparisons[operator]
	switch {
	case !known || slices.ContainsFunc(c.values, func(v string) bool { return strings.Contains(v, "${") }):
		return unknown
	case !present && set:
		return false
	case !present:
		// Without the key only what is negated, optional, or said of all of no
		// values is true.
		return compare.negated || optional || all
	}
	hit := slices.ContainsFunc(c.values, func(pattern string) bool { return compare.matches(pattern, value) })
	return hit != compare.negated
}
