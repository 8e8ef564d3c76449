// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import (
	"context"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/facts"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// What the machine that runs Terraform can reach.
const (
	runnerPublic      = "public"
	runnerPrivate     = "private"
	runnerAccountOnly = "account_only"
)

// The states of the resource.
const (
	statusReady       = "READY"
	statusIncomplete  = "INCOMPLETE"
	statusAccountOnly = "COMPLETE_ACCOUNT_ONLY"
)

// markerTag is the custom tag that a workspace carries from its first request,
// with its own name as the value, so that a run without state knows it again.
const markerTag = "hardbricks"

var (
	workspaceName  = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z _.-]{2,99}$`)
	deploymentName = regexp.MustCompile(`^[0-9a-z]([0-9a-z-]{0,61}[0-9a-z])?$`)
	tagKey         = stringvalidator.LengthBetween(1, 127)
	tagValue       = stringvalidator.LengthBetween(1, 255)
)

// Schema describes the resource.
func (r *secureWorkspace) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		"workspace_name": schema.StringAttribute{
			Required:    true,
			Description: "Name of the workspace. The account objects made for it are named after it. Cannot be changed.",
			Validators: []validator.String{stringvalidator.RegexMatches(workspaceName,
				"must be 3 to 100 letters, digits, spaces, dots, underscores and hyphens, and begin with a letter or digit")},
		},
		"aws_region": schema.StringAttribute{
			Required: true, Description: "AWS region of the workspace. Cannot be changed.",
		},
		"pricing_tier": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString("ENTERPRISE"),
			Description: "Pricing tier: STANDARD, PREMIUM or ENTERPRISE (the default, which hardening needs). Cannot be changed.",
			Validators:  []validator.String{stringvalidator.OneOf(facts.PricingTiers()...)},
		},
		"deployment_name": schema.StringAttribute{
			Optional: true, Computed: true,
			Description:   "First part of the workspace's address. Needs a deployment name prefix on the account; chosen by Databricks where it is not given. Cannot be changed.",
			Validators:    []validator.String{stringvalidator.RegexMatches(deploymentName, "must be a DNS label of small letters, digits and hyphens")},
			PlanModifiers: []planmodifier.String{stringplanmodifier.UseNonNullStateForUnknown()},
		},
		"security_profile": schema.StringAttribute{
			Optional: true, Computed: true,
			Description: "Security profile: `standard`, what the guides ask of most deployments, or `high`, what they ask of highly secure ones. Defaults to the provider's, else to `standard`.",
			Validators:  []validator.String{stringvalidator.OneOf(string(spec.Standard), string(spec.High))},
		},
		"runner_access": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(runnerPublic),
			Description: "How the machine that runs Terraform reaches the workspace: `public`, `private` (over PrivateLink), or `account_only` (not at all: the workspace's own settings are then neither written nor verified, and the resource ends as COMPLETE_ACCOUNT_ONLY).",
			Validators:  []validator.String{stringvalidator.OneOf(runnerPublic, runnerPrivate, runnerAccountOnly)},
		},
		"custom_tags": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			Description: "Tags that Databricks puts on the workspace's AWS resources. The tag `hardbricks` is reserved.",
			Validators: []validator.Map{
				mapvalidator.KeysAre(tagKey, stringvalidator.NoneOf(markerTag)), mapvalidator.NoNullValues(), mapvalidator.ValueStringsAre(tagValue), mapvalidator.SizeAtLeast(1),
			},
		},
		"metastore_id": schema.StringAttribute{
			Optional: true, Description: "Id of an existing Unity Catalog metastore to assign, in the workspace's region.",
			Validators: []validator.String{matches(uuid, "an id of a metastore")},
		},
		"network_connectivity_config_id": schema.StringAttribute{
			Optional: true, Description: "Id of an existing network connectivity configuration to bind. It can be switched, but never removed.",
			Validators: []validator.String{matches(uuid, "an id of a network connectivity configuration")},
		},
		"deletion_protection": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(true),
			Description: "Whether a plan that would destroy the workspace is refused. Must be turned off in an earlier apply.",
		},
		"timeouts": timeouts.Attributes(ctx, timeouts.Opts{Create: true, Update: true, Delete: true}),
	}
	addObjects(attributes)
	addHardening(attributes)
	addComputed(attributes)
	resp.Schema = schema.Schema{
		Description: "A hardened Databricks workspace on AWS: its account objects, the workspace, IP access lists and security settings, each read back.",
		Attributes:  attributes,
	}
}

// addComputed adds what the service and this provider tell.
func addComputed(attributes map[string]schema.Attribute) {
	attributes["account_id"] = schema.StringAttribute{
		Computed: true, Description: "Databricks account of the workspace.",
		PlanModifiers: []planmodifier.String{stringplanmodifier.UseNonNullStateForUnknown()},
	}
	attributes["workspace_id"] = schema.Int64Attribute{
		Computed: true, Description: "Id of the workspace.",
		PlanModifiers: []planmodifier.Int64{int64planmodifier.UseNonNullStateForUnknown()},
	}
	attributes["workspace_url"] = schema.StringAttribute{
		Computed: true, Description: "Address of the workspace.",
		PlanModifiers: []planmodifier.String{stringplanmodifier.UseNonNullStateForUnknown()},
	}
	attributes["status"] = schema.StringAttribute{
		Computed:    true,
		Description: "READY: everything declared is there and was read back. COMPLETE_ACCOUNT_ONLY: the same as far as the account shows (see `runner_access`). INCOMPLETE: a step failed; the next apply goes on.",
	}
	attributes["posture"] = schema.MapAttribute{
		Computed: true, ElementType: types.StringType,
		Description: "State of each security control by its id: `enforced` (read back as secure), `drifted` (differs from what is declared), `waived`, `not_enforced` (declared, or left, weaker than the guides ask, which the profile allows), `unverifiable` (could not be read) or `not_applicable` (the pricing tier does not have it).",
	}
	attributes["active_waivers"] = schema.ListAttribute{
		Computed: true, ElementType: types.StringType, Description: "Ids of the rules with a waiver in force, for policy over the plan.",
	}
	attributes["steps"] = schema.ListNestedAttribute{
		Computed: true, Description: "The ledger: what became of each step.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"step":      schema.StringAttribute{Computed: true, Description: "Id of the step."},
			"outcome":   schema.StringAttribute{Computed: true, Description: "done, failed, pending (not tried), skipped (not asked for), or superseded (another object took its place; it is still to be deleted)."},
			"object_id": schema.StringAttribute{Computed: true, Description: "Id of the object that the step stands for."},
			"owned":     schema.BoolAttribute{Computed: true, Description: "Whether the object was made here, and is deleted with the workspace."},
		}},
	}
}
