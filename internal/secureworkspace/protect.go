// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/tfutil"
)

// planDestroy refuses to destroy a protected workspace.
func (r *secureWorkspace) planDestroy(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var state types.Object
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !r.sameAccount(&resp.Diagnostics, state) {
		return
	}
	// An unfinished object may be the old half of a replacement whose new half
	// adopts the workspace first; Delete tells them apart.
	if isProtected(state) && text(tfutil.Read(state).String("status")) != statusIncomplete {
		resp.Diagnostics.AddAttributeError(path.Root("deletion_protection"), protectedSummary, protectedDetail(state))
		return
	}
	// Delete cannot tell by itself a destroy that was asked for from the first
	// half of a replacement.
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, decisionKey, []byte(`"delete"`))...)
}

const (
	protectedSummary = "Workspace is protected from deletion (HB-DEL-001)"
	decisionKey      = "decision"
)

func isProtected(state types.Object) bool {
	protected, known := tfutil.Read(state).Bool("deletion_protection").Get()
	return !known || protected
}

func protectedDetail(state types.Object) string {
	name, _ := tfutil.Read(state).String("workspace_name").Get()
	return fmt.Sprintf("Found: a plan that destroys workspace %q with deletion_protection = true.\nRequired: deletion_protection = false, applied earlier.\nWhy: everything in the workspace would be lost.\nFix: set deletion_protection = false, apply, and then destroy.", name)
}

// sameAccount refuses to take a workspace of one account for one of another: the
// provider would find nothing there, and forget the workspace.
func (r *secureWorkspace) sameAccount(diags *diag.Diagnostics, state types.Object) bool {
	id, known := tfutil.Read(state).String("account_id").Get()
	if !known || r.provider == nil || r.provider.Account == nil || r.provider.Account.ID() == id {
		return true
	}
	diags.AddError("Workspace belongs to another account (HB-RED-003)", fmt.Sprintf(
		"Found: the provider is configured for account %s, and workspace %q is in account %s.\nRequired: the same account.\nWhy: nothing can be said of a workspace from another account; it would be forgotten and built a second time.\nFix: restore account_id, or give this resource a provider configuration of its own account.",
		r.provider.Account.ID(), text(tfutil.Read(state).String("workspace_name")), id))
	return false
}

// hold claims the workspace of a state. An unfinished one stays free to be
// adopted by the resource that takes the place of this one.
func (r *secureWorkspace) hold(diags *diag.Diagnostics, state types.Object) {
	id, hasID := workspaceID(state)
	now := tfutil.Read(state)
	if r.provider == nil || !hasID || text(now.String("status")) == statusIncomplete || r.provider.Claims.Hold(id) {
		return
	}
	diags.AddAttributeError(path.Root("workspace_name"), "Two resources declare one workspace (HB-WSP-001)", fmt.Sprintf(
		"Found: this resource has workspace %q (%d), and another resource of this run declares the same name.\nRequired: one resource for each workspace.\nWhy: the two would undo each other's settings.\nFix: give the other resource a workspace_name of its own, or remove it.",
		text(now.String("workspace_name")), id))
}
