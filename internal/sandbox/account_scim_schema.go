// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/mail"
	"strconv"
)

// accountSCIMKind is the schema of one kind of principals (api: account SCIM).
// Attributes are texts, flags, complex lists, or names.
type accountSCIMKind struct {
	// label is what the kind is called in texts, and resource in SCIM.
	label, resource string
	// key is unique and cannot be changed, except for groups.
	key      string
	conflict string
	attrs    map[string]string
}

const scimSchemaPrefix = "urn:ietf:params:scim:schemas:core:2.0:"

func accountSCIMKinds() map[string]accountSCIMKind {
	return map[string]accountSCIMKind{
		accountUsers: {
			label: "User", resource: "User", key: "userName", conflict: "User with username %s already exists.",
			attrs: map[string]string{
				"userName": "text", "displayName": "text", "externalId": "text", "active": "flag",
				"emails": "list", "roles": "list", "name": "name",
			},
		},
		accountGroups: {
			label: "Group", resource: "Group", key: "displayName", conflict: "Group with name %s already exists.",
			attrs: map[string]string{"displayName": "text", "externalId": "text", "members": "list", "roles": "list"},
		},
		accountServicePrincipals: {
			label: "ServicePrincipal", resource: "ServicePrincipal", key: "applicationId",
			conflict: "Service principal with application ID %s already exists.",
			attrs: map[string]string{
				"applicationId": "text", "displayName": "text", "externalId": "text", "active": "flag", "roles": "list",
			},
		},
	}
}

// The attributes that the service fills in. Clients echo them; they change nothing.
var scimReadOnly = map[string]bool{"id": true, "schemas": true, "meta": true, "groups": true, "account_id": true}

// read takes over the attributes of a body, strictly.
func (k accountSCIMKind) read(body map[string]any) (map[string]any, error) {
	out := map[string]any{}
	for name, value := range body {
		if scimReadOnly[name] {
			continue
		}
		kind, ok := k.attrs[name]
		if !ok {
			return nil, scimNoAttribute(name)
		}
		clean, err := scimValue(name, kind, value)
		if err != nil {
			return nil, err
		}
		out[name] = clean
	}
	return out, nil
}

// scimValue brings a value into its form. A flag or a text can be wrapped in a
// complex list: the official provider deactivates users in this way.
func scimValue(name, kind string, value any) (any, error) {
	bad := scimErrorf(400, "invalidValue", "Attribute %s has an invalid value", name)
	switch kind {
	case "list":
		return scimList(name, value)
	case "name":
		fields, ok := value.(map[string]any)
		if !ok {
			return nil, bad
		}
		shape := object(map[string]shape{"givenName": str, "familyName": str})
		if shape.check(name, fields) != nil {
			return nil, bad
		}
		return fields, nil
	}
	plain := unwrapped(value)
	if text, ok := plain.(string); ok && kind == "flag" {
		flag, err := strconv.ParseBool(text)
		if err != nil {
			return nil, bad
		}
		return flag, nil
	}
	_, isText := plain.(string)
	_, isFlag := plain.(bool)
	if kind == "flag" && !isFlag || kind == "text" && !isText {
		return nil, bad
	}
	return plain, nil
}

func unwrapped(value any) any {
	entries, ok := value.([]any)
	if !ok || len(entries) != 1 {
		return value
	}
	if fields, ok := entries[0].(map[string]any); ok {
		return fields["value"]
	}
	return value
}

var scimComplex = object(map[string]shape{"display": str, "primary": boolean, "$ref": str, "type": str, "value": str})

// scimList reads a complex list. Entries without a value, and repeated ones,
// are refused and dropped, in turn.
func scimList(name string, value any) (any, error) {
	entries, ok := value.([]any)
	if single, isObject := value.(map[string]any); isObject {
		entries, ok = []any{single}, true
	}
	if !ok {
		return nil, scimErrorf(400, "invalidValue", "Attribute %s must be a list", name)
	}
	out, seen := []any{}, map[string]bool{}
	for _, entry := range entries {
		fields, _ := entry.(map[string]any)
		text, _ := fields["value"].(string)
		if text == "" || scimComplex.check(name, entry) != nil {
			return nil, scimErrorf(400, "invalidValue", "Attribute %s has an invalid entry", name)
		}
		if !seen[text] {
			out = append(out, fields)
		}
		seen[text] = true
	}
	return out, nil
}

// complete checks a principal whole and fills in what the service does.
func (d *accountDirectory) complete(p *accountPrincipal) error {
	kind := accountSCIMKinds()[p.kind]
	if p.text(kind.key) == "" {
		return scimErrorf(400, "invalidValue", "Attribute %s is required", kind.key)
	}
	if d.taken(p) {
		return scimErrorf(409, "uniqueness", kind.conflict, p.text(kind.key))
	}
	if p.kind == accountUsers {
		return p.completeUser()
	}
	return d.checkMembers(p)
}

// completeUser: the display name and the e-mail address come from the user name.
func (p *accountPrincipal) completeUser() error {
	name := p.text("userName")
	if address, err := mail.ParseAddress(name); err != nil || address.Address != name {
		return scimErrorf(400, "invalidValue", "userName %s is not an e-mail address", name)
	}
	if p.text("displayName") == "" {
		p.attrs["displayName"] = name
	}
	if len(p.values("emails")) == 0 {
		p.attrs["emails"] = []any{map[string]any{"type": "work", "value": name, "primary": true}}
	}
	return nil
}

// checkMembers: members exist, and no group contains itself. The texts are ours.
func (d *accountDirectory) checkMembers(p *accountPrincipal) error {
	for _, id := range p.values("members") {
		member := d.find(id)
		if member == nil {
			return scimErrorf(404, "", "Principal with id %s not found.", id)
		}
		if id == p.id || d.contains(member, p.id) {
			return scimErrorf(400, "invalidValue", "Group %s cannot contain itself", p.id)
		}
	}
	return nil
}

// contains says whether a group has a principal somewhere below it.
func (d *accountDirectory) contains(group *accountPrincipal, id string) bool {
	for _, member := range group.values("members") {
		if below := d.find(member); member == id || below != nil && d.contains(below, id) {
			return true
		}
	}
	return false
}
