// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// workspaceObjects is what a workspace holds beyond its configuration, its
// lists, its settings and its tokens. Its account's lock guards it. All of it is
// plain data, so that it can be kept in a file.
type workspaceObjects struct {
	Principals []*principal            `json:"principals"`
	Policies   []*clusterPolicy        `json:"policies"`
	Scripts    []*initScript           `json:"scripts"`
	Scopes     []*secretScope          `json:"scopes"`
	Warehouses warehouseConfig         `json:"warehouses"`
	Grants     map[string][]tokenGrant `json:"grants"`
	Declared   []string                `json:"declared"`
}

// newWorkspaceObjects is what a workspace holds when it first runs: its two
// groups, the service principal that made it, and the default policies.
func newWorkspaceObjects(a Account, principalID int64) *workspaceObjects {
	id := strconv.FormatInt(principalID, 10)
	return &workspaceObjects{
		Principals: []*principal{
			{
				ID: numericID(), Kind: kindGroup, DisplayName: groupUsers, BuiltIn: true,
				// What a new workspace grants to all is not on record (?): no entitlement
				// that a hardened workspace takes away is missing here.
				Entitlements: []string{entWorkspace, entSQL, entCluster, entPool},
			},
			{
				ID: numericID(), Kind: kindGroup, DisplayName: groupAdmins, BuiltIn: true, Members: []string{id},
				Entitlements: []string{entWorkspace, entSQL, entCluster, entPool},
			},
			{ID: id, Kind: kindService, DisplayName: a.ServicePrincipal, ApplicationID: a.ClientID, Active: true},
		},
		Policies:   defaultPolicies(),
		Warehouses: initialWarehouseConfig(),
		Grants:     map[string][]tokenGrant{"authorization/passwords": {{GroupName: groupAdmins, PermissionLevel: "CAN_USE"}}},
	}
}

func numericID() string { return strconv.FormatInt(randomID(), 10) }

// The kinds of principals, as their routes spell them.
const (
	kindUser    = "Users"
	kindGroup   = "Groups"
	kindService = "ServicePrincipals"
)

// The groups that every workspace has.
const (
	groupUsers  = "users"
	groupAdmins = "admins"
)

// The entitlements that a workspace knows (api: workspace SCIM).
const (
	entWorkspace = "workspace-access"
	entSQL       = "databricks-sql-access"
	entCluster   = "allow-cluster-create"
	entPool      = "allow-instance-pool-create"
	entConsume   = "workspace-consume"
)

var entitlements = []string{entWorkspace, entSQL, entCluster, entPool, entConsume}

// principal is a user, a service principal or a group of a workspace.
type principal struct {
	ID            string   `json:"id"`
	Kind          string   `json:"kind"`
	UserName      string   `json:"user_name,omitempty"`
	ApplicationID string   `json:"application_id,omitempty"`
	DisplayName   string   `json:"display_name,omitempty"`
	GivenName     string   `json:"given_name,omitempty"`
	FamilyName    string   `json:"family_name,omitempty"`
	ExternalID    string   `json:"external_id,omitempty"`
	Active        bool     `json:"active"`
	BuiltIn       bool     `json:"built_in,omitempty"`
	Entitlements  []string `json:"entitlements,omitempty"`
	Roles         []string `json:"roles,omitempty"`
	// Members are the ids of the principals in a group. The group users has
	// none of its own: everyone is in it.
	Members []string `json:"members,omitempty"`
}

// name is what nothing else of its kind may be called.
func (p *principal) name() string {
	switch p.Kind {
	case kindUser:
		return p.UserName
	case kindService:
		return p.ApplicationID
	}
	return p.DisplayName
}

func (o *workspaceObjects) byID(id string) *principal {
	for _, p := range o.Principals {
		if p.ID == id {
			return p
		}
	}
	return nil
}

func (o *workspaceObjects) byName(kind, name string) *principal {
	for _, p := range o.Principals {
		if p.Kind == kind && name != "" && strings.EqualFold(p.name(), name) {
			return p
		}
	}
	return nil
}

// byLogin finds who a bearer is, by user name or application id.
func (o *workspaceObjects) byLogin(name string) *principal {
	if p := o.byName(kindService, name); p != nil {
		return p
	}
	return o.byName(kindUser, name)
}

// groupsOf lists the groups that a principal is directly in.
func (o *workspaceObjects) groupsOf(p *principal) []*principal {
	var out []*principal
	for _, g := range o.Principals {
		if g.Kind == kindGroup && slices.Contains(o.membersOf(g), p.ID) {
			out = append(out, g)
		}
	}
	return out
}

func (o *workspaceObjects) membersOf(g *principal) []string {
	if !g.BuiltIn || g.DisplayName != groupUsers {
		return g.Members
	}
	var all []string
	for _, p := range o.Principals {
		if p.Kind != kindGroup {
			all = append(all, p.ID)
		}
	}
	return all
}

// belongs says whether a principal is in a group, directly or through others.
func (o *workspaceObjects) belongs(p *principal, group string) bool {
	return o.within(p, group, map[string]bool{})
}

func (o *workspaceObjects) within(p *principal, group string, seen map[string]bool) bool {
	if seen[p.ID] {
		return false
	}
	seen[p.ID] = true
	for _, g := range o.groupsOf(p) {
		if strings.EqualFold(g.DisplayName, group) || o.within(g, group, seen) {
			return true
		}
	}
	return false
}

func (o *workspaceObjects) isAdmin(login string) bool {
	p := o.byLogin(login)
	return p != nil && p.Active && o.belongs(p, groupAdmins)
}

// remove takes a principal out of everything.
func (ws *workspace) removePrincipal(p *principal) {
	o := ws.objects
	o.Principals = slices.DeleteFunc(o.Principals, func(other *principal) bool { return other == p })
	for _, g := range o.Principals {
		g.Members = slices.DeleteFunc(g.Members, func(id string) bool { return id == p.ID })
	}
	gone := func(g tokenGrant) bool { return g.principal() == grantFor(p) }
	ws.tokenACL = slices.DeleteFunc(ws.tokenACL, gone)
	for object, grants := range o.Grants {
		o.Grants[object] = slices.DeleteFunc(grants, gone)
	}
	ws.revokeForbidden()
}

// grantFor is an entry about a principal, without a level.
func grantFor(p *principal) tokenGrant {
	switch p.Kind {
	case kindUser:
		return tokenGrant{UserName: p.UserName}
	case kindService:
		return tokenGrant{ServicePrincipalName: p.ApplicationID}
	}
	return tokenGrant{GroupName: p.DisplayName}
}

// AddServicePrincipal makes a service principal in a workspace and returns its
// application id: one that is no administrator, for tokens on its behalf.
func (s *Sandbox) AddServicePrincipal(accountID string, workspaceID int64, name string) string {
	id := uuid.NewString()
	s.withWorkspace(accountID, workspaceID, func(ws *workspace) {
		ws.objects.Principals = append(ws.objects.Principals,
			&principal{ID: numericID(), Kind: kindService, DisplayName: name, ApplicationID: id, Active: true})
	})
	return id
}

// DeclareObject makes an object of a kind that the sandbox does not serve exist
// as far as permissions and workspace bindings go: object is a request object
// type and an id, such as "clusters/abc", or "catalog/sales".
func (s *Sandbox) DeclareObject(accountID string, workspaceID int64, object string) {
	s.withWorkspace(accountID, workspaceID, func(ws *workspace) {
		if !slices.Contains(ws.objects.Declared, object) {
			ws.objects.Declared = append(ws.objects.Declared, object)
		}
	})
}
