// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"slices"
	"strconv"
)

// The permissions that a principal can have in a workspace.
const (
	permissionUser  = "USER"
	permissionAdmin = "ADMIN"
)

// accountAssignment is the permission of a principal in a workspace.
type accountAssignment struct {
	principal, permission string
}

func (e *emulator) accountAssignmentRoutes(mux *http.ServeMux) {
	path := accountPath + "/workspaces/{workspace_id}/permissionassignments"
	mux.HandleFunc("GET "+path, e.api(listAccountAssignments))
	mux.HandleFunc("GET "+path+"/permissions", e.api(func(c *call) (any, error) {
		if _, err := c.federatedWorkspace(); err != nil {
			return nil, err
		}
		return map[string]any{"permissions": []map[string]any{
			{"permission_level": permissionUser, "description": "Can use the workspace"},
			{"permission_level": permissionAdmin, "description": "Can administer the workspace"},
		}}, nil
	}))
	mux.HandleFunc("PUT "+path+"/principals/{principal_id}", e.api(putAccountAssignment))
	mux.HandleFunc("DELETE "+path+"/principals/{principal_id}", e.api(deleteAccountAssignment))
}

// federatedWorkspace returns the workspace of the path. Until a metastore is
// assigned it has no identity federation, and no assignments.
func (c *call) federatedWorkspace() (*workspace, error) {
	ws, err := c.pathWorkspace()
	if err != nil {
		return nil, err
	}
	if ws.metastore == nil {
		return nil, invalidParameter("Permission assignment APIs are not available for this workspace.")
	}
	return ws, nil
}

// assigned says whether a principal, or a group that it is in, is assigned.
func (a *account) assigned(workspaceID int64, id string) bool {
	who := a.scim.find(id)
	if who == nil {
		return false
	}
	holders := a.scim.within(who)
	return slices.ContainsFunc(a.assignments[workspaceID], func(g *accountAssignment) bool {
		return slices.ContainsFunc(holders, func(p *accountPrincipal) bool { return p.id == g.principal })
	})
}

func (a *account) assignmentView(g *accountAssignment) map[string]any {
	permissions := []string{}
	if g.permission != "" {
		permissions = append(permissions, g.permission)
	}
	return map[string]any{"permissions": permissions, "principal": a.principalView(g.principal)}
}

func (a *account) principalView(id string) map[string]any {
	number, _ := strconv.ParseInt(id, 10, 64)
	out := map[string]any{"principal_id": number}
	found := a.scim.find(id)
	if found == nil {
		return out
	}
	out["display_name"] = found.text("displayName")
	switch found.kind {
	case accountGroups:
		out["group_name"] = found.text("displayName")
	case accountUsers:
		out["user_name"] = found.text("userName")
	default:
		out["service_principal_name"] = found.text("applicationId")
	}
	return out
}

func listAccountAssignments(c *call) (any, error) {
	ws, err := c.federatedWorkspace()
	if err != nil {
		return nil, err
	}
	views := []map[string]any{}
	for _, g := range c.account.assignments[ws.id] {
		views = append(views, c.account.assignmentView(g))
	}
	return map[string]any{"permission_assignments": views}, nil
}

func notInWorkspace(principal string, ws *workspace) *apiError {
	return apiErrorf(http.StatusNotFound, "NOT_FOUND", "Principal %s not in workspace %d", principal, ws.id)
}

// putAccountAssignment replaces the permissions of a principal. Of both, ADMIN
// wins; other values are ignored, as is documented, so that a list of them
// takes everything away, as an empty one does.
func putAccountAssignment(c *call) (any, error) {
	ws, err := c.federatedWorkspace()
	if err != nil {
		return nil, err
	}
	var req struct {
		Permissions []string `json:"permissions"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	found := c.account.scim.find(c.r.PathValue("principal_id"))
	if found == nil {
		return nil, notInWorkspace(c.r.PathValue("principal_id"), ws)
	}
	granted := &accountAssignment{principal: found.id}
	switch {
	case slices.Contains(req.Permissions, permissionAdmin):
		granted.permission = permissionAdmin
	case slices.Contains(req.Permissions, permissionUser):
		granted.permission = permissionUser
	}
	c.account.unassign(ws.id, found.id)
	if granted.permission != "" {
		c.account.assignments[ws.id] = append(c.account.assignments[ws.id], granted)
	}
	return c.account.assignmentView(granted), nil
}

// unassign says whether there was something to take away.
func (a *account) unassign(workspaceID int64, id string) bool {
	all := a.assignments[workspaceID]
	kept := slices.DeleteFunc(slices.Clone(all), func(g *accountAssignment) bool { return g.principal == id })
	a.assignments[workspaceID] = kept
	return len(kept) < len(all)
}

func deleteAccountAssignment(c *call) (any, error) {
	ws, err := c.federatedWorkspace()
	if err != nil {
		return nil, err
	}
	id := c.r.PathValue("principal_id")
	if !c.account.unassign(ws.id, id) {
		return nil, notInWorkspace(id, ws)
	}
	return nil, nil
}
