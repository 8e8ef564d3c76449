// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// The kinds of principals, as their paths name them.
const (
	accountUsers             = "Users"
	accountGroups            = "Groups"
	accountServicePrincipals = "ServicePrincipals"
)

const roleAccountAdmin = "account_admin"

// accountPrincipal is a user, a group or a service principal. Its attributes
// are those that can be written, in the form in which they are answered.
type accountPrincipal struct {
	kind, id string
	attrs    map[string]any
}

func (p *accountPrincipal) text(name string) string {
	value, _ := p.attrs[name].(string)
	return value
}

// active: groups have no such attribute, and are.
func (p *accountPrincipal) active() bool { return p.attrs["active"] != false }

// values returns the values of a complex attribute.
func (p *accountPrincipal) values(name string) []string {
	var out []string
	entries, _ := p.attrs[name].([]any)
	for _, entry := range entries {
		fields, _ := entry.(map[string]any)
		value, _ := fields["value"].(string)
		out = append(out, value)
	}
	return out
}

// key is the attribute that is unique among principals of a kind.
func (p *accountPrincipal) key() string { return accountSCIMKinds()[p.kind].key }

// accountDirectory holds the principals of an account, in the order in which
// they were made.
type accountDirectory struct {
	principals []*accountPrincipal
	// gone are the application ids of service principals that were deleted.
	gone []string
}

// addAdministrator makes the service principal that administers the account.
func (d *accountDirectory) addAdministrator(a *account) {
	d.principals = append(d.principals, &accountPrincipal{
		kind: accountServicePrincipals, id: strconv.FormatInt(a.principalID, 10),
		attrs: map[string]any{
			"applicationId": a.ClientID, "displayName": a.ServicePrincipal, "active": true,
			"roles": []any{map[string]any{"value": roleAccountAdmin}},
		},
	})
}

func (d *accountDirectory) find(id string) *accountPrincipal {
	for _, p := range d.principals {
		if p.id == id {
			return p
		}
	}
	return nil
}

// application finds a service principal by its application id.
func (d *accountDirectory) application(id string) *accountPrincipal {
	for _, p := range d.principals {
		if p.kind == accountServicePrincipals && p.text("applicationId") == id {
			return p
		}
	}
	return nil
}

func (d *accountDirectory) removed(application string) bool {
	return slices.Contains(d.gone, application)
}

func (d *accountDirectory) ofKind(kind string) []*accountPrincipal {
	var out []*accountPrincipal
	for _, p := range d.principals {
		if p.kind == kind {
			out = append(out, p)
		}
	}
	return out
}

// taken says whether another principal has the name. Names differ by more
// than case.
func (d *accountDirectory) taken(p *accountPrincipal) bool {
	key := p.key()
	return slices.ContainsFunc(d.principals, func(other *accountPrincipal) bool {
		return other.kind == p.kind && other.id != p.id && strings.EqualFold(other.text(key), p.text(key))
	})
}

func (d *accountDirectory) remove(p *accountPrincipal) {
	d.principals = slices.DeleteFunc(d.principals, func(other *accountPrincipal) bool { return other == p })
	if p.kind == accountServicePrincipals {
		d.gone = append(d.gone, p.text("applicationId"))
	}
	for _, group := range d.ofKind(accountGroups) {
		group.attrs = maps.Clone(group.attrs)
		group.attrs["members"] = dropValues(group.attrs["members"], []string{p.id})
	}
}

// groupsOf are the groups that a principal is a direct member of.
func (d *accountDirectory) groupsOf(id string) []*accountPrincipal {
	var out []*accountPrincipal
	for _, group := range d.ofKind(accountGroups) {
		if slices.Contains(group.values("members"), id) {
			out = append(out, group)
		}
	}
	return out
}

// within are a principal and all groups that it is in, by whatever way.
func (d *accountDirectory) within(p *accountPrincipal) []*accountPrincipal {
	all := []*accountPrincipal{p}
	for i := 0; i < len(all); i++ {
		for _, group := range d.groupsOf(all[i].id) {
			if !slices.Contains(all, group) {
				all = append(all, group)
			}
		}
	}
	return all
}

// administers: the role counts too where a group has it.
func (d *accountDirectory) administers(p *accountPrincipal) bool {
	return slices.ContainsFunc(d.within(p), func(holder *accountPrincipal) bool {
		return slices.Contains(holder.values("roles"), roleAccountAdmin)
	})
}

// dropValues takes entries out of a complex attribute.
func dropValues(entries any, values []string) []any {
	list, _ := entries.([]any)
	return slices.DeleteFunc(slices.Clone(list), func(entry any) bool {
		fields, _ := entry.(map[string]any)
		value, _ := fields["value"].(string)
		return slices.Contains(values, value)
	})
}
