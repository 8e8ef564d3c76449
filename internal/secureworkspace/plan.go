// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/rules"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/tfutil"
)

// ValidateConfig asks the rules, without credentials or network. What depends
// on the provider's configuration is unknown here.
func (r *secureWorkspace) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config types.Object
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	declared := describe(tfutil.Read(config))
	if declared.Profile.IsNull() {
		declared.Profile = spec.Unknown[spec.Profile]().At(declared.Profile.Path())
	}
	if declared.Tier.IsNull() {
		declared.Tier = spec.Known(defaultTier).At(declared.Tier.Path())
	}
	// Warnings are left to the plan, which says them once and knows more.
	tfutil.AddErrors(&resp.Diagnostics, rules.Evaluate(declared, r.now()))
}

// ModifyPlan sets the defaults that depend on profile and tier, asks the rules,
// and says what an apply would do and may not do.
func (r *secureWorkspace) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		r.planDestroy(ctx, req, resp)
		return
	}
	p := planner{resource: r, req: req, resp: resp}
	p.run(ctx)
}

// planner is one call of ModifyPlan for a create or an update.
type planner struct {
	resource *secureWorkspace
	req      resource.ModifyPlanRequest
	resp     *resource.ModifyPlanResponse

	config, state types.Object
	declared      *spec.Workspace
}

func (p *planner) run(ctx context.Context) {
	p.append(p.req.Config.Get(ctx, &p.config))
	if !p.req.State.Raw.IsNull() {
		p.append(p.req.State.Get(ctx, &p.state))
	}
	if p.failed() {
		return
	}
	p.declared = p.resource.declare(p.config)
	p.setDefaults(ctx)
	p.askRules(ctx)
	if p.failed() {
		return
	}
	if p.req.State.Raw.IsNull() {
		p.checkAccount(ctx)
		return
	}
	if !p.resource.sameAccount(&p.resp.Diagnostics, p.state) {
		return
	}
	p.resource.hold(&p.resp.Diagnostics, p.state)
	p.refuseImmutable(ctx)
	p.planComputed(ctx)
}

func (p *planner) append(d diag.Diagnostics) { p.resp.Diagnostics.Append(d...) }
func (p *planner) failed() bool              { return p.resp.Diagnostics.HasError() }

func (p *planner) set(ctx context.Context, at path.Path, v any) {
	p.append(p.resp.Plan.SetAttribute(ctx, at, v))
}

// setDefaults writes the effective profile, the baseline and the private access
// defaults into the plan, so that policy over the plan sees them.
func (p *planner) setDefaults(ctx context.Context) {
	p.set(ctx, path.Root("security_profile"), profileAttribute(p.declared.Profile))
	object := p.config.Attributes()["baseline"]
	if !object.IsUnknown() {
		p.set(ctx, path.Root("baseline"), baselineObject(p.declared.Baseline))
	}
	access, declared := p.declared.PrivateAccess.Get()
	if !declared || !access.PrivateAccessSettingsID.IsNull() {
		return
	}
	at := path.Root("private_access")
	p.set(ctx, at.AtName("public_access_enabled"), boolAttribute(access.PublicAccessEnabled))
	p.set(ctx, at.AtName("private_access_level"), textAttribute(access.Level))
}

// askRules adds findings, the notice about deferred rules, and the waivers in
// force.
func (p *planner) askRules(ctx context.Context) {
	report := rules.Evaluate(p.declared, p.resource.now())
	tfutil.AddFindings(&p.resp.Diagnostics, report)
	if !report.Failed() {
		tfutil.AddDeferred(&p.resp.Diagnostics, report)
	}
	if report.WaiversPending {
		p.set(ctx, path.Root("active_waivers"), types.ListUnknown(types.StringType))
		return
	}
	p.set(ctx, path.Root("active_waivers"), activeIDs(report))
}

func activeIDs(report rules.Report) []string {
	ids := []string{}
	for _, w := range report.ActiveWaivers {
		ids = append(ids, w.Rule)
	}
	return ids
}

