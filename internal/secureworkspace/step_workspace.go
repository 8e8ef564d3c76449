// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/databricks"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/steps"
)

// adoptionAge is how old a workspace with our tag may be to count as one that
// an interrupted run left behind. Older ones are imported, not adopted.
const adoptionAge = 24 * time.Hour

func (r *run) workspaceStep(after ...string) steps.Step {
	return steps.Step{
		ID: stepWorkspace, After: after,
		Observe: func(ctx context.Context) (steps.Observation, error) {
			if before := r.prior.Find(stepWorkspace); before.ObjectID != "" {
				return r.observeWorkspace(ctx, before)
			}
			found, err := r.adoptWorkspace(ctx)
			if err == nil && found.ObjectID != "" {
				r.claims.Take(r.workspace().WorkspaceId)
				err = r.refuseMismatch()
			}
			return found, err
		},
		Ensure:  r.createWorkspace,
		Destroy: func(ctx context.Context, e steps.Entry) error { return r.deleteWorkspace(ctx, e.ObjectID) },
	}
}

func (r *run) observeWorkspace(ctx context.Context, before steps.Entry) (steps.Observation, error) {
	id, err := strconv.ParseInt(before.ObjectID, 10, 64)
	if err != nil {
		return steps.Observation{}, fmt.Errorf("workspace id %q: %w", before.ObjectID, err)
	}
	found := steps.Observation{Converged: true, ObjectID: before.ObjectID, Owned: before.Owned}
	info, err := r.account.GetWorkspace(ctx, id)
	if err != nil {
		return found, err
	}
	r.setInfo(info)
	r.claims.Take(id)
	return found, r.refuseMismatch()
}

// refuseMismatch refuses to go on with a workspace that was built from something
// else than what is declared. It is never replaced, and what it was built from
// cannot be exchanged yet.
func (r *run) refuseMismatch() error {
	info := r.workspace()
	var differ []string
	for _, part := range []struct{ name, want, got string }{
		{"aws_region", text(r.declared.Region), info.AwsRegion},
		{"pricing_tier", text(r.declared.Tier), strings.ToUpper(string(info.PricingTier))},
		{"credentials", r.id(stepCredentials), info.CredentialsId},
		{"storage", r.id(stepStorage), info.StorageConfigurationId},
		{"network", r.id(stepNetwork), info.NetworkId},
		{"encryption.managed_services", r.id(stepServicesKey), info.ManagedServicesCustomerManagedKeyId},
		{"encryption.workspace_storage", r.id(stepStorageKey), info.StorageCustomerManagedKeyId},
		{"private_access", r.id(stepPrivateAccess), info.PrivateAccessSettingsId},
	} {
		if part.want != part.got {
			differ = append(differ, fmt.Sprintf("%s is declared as %q and is %q", part.name, part.want, part.got))
		}
	}
	if len(differ) == 0 {
		return nil
	}
	return fmt.Errorf("workspace %d was built from something else: %s. Restore the declaration that it was built from, or undo what changed it; it cannot be exchanged yet, and the workspace is not replaced",
		info.WorkspaceId, strings.Join(differ, "; "))
}

// adoptWorkspace looks for what an interrupted run left behind: a workspace with
// our name and our tag that is young. Anything else with that name is somebody
// else's.
func (r *run) adoptWorkspace(ctx context.Context) (steps.Observation, error) {
	all, err := r.account.Workspaces(ctx)
	if err != nil {
		return steps.Observation{}, err
	}
	for i, w := range all {
		if w.WorkspaceName != r.name() {
			continue
		}
		age := r.clock.Now().Sub(time.UnixMilli(w.CreationTime))
		if !r.claims.Want(w.WorkspaceId) {
			return steps.Observation{}, fmt.Errorf(
				"workspace %q (id %d) belongs to a resource of this configuration already: if Terraform marked that one as tainted, run terraform untaint; otherwise choose another workspace_name", r.name(), w.WorkspaceId)
		}
		if w.CustomTags[markerTag] != r.name() || age > adoptionAge {
			return steps.Observation{}, fmt.Errorf(
				"the account has a workspace named %q already (id %d), which no unfinished run of this resource made: choose another workspace_name", r.name(), w.WorkspaceId)
		}
		r.setInfo(&all[i])
		id := strconv.FormatInt(w.WorkspaceId, 10)
		r.setID(stepWorkspace, id)
		return steps.Observation{Converged: true, ObjectID: id, Owned: true}, nil
	}
	return steps.Observation{}, nil
}

func (r *run) createWorkspace(ctx context.Context) (steps.Observation, error) {
	request := databricks.WorkspaceRequest{
		WorkspaceName: r.name(), AwsRegion: text(r.declared.Region), PricingTier: databricks.PricingTier(text(r.declared.Tier)),
		DeploymentName: r.extras.deploymentName, CustomTags: r.tags(),
		CredentialsId: r.id(stepCredentials), StorageConfigurationId: r.id(stepStorage), NetworkId: r.id(stepNetwork),
		ManagedServicesCustomerManagedKeyId: r.id(stepServicesKey), StorageCustomerManagedKeyId: r.id(stepStorageKey),
		PrivateAccessSettingsId: r.id(stepPrivateAccess), NetworkConnectivityConfigId: r.extras.ncc,
	}
	var made steps.Observation
	err := steps.Retry(ctx, r.clock, propagation, databricks.IsPropagating, func(ctx context.Context) error {
		info, err := r.account.CreateWorkspace(ctx, request)
		if databricks.IsUnconfirmed(err) {
			found, lookErr := r.adoptWorkspace(ctx)
			if lookErr != nil || found.ObjectID == "" {
				return err
			}
			made = found
			return nil
		}
		if err != nil {
			return err
		}
		r.setInfo(info)
		r.claims.Take(info.WorkspaceId)
		made = steps.Observation{Converged: true, ObjectID: strconv.FormatInt(info.WorkspaceId, 10), Owned: true}
		return nil
	})
	r.setID(stepWorkspace, made.ObjectID)
	return made, err
}

