// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/databricks"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/steps"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/tfutil"
)

// Budgets of the waits inside steps. The whole run is bounded by the timeouts
// of the configuration.
const (
	// propagation is how long new IAM roles and bucket policies may take to be
	// seen by Databricks.
	propagation = 3 * time.Minute
	// release is how long a deleted workspace may be referred to.
	release = 10 * time.Minute
	// settling is how long a write may take to be read back.
	settling = time.Minute
)

// run is one Create, Update, Read or Delete of one workspace: what is declared,
// what exists, and the clients to look and to change it with.
type run struct {
	account *databricks.Account
	clock   steps.Clock
	claims  *tfutil.Claims
	// declared is fully known.
	declared *spec.Workspace
	extras   extras
	prior    steps.Ledger

	mu   sync.Mutex
	ids  map[string]string
	info *databricks.WorkspaceInfo
	seen observed
	// residue names what a destroy left, since others use it.
	residue []string
}

// extras are the declared attributes that no rule reads.
type extras struct {
	deploymentName string
	tags           map[string]string
	ncc            string
}

func newRun(provider *tfutil.ProviderData, declared *spec.Workspace, x extras, prior steps.Ledger) *run {
	r := &run{account: provider.Account, clock: provider.Clock, claims: provider.Claims, declared: declared, extras: x, ids: map[string]string{}}
	r.resume(prior)
	return r
}

// resume goes on with the objects of an earlier run.
func (r *run) resume(prior steps.Ledger) {
	r.prior = prior
	for _, e := range prior {
		r.ids[e.Step] = e.ObjectID
	}
}

// id returns the id of the object that a step stands for.
func (r *run) id(step string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ids[step]
}

func (r *run) setID(step, id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ids[step] = id
}

func (r *run) setInfo(info *databricks.WorkspaceInfo) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.info = info
}

func (r *run) workspace() *databricks.WorkspaceInfo {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.info
}

// client returns the client of the workspace's own API.
func (r *run) client() (*databricks.Workspace, error) {
	info := r.workspace()
	return r.account.Workspace(info.WorkspaceId, info.DeploymentName)
}

// reachesWorkspace says whether the workspace's own API is to be called.
func (r *run) reachesWorkspace() bool { return text(r.declared.RunnerAccess) != runnerAccountOnly }

// name returns the name of the workspace.
func (r *run) name() string { return text(r.declared.Name) }

// childName names an account object after the workspace, its kind and its
// content: the same declaration always leads to the same name, so that a run
// without state finds what an earlier one made, and a changed declaration never
// does.
func (r *run) childName(kind string, content ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(content, "\x00")))
	return fmt.Sprintf("%s-%s-%s", r.name(), kind, hex.EncodeToString(sum[:4]))
}

// text returns a known text, or the empty one.
func text(v spec.Value[string]) string {
	s, _ := v.Get()
	return s
}

// logged writes the progress of steps to the log.
func logged(ctx context.Context) func(steps.Event) {
	return func(e steps.Event) {
		fields := map[string]any{"step": e.Step, "outcome": string(e.Outcome)}
		switch {
		case e.Err != nil:
			tflog.Error(ctx, "step failed: "+e.Err.Error(), fields)
		case e.Outcome == "":
			tflog.Info(ctx, "step begins", fields)
		default:
			tflog.Info(ctx, "step ended", fields)
		}
	}
}
