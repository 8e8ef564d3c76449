// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package rules

import (
	"fmt"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// networkRules judge the customer-managed VPC and its back-end PrivateLink.
func networkRules() []Rule {
	return []Rule{
		{
			ID: "HB-NET-001", Title: "Workspace has no customer-managed VPC", Class: Policy, Guidance: spec.HighlySecure,
			TierFeature: "customer_managed_vpc", Paths: []string{"network"}, Controls: []string{"DBX-AWS-NET-01"}, Threats: []string{"EXF"},
			Rationale:   "In a VPC that Databricks manages, egress cannot be restricted, and a running workspace cannot be moved to a VPC of yours.",
			Remediation: "Declare `network` with your VPC, at least two private subnets and a security group.",
			Source:      "AWS security best practices guide, deploy with a customer-managed VPC; small companies may choose otherwise",
			Check: func(in *Input) {
				if Absent(in, in.Workspace.Network) {
					in.Fail(spec.Root("network"), "no network", "a customer-managed VPC")
				}
			},
		},
		{
			ID: "HB-NET-002", Title: "Only one PrivateLink endpoint is given", Class: Platform,
			Paths:    []string{"network.private_link.rest_api", "network.private_link.dataplane_relay"},
			Controls: []string{"DBX-AWS-NET-06"}, Threats: []string{"EXF", "ATO"},
			Rationale:   "Compute needs both the REST API and the secure cluster connectivity relay over PrivateLink; with one of them, clusters do not start.",
			Remediation: "Give both rest_api and dataplane_relay, or remove private_link.",
			Source:      "AWS security best practices guide, PrivateLink",
			Check:       checkBothEndpoints,
		},
		{
			ID: "HB-NET-003", Title: "PrivateLink endpoints are the same", Class: Platform,
			Paths:    []string{"network.private_link.rest_api", "network.private_link.dataplane_relay"},
			Controls: []string{"DBX-AWS-NET-06"}, Threats: []string{"EXF", "ATO"},
			Rationale:   "The two endpoints connect to two different services; one endpoint cannot be both.",
			Remediation: "Create one VPC endpoint for each of the region's two PrivateLink services.",
			Source:      "AWS security best practices guide, PrivateLink",
			Check:       checkDistinctEndpoints,
		},
		{
			ID: "HB-NET-004", Title: "Workspace has no back-end PrivateLink", Class: Policy, Guidance: spec.HighlySecure,
			TierFeature: "private_link", Paths: []string{"network.private_link"}, Controls: []string{"DBX-AWS-NET-06"}, Threats: []string{"EXF", "ATO"},
			Rationale:   "Without it, compute reaches the control plane over public addresses, so egress to the internet must stay open.",
			Remediation: "Declare network.private_link with both endpoints.",
			Source:      "AWS security best practices guide, highly secure deployments",
			Check:       checkHasPrivateLink,
		},
	}
}

// privateLink returns the declared PrivateLink, and false where there is none or
// it is not known.
func privateLink(in *Input) (spec.PrivateLink, bool) {
	n, ok := Known(in, in.Workspace.Network)
	if !ok {
		return spec.PrivateLink{}, false
	}
	return Known(in, n.PrivateLink)
}

func checkBothEndpoints(in *Input) {
	link, ok := privateLink(in)
	if !ok {
		return
	}
	rest, relay := Absent(in, link.RestAPI), Absent(in, link.DataplaneRelay)
	at := in.Workspace.Network.Path().Attr("private_link")
	switch {
	case rest && relay:
		in.Fail(at, "neither rest_api nor dataplane_relay", "both, or no private_link")
	case rest:
		in.Fail(at, "dataplane_relay without rest_api", "both, or no private_link")
	case relay:
		in.Fail(at, "rest_api without dataplane_relay", "both, or no private_link")
	}
}

func checkDistinctEndpoints(in *Input) {
	link, ok := privateLink(in)
	if !ok {
		return
	}
	rest, okRest := Known(in, link.RestAPI)
	relay, okRelay := Known(in, link.DataplaneRelay)
	if !okRest || !okRelay {
		return
	}
	for _, pair := range [][2]spec.Value[string]{
		{rest.AWSVPCEndpointID, relay.AWSVPCEndpointID}, {rest.VPCEndpointID, relay.VPCEndpointID},
	} {
		a, okA := Known(in, pair[0])
		b, okB := Known(in, pair[1])
		if okA && okB && a == b {
			in.Fail(pair[1].Path(), fmt.Sprintf("%q as rest_api and as dataplane_relay", a), "two different endpoints")
		}
	}
}

func checkHasPrivateLink(in *Input) {
	n, ok := Known(in, in.Workspace.Network)
	if !ok {
		return
	}
	// An existing network is judged by reading it, not from the configuration.
	if n.NetworkID.IsNull() && Absent(in, n.PrivateLink) {
		in.Fail(in.Workspace.Network.Path().Attr("private_link"), "no private_link", "both back-end endpoints")
	}
}
