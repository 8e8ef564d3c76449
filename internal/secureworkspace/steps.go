// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import "github.com/hardbricks/terraform-provider-hardbricks/internal/steps"

// The ids of the steps. They stand in states, logs and docs.
const (
	stepCredentials    = "credentials"
	stepStorage        = "storage"
	stepRestAPI        = "endpoint-rest-api"
	stepDataplaneRelay = "endpoint-dataplane-relay"
	stepNetwork        = "network"
	stepServicesKey    = "key-managed-services"
	stepStorageKey     = "key-workspace-storage"
	stepPrivateAccess  = "private-access"
	stepWorkspace      = "workspace"
	stepRunning        = "running"
	stepTags           = "custom-tags"
	stepMetastore      = "metastore"
	stepConnectivity   = "network-connectivity"
	stepReachable      = "reachable"
	stepAddresses      = "ip-access-lists"
	stepEnforcement    = "ip-access-enforcement"
	stepBaseline       = "baseline"
	stepVerify         = "verify"
)

// steps is the whole life of a workspace, in order. Steps that do not come
// after each other run side by side; destroying goes backwards.
func (r *run) steps() []steps.Step {
	return []steps.Step{
		r.credentialsStep(),
		r.storageStep(),
		r.endpointStep(stepRestAPI, "rest-api", restAPIOf(r.declared)),
		r.endpointStep(stepDataplaneRelay, "dataplane-relay", dataplaneRelayOf(r.declared)),
		r.networkStep(stepRestAPI, stepDataplaneRelay),
		r.keyStep(stepServicesKey, servicesKeyOf(r.declared)),
		r.keyStep(stepStorageKey, storageKeyOf(r.declared)),
		r.privateAccessStep(),
		r.workspaceStep(stepCredentials, stepStorage, stepNetwork, stepServicesKey, stepStorageKey, stepPrivateAccess),
		r.runningStep(stepWorkspace),
		r.tagsStep(stepRunning),
		r.metastoreStep(stepRunning),
		r.connectivityStep(stepRunning, stepTags),
		r.reachableStep(stepRunning),
		r.addressesStep(stepReachable),
		r.enforcementStep(stepAddresses),
		r.baselineStep(stepReachable),
		r.verifyStep(stepTags, stepMetastore, stepConnectivity, stepEnforcement, stepBaseline),
	}
}
