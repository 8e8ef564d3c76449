// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/rules"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/steps"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/tfutil"
)

// defaultTimeout bounds Create, Update and Delete where the configuration does
// not. Provisioning takes five to ten minutes.
const defaultTimeout = 40 * time.Minute

// lastWords is how long the reads and writes may take that follow a failure or
// an interrupt.
const lastWords = 20 * time.Second

// Create checks everything, runs the steps, and keeps in the state whatever
// exists afterwards, also on failure.
func (r *secureWorkspace) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	retained := r.retained(ctx, req.Config)
	run := r.begin(ctx, req.Config, &resp.Diagnostics, retained)
	if run == nil {
		keepRetained(ctx, resp, req.Plan, retained)
		return
	}
	ctx, cancel := r.deadline(ctx, req.Plan, timeouts.Value.Create, &resp.Diagnostics)
	defer cancel()
	ledger, err := run.apply(ctx)
	if err != nil && !leavesAnything(ledger) {
		run.addErrors(&resp.Diagnostics, err)
		return
	}
	resp.State.Raw = req.Plan.Raw
	run.conclude(ctx, &resp.State, &resp.Diagnostics, ledger, err)
	resp.Diagnostics.Append(remember(ctx, resp.Private, run.declared)...)
}

// apply runs the steps, and then deletes what they superseded. The ledger holds
// all that exists, also on failure.
func (r *run) apply(ctx context.Context) (steps.Ledger, error) {
	all := r.steps()
	ledger, err := steps.Run(ctx, all, logged(ctx))
	ledger = ledger.Succeed(r.prior)
	old := ledger.With(steps.Superseded)
	if err != nil || len(old) == 0 {
		return ledger, err
	}
	left, err := steps.Destroy(ctx, all, old, logged(ctx))
	current := slices.DeleteFunc(ledger, func(e steps.Entry) bool { return e.Outcome == steps.Superseded })
	return append(current, left...), err
}

// retained returns what the first half of a replacement handed over.
func (r *secureWorkspace) retained(ctx context.Context, config tfsdk.Config) steps.Ledger {
	var name types.String
	if r.provider == nil || config.GetAttribute(ctx, path.Root("workspace_name"), &name).HasError() {
		return nil
	}
	return r.provider.Handover.Take(name.ValueString())
}

// keepRetained puts what was handed over back into the state of a create that
// could not begin.
func keepRetained(ctx context.Context, resp *resource.CreateResponse, plan tfsdk.Plan, retained steps.Ledger) {
	if len(retained) == 0 {
		return
	}
	resp.State.Raw = plan.Raw
	w := writer{state: &resp.State}
	w.set(ctx, path.Root("status"), statusIncomplete)
	w.set(ctx, path.Root("steps"), entriesOf(retained))
	w.setWorkspaceID(ctx, retained)
	w.settle()
	resp.Diagnostics.Append(w.diags...)
}

// Update runs the same steps: those that find nothing to do change nothing.
func (r *secureWorkspace) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var state, plan types.Object
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	refuseLateChange(ctx, &resp.Diagnostics, state, plan)
	if resp.Diagnostics.HasError() {
		return
	}
	run := r.begin(ctx, req.Config, &resp.Diagnostics, ledgerOf(state))
	if run == nil {
		return
	}
	ctx, cancel := r.deadline(ctx, req.Plan, timeouts.Value.Update, &resp.Diagnostics)
	defer cancel()
	ledger, err := run.apply(ctx)
	resp.State.Raw = req.Plan.Raw
	run.conclude(ctx, &resp.State, &resp.Diagnostics, ledger, err)
	resp.Diagnostics.Append(remember(ctx, resp.Private, run.declared)...)
}

