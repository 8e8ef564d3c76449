// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"slices"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/facts"
)

// The endpoint use cases (api: VPC endpoint registrations). The service also
// knows the newer name GENERAL_ACCESS for the first.
const (
	useWorkspace = "WORKSPACE_ACCESS"
	useRelay     = "DATAPLANE_RELAY_ACCESS"
)

// endpointUse works out what a PrivateLink service of Databricks is for.
func endpointUse(region, serviceName string) (string, bool) {
	r, ok := facts.Lookup(region)
	switch {
	case !ok || serviceName == "":
		return "", false
	case serviceName == r.PrivateLink.RestAPI:
		return useWorkspace, true
	case serviceName == r.PrivateLink.DataplaneRelay:
		return useRelay, true
	}
	return "", false
}

// knownRegion says whether the platform runs in a region.
func knownRegion(region string) bool {
	_, ok := facts.Lookup(region)
	return ok
}

// commercialRegions returns the regions of the commercial shard.
func commercialRegions() []string {
	return slices.DeleteFunc(facts.SupportedRegions(), func(name string) bool {
		r, _ := facts.Lookup(name)
		return r.Partition != "aws"
	})
}
