// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"slices"
)

// secretACL is what one principal may do with a scope.
type secretACL struct {
	Principal  string `json:"principal"`
	Permission string `json:"permission"`
}

// secretRanks orders the permissions: each includes those below it.
var secretRanks = map[string]int{"READ": 1, "WRITE": 2, "MANAGE": 3}

func (e *emulator) secretACLRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST "+secretPath+"acls/put", e.api(putSecretACL))
	mux.HandleFunc("POST "+secretPath+"acls/delete", e.api(deleteSecretACL))
	mux.HandleFunc("GET "+secretPath+"acls/get", e.api(getSecretACL))
	mux.HandleFunc("GET "+secretPath+"acls/list", e.api(listSecretACLs))
}

// needSecretACL checks what the caller may do with a scope; administrators may
// do everything.
func (c *call) needSecretACL(s *secretScope, permission string) error {
	o, login := c.workspace.objects, c.caller.clientID
	if c.caller.pat == nil || o.isAdmin(login) {
		return nil
	}
	p := o.byLogin(login)
	for _, entry := range s.ACL {
		mine := entry.Principal == login || p != nil && o.belongs(p, entry.Principal)
		if mine && secretRanks[entry.Permission] >= secretRanks[permission] {
			return nil
		}
	}
	return permissionDenied("User %s does not have %s permission on scope: %s", login, permission, s.Name)
}

type aclRequest struct {
	Scope      string `json:"scope"`
	Principal  string `json:"principal"`
	Permission string `json:"permission,omitempty"`
}

func putSecretACL(c *call) (any, error) {
	var req aclRequest
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if err := require(text("scope", req.Scope), text("principal", req.Principal), text("permission", req.Permission)); err != nil {
		return nil, err
	}
	if secretRanks[req.Permission] == 0 {
		return nil, invalidParameter("%q is not one of READ, WRITE and MANAGE", req.Permission)
	}
	scope, err := c.scope(req.Scope, "MANAGE")
	if err != nil {
		return nil, err
	}
	if o := c.workspace.objects; o.byLogin(req.Principal) == nil && o.byName(kindGroup, req.Principal) == nil {
		return nil, doesNotExist("Principal %s does not exist", req.Principal)
	}
	scope.drop(req.Principal)
	scope.ACL = append(scope.ACL, secretACL{Principal: req.Principal, Permission: req.Permission})
	return nil, nil
}

func (s *secretScope) drop(principal string) {
	s.ACL = slices.DeleteFunc(s.ACL, func(entry secretACL) bool { return entry.Principal == principal })
}

// deleteSecretACL refuses what is not there, as the service does.
func deleteSecretACL(c *call) (any, error) {
	var req struct {
		Scope     string `json:"scope"`
		Principal string `json:"principal"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	scope, _, err := c.findSecretACL(req.Scope, req.Principal)
	if err != nil {
		return nil, err
	}
	scope.drop(req.Principal)
	return nil, nil
}

func (c *call) findSecretACL(name, principal string) (*secretScope, *secretACL, error) {
	if err := require(text("scope", name), text("principal", principal)); err != nil {
		return nil, nil, err
	}
	scope, err := c.scope(name, "MANAGE")
	if err != nil {
		return nil, nil, err
	}
	for i, entry := range scope.ACL {
		if entry.Principal == principal {
			return scope, &scope.ACL[i], nil
		}
	}
	return nil, nil, doesNotExist("Principal %s has no permission on scope %s", principal, name)
}

func getSecretACL(c *call) (any, error) {
	query := c.r.URL.Query()
	_, found, err := c.findSecretACL(query.Get("scope"), query.Get("principal"))
	if err != nil {
		return nil, err
	}
	return found, nil
}

func listSecretACLs(c *call) (any, error) {
	scope, err := c.scope(c.r.URL.Query().Get("scope"), "MANAGE")
	if err != nil || len(scope.ACL) == 0 {
		return nil, err
	}
	return map[string]any{"items": scope.ACL}, nil
}
