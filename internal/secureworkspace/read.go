// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import (
	"context"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/baseline"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/databricks"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
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
	if resp.Diagnostics.HasError() || !hasID {
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
		resp.State.RemoveResource(ctx)
		return
	case databricks.IsUnauthenticated(err), databricks.IsDenied(err):
		tfutil.AddAPIError(&resp.Diagnostics, "Workspace could not be read (HB-RED-001)", fmt.Sprintf("Reading workspace %d", id), run.account, err)
		return
	case err != nil:
		run.seen.unread = err
	default:
		run.setInfo(info)
		if err := run.observeAll(ctx, false); err != nil {
			run.seen.unread = err
		}
	}
	run.writeRead(ctx, resp, state)
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
// are managed.
func (r *run) readAccount(ctx context.Context, w *writer, state types.Object) {
	if tags, ok := state.Attributes()["custom_tags"].(types.Map); ok && !tags.IsNull() {
		w.set(ctx, path.Root("custom_tags"), ours(r.info.CustomTags))
	}
	if known(r.declared.MetastoreID) {
		w.set(ctx, path.Root("metastore_id"), orNull(r.seen.metastore))
	}
	if known(tfutil.Read(state).String("network_connectivity_config_id")) {
		w.set(ctx, path.Root("network_connectivity_config_id"), orNull(r.info.NetworkConnectivityConfigId))
	}
	if access := r.seen.access; access != nil && !r.declared.PrivateAccess.IsNull() {
		at := path.Root("private_access")
		w.set(ctx, at.AtName("public_access_enabled"), access.PublicAccessEnabled)
		w.set(ctx, at.AtName("private_access_level"), string(access.PrivateAccessLevel))
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
	if len(all) == 0 && len(maps.Clone(was)) == 0 {
		return nil
	}
	return all
}
