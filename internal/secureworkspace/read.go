// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/baseline"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/databricks"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/steps"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/tfutil"
)

// Read looks at everything declared and writes nothing to the service. It never
// waits. What cannot be read keeps its last value, and its controls become
// unverifiable.
func (r *secureWorkspace) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state types.Object
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	raw, d := req.Private.GetKey(ctx, memoryKey)
	resp.Diagnostics.Append(d...)
	id, hasID := workspaceID(state)
	if resp.Diagnostics.HasError() || !hasID || !r.sameAccount(&resp.Diagnostics, state) {
		return
	}
	if r.provider == nil || r.provider.Account == nil {
		resp.Diagnostics.AddWarning("Workspace was not read (HB-CHK-004)", fmt.Sprintf("Not checked: whether workspace %d still is as declared.\nWhy: %s", id, r.whyNoAccount()))
		return
	}
	declared := describe(tfutil.Read(state))
	if err := recall(raw, declared); err != nil {
		resp.Diagnostics.AddError("Private state is malformed (HB-BUG-003)", err.Error())
		return
	}
	run := newRun(r.provider, declared, extras{}, ledgerOf(state))
	r.hold(&resp.Diagnostics, state)
	info, err := run.account.GetWorkspace(ctx, id)
	switch {
	case databricks.IsNotFound(err):
		forgetWorkspace(ctx, resp, run.prior)
		return
	case databricks.IsUnauthenticated(err), databricks.IsDenied(err):
		tfutil.AddAPIError(&resp.Diagnostics, "Workspace could not be read (HB-RED-001)", fmt.Sprintf("Reading workspace %d", id), run.account, err)
		return
	case err != nil:
		run.seen.unread = err
	default:
		run.setInfo(info)
		look, cancel := context.WithTimeoutCause(ctx, readLimit, fmt.Errorf("no answer within %s", readLimit))
		defer cancel()
		if err := run.observeAll(look, false); err != nil {
			resp.Diagnostics.AddWarning("Workspace could not be read (HB-RED-002)", fmt.Sprintf(
				"Found: an account object of workspace %q could not be read: %v.\nWhy: what it holds keeps the values that were read last, and its controls count as unverifiable; no change is planned from that.\nFix: run again.", run.name(), err))
		}
	}
	run.writeRead(ctx, resp, state)
}

// readLimit is how long a refresh may spend on one workspace that gives no
// answer.
const readLimit = 5 * time.Second

// forgetWorkspace removes a workspace that is certainly gone. As long as it left
// objects of ours, they stay in the state, to be used again or deleted.
func forgetWorkspace(ctx context.Context, resp *resource.ReadResponse, ledger steps.Ledger) {
	left := slices.DeleteFunc(slices.Clone(ledger), func(e steps.Entry) bool { return e.Step == stepWorkspace })
	if !leavesAnything(left) {
		resp.State.RemoveResource(ctx)
		return
	}
	w := writer{state: &resp.State}
	w.set(ctx, path.Root("steps"), entriesOf(left))
	w.set(ctx, path.Root("status"), statusIncomplete)
	w.setWorkspaceID(ctx, left)
	resp.Diagnostics.Append(w.diags...)
	resp.Diagnostics.AddWarning("Workspace is gone (HB-RED-004)",
		"The account has no workspace of this id any more, but objects that were made for it are still there. An apply builds the workspace again with them; a destroy deletes them.")
}

func workspaceID(state types.Object) (int64, bool) {
	v, ok := state.Attributes()["workspace_id"].(types.Int64)
	return v.ValueInt64(), ok && !v.IsNull()
}

// writeRead writes what was seen.
func (r *run) writeRead(ctx context.Context, resp *resource.ReadResponse, state types.Object) {
	w := writer{state: &resp.State}
	if err := r.seen.unread; err != nil {
		resp.Diagnostics.AddWarning("Workspace could not be read (HB-RED-002)", fmt.Sprintf(
			"Found: workspace %q gave no answer: %v.\nRequired: an answer, to verify its controls.\nWhy: its settings keep the values that were read last, and its controls count as unverifiable; no change is planned from that.\nFix: run from a machine that reaches the workspace, or set runner_access = \"account_only\".", r.name(), err))
	}
	if r.info == nil {
		w.set(ctx, path.Root("posture"), allUnverifiable(state))
		resp.Diagnostics.Append(w.diags...)
		return
	}
	w.set(ctx, path.Root("posture"), r.assess())
	r.readAccount(ctx, &w, state)
	if r.seen.unread == nil && r.reachesWorkspace() {
		w.set(ctx, path.Root("baseline"), baselineObject(r.readBaseline()))
		r.readAddresses(ctx, &w, state)
	}
	resp.Diagnostics.Append(w.diags...)
}

// allUnverifiable keeps the controls of a state and says that none was read.
func allUnverifiable(state types.Object) posture {
	all := posture{}
	controls, _ := state.Attributes()["posture"].(types.Map)
	for id := range controls.Elements() {
		all[id] = unverifiable
	}
	return all
}

// readBaseline returns the values of the managed settings as the service has
// them; one that it does not have is null, which shows as drift.
func (r *run) readBaseline() spec.Baseline {
	all := spec.Baseline{}
	for _, s := range baseline.Settings() {
		if !known(r.declared.Baseline[s.Key]) {
			continue
		}
		if got, ok := r.seen.value(s); ok {
			all[s.Key] = spec.Known(got)
		}
	}
	return all
}

// readAccount writes what the account knows of the workspace, of attributes that
// an update can change. What cannot be changed in place shows in the posture.
func (r *run) readAccount(ctx context.Context, w *writer, state types.Object) {
	if tags, ok := state.Attributes()["custom_tags"].(types.Map); ok && !tags.IsNull() {
		w.set(ctx, path.Root("custom_tags"), ours(r.info.CustomTags))
	}
	if r.seen.unreadAccount != nil {
		return
	}
	if known(r.declared.MetastoreID) {
		w.set(ctx, path.Root("metastore_id"), orNull(r.seen.metastore))
	}
	if known(tfutil.Read(state).String("network_connectivity_config_id")) {
		w.set(ctx, path.Root("network_connectivity_config_id"), orNull(r.info.NetworkConnectivityConfigId))
	}
}

func orNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

// readAddresses writes the lists as the service has them, with the spelling of
// the state where the addresses are the same. A list that nobody declared shows
// under its label.
func (r *run) readAddresses(ctx context.Context, w *writer, state types.Object) {
	if r.declared.IPAccess.IsNull() {
		return
	}
	at := path.Root("ip_access")
	before, _ := describe(tfutil.Read(state)).IPAccess.Get()
	w.set(ctx, at.AtName("enforced"), r.seen.conf[baseline.IPAccessListsConf] == "true")
	w.set(ctx, at.AtName("allow"), readLists(r.seen.lists, databricks.Allow, before.Allow))
	w.set(ctx, at.AtName("block"), readLists(r.seen.lists, databricks.Block, before.Block))
}

func readLists(have []databricks.IPAccessList, kind string, before spec.Value[map[string]spec.AddressList]) map[string][]string {
	was, _ := before.Get()
	all := map[string][]string{}
	for _, l := range have {
		if l.Type != kind || !l.Enabled {
			continue
		}
		label := l.Label
		if _, taken := all[label]; taken {
			label = fmt.Sprintf("%s (%s)", l.Label, l.ID)
		}
		all[label] = l.Addresses
		if same := sorted(was[label]); sameAddresses(same, l.Addresses) {
			all[label] = same
		}
	}
	if len(all) == 0 && len(was) == 0 {
		return nil
	}
	return all
}
