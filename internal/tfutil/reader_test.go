// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package tfutil_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/tfutil"
)

var (
	leafTypes   = map[string]attr.Type{"arn": types.StringType, "on": types.BoolType}
	nestedTypes = map[string]attr.Type{"leaf": types.ObjectType{AttrTypes: leafTypes}}
	listType    = types.SetType{ElemType: types.StringType}
	rootTypes   = map[string]attr.Type{
		"nested": types.ObjectType{AttrTypes: nestedTypes}, "lists": types.MapType{ElemType: listType},
	}
)

func root(nested types.Object, lists types.Map) tfutil.Reader {
	return tfutil.Read(types.ObjectValueMust(rootTypes, map[string]attr.Value{"nested": nested, "lists": lists}))
}

// TestBelowAnUnknownObjectAllIsUnknown guards the trap of the framework: reading
// a path below an unknown object gives null there.
func TestBelowAnUnknownObjectAllIsUnknown(t *testing.T) {
	t.Parallel()
	leaf := func(arn types.String) types.Object {
		return types.ObjectValueMust(nestedTypes, map[string]attr.Value{
			"leaf": types.ObjectValueMust(leafTypes, map[string]attr.Value{"arn": arn, "on": types.BoolNull()}),
		})
	}
	tests := map[string]struct {
		nested        types.Object
		null, unknown bool
	}{
		"unknown object": {types.ObjectUnknown(nestedTypes), false, true},
		"null object":    {types.ObjectNull(nestedTypes), true, false},
		"unknown nested": {types.ObjectValueMust(nestedTypes, map[string]attr.Value{"leaf": types.ObjectUnknown(leafTypes)}), false, true},
		"null nested":    {types.ObjectValueMust(nestedTypes, map[string]attr.Value{"leaf": types.ObjectNull(leafTypes)}), true, false},
		"unknown leaf":   {leaf(types.StringUnknown()), false, true},
		"null leaf":      {leaf(types.StringNull()), true, false},
		"known leaf":     {leaf(types.StringValue("arn:x")), false, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := root(tt.nested, types.MapNull(listType)).Object("nested").Object("leaf").String("arn")
			if got.IsNull() != tt.null || got.IsUnknown() != tt.unknown || got.Path().String() != "nested.leaf.arn" {
				t.Errorf("null %v, unknown %v at %s; want %v, %v", got.IsNull(), got.IsUnknown(), got.Path(), tt.null, tt.unknown)
			}
		})
	}
}

func TestNestedKeepsTheStateOfTheObject(t *testing.T) {
	t.Parallel()
	build := func(tfutil.Reader) string { return "built" }
	for name, tt := range map[string]struct {
		nested types.Object
		want   spec.Value[string]
	}{
		"unknown": {types.ObjectUnknown(nestedTypes), spec.Unknown[string]()},
		"null":    {types.ObjectNull(nestedTypes), spec.Null[string]()},
		"known":   {types.ObjectValueMust(nestedTypes, map[string]attr.Value{"leaf": types.ObjectNull(leafTypes)}), spec.Known("built")},
	} {
		got := tfutil.Nested(root(tt.nested, types.MapNull(listType)), "nested", build)
		a, okA := got.Get()
		b, okB := tt.want.Get()
		if a != b || okA != okB || got.IsUnknown() != tt.want.IsUnknown() {
			t.Errorf("%s: got %q, %v", name, a, okA)
		}
	}
}

func TestStringListsKeepUnknownListsAndElements(t *testing.T) {
	t.Parallel()
	lists := types.MapValueMust(listType, map[string]attr.Value{
		"later": types.SetUnknown(types.StringType),
		"some":  types.SetValueMust(types.StringType, []attr.Value{types.StringValue("a"), types.StringUnknown(), types.StringNull()}),
	})
	named, ok := root(types.ObjectNull(nestedTypes), lists).StringLists("lists").Get()
	if !ok || !named["later"].IsUnknown() || named["later"].Path().String() != `lists["later"]` {
		t.Errorf("lists = %+v", named)
	}
	elements, ok := named["some"].Get()
	if !ok || len(elements) != 3 || !elements[1].IsUnknown() || !elements[2].IsNull() {
		t.Errorf("elements = %+v", elements)
	}
}
