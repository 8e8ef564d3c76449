// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package rules

import (
	"fmt"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// The private access levels.
const (
	levelAccount  = "ACCOUNT"
	levelEndpoint = "ENDPOINT"
)

// privateAccessRules judge the private access settings against the endpoints.
func privateAccessRules() []Rule {
	const guide = "AWS security best practices guide, PrivateLink"
	return []Rule{
		{
			ID: "HB-PAC-001", Title: "PrivateLink endpoints need private access settings", Class: Platform, Paths: []string{"private_access", "network.private_link"},
			Controls: []string{"DBX-AWS-NET-06", "DBX-AWS-NET-07"}, Threats: []string{"EXF", "ATO"},
			Rationale:   "Databricks refuses a workspace whose network has endpoints but that has no private access settings.",
			Remediation: "Declare private_access, for instance { public_access_enabled = false, private_access_level = \"ACCOUNT\" }.",
			Source:      guide, Check: checkAccessForEndpoints,
		},
		{
			ID: "HB-PAC-002", Title: "Private access without PrivateLink endpoints", Class: Platform, Paths: []string{"private_access.public_access_enabled", "network.private_link"},
			Controls: []string{"DBX-AWS-NET-07"}, Threats: []string{"ATO"},
			Rationale:   "With public access off and no endpoints, neither people nor compute can reach the workspace.",
			Remediation: "Declare network.private_link with both endpoints, or leave public access on and restrict it by ip_access.",
			Source:      guide, Check: checkEndpointsForPrivate,
		},
		{
			ID: "HB-PAC-003", Title: "Private access level does not match the allowed endpoints", Class: Platform,
			Paths:    []string{"private_access.private_access_level", "private_access.allowed_vpc_endpoint_ids"},
			Controls: []string{"DBX-AWS-NET-07"}, Threats: []string{"ATO"},
			Rationale:   "With level ENDPOINT an empty list lets nobody in; with level ACCOUNT the list is ignored, so that it restricts nothing.",
			Remediation: "Use level ENDPOINT together with allowed_vpc_endpoint_ids, or level ACCOUNT without them.",
			Source:      guide, Check: checkAccessLevel,
		},
		{
			ID: "HB-PAC-004", Title: "Public access is open to every address", Class: Policy, Guidance: spec.HighlySecure, TierFeature: "ip_access_lists",
			Paths:    []string{"private_access.public_access_enabled", "ip_access.allow"},
			Controls: []string{"DBX-AWS-NET-07", "DBX-ANY-NET-12"}, Threats: []string{"ATO"},
			Rationale:   "Whoever steals a credential can use it from anywhere.",
			Remediation: "Set private_access.public_access_enabled = false, or declare ip_access.allow with your addresses.",
			Source:      "AWS security best practices guide, highly secure deployments", Check: checkPublicAccess,
		},
	}
}

func checkAccessForEndpoints(in *Input) {
	if _, ok := privateLink(in); ok && Absent(in, in.Workspace.PrivateAccess) {
		in.Fail(spec.Root("private_access"), "network.private_link without private_access", "private access settings")
	}
}

func checkEndpointsForPrivate(in *Input) {
	access, ok := Known(in, in.Workspace.PrivateAccess)
	if !ok {
		return
	}
	// The attribute's default is false, so an absent one is private as well.
	if public, known := Known(in, access.PublicAccessEnabled); public || (!known && !access.PublicAccessEnabled.IsNull()) || !access.PrivateAccessSettingsID.IsNull() {
		return
	}
	if hasNoEndpoints(in) {
		in.Fail(in.Workspace.PrivateAccess.Path().Attr("public_access_enabled"), "public_access_enabled = false without network.private_link", "both back-end endpoints")
	}
}

// hasNoEndpoints says whether the workspace certainly has no endpoints; an
// existing network may have some.
func hasNoEndpoints(in *Input) bool {
	if Absent(in, in.Workspace.Network) {
		return true
	}
	n, ok := Known(in, in.Workspace.Network)
	return ok && n.NetworkID.IsNull() && Absent(in, n.PrivateLink)
}

func checkAccessLevel(in *Input) {
	access, ok := Known(in, in.Workspace.PrivateAccess)
	if !ok || !access.PrivateAccessSettingsID.IsNull() {
		return
	}
	level, known := Known(in, access.Level)
	if access.Level.IsNull() {
		level, known = levelAccount, true
	}
	if !known {
		return
	}
	allowed, listed := Known(in, access.AllowedVPCEndpointIDs)
	at := in.Workspace.PrivateAccess.Path().Attr("allowed_vpc_endpoint_ids")
	switch {
	case level == levelEndpoint && !access.AllowedVPCEndpointIDs.IsUnknown() && len(allowed) == 0:
		in.Fail(at, fmt.Sprintf("private_access_level = %q without allowed_vpc_endpoint_ids", level), "at least one registered endpoint")
	case level == levelAccount && listed && len(allowed) > 0:
		in.Fail(at, fmt.Sprintf("private_access_level = %q with %d allowed_vpc_endpoint_ids", level, len(allowed)), "level ENDPOINT, or no list")
	}
}

func checkPublicAccess(in *Input) {
	w := in.Workspace
	if access, ok := Known(in, w.PrivateAccess); ok {
		public, known := Known(in, access.PublicAccessEnabled)
		if !access.PrivateAccessSettingsID.IsNull() || !public && (known || access.PublicAccessEnabled.IsNull()) {
			return
		}
		if !known {
			return
		}
	} else if w.PrivateAccess.IsUnknown() {
		return
	}
	lists, ok := Known(in, w.IPAccess)
	if Absent(in, w.IPAccess) || (ok && Absent(in, lists.Allow)) {
		in.Fail(spec.Root("ip_access"), "public access without ip_access.allow", "private access only, or an allow list")
	}
}
