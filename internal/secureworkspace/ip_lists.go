// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/databricks"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// wantedLists returns the declared lists, allow before block, by name.
func wantedLists(w *spec.Workspace) []databricks.IPAccessList {
	access, _ := w.IPAccess.Get()
	var all []databricks.IPAccessList
	for _, kind := range []struct {
		name  string
		lists spec.Value[map[string]spec.AddressList]
	}{{databricks.Allow, access.Allow}, {databricks.Block, access.Block}} {
		named, _ := kind.lists.Get()
		for _, label := range slices.Sorted(maps.Keys(named)) {
			all = append(all, databricks.IPAccessList{Label: label, Type: kind.name, Addresses: sorted(named[label]), Enabled: true})
		}
	}
	return all
}

// listChanges is what turns the lists of a workspace into the declared ones.
type listChanges struct {
	create, replace, remove []databricks.IPAccessList
}

func (c listChanges) empty() bool { return len(c.create)+len(c.replace)+len(c.remove) == 0 }

// compareLists matches lists by kind and label. A list that is there and not
// declared is removed, also a second one of the same label: it could let
// somebody in.
func compareLists(want, have []databricks.IPAccessList) listChanges {
	var c listChanges
	rest := slices.Clone(have)
	for _, w := range want {
		i := slices.IndexFunc(rest, func(h databricks.IPAccessList) bool { return h.Label == w.Label && h.Type == w.Type })
		if i < 0 {
			c.create = append(c.create, w)
			continue
		}
		h := rest[i]
		rest = slices.Delete(rest, i, i+1)
		if !h.Enabled || !sameAddresses(h.Addresses, w.Addresses) {
			w.ID = h.ID
			c.replace = append(c.replace, w)
		}
	}
	c.remove = rest
	return c
}

func (c listChanges) apply(ctx context.Context, w *databricks.Workspace) error {
	var failed []error
	note := func(verb string, l databricks.IPAccessList, err error) {
		if err != nil {
			failed = append(failed, fmt.Errorf("%s list %q could not be %s: %w", l.Type, l.Label, verb, err))
		}
	}
	for _, l := range c.create {
		note("created", l, w.CreateIPAccessList(ctx, l))
	}
	for _, l := range c.replace {
		note("replaced", l, w.ReplaceIPAccessList(ctx, l))
	}
	if len(failed) > 0 {
		return errors.Join(failed...)
	}
	for _, l := range c.remove {
		note("removed", l, w.DeleteIPAccessList(ctx, l.ID))
	}
	return errors.Join(failed...)
}

// sameAddresses compares lists as sets of ranges: 203.0.113.10 is
// 203.0.113.10/32.
func sameAddresses(a, b []string) bool {
	return slices.Equal(normalAddresses(a), normalAddresses(b))
}

func normalAddresses(all []string) []string {
	out := make([]string, 0, len(all))
	for _, s := range all {
		out = append(out, normalAddress(s))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func normalAddress(s string) string {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()).String()
	}
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.String()
	}
	return s
}