// checkAccount asks the account what only it knows, before anything is created.
func (p *planner) checkAccount(ctx context.Context) {
	provider := p.resource.provider
	name, known := p.declared.Name.Get()
	switch {
	case provider == nil:
	case provider.Account == nil:
		p.resp.Diagnostics.AddWarning("Account was not read (HB-CHK-002)", fmt.Sprintf(
			"Not checked: whether the account accepts the credentials, and whether it has a workspace of this name already.\nWhy: %s\nThe apply checks it before it writes anything.", provider.NoAccount))
	case !known:
	default:
		probe := newRun(provider, p.declared, extras{}, nil)
		if _, err := probe.adoptWorkspace(ctx); err != nil {
			tfutil.AddAPIError(&p.resp.Diagnostics, "Account check failed (HB-CHK-003)", "Looking for a workspace named "+name, provider.Account, err)
		}
	}
}

// planComputed decides whether an update is needed, and with it whether what
// the service tells may change. What is incomplete or has drifted is repaired.
func (p *planner) planComputed(ctx context.Context) {
	var plan types.Object
	p.append(p.resp.Plan.Get(ctx, &plan))
	if p.failed() {
		return
	}
	prior, now := p.state.Attributes(), plan.Attributes()
	change := needsRepair(p.state)
	for name, v := range now {
		if !isComputedOnly(name) && !v.Equal(prior[name]) {
			change = true
		}
	}
	for _, name := range []string{"status", "posture", "steps"} {
		if change {
			p.set(ctx, path.Root(name), unknownLike(ctx, prior[name]))
		} else {
			p.set(ctx, path.Root(name), prior[name])
		}
	}
}

// needsRepair says whether a workspace is incomplete or has drifted.
func needsRepair(state types.Object) bool {
	status, _ := tfutil.Read(state).String("status").Get()
	if status == statusIncomplete {
		return true
	}
	controls, _ := state.Attributes()["posture"].(types.Map)
	for _, v := range controls.Elements() {
		if tfutil.CanonicalText(v) == string(drifted) {
			return true
		}
	}
	return false
}

func isComputedOnly(name string) bool {
	switch name {
	case "account_id", "workspace_id", "workspace_url", "status", "posture", "steps", "active_waivers":
		return true
	}
	return false
}

// fixedAttributes are those that an update cannot change.
var fixedAttributes = []string{
	"workspace_name", "aws_region", "pricing_tier", "deployment_name", "credentials", "storage", "network", "encryption", "private_access",
}

// refuseImmutable refuses what the service, or this version, cannot change on a
// workspace that exists. It is never replaced.
func (p *planner) refuseImmutable(ctx context.Context) {
	var plan types.Object
	p.append(p.resp.Plan.Get(ctx, &plan))
	if p.failed() {
		return
	}
	for _, name := range fixedAttributes {
		refuseChange(ctx, &p.resp.Diagnostics, name, p.state.Attributes()[name], plan.Attributes()[name])
	}
}

// refuseChange adds an error where a fixed attribute certainly differs.
func refuseChange(ctx context.Context, diags *diag.Diagnostics, name string, before, after attr.Value) {
	if hasUnknown(ctx, after) || after.Equal(before) {
		return
	}
	diags.AddAttributeError(path.Root(name), "Attribute of an existing workspace cannot be changed (HB-UPD-001)", fmt.Sprintf(
		"Found: %s, where the workspace has %s.\nRequired: the value that the workspace has.\nWhy: changing it would mean to destroy the workspace and everything in it, or is not supported yet.\nFix: restore the value, or declare a second workspace, move to it, and then destroy this one.",
		after, before))
}

// hasUnknown says whether any part of a value is unknown; such a value is
// compared again during apply.
func hasUnknown(ctx context.Context, v attr.Value) bool {
	tf, err := v.ToTerraformValue(ctx)
	return err != nil || !tf.IsFullyKnown()
}
