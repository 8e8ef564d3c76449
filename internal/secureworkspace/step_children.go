// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/databricks"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/steps"
)

// child is an account object that a workspace is made of: how to look at it by
// id, find the one that its declaration describes, make it and delete it.
type child struct {
	step  string
	after []string
	skip  bool
	// existing is the id of an object that is used as it is.
	existing string
	get      func(ctx context.Context, id string) error
	// find returns the id of an object that is what the declaration describes,
	// empty where there is none, and whether this resource may own it.
	find   func(ctx context.Context) (id string, owned bool, err error)
	create func(ctx context.Context) (string, error)
	delete func(ctx context.Context, id string) error
	// differs says whether an object of ours was changed, and repair undoes
	// that; both are nil where the service lets nobody change the object.
	differs func(ctx context.Context, id string) (bool, error)
	repair  func(ctx context.Context, id string) error
}

// asStep makes the step of a child.
func (r *run) asStep(c child) steps.Step {
	return steps.Step{
		ID: c.step, After: c.after, Skip: c.skip,
		Observe: func(ctx context.Context) (steps.Observation, error) {
			found, err := r.observeChild(ctx, c)
			if err == nil && found.Converged && found.Owned && c.differs != nil {
				var differs bool
				differs, err = c.differs(ctx, found.ObjectID)
				found.Converged = !differs
			}
			r.setID(c.step, found.ObjectID)
			return found, err
		},
		Ensure: func(ctx context.Context) (steps.Observation, error) {
			if id := r.id(c.step); id != "" && c.repair != nil {
				return steps.Observation{Converged: true, ObjectID: id, Owned: true}, c.repair(ctx, id)
			}
			made, err := r.createChild(ctx, c)
			r.setID(c.step, made.ObjectID)
			return made, err
		},
		Destroy: func(ctx context.Context, e steps.Entry) error { return r.deleteChild(ctx, c, e.ObjectID) },
	}
}

func (r *run) observeChild(ctx context.Context, c child) (steps.Observation, error) {
	if c.existing != "" {
		if err := c.get(ctx, c.existing); err != nil {
			return steps.Observation{}, fmt.Errorf("existing object %s: %w", c.existing, err)
		}
		return steps.Observation{Converged: true, ObjectID: c.existing}, nil
	}
	id, owned, err := c.find(ctx)
	before := r.prior.Find(c.step)
	if err != nil {
		return steps.Observation{ObjectID: before.ObjectID, Owned: before.Owned}, err
	}
	if id == before.ObjectID {
		owned = before.Owned
	}
	return steps.Observation{Converged: id != "", ObjectID: id, Owned: owned}, nil
}

// createChild creates, and waits for new AWS objects to become visible to
// Databricks. Where the outcome of a request is unknown, or somebody was faster,
// it looks before it creates again.
func (r *run) createChild(ctx context.Context, c child) (steps.Observation, error) {
	var id string
	var owned bool
	err := steps.Retry(ctx, r.clock, propagation, databricks.IsPropagating, func(ctx context.Context) error {
		var err error
		owned = true
		if id, err = c.create(ctx); databricks.IsUnconfirmed(err) || databricks.IsConflict(err) {
			found, mine, lookErr := c.find(ctx)
			if lookErr == nil && found != "" {
				id, owned, err = found, mine || databricks.IsUnconfirmed(err), nil
			}
		}
		return err
	})
	return steps.Observation{Converged: err == nil, ObjectID: id, Owned: id != "" && owned}, err
}

