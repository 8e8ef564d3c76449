// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"slices"
)

// replacePrincipal replaces all attributes. Whether a principal is active
// stays as it is where the body does not say: clients drop what is false (?).
func replacePrincipal(c *call, kind string) (any, error) {
	found, err := c.pathPrincipal(kind)
	if err != nil {
		return nil, err
	}
	body := map[string]any{}
	if err := c.decodeSCIM(&body); err != nil {
		return nil, err
	}
	if id, ok := body["id"]; ok && id != found.id {
		return nil, scimErrorf(http.StatusBadRequest, "mutability", "Attribute id cannot be changed")
	}
	attrs, err := accountSCIMKinds()[kind].read(body)
	if err != nil {
		return nil, err
	}
	if _, has := attrs["active"]; !has && kind != accountGroups {
		attrs["active"] = found.active()
	}
	if kind == accountServicePrincipals && attrs["applicationId"] == nil {
		attrs["applicationId"] = found.text("applicationId")
	}
	return c.storePrincipal(found, attrs)
}

// patchPrincipal applies the operations of a PATCH (RFC 7644, 3.5.2).
func patchPrincipal(c *call, kind string) (any, error) {
	found, err := c.pathPrincipal(kind)
	if err != nil {
		return nil, err
	}
	var req scimPatch
	if err := c.decodeSCIM(&req); err != nil {
		return nil, err
	}
	if !slices.Equal(req.Schemas, []string{scimPatchSchema}) {
		return nil, scimErrorf(http.StatusBadRequest, "invalidSyntax", "schemas must be [%s]", scimPatchSchema)
	}
	attrs, err := found.patched(req.Operations)
	if err != nil {
		return nil, err
	}
	return c.storePrincipal(found, attrs)
}

// storePrincipal: the key of users and service principals is who they are, and
// does not change; groups can be renamed.
func (c *call) storePrincipal(found *accountPrincipal, attrs map[string]any) (any, error) {
	next := &accountPrincipal{kind: found.kind, id: found.id, attrs: attrs}
	key := found.key()
	if found.kind != accountGroups && next.text(key) != "" && next.text(key) != found.text(key) {
		return nil, scimErrorf(http.StatusBadRequest, "mutability", "Attribute %s cannot be changed", key)
	}
	if err := c.account.scim.complete(next); err != nil {
		return nil, err
	}
	found.attrs = attrs
	return c.scimView(found), nil
}

func deletePrincipal(c *call, kind string) (any, error) {
	found, err := c.pathPrincipal(kind)
	if err != nil {
		return nil, err
	}
	c.account.scim.remove(found)
	c.account.forget(found.id)
	return nil, nil
}
