// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"slices"
)

const tokenACLPath = "/api/2.0/permissions/authorization/tokens" //nolint:gosec // a path, no credential

// tokenGrant is who may use tokens (api: tokens, token permissions).
type tokenGrant struct {
	GroupName            string `json:"group_name,omitempty"`
	UserName             string `json:"user_name,omitempty"`
	ServicePrincipalName string `json:"service_principal_name,omitempty"`
	PermissionLevel      string `json:"permission_level"`
}

func (g tokenGrant) principal() tokenGrant {
	g.PermissionLevel = ""
	return g
}

// adminsGrant is all that a live workspace answered.
var adminsGrant = tokenGrant{GroupName: "admins", PermissionLevel: "CAN_MANAGE"}

func initialTokenACL() []tokenGrant { return []tokenGrant{adminsGrant} }

func tokenLevels(*call) (any, error) {
	return map[string]any{"permission_levels": []map[string]string{
		{"permission_level": "CAN_USE", "description": "Can use tokens"},
		{"permission_level": "CAN_MANAGE", "description": "Can manage tokens"},
	}}, nil
}

func getTokenACL(c *call) (any, error) {
	list := []map[string]any{}
	for _, g := range c.workspace.tokenACL {
		entry := map[string]any{"all_permissions": []map[string]any{{"permission_level": g.PermissionLevel, "inherited": false}}}
		for name, value := range map[string]string{
			"group_name": g.GroupName, "user_name": g.UserName, "service_principal_name": g.ServicePrincipalName,
		} {
			if value != "" {
				entry[name] = value
			}
		}
		list = append(list, entry)
	}
	return map[string]any{"object_id": "authorization/tokens", "object_type": "tokens", "access_control_list": list}, nil
}

// setTokenACL answers PUT, which replaces the list, and PATCH, which adds to it.
// Nothing can be set before the workspace has a token; the code is ours.
func setTokenACL(c *call) (any, error) {
	var req struct {
		AccessControlList []tokenGrant `json:"access_control_list"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if len(c.workspace.liveTokens(c.now)) == 0 {
		return nil, invalidState("Token permissions cannot be managed before the workspace has a personal access token")
	}
	for _, g := range req.AccessControlList {
		if err := g.check(); err != nil {
			return nil, err
		}
		if err := c.checkPrincipal(g); err != nil {
			return nil, err
		}
	}
	next := req.AccessControlList
	if c.r.Method == http.MethodPatch {
		next = slices.Clone(c.workspace.tokenACL)
		for _, g := range req.AccessControlList {
			next = slices.DeleteFunc(next, func(old tokenGrant) bool { return old.principal() == g.principal() })
			next = append(next, g)
		}
	}
	if !slices.Contains(next, adminsGrant) {
		return nil, invalidParameter("The group admins must keep CAN_MANAGE")
	}
	c.workspace.tokenACL = next
	c.workspace.revokeForbidden()
	return getTokenACL(c)
}

func (g tokenGrant) check() error {
	named := 0
	for _, name := range []string{g.GroupName, g.UserName, g.ServicePrincipalName} {
		if name != "" {
			named++
		}
	}
	switch {
	case named != 1:
		return invalidParameter("Each entry names one of group_name, user_name and service_principal_name")
	case g.PermissionLevel == "CAN_MANAGE" && g.GroupName != "admins":
		return invalidParameter("CAN_MANAGE is for the group admins alone")
	case g.PermissionLevel != "CAN_MANAGE" && g.PermissionLevel != "CAN_USE":
		return invalidParameter("%q is not a permission level of tokens", g.PermissionLevel)
	}
	return nil
}