// deleteChild deletes, waits out references that outlive a deleted workspace, and
// waits until the object is gone: what it refers to can only be deleted then. An
// object that another workspace uses is left, and said.
func (r *run) deleteChild(ctx context.Context, c child, id string) error {
	left := false
	err := steps.Retry(ctx, r.clock, release, databricks.IsInUse, func(ctx context.Context) error {
		err := c.delete(ctx, id)
		if databricks.IsInUse(err) {
			user, lookErr := r.otherUser(ctx, id)
			if lookErr != nil || user == "" {
				return err
			}
			r.residue, left = append(r.residue, fmt.Sprintf("%s %s, used by workspace %s", c.step, id, user)), true
			return nil
		}
		if databricks.IsNotFound(err) {
			return nil
		}
		return err
	})
	if err != nil || left {
		return err
	}
	return steps.Until(ctx, r.clock, settling, func(ctx context.Context) (bool, string, error) {
		err := c.get(ctx, id)
		if databricks.IsNotFound(err) {
			return true, "", nil
		}
		return false, "it is still there", err
	})
}

// otherUser returns the name of a workspace other than this one that refers to
// an object, or the empty text.
func (r *run) otherUser(ctx context.Context, id string) (string, error) {
	all, err := r.account.Workspaces(ctx)
	for _, w := range all {
		refers := []string{
			w.CredentialsId, w.StorageConfigurationId, w.NetworkId, w.PrivateAccessSettingsId,
			w.ManagedServicesCustomerManagedKeyId, w.StorageCustomerManagedKeyId,
		}
		if w.WorkspaceName != r.name() && slices.Contains(refers, id) {
			return w.WorkspaceName, err
		}
	}
	return "", err
}

func (r *run) credentialsStep() steps.Step {
	c, _ := r.declared.Credentials.Get()
	arn := text(c.RoleARN)
	name := r.childName("credentials", arn)
	return r.asStep(child{
		step: stepCredentials, existing: existing(arn, c.CredentialsID),
		get: func(ctx context.Context, id string) error { return second(r.account.GetCredential(ctx, id)) },
		find: func(ctx context.Context) (string, bool, error) {
			all, err := r.account.Credentials(ctx)
			return named(all, err, func(o databricks.Credential) (string, string) { return o.CredentialsName, o.CredentialsId }, name)
		},
		create: func(ctx context.Context) (string, error) {
			o, err := r.account.CreateCredential(ctx, name, arn)
			if err != nil {
				return "", err
			}
			return o.CredentialsId, nil
		},
		delete: r.account.DeleteCredential,
	})
}

func (r *run) storageStep() steps.Step {
	s, _ := r.declared.Storage.Get()
	bucket, arn := text(s.BucketName), text(s.RoleARN)
	name := r.childName("storage", bucket, arn)
	return r.asStep(child{
		step: stepStorage, existing: existing(bucket, s.StorageConfigurationID),
		get: func(ctx context.Context, id string) error { return second(r.account.GetStorageConfiguration(ctx, id)) },
		find: func(ctx context.Context) (string, bool, error) {
			all, err := r.account.StorageConfigurations(ctx)
			return named(all, err, func(o databricks.StorageConfiguration) (string, string) {
				return o.StorageConfigurationName, o.StorageConfigurationId
			}, name)
		},
		create: func(ctx context.Context) (string, error) {
			o, err := r.account.CreateStorageConfiguration(ctx, name, bucket, arn)
			if err != nil {
				return "", err
			}
			return o.StorageConfigurationId, nil
		},
		delete: r.account.DeleteStorageConfiguration,
	})
}

func (r *run) networkStep(after ...string) steps.Step {
	n, declared := r.declared.Network.Get()
	parts := databricks.NetworkParts{VPCID: text(n.VPCID), SubnetIDs: sorted(n.SubnetIDs), SecurityGroupIDs: sorted(n.SecurityGroupIDs)}
	return r.asStep(child{
		step: stepNetwork, after: after, skip: !declared, existing: existing(parts.VPCID, n.NetworkID),
		get: func(ctx context.Context, id string) error { return second(r.account.GetNetwork(ctx, id)) },
		find: func(ctx context.Context) (string, bool, error) {
			all, err := r.account.Networks(ctx)
			return named(all, err, func(o databricks.Network) (string, string) { return o.NetworkName, o.NetworkId }, r.networkName(parts))
		},
		create: func(ctx context.Context) (string, error) {
			parts.Name = r.networkName(parts)
			parts.RestAPI, parts.DataplaneRelay = r.id(stepRestAPI), r.id(stepDataplaneRelay)
			o, err := r.account.CreateNetwork(ctx, parts)
			if err != nil {
				return "", err
			}
			return o.NetworkId, nil
		},
		delete: r.account.DeleteNetwork,
	})
}

