// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

type principalPatch struct {
	Schemas    []string             `json:"schemas"`
	Operations []principalOperation `json:"Operations"`
}

type principalOperation struct {
	Op    string          `json:"op"`
	Path  string          `json:"path"`
	Value json.RawMessage `json:"value"`
}

// patchPath is an attribute, or those of its values that equal something.
var patchPath = regexp.MustCompile(`^([A-Za-z.]+)(?:\[value eq "([^"]*)"\])?$`)

// patchPrincipal applies all operations or none.
func (c *call) patchPrincipal(p *principal) (any, error) {
	var req principalPatch
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if len(req.Schemas) > 0 && !slices.Contains(req.Schemas, principalPatchURN) {
		return nil, principalErrorf(http.StatusBadRequest, "invalidSyntax", "schemas must contain "+principalPatchURN)
	}
	if len(req.Operations) == 0 {
		return nil, principalErrorf(http.StatusBadRequest, "invalidSyntax", "Operations must not be empty")
	}
	next := *p
	for _, op := range req.Operations {
		if err := next.apply(op); err != nil {
			return nil, err
		}
	}
	if err := c.workspace.objects.checkPrincipal(&next); err != nil {
		return nil, err
	}
	return c.store(p, &next)
}

func (p *principal) apply(op principalOperation) error {
	if !slices.Contains([]string{"add", "remove", "replace"}, op.Op) {
		return principalErrorf(http.StatusBadRequest, "invalidSyntax", "op "+op.Op+" is not one of add, remove and replace")
	}
	if op.Path == "" {
		return p.applyAll(op)
	}
	parts := patchPath.FindStringSubmatch(op.Path)
	if parts == nil {
		return principalErrorf(http.StatusBadRequest, "invalidPath", "The path "+op.Path+" is not valid")
	}
	if list := p.multi(parts[1]); list != nil {
		return applyList(list, op, parts[1], parts[2])
	}
	if parts[2] != "" || op.Op == "remove" {
		return noSuchAttribute(parts[1])
	}
	return p.assign(parts[1], op.Value)
}

// applyAll is an operation without a path: its value is a part of the resource.
func (p *principal) applyAll(op principalOperation) error {
	var fields map[string]json.RawMessage
	if op.Op == "remove" || json.Unmarshal(op.Value, &fields) != nil {
		return principalErrorf(http.StatusBadRequest, "noTarget", "The operation "+op.Op+" needs a path")
	}
	for name, value := range fields {
		if err := p.apply(principalOperation{Op: op.Op, Path: name, Value: value}); err != nil {
			return err
		}
	}
	return nil
}

func noSuchAttribute(name string) error {
	return principalErrorf(http.StatusBadRequest, "invalidPath", "No such attribute with the name : "+name+" in the current resource")
}

// multi is the list behind an attribute that has several values.
func (p *principal) multi(name string) *[]string {
	switch {
	case name == "entitlements":
		return &p.Entitlements
	case name == "roles":
		return &p.Roles
	case name == "members" && p.Kind == kindGroup:
		return &p.Members
	}
	return nil
}

// applyList adds, replaces or removes values. Removing from an attribute that
// the resource does not have is an error (fixtures: workspace SCIM).
func applyList(list *[]string, op principalOperation, name, equal string) error {
	var given []complexValue
	if len(op.Value) > 0 {
		if err := json.Unmarshal(op.Value, &given); err != nil {
			return principalErrorf(http.StatusBadRequest, "invalidSyntax", "The value of "+name+" must be a list of objects")
		}
	}
	changed := values(given)
	if equal != "" {
		changed = append(changed, equal)
	}
	switch {
	case op.Op != "remove" && equal != "":
		return principalErrorf(http.StatusBadRequest, "invalidPath", "Only remove takes a filter")
	case op.Op != "remove" && len(op.Value) == 0:
		return principalErrorf(http.StatusBadRequest, "invalidValue", "The operation "+op.Op+" needs a value")
	case op.Op == "replace":
		*list = changed
	case op.Op == "add":
		*list = union(*list, changed)
	case len(*list) == 0:
		return noSuchAttribute(name)
	case len(changed) == 0:
		*list = nil
	default:
		*list = slices.DeleteFunc(slices.Clone(*list), func(v string) bool { return slices.Contains(changed, v) })
	}
	return nil
}

func union(list, more []string) []string {
	out := slices.Clone(list)
	for _, v := range more {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// assign sets an attribute that has one value.
func (p *principal) assign(name string, raw json.RawMessage) error {
	if name == "active" && p.Kind != kindGroup {
		active, ok := patchBool(raw)
		if !ok {
			return principalErrorf(http.StatusBadRequest, "invalidValue", "active must be a boolean")
		}
		p.Active = active
		return nil
	}
	to := map[string]*string{
		"displayName": &p.DisplayName, "externalId": &p.ExternalID, "name.givenName": &p.GivenName, "name.familyName": &p.FamilyName,
	}[name]
	if to == nil {
		return noSuchAttribute(name)
	}
	var value string
	if json.Unmarshal(raw, &value) != nil || value == "" && name == "displayName" {
		return principalErrorf(http.StatusBadRequest, "invalidValue", name+" must be a string")
	}
	*to = value
	return nil
}

// patchBool reads a boolean, or the list of one string that the official
// provider sends (fixtures: workspace SCIM).
func patchBool(raw json.RawMessage) (value, ok bool) {
	if json.Unmarshal(raw, &value) == nil {
		return value, true
	}
	var list []complexValue
	if json.Unmarshal(raw, &list) != nil || len(list) != 1 {
		return false, false
	}
	value, err := strconv.ParseBool(list[0].Value)
	return value, err == nil
}