// begin makes sure that nothing is written before everything is checked: the
// rules pass on known values, and there is an account to write to.
func (r *secureWorkspace) begin(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics, prior steps.Ledger) *run {
	var object types.Object
	diags.Append(config.Get(ctx, &object)...)
	if diags.HasError() {
		return nil
	}
	declared := r.declare(object)
	report := rules.Evaluate(declared, r.now())
	tfutil.AddErrors(diags, report)
	for _, d := range report.Deferred {
		diags.AddError("Rule could not be answered ("+d.Rule.ID+")", fmt.Sprintf(
			"Found: %v unknown during apply.\nRequired: known values.\nWhy: nothing is written before every rule has passed.\nFix: this is a bug in the provider; please report it.", d.Paths))
	}
	switch {
	case diags.HasError():
		return nil
	case r.provider == nil || r.provider.Account == nil:
		diags.AddError("No Databricks account to write to (HB-CFG-001)", r.whyNoAccount())
		return nil
	}
	return newRun(r.provider, declared, extrasOf(tfutil.Read(object), object), prior)
}

func (r *secureWorkspace) whyNoAccount() string {
	if r.provider == nil {
		return "The provider is not configured."
	}
	return r.provider.NoAccount
}

// deadline bounds a run by the configured timeout.
func (r *secureWorkspace) deadline(ctx context.Context, plan tfsdk.Plan, pick func(timeouts.Value, context.Context, time.Duration) (time.Duration, diag.Diagnostics), diags *diag.Diagnostics) (context.Context, context.CancelFunc) {
	var configured timeouts.Value
	diags.Append(plan.GetAttribute(ctx, path.Root("timeouts"), &configured)...)
	limit, d := pick(configured, ctx, defaultTimeout)
	diags.Append(d...)
	return context.WithTimeoutCause(ctx, limit, fmt.Errorf("the timeout of %s ran out (see the timeouts attribute)", limit))
}

// conclude writes the state that a run ends in. It also does so after a failure,
// an interrupt or a timeout, so it has a context of its own.
func (r *run) conclude(ctx context.Context, state *tfsdk.State, diags *diag.Diagnostics, ledger steps.Ledger, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer cancel()
	status := statusReady
	switch {
	case err != nil:
		status = statusIncomplete
		r.lookAgain(ctx)
	case !r.reachesWorkspace():
		status = statusAccountOnly
	}
	diags.Append(r.writeState(ctx, state, ledger, status)...)
	if err != nil {
		r.addErrors(diags, err)
	}
}

// lookAgain reads what a failed run left, for the posture; what cannot be read
// is unverifiable.
func (r *run) lookAgain(ctx context.Context) {
	if r.workspace() == nil {
		return
	}
	if err := r.observeAll(ctx, false); err != nil {
		r.mu.Lock()
		r.seen.unread = err
		r.mu.Unlock()
	}
}

// addErrors adds one diagnostic for each failed step: what failed, what is not
// enforced because of it, and how it goes on.
func (r *run) addErrors(diags *diag.Diagnostics, err error) {
	for _, failed := range stepErrors(err) {
		tried := fmt.Sprintf("Step %s of workspace %q failed", failed.Step, r.name())
		tfutil.AddAPIError(diags, "Step failed ("+failed.Step+")", tried, r.account, failed.Err, r.consequences())
	}
}

// consequences says what a failure leaves open.
func (r *run) consequences() string {
	info := r.workspace()
	if info == nil {
		return "\nThe workspace does not exist yet. The next apply goes on with what was made so far."
	}
	text := fmt.Sprintf("\nWorkspace %d exists and stays; the next apply goes on with the same workspace.", info.WorkspaceId)
	posture := r.assess()
	if open := append(posture.withStatus(drifted), posture.withStatus(unverifiable)...); len(open) > 0 {
		text += "\nNot enforced, or not verified: " + strings.Join(open, ", ") + "."
	}
	return text
}

func stepErrors(err error) []*steps.Error {
	var all []*steps.Error
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			all = append(all, stepErrors(e)...)
		}
		return all
	}
	if failed, ok := errors.AsType[*steps.Error](err); ok {
		return []*steps.Error{failed}
	}
	return []*steps.Error{{Step: "run", Err: err}}
}

