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

func restAPIOf(w *spec.Workspace) spec.Value[spec.Endpoint] {
	n, _ := w.Network.Get()
	link, _ := n.PrivateLink.Get()
	return link.RestAPI
}

func dataplaneRelayOf(w *spec.Workspace) spec.Value[spec.Endpoint] {
	n, _ := w.Network.Get()
	link, _ := n.PrivateLink.Get()
	return link.DataplaneRelay
}

func servicesKeyOf(w *spec.Workspace) spec.Value[spec.Key] {
	e, _ := w.Encryption.Get()
	return e.ManagedServices
}

func storageKeyOf(w *spec.Workspace) spec.Value[spec.Key] {
	e, _ := w.Encryption.Get()
	return e.WorkspaceStorage
}

// endpointStep registers a VPC endpoint. An AWS endpoint can be registered once
// in an account, so one that somebody else registered is used, and not owned.
func (r *run) endpointStep(step, kind string, v spec.Value[spec.Endpoint]) steps.Step {
	e, declared := v.Get()
	awsID, region := text(e.AWSVPCEndpointID), text(r.declared.Region)
	name := r.childName(kind, awsID, region)
	return r.asStep(child{
		step: step, skip: !declared, existing: existing(awsID, e.VPCEndpointID),
		get: func(ctx context.Context, id string) error { return second(r.account.GetVPCEndpoint(ctx, id)) },
		find: func(ctx context.Context) (string, bool, error) {
			all, err := r.account.VPCEndpoints(ctx)
			i := slices.IndexFunc(all, func(o databricks.VPCEndpoint) bool { return o.AwsVpcEndpointId == awsID })
			if err != nil || i < 0 {
				return "", false, err
			}
			return all[i].VpcEndpointId, all[i].VpcEndpointName == name, nil
		},
		create: func(ctx context.Context) (string, error) {
			o, err := r.account.RegisterVPCEndpoint(ctx, name, awsID, region)
			if err != nil {
				return "", err
			}
			return o.VpcEndpointId, r.endpointAvailable(ctx, o.VpcEndpointId)
		},
		delete: r.account.DeleteVPCEndpoint,
	})
}

// endpointAvailable waits until Databricks has accepted the connection.
func (r *run) endpointAvailable(ctx context.Context, id string) error {
	return steps.Until(ctx, r.clock, propagation, func(ctx context.Context) (bool, string, error) {
		o, err := r.account.GetVPCEndpoint(ctx, id)
		if err != nil {
			return false, "", err
		}
		switch state := strings.ToLower(o.State); {
		case state == "available":
			return true, state, nil
		case strings.HasPrefix(state, "pending"):
			return false, state, nil
		default:
			return false, state, fmt.Errorf("VPC endpoint registration %s is %q; AWS endpoint %s must be available", id, o.State, o.AwsVpcEndpointId)
		}
	})
}

// keyStep registers a customer-managed key. Registrations have no name that would
// say whose they are, so one that exists is used, and not owned.
func (r *run) keyStep(step string, v spec.Value[spec.Key]) steps.Step {
	use := databricks.ManagedServicesUse
	if step == stepStorageKey {
		use = databricks.StorageUse
	}
	k, declared := v.Get()
	arn := text(k.ARN)
	return r.asStep(child{
		step: step, skip: !declared, existing: existing(arn, k.CustomerManagedKeyID),
		get: func(ctx context.Context, id string) error { return second(r.account.GetCustomerManagedKey(ctx, id)) },
		find: func(ctx context.Context) (string, bool, error) {
			all, err := r.account.CustomerManagedKeys(ctx)
			i := slices.IndexFunc(all, func(o databricks.CustomerManagedKey) bool {
				return o.AwsKeyInfo != nil && o.AwsKeyInfo.KeyArn == arn && len(o.UseCases) == 1 && string(o.UseCases[0]) == use
			})
			if err != nil || i < 0 {
				return "", false, err
			}
			return all[i].CustomerManagedKeyId, false, nil
		},
		create: func(ctx context.Context) (string, error) {
			o, err := r.account.RegisterCustomerManagedKey(ctx, arn, use)
			if err != nil {
				return "", err
			}
			return o.CustomerManagedKeyId, nil
		},
		delete: r.account.DeleteCustomerManagedKey,
	})
}
