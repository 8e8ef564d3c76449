// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/rules"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/steps"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/tfutil"
)

// entry is a line of the ledger as the state holds it.
type entry struct {
	Step     string       `tfsdk:"step"`
	Outcome  string       `tfsdk:"outcome"`
	ObjectID types.String `tfsdk:"object_id"`
	Owned    bool         `tfsdk:"owned"`
}

func entriesOf(ledger steps.Ledger) []entry {
	all := []entry{}
	for _, e := range ledger {
		id := types.StringNull()
		if e.ObjectID != "" {
			id = types.StringValue(e.ObjectID)
		}
		all = append(all, entry{Step: e.Step, Outcome: string(e.Outcome), ObjectID: id, Owned: e.Owned})
	}
	return all
}

func ledgerOf(state types.Object) steps.Ledger {
	var ledger steps.Ledger
	lines, _ := tfutil.Read(state).Objects("steps").Get()
	for _, l := range lines {
		owned, _ := l.Bool("owned").Get()
		ledger = append(ledger, steps.Entry{
			Step: text(l.String("step")), Outcome: steps.Outcome(text(l.String("outcome"))), ObjectID: text(l.String("object_id")), Owned: owned,
		})
	}
	return ledger
}

// objectIDs are the attributes that hold the id of a step's object.
var objectIDs = []struct {
	step string
	at   []string
}{
	{stepCredentials, []string{"credentials", "credentials_id"}},
	{stepStorage, []string{"storage", "storage_configuration_id"}},
	{stepRestAPI, []string{"network", "private_link", "rest_api", "vpc_endpoint_id"}},
	{stepDataplaneRelay, []string{"network", "private_link", "dataplane_relay", "vpc_endpoint_id"}},
	{stepNetwork, []string{"network", "network_id"}},
	{stepServicesKey, []string{"encryption", "managed_services", "customer_managed_key_id"}},
	{stepStorageKey, []string{"encryption", "workspace_storage", "customer_managed_key_id"}},
	{stepPrivateAccess, []string{"private_access", "private_access_settings_id"}},
}

// writeState fills in what the service told into a state that holds the plan.
func (r *run) writeState(ctx context.Context, state *tfsdk.State, ledger steps.Ledger, status string) diag.Diagnostics {
	w := writer{state: state}
	w.set(ctx, path.Root("account_id"), r.account.ID())
	w.set(ctx, path.Root("status"), status)
	w.set(ctx, path.Root("steps"), entriesOf(ledger))
	w.setUnknown(ctx, path.Root("active_waivers"), activeIDs(rules.Evaluate(r.declared, r.clock.Now())))
	for _, o := range objectIDs {
		w.setID(ctx, o.at, ledger.Find(o.step).ObjectID)
	}
	if info := r.workspace(); info != nil {
		w.set(ctx, path.Root("workspace_id"), info.WorkspaceId)
		w.set(ctx, path.Root("workspace_url"), r.account.WorkspaceURL(info.DeploymentName))
		// The service puts the account's prefix before a name that was given.
		if r.extras.deploymentName == "" {
			w.set(ctx, path.Root("deployment_name"), info.DeploymentName)
		}
		w.set(ctx, path.Root("posture"), r.assess())
	}
	r.writeAccess(ctx, &w)
	w.settle()
	return w.diags
}

// writeAccess fills in what private access settings that were given by id hold.
func (r *run) writeAccess(ctx context.Context, w *writer) {
	p, declared := r.declared.PrivateAccess.Get()
	r.mu.Lock()
	access := r.seen.access
	r.mu.Unlock()
	if declared && access != nil && known(p.PrivateAccessSettingsID) {
		at := path.Root("private_access")
		w.set(ctx, at.AtName("public_access_enabled"), access.PublicAccessEnabled)
		w.set(ctx, at.AtName("private_access_level"), string(access.PrivateAccessLevel))
	}
}

// writer sets attributes of a state and gathers what goes wrong.
type writer struct {
	state *tfsdk.State
	diags diag.Diagnostics
}

func (w *writer) set(ctx context.Context, at path.Path, v any) {
	w.diags.Append(w.state.SetAttribute(ctx, at, v)...)
}

// setUnknown sets an attribute that the plan left unknown.
func (w *writer) setUnknown(ctx context.Context, at path.Path, v any) {
	var planned types.List
	w.diags.Append(w.state.GetAttribute(ctx, at, &planned)...)
	if planned.IsUnknown() {
		w.set(ctx, at, v)
	}
}

// setID sets an id below objects that are there; it makes none.
func (w *writer) setID(ctx context.Context, names []string, id string) {
	if id == "" || !w.has(names[:len(names)-1]) {
		return
	}
	at := path.Root(names[0])
	for _, n := range names[1:] {
		at = at.AtName(n)
	}
	w.set(ctx, at, id)
}

// setWorkspaceID writes the id that a ledger has of the workspace, or null where
// it has none, since the workspace is gone.
func (w *writer) setWorkspaceID(ctx context.Context, ledger steps.Ledger) {
	id, err := strconv.ParseInt(ledger.Find(stepWorkspace).ObjectID, 10, 64)
	if err == nil {
		w.set(ctx, path.Root("workspace_id"), id)
		return
	}
	w.set(ctx, path.Root("workspace_id"), types.Int64Null())
	w.set(ctx, path.Root("workspace_url"), types.StringNull())
}

// has says whether an object is there.
func (w *writer) has(names []string) bool {
	at := tftypes.NewAttributePath()
	for _, n := range names {
		at = at.WithAttributeName(n)
		v, _, err := tftypes.WalkAttributePath(w.state.Raw, at)
		value, ok := v.(tftypes.Value)
		if err != nil || !ok || value.IsNull() {
			return false
		}
	}
	return true
}

// settle turns what is still unknown into null: Terraform rejects, and forgets,
// an object with unknown values.
func (w *writer) settle() {
	raw, err := tftypes.Transform(w.state.Raw, func(_ *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if !v.IsKnown() {
			return tftypes.NewValue(v.Type(), nil), nil
		}
		return v, nil
	})
	if err != nil {
		w.diags.AddError("State could not be written (HB-BUG-002)", err.Error())
		return
	}
	w.state.Raw = raw
}