// networkName is worked out late, since the content holds the ids of the
// endpoint registrations.
func (r *run) networkName(p databricks.NetworkParts) string {
	return r.childName("network", p.VPCID, strings.Join(p.SubnetIDs, ","), strings.Join(p.SecurityGroupIDs, ","), r.id(stepRestAPI), r.id(stepDataplaneRelay))
}

func (r *run) privateAccessStep() steps.Step {
	p, declared := r.declared.PrivateAccess.Get()
	public, _ := p.PublicAccessEnabled.Get()
	level, region, allowed := text(p.Level), text(r.declared.Region), sorted(p.AllowedVPCEndpointIDs)
	name := r.childName("private-access", fmt.Sprint(public), level, region, strings.Join(allowed, ","))
	parts := databricks.PrivateAccessParts{Name: name, Region: region, Level: level, Public: public, AllowedEndpoints: allowed}
	return r.asStep(child{
		step: stepPrivateAccess, skip: !declared, existing: text(p.PrivateAccessSettingsID),
		get: func(ctx context.Context, id string) error { return second(r.account.GetPrivateAccess(ctx, id)) },
		find: func(ctx context.Context) (string, bool, error) {
			all, err := r.account.PrivateAccess(ctx)
			return named(all, err, func(o databricks.PrivateAccessSettings) (string, string) {
				return o.PrivateAccessSettingsName, o.PrivateAccessSettingsId
			}, name)
		},
		create: func(ctx context.Context) (string, error) {
			o, err := r.account.CreatePrivateAccess(ctx, parts)
			if err != nil {
				return "", err
			}
			return o.PrivateAccessSettingsId, nil
		},
		delete: r.account.DeletePrivateAccess,
		differs: func(ctx context.Context, id string) (bool, error) {
			now, err := r.account.GetPrivateAccess(ctx, id)
			return err == nil && accessDiffers(p, now), err
		},
		repair: func(ctx context.Context, id string) error { return r.account.ReplacePrivateAccess(ctx, id, parts) },
	})
}

// accessDiffers compares declared private access settings with those that exist.
func accessDiffers(p spec.PrivateAccess, now *databricks.PrivateAccessSettings) bool {
	public, _ := p.PublicAccessEnabled.Get()
	have := slices.Sorted(slices.Values(now.AllowedVpcEndpointIds))
	return now.PublicAccessEnabled != public || string(now.PrivateAccessLevel) != text(p.Level) || !slices.Equal(have, sorted(p.AllowedVPCEndpointIDs))
}

// existing returns the id of an object that is used as it is: the one declared,
// unless the object is declared by its parts.
func existing(part string, id spec.Value[string]) string {
	if part != "" {
		return ""
	}
	return text(id)
}

// named finds the object with a name. The name holds a hash of the content, so
// an equal name means equal content, and an earlier run of ours.
func named[T any](all []T, err error, of func(T) (name, id string), name string) (string, bool, error) {
	for _, o := range all {
		if n, id := of(o); n == name {
			return id, true, err
		}
	}
	return "", false, err
}

func sorted(v spec.Value[[]spec.Value[string]]) []string {
	values, _ := v.Get()
	all := make([]string, 0, len(values))
	for _, e := range values {
		all = append(all, text(e))
	}
	slices.Sort(all)
	return all
}

// second drops an object that was only looked for.
func second[T any](_ T, err error) error { return err }
