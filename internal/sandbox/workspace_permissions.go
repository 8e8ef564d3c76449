// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

const permissionPath = "/api/2.0/permissions/"

// permissionRoutes serves the permissions of all objects but tokens. Types may
// have a slash in them, so that one route takes them all.
func (e *emulator) permissionRoutes(mux *http.ServeMux) {
	for _, method := range []string{"GET", "PUT", "PATCH"} {
		mux.HandleFunc(method+" "+permissionPath+"{object...}", e.api(permissions))
	}
}

// aclObject is the object that a call is about.
type aclObject struct {
	kind    permissionKind
	typ, id string
}

func (o aclObject) key() string { return o.typ + "/" + o.id }

func permissions(c *call) (any, error) {
	path, levels := strings.CutSuffix(c.r.PathValue("object"), "/permissionLevels")
	slash := strings.LastIndexByte(path, '/')
	if slash <= 0 || slash == len(path)-1 || levels && c.r.Method != http.MethodGet {
		return nil, endpointNotFound(c.r)
	}
	o := aclObject{typ: path[:slash], id: path[slash+1:]}
	var known bool
	if o.kind, known = permissionKinds[o.typ]; !known {
		return nil, invalidParameter("%q is not a type of object that has permissions", o.typ)
	}
	if !c.workspace.exists(o.kind, o.typ, o.id) {
		return nil, doesNotExist("%s %s does not exist", o.typ, o.id)
	}
	switch {
	case levels:
		return permissionLevels(o), nil
	case c.r.Method != http.MethodGet:
		if err := c.setPermissions(o); err != nil {
			return nil, err
		}
	}
	return c.workspace.objects.permissionsOf(o), nil
}

func permissionLevels(o aclObject) any {
	list := []map[string]string{}
	for _, level := range o.kind.levels {
		words := strings.ToLower(strings.ReplaceAll(level, "_", " "))
		list = append(list, map[string]string{"permission_level": level, "description": strings.ToUpper(words[:1]) + words[1:]})
	}
	return map[string]any{"permission_levels": list}
}

// permissionsOf answers an object's list. Administrators inherit what they may
// do from above, where no call changes it.
func (ws *workspaceObjects) permissionsOf(o aclObject) any {
	objectType, list := o.kind.objectType, []map[string]any{}
	direct := ws.Grants[o.key()]
	for _, g := range direct {
		list = append(list, aclEntry(g, nil))
	}
	above := o.typ
	switch {
	case o.typ == "authorization":
		objectType = o.id
	case !slices.Contains(direct, adminsGrant):
		list = append(list, aclEntry(adminsGrant, []string{"/" + above + "/"}))
	}
	return map[string]any{"object_id": "/" + o.key(), "object_type": objectType, "access_control_list": list}
}

func aclEntry(g tokenGrant, inheritedFrom []string) map[string]any {
	permission := map[string]any{"permission_level": g.PermissionLevel, "inherited": len(inheritedFrom) > 0}
	if len(inheritedFrom) > 0 {
		permission["inherited_from_object"] = inheritedFrom
	}
	entry := map[string]any{"all_permissions": []map[string]any{permission}}
	for name, value := range map[string]string{
		"group_name": g.GroupName, "user_name": g.UserName, "service_principal_name": g.ServicePrincipalName,
	} {
		if value != "" {
			entry[name] = value
		}
	}
	return entry
}

// setPermissions answers PUT, which replaces the direct grants, and PATCH,
// which adds to them.
func (c *call) setPermissions(o aclObject) error {
	var req struct {
		AccessControlList []tokenGrant `json:"access_control_list"`
	}
	if err := c.decode(&req); err != nil {
		return err
	}
	for _, g := range req.AccessControlList {
		if err := c.checkGrant(o, g); err != nil {
			return err
		}
	}
	old := c.workspace.objects.Grants[o.key()]
	next := merge(nil, req.AccessControlList)
	if c.r.Method == http.MethodPatch {
		next = merge(old, req.AccessControlList)
	}
	next, err := o.withOwner(old, next)
	if err != nil {
		return err
	}
	c.workspace.objects.Grants[o.key()] = next
	return nil
}

// merge takes grants in; a principal has one level on an object, and IS_OWNER
// beside it.
func merge(old, more []tokenGrant) []tokenGrant {
	out := slices.Clone(old)
	for _, g := range more {
		out = slices.DeleteFunc(out, func(was tokenGrant) bool {
			sameOwner := g.owner() && was.owner()
			return sameOwner || was.principal() == g.principal() && was.owner() == g.owner()
		})
		out = append(out, g)
	}
	return out
}

func (g tokenGrant) owner() bool { return g.PermissionLevel == "IS_OWNER" }

// withOwner keeps the owner of an object that a PUT does not name; jobs and
// pipelines take no PUT without one.
func (o aclObject) withOwner(old, next []tokenGrant) ([]tokenGrant, error) {
	if !o.kind.owned || slices.ContainsFunc(next, tokenGrant.owner) {
		return next, nil
	}
	at := slices.IndexFunc(old, tokenGrant.owner)
	switch {
	case o.kind.oneOwner:
		return nil, invalidParameter("The %s must have exactly one owner.", o.kind.objectType)
	case at < 0:
		// The text was observed of warehouses (fixtures: permissions).
		return nil, invalidParameter("PUT requests for warehouse %s with no existing owner must provide a new owner.", o.id)
	}
	return append(next, old[at]), nil
}

func (c *call) checkGrant(o aclObject, g tokenGrant) error {
	if err := c.checkPrincipal(g); err != nil {
		return err
	}
	switch {
	case !slices.Contains(o.kind.levels, g.PermissionLevel) && g != adminsGrant:
		return invalidParameter("%q is not a permission level of %s: %v", g.PermissionLevel, o.typ, o.kind.levels)
	case g.owner() && g.GroupName != "":
		return invalidParameter("A group cannot own an object")
	case g.GroupName == groupAdmins && g.PermissionLevel != "CAN_MANAGE" && o.typ != "authorization":
		return invalidParameter("The permissions of the group admins cannot be lowered")
	}
	return nil
}

// checkPrincipal wants one principal, and one that the workspace has. The text
// and the code were observed of the service.
func (c *call) checkPrincipal(g tokenGrant) error {
	kinds := []struct{ kind, label, name string }{
		{kindGroup, "GroupName", g.GroupName}, {kindUser, "UserName", g.UserName}, {kindService, "ServicePrincipalName", g.ServicePrincipalName},
	}
	named := 0
	for _, k := range kinds {
		if k.name != "" {
			named++
		}
	}
	if named != 1 {
		return invalidParameter("Each entry names one of group_name, user_name and service_principal_name")
	}
	for _, k := range kinds {
		if k.name != "" && c.workspace.objects.byName(k.kind, k.name) == nil {
			return doesNotExist("Principal: %s(%s) does not exist", k.label, k.name)
		}
	}
	return nil
}
