// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

// Package tfutil is the glue between Terraform's framework and the plain
// packages: it reads values without losing unknowns, and turns findings and
// errors into diagnostics.
package tfutil

import (
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// Reader reads the attributes of an object that may be null or unknown as a
// whole. What it reads below an unknown object is unknown, never null.
type Reader struct {
	object types.Object
	path   spec.Path
}

// Read returns a reader of a whole resource.
func Read(object types.Object) Reader { return Reader{object: object} }

// at returns the path of an attribute.
func (r Reader) at(name string) spec.Path { return r.path.Attr(name) }

// read converts one attribute, keeping null and unknown.
func read[T any](r Reader, name string, known func(attr.Value) T) spec.Value[T] {
	at := r.at(name)
	v, present := r.object.Attributes()[name]
	switch {
	case r.object.IsUnknown(), present && v.IsUnknown():
		return spec.Unknown[T]().At(at)
	case r.object.IsNull(), !present, v.IsNull():
		return spec.Null[T]().At(at)
	}
	return spec.Known(known(v)).At(at)
}

// String reads a text.
func (r Reader) String(name string) spec.Value[string] {
	return read(r, name, func(v attr.Value) string { return v.(basetypes.StringValue).ValueString() }) //nolint:forcetypeassert // The schema decides the type.
}

// Bool reads a boolean.
func (r Reader) Bool(name string) spec.Value[bool] {
	return read(r, name, func(v attr.Value) bool { return v.(basetypes.BoolValue).ValueBool() }) //nolint:forcetypeassert // The schema decides the type.
}

// Text reads a boolean, number or text as canonical text.
func (r Reader) Text(name string) spec.Value[string] { return read(r, name, CanonicalText) }

// CanonicalText returns a known primitive value as the baseline writes it.
func CanonicalText(v attr.Value) string {
	switch v := v.(type) {
	case basetypes.BoolValue:
		if v.ValueBool() {
			return "true"
		}
		return "false"
	case basetypes.Int64Value:
		return big.NewInt(v.ValueInt64()).String()
	case basetypes.StringValue:
		return v.ValueString()
	}
	return v.String()
}

// Strings reads a list or set of texts, each of which may be unknown.
func (r Reader) Strings(name string) spec.Value[[]spec.Value[string]] {
	return read(r, name, func(v attr.Value) []spec.Value[string] { return texts(v, r.at(name)) })
}

// StringLists reads a map of lists or sets of texts.
func (r Reader) StringLists(name string) spec.Value[map[string]spec.AddressList] {
	return read(r, name, func(v attr.Value) map[string]spec.AddressList {
		lists := map[string]spec.AddressList{}
		for key, element := range v.(basetypes.MapValue).Elements() { //nolint:forcetypeassert // The schema decides the type.
			at := r.at(name).AtKey(key)
			switch {
			case element.IsUnknown():
				lists[key] = spec.Unknown[[]spec.Value[string]]().At(at)
			case element.IsNull():
				lists[key] = spec.Null[[]spec.Value[string]]().At(at)
			default:
				lists[key] = spec.Known(texts(element, at)).At(at)
			}
		}
		return lists
	})
}

// Object returns a reader of a nested object.
func (r Reader) Object(name string) Reader {
	nested := Reader{path: r.at(name)}
	v, present := r.object.Attributes()[name]
	switch o, ok := v.(types.Object); {
	case r.object.IsUnknown():
		nested.object = types.ObjectUnknown(nil)
	case present && ok:
		nested.object = o
	default:
		nested.object = types.ObjectNull(nil)
	}
	return nested
}

// Objects returns a reader for each element of a list of objects.
func (r Reader) Objects(name string) spec.Value[[]Reader] {
	return read(r, name, func(v attr.Value) []Reader {
		var all []Reader
		for i, element := range v.(basetypes.ListValue).Elements() { //nolint:forcetypeassert // The schema decides the type.
			o, _ := element.(types.Object)
			all = append(all, Reader{object: o, path: r.at(name).AtIndex(i)})
		}
		return all
	})
}

// Nested builds the value of a nested object from its attributes.
func Nested[T any](r Reader, name string, build func(Reader) T) spec.Value[T] {
	nested := r.Object(name)
	switch {
	case nested.object.IsUnknown():
		return spec.Unknown[T]().At(nested.path)
	case nested.object.IsNull():
		return spec.Null[T]().At(nested.path)
	}
	return spec.Known(build(nested)).At(nested.path)
}

func texts(v attr.Value, at spec.Path) []spec.Value[string] {
	elements, ok := v.(interface{ Elements() []attr.Value })
	if !ok {
		return nil
	}
	var all []spec.Value[string]
	for _, e := range elements.Elements() {
		text, _ := e.(basetypes.StringValue)
		switch {
		case e.IsUnknown():
			all = append(all, spec.Unknown[string]().At(at))
		case e.IsNull():
			all = append(all, spec.Null[string]().At(at))
		default:
			all = append(all, spec.Known(text.ValueString()).At(at))
		}
	}
	return all
}