// leavesAnything says whether a failed run made something that must not be
// forgotten.
func leavesAnything(ledger steps.Ledger) bool {
	for _, e := range ledger {
		if e.Owned {
			return true
		}
	}
	return false
}

// refuseLateChange refuses a change of a fixed attribute that was unknown at
// plan.
func refuseLateChange(ctx context.Context, diags *diag.Diagnostics, state, plan types.Object) {
	for _, name := range fixedAttributes {
		refuseChange(ctx, diags, name, state.Attributes()[name], plan.Attributes()[name])
	}
}

// Delete deletes what this resource made, workspace first.
func (r *secureWorkspace) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state types.Object
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	decision, d := req.Private.GetKey(ctx, decisionKey)
	resp.Diagnostics.Append(d...)
	status, _ := tfutil.Read(state).String("status").Get()
	id, _ := workspaceID(state)
	switch {
	case r.provider != nil && r.provider.Claims.Taken(id):
		// create_before_destroy: the object that replaces this one has adopted
		// the same workspace already.
		return
	case len(decision) == 0 && status == statusIncomplete:
		r.retain(state, &resp.Diagnostics)
		return
	case isProtected(state):
		resp.Diagnostics.AddAttributeError(path.Root("deletion_protection"), protectedSummary, protectedDetail(state))
		return
	}
	if r.provider == nil || r.provider.Account == nil {
		resp.Diagnostics.AddError("No Databricks account to write to (HB-CFG-001)", r.whyNoAccount())
		return
	}
	if !r.sameAccount(&resp.Diagnostics, state) {
		return
	}
	run := newRun(r.provider, describe(tfutil.Read(state)), extras{}, ledgerOf(state))
	ctx, cancel := r.deadline(ctx, tfsdk.Plan(req.State), timeouts.Value.Delete, &resp.Diagnostics)
	defer cancel()
	left, err := steps.Destroy(ctx, run.steps(), ledgerOf(state), logged(ctx))
	if len(run.residue) > 0 {
		resp.Diagnostics.AddWarning("Objects in use were left (HB-DEL-004)", fmt.Sprintf(
			"Destroying workspace %q left what other workspaces use: %s.\nThey belong to no resource any more; delete them when nothing uses them.", run.name(), strings.Join(run.residue, "; ")))
	}
	if err != nil {
		w := writer{state: &resp.State}
		w.set(ctx, path.Root("steps"), entriesOf(left))
		w.set(ctx, path.Root("status"), statusIncomplete)
		w.setWorkspaceID(ctx, left)
		resp.Diagnostics.Append(w.diags...)
		tfutil.AddAPIError(&resp.Diagnostics, "Workspace could not be destroyed (HB-DEL-002)", "Destroying workspace "+run.name(), run.account, err)
	}
}

// retain keeps an unfinished workspace through the replacement of its tainted
// object: the Create that follows goes on with it.
func (r *secureWorkspace) retain(state types.Object, diags *diag.Diagnostics) {
	name, _ := tfutil.Read(state).String("workspace_name").Get()
	if r.provider != nil {
		r.provider.Handover.Put(name, ledgerOf(state))
	}
	diags.AddWarning("Unfinished workspace is kept (HB-DEL-003)", fmt.Sprintf(
		"Terraform replaces the tainted object of workspace %q. Nothing was deleted; the create that follows finishes the same workspace.", name))
}

func extrasOf(r tfutil.Reader, object types.Object) extras {
	x := extras{deploymentName: text(r.String("deployment_name")), ncc: text(r.String("network_connectivity_config_id"))}
	if tags, ok := object.Attributes()["custom_tags"].(types.Map); ok && !tags.IsNull() {
		x.tags = map[string]string{}
		for k, v := range tags.Elements() {
			x.tags[k] = tfutil.CanonicalText(v)
		}
	}
	return x
}

// known tells whether a value is there and not null; it keeps call sites short.
func known[T any](v spec.Value[T]) bool {
	_, ok := v.Get()
	return ok
}