// tags are the declared tags with our marker.
func (r *run) tags() map[string]string {
	all := maps.Clone(r.extras.tags)
	if all == nil {
		all = map[string]string{}
	}
	all[markerTag] = r.name()
	return all
}

// deleteWorkspace deletes and waits until the workspace is gone; references to
// it go later, which the steps before this one wait for.
func (r *run) deleteWorkspace(ctx context.Context, text string) error {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return err
	}
	if err := r.account.DeleteWorkspace(ctx, id); err != nil && !databricks.IsNotFound(err) {
		return err
	}
	return steps.Until(ctx, r.clock, release, func(ctx context.Context) (bool, string, error) {
		info, err := r.account.GetWorkspace(ctx, id)
		if databricks.IsNotFound(err) {
			return true, "", nil
		}
		if err != nil {
			return false, "", err
		}
		return false, string(info.WorkspaceStatus), nil
	})
}

// runningStep waits for the workspace to run. A workspace that failed stays in
// the account, with the reason, to be repaired.
func (r *run) runningStep(after ...string) steps.Step {
	look := func(ctx context.Context) (bool, string, error) {
		info, err := r.account.GetWorkspace(ctx, r.workspace().WorkspaceId)
		if err != nil {
			return false, "", err
		}
		r.setInfo(info)
		status := fmt.Sprintf("%s (%s)", info.WorkspaceStatus, info.WorkspaceStatusMessage)
		if databricks.IsStuck(info) {
			return false, status, fmt.Errorf("workspace %d is %s%s", info.WorkspaceId, status, r.networkErrors(ctx, info))
		}
		return databricks.IsRunning(info), status, nil
	}
	return steps.Step{
		ID: stepRunning, After: after,
		Observe: func(ctx context.Context) (steps.Observation, error) {
			running, _, err := look(ctx)
			return steps.Observation{Converged: running}, err
		},
		Ensure: func(ctx context.Context) (steps.Observation, error) {
			return steps.Observation{}, steps.Until(ctx, r.clock, untilDeadline(ctx, r.clock), look)
		},
	}
}

// untilDeadline is the time that the configured timeout leaves.
func untilDeadline(ctx context.Context, c steps.Clock) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return time.Hour
	}
	return deadline.Sub(c.Now())
}

// networkErrors adds what the health check found on the network of a failed
// workspace, which is the usual reason.
func (r *run) networkErrors(ctx context.Context, info *databricks.WorkspaceInfo) string {
	if info.NetworkId == "" {
		return ""
	}
	network, err := r.account.GetNetwork(ctx, info.NetworkId)
	if err != nil {
		return "; its network could not be read: " + err.Error()
	}
	var found strings.Builder
	for _, e := range network.ErrorMessages {
		fmt.Fprintf(&found, "; network %s: %s", e.ErrorType, e.ErrorMessage)
	}
	return found.String()
}

func (r *run) tagsStep(after ...string) steps.Step {
	return steps.Step{
		ID: stepTags, After: after, Skip: r.extras.tags == nil,
		Observe: func(context.Context) (steps.Observation, error) {
			return steps.Observation{Converged: maps.Equal(r.workspace().CustomTags, r.tags())}, nil
		},
		Ensure: func(ctx context.Context) (steps.Observation, error) {
			return steps.Observation{}, r.account.TagWorkspace(ctx, r.workspace().WorkspaceId, r.tags())
		},
	}
}

func (r *run) metastoreStep(after ...string) steps.Step {
	want := text(r.declared.MetastoreID)
	return steps.Step{
		ID: stepMetastore, After: after, Skip: want == "",
		Observe: func(ctx context.Context) (steps.Observation, error) {
			got, err := r.account.Metastore(ctx, r.workspace().WorkspaceId)
			return steps.Observation{Converged: got == want, ObjectID: want}, err
		},
		Ensure: func(ctx context.Context) (steps.Observation, error) {
			return steps.Observation{ObjectID: want}, r.account.AssignMetastore(ctx, r.workspace().WorkspaceId, want)
		},
	}
}

// connectivityStep binds the network connectivity configuration; a new
// workspace is bound by its first request already.
func (r *run) connectivityStep(after ...string) steps.Step {
	want := r.extras.ncc
	return steps.Step{
		ID: stepConnectivity, After: after, Skip: want == "",
		Observe: func(context.Context) (steps.Observation, error) {
			return steps.Observation{Converged: r.workspace().NetworkConnectivityConfigId == want, ObjectID: want}, nil
		},
		Ensure: func(ctx context.Context) (steps.Observation, error) {
			return steps.Observation{ObjectID: want}, r.account.BindNetworkConnectivity(ctx, r.workspace().WorkspaceId, want)
		},
	}
}

// reachableStep makes sure that the workspace answers, and that it is the one
// meant, before anything is written to it. Only a name that does not resolve
// yet is waited for.
func (r *run) reachableStep(after ...string) steps.Step {
	return steps.Step{
		ID: stepReachable, After: after, Skip: !r.reachesWorkspace(),
		Observe: func(ctx context.Context) (steps.Observation, error) {
			w, err := r.client()
			if err != nil {
				return steps.Observation{}, err
			}
			err = steps.Retry(ctx, r.clock, release, databricks.IsDNSPending, w.Check)
			return steps.Observation{Converged: err == nil}, err
		},
	}
}

// ours drops the marker from tags as the service holds them.
func ours(tags map[string]string) map[string]string {
	all := maps.Clone(tags)
	delete(all, markerTag)
	return all
}
