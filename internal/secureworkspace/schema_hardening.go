// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/baseline"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// addHardening adds IP access lists, the baseline and waivers.
func addHardening(attributes map[string]schema.Attribute) {
	attributes["ip_access"] = schema.SingleNestedAttribute{
		Optional: true, Description: "IP access lists. All lists of the workspace are managed: one that is not declared here is removed. Without this attribute, none is.",
		Attributes: map[string]schema.Attribute{
			"enforced": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(true), Description: "Whether the lists are enforced. Defaults to true."},
			"allow":    addressesAttribute("Lists of allowed"),
			"block":    addressesAttribute("Lists of blocked"),
		},
	}
	attributes["baseline"] = schema.SingleNestedAttribute{
		Optional: true, Computed: true,
		Description: "Hardened settings. Each defaults to its secure value, which the plan shows; where the pricing tier does not have a setting, it is not managed.",
		Attributes:  baselineAttributes(),
	}
	attributes["waivers"] = schema.ListNestedAttribute{
		Optional: true, Description: "Approved exceptions from policy rules, one rule each.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"rule":     schema.StringAttribute{Required: true, Description: "Id of the policy rule."},
			"reason":   schema.StringAttribute{Required: true, Description: "Why the exception is acceptable, at least 20 characters."},
			"approver": schema.StringAttribute{Required: true, Description: "Who approved it."},
			"expires":  schema.StringAttribute{Required: true, Description: "Last day of the exception (YYYY-MM-DD), at most 365 days ahead."},
		}},
	}
}

func addressesAttribute(what string) schema.Attribute {
	return schema.MapAttribute{
		Optional: true, ElementType: types.SetType{ElemType: types.StringType},
		Description: what + " IPv4 addresses and CIDR ranges, by a name of yours.",
		Validators: []validator.Map{
			mapvalidator.SizeAtLeast(1), mapvalidator.KeysAre(stringvalidator.LengthBetween(1, 100)),
			mapvalidator.NoNullValues(), mapvalidator.ValueSetsAre(setvalidator.SizeAtLeast(1), setvalidator.NoNullValues()),
		},
	}
}

// baselineAttributes makes one attribute of each setting of the catalogue.
func baselineAttributes() map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{}
	for _, s := range baseline.Settings() {
		text := s.Description + defaults(s)
		switch s.Kind {
		case baseline.Bool:
			attributes[s.Key] = schema.BoolAttribute{Optional: true, Computed: true, Description: text}
		case baseline.Int:
			attributes[s.Key] = schema.Int64Attribute{Optional: true, Computed: true, Description: text}
		case baseline.Text:
			attributes[s.Key] = schema.StringAttribute{Optional: true, Computed: true, Description: text, Validators: []validator.String{timeOrEmpty{}}}
		}
	}
	return attributes
}

// defaults says in words what a setting defaults to.
func defaults(s baseline.Setting) string {
	standard, _ := s.Default(spec.Standard, "ENTERPRISE")
	high, _ := s.Default(spec.High, "ENTERPRISE")
	if standard == high {
		return fmt.Sprintf(" Defaults to `%s`.", orEmpty(standard))
	}
	return fmt.Sprintf(" Defaults to `%s` in profile standard, `%s` in high.", orEmpty(standard), orEmpty(high))
}

func orEmpty(v string) string {
	if v == "" {
		return `""`
	}
	return v
}

// baselineTypes returns the attribute types of the baseline object.
func baselineTypes() map[string]attr.Type {
	all := map[string]attr.Type{}
	for _, s := range baseline.Settings() {
		switch s.Kind {
		case baseline.Bool:
			all[s.Key] = types.BoolType
		case baseline.Int:
			all[s.Key] = types.Int64Type
		case baseline.Text:
			all[s.Key] = types.StringType
		}
	}
	return all
}
