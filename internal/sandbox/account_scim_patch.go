// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

const scimPatchSchema = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

type scimPatch struct {
	Schemas    []string        `json:"schemas"`
	Operations []scimOperation `json:"Operations"`
}

type scimOperation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// scimFiltered is the one form of a path with a filter that is supported.
var scimFiltered = regexp.MustCompile(`^(\w+)\[value eq "([^"]*)"\]$`)

// patched returns the attributes after all operations. They hold together: a
// bad one leaves everything as it was.
func (p *accountPrincipal) patched(ops []scimOperation) (map[string]any, error) {
	if len(ops) == 0 {
		return nil, scimErrorf(400, "invalidSyntax", "Operations are required")
	}
	next := maps.Clone(p.attrs)
	kind := accountSCIMKinds()[p.kind]
	for _, op := range ops {
		var err error
		switch {
		case !slices.Contains([]string{"add", "remove", "replace"}, op.Op):
			err = scimErrorf(400, "invalidSyntax", "op %q is not one of add, remove, replace", op.Op)
		case op.Op == "remove":
			err = kind.remove(next, op)
		case op.Path == "":
			err = kind.setAll(next, op)
		default:
			err = kind.set(next, op.Op, op.Path, op.Value)
		}
		if err != nil {
			return nil, err
		}
	}
	return next, nil
}

// setAll is for operations without a path, whose value holds attributes.
func (k accountSCIMKind) setAll(into map[string]any, op scimOperation) error {
	fields, ok := op.Value.(map[string]any)
	if !ok {
		return scimErrorf(400, "invalidValue", "An operation without a path needs an object as its value")
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if err := k.set(into, op.Op, name, fields[name]); err != nil {
			return err
		}
	}
	return nil
}

func (k accountSCIMKind) set(into map[string]any, op, path string, value any) error {
	name, part, within := strings.Cut(path, ".")
	kind, ok := k.attrs[name]
	switch {
	case !ok:
		return scimNoAttribute(name)
	case within && kind != "name":
		return scimNoAttribute(path)
	case within:
		value = map[string]any{part: value}
	}
	clean, err := scimValue(name, kind, value)
	if err != nil {
		return err
	}
	if old, has := into[name].(map[string]any); has && within {
		merged := maps.Clone(old)
		maps.Copy(merged, map[string]any{part: value.(map[string]any)[part]}) //nolint:forcetypeassert // made above
		clean = merged
	}
	if entries, isList := clean.([]any); isList && op == "add" {
		old := &accountPrincipal{attrs: into}
		known := old.values(name)
		fresh := dropValues(entries, known)
		before, _ := into[name].([]any)
		clean = slices.Concat(before, fresh)
	}
	into[name] = clean
	return nil
}

// remove takes an attribute away, or those of its entries that a filter or a
// list of values names.
func (k accountSCIMKind) remove(from map[string]any, op scimOperation) error {
	name, values := op.Path, []string(nil)
	if found := scimFiltered.FindStringSubmatch(op.Path); found != nil {
		name, values = found[1], found[2:]
	}
	kind, ok := k.attrs[name]
	switch {
	case op.Path == "":
		return scimErrorf(400, "noTarget", "remove needs a path")
	case !ok:
		return scimNoAttribute(name)
	case name == k.key:
		return scimErrorf(400, "mutability", "Attribute %s is required", name)
	case values != nil && kind != "list":
		return scimErrorf(400, "invalidPath", "Attribute %s has no entries", name)
	}
	if op.Value != nil && kind == "list" && values == nil {
		listed, err := scimList(name, op.Value)
		if err != nil {
			return err
		}
		values = (&accountPrincipal{attrs: map[string]any{name: listed}}).values(name)
	}
	if values == nil {
		delete(from, name)
		return nil
	}
	from[name] = dropValues(from[name], values)
	return nil
}
