// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/baseline"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

func textAttribute(v spec.Value[string]) types.String {
	if s, known := v.Get(); known {
		return types.StringValue(s)
	}
	if v.IsUnknown() {
		return types.StringUnknown()
	}
	return types.StringNull()
}

func profileAttribute(v spec.Value[spec.Profile]) types.String {
	return textAttribute(retype(v, func(p spec.Profile) string { return string(p) }))
}

func boolAttribute(v spec.Value[bool]) types.Bool {
	if b, known := v.Get(); known {
		return types.BoolValue(b)
	}
	if v.IsUnknown() {
		return types.BoolUnknown()
	}
	return types.BoolNull()
}

// baselineObject turns settings into the value of the baseline attribute. A
// value that does not fit its type becomes null, which shows as drift.
func baselineObject(b spec.Baseline) types.Object {
	values := map[string]attr.Value{}
	for _, s := range baseline.Settings() {
		v := b[s.Key]
		switch text, known := v.Get(); {
		case v.IsUnknown():
			values[s.Key] = unknownOf(s)
		case known:
			converted, err := attributeOf(s, text)
			if err != nil {
				converted = nullOf(s)
			}
			values[s.Key] = converted
		default:
			values[s.Key] = nullOf(s)
		}
	}
	return types.ObjectValueMust(baselineTypes(), values)
}

// unknownLike returns the unknown value of the same type.
func unknownLike(ctx context.Context, v attr.Value) attr.Value {
	switch v := v.(type) {
	case types.String:
		return types.StringUnknown()
	case types.Bool:
		return types.BoolUnknown()
	case types.Int64:
		return types.Int64Unknown()
	case types.Map:
		return types.MapUnknown(v.ElementType(ctx))
	case types.List:
		return types.ListUnknown(v.ElementType(ctx))
	}
	return v
}

// unknownOf returns the unknown value of a setting's attribute.
func unknownOf(s baseline.Setting) attr.Value {
	switch s.Kind {
	case baseline.Bool:
		return types.BoolUnknown()
	case baseline.Int:
		return types.Int64Unknown()
	default:
		return types.StringUnknown()
	}
}
