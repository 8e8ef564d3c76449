// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// objectRules judge how the account objects are given: each by what it holds,
// or by the id of one that exists.
func objectRules() []Rule {
	return []Rule{{
		ID: "HB-OBJ-001", Title: "Account object needs either its parts or an existing id", Class: Platform,
		Paths: []string{
			"credentials", "storage", "network", "network.private_link.rest_api", "network.private_link.dataplane_relay",
			"encryption.managed_services", "encryption.workspace_storage", "private_access",
		},
		Controls:    []string{"DBX-ANY-GOV-03"},
		Rationale:   "With both, it is unclear whether hardbricks owns the object and may delete it; with neither, there is nothing to attach.",
		Remediation: "Keep the parts to have the object created and owned, or the id alone to use one that exists.",
		Source:      "hardbricks design, account objects",
		Check:       checkObjects,
	}}
}

func checkObjects(in *Input) {
	w := in.Workspace
	if c, ok := Known(in, w.Credentials); ok {
		oneForm(in, w.Credentials.Path(), given{"role_arn", c.RoleARN}, given{"credentials_id", c.CredentialsID})
	}
	if s, ok := Known(in, w.Storage); ok {
		oneForm(in, w.Storage.Path(), given{"bucket_name", s.BucketName}, given{"storage_configuration_id", s.StorageConfigurationID})
		role, id := given{"role_arn", s.RoleARN}, given{"storage_configuration_id", s.StorageConfigurationID}
		if !in.undecided(role, id) && !s.RoleARN.IsNull() && !s.StorageConfigurationID.IsNull() {
			in.Fail(w.Storage.Path(), "role_arn and storage_configuration_id", "role_arn only together with bucket_name")
		}
	}
	if n, ok := Known(in, w.Network); ok {
		checkNetworkForm(in, w.Network.Path(), n)
	}
	if e, ok := Known(in, w.Encryption); ok {
		checkKeyForm(in, e.ManagedServices)
		checkKeyForm(in, e.WorkspaceStorage)
	}
	if p, ok := Known(in, w.PrivateAccess); ok {
		checkPrivateAccessForm(in, w.PrivateAccess.Path(), p)
	}
}

func checkNetworkForm(in *Input, at spec.Path, n spec.Network) {
	parts := []given{{"vpc_id", n.VPCID}, {"subnet_ids", n.SubnetIDs}, {"security_group_ids", n.SecurityGroupIDs}}
	idForm(in, at, given{"network_id", n.NetworkID}, parts, parts, given{"private_link", n.PrivateLink})
	if l, ok := Known(in, n.PrivateLink); ok {
		checkEndpointForm(in, l.RestAPI)
		checkEndpointForm(in, l.DataplaneRelay)
	}
}

func checkPrivateAccessForm(in *Input, at spec.Path, p spec.PrivateAccess) {
	parts := []given{{"public_access_enabled", p.PublicAccessEnabled}, {"private_access_level", p.Level}, {"allowed_vpc_endpoint_ids", p.AllowedVPCEndpointIDs}}
	idForm(in, at, given{"private_access_settings_id", p.PrivateAccessSettingsID}, parts, nil)
}

func checkEndpointForm(in *Input, v spec.Value[spec.Endpoint]) {
	if e, ok := Known(in, v); ok {
		oneForm(in, v.Path(), given{"aws_vpc_endpoint_id", e.AWSVPCEndpointID}, given{"vpc_endpoint_id", e.VPCEndpointID})
	}
}

func checkKeyForm(in *Input, v spec.Value[spec.Key]) {
	if k, ok := Known(in, v); ok {
		oneForm(in, v.Path(), given{"key_arn", k.ARN}, given{"customer_managed_key_id", k.CustomerManagedKeyID})
	}
}

// written is what the forms ask of a value.
type written interface {
	IsNull() bool
	IsUnknown() bool
	Path() spec.Path
}

type given struct {
	name  string
	value written
}

// undecided says whether a value is unknown, and notes it: a module may pass a
// null on that is not known yet.
func (in *Input) undecided(all ...given) bool {
	found := false
	for _, g := range all {
		if g.value.IsUnknown() {
			in.deferred, found = append(in.deferred, g.value.Path()), true
		}
	}
	return found
}

// oneForm reports unless exactly one of two attributes is written.
func oneForm(in *Input, at spec.Path, part, id given) {
	if in.undecided(part, id) {
		return
	}
	switch {
	case part.value.IsNull() && id.value.IsNull():
		in.Fail(at, fmt.Sprintf("neither %s nor %s", part.name, id.name), "exactly one of them")
	case !part.value.IsNull() && !id.value.IsNull():
		in.Fail(at, fmt.Sprintf("both %s and %s", part.name, id.name), "exactly one of them")
	}
}

// idForm reports an id beside any part, or, without an id, a required part that
// is missing.
func idForm(in *Input, at spec.Path, id given, parts, required []given, optional ...given) {
	if in.undecided(id) {
		return
	}
	if !id.value.IsNull() {
		if beside := names(known(append(parts, optional...)), false); beside != "" {
			in.Fail(at, id.name+" and "+beside, id.name+" alone, or the parts without it")
		}
		in.undecided(append(parts, optional...)...)
		return
	}
	if missing := names(required, true); missing != "" {
		in.Fail(at, "no "+missing+" and no "+id.name, "either "+id.name+" or all of "+names(parts, nil...))
	}
	in.undecided(required...)
}

// known leaves out what is unknown.
func known(all []given) []given {
	return slices.DeleteFunc(slices.Clone(all), func(g given) bool { return g.value.IsUnknown() })
}

// names lists the names of those that are null (true) or written (false), or of
// all without a choice.
func names(all []given, null ...bool) string {
	var list []string
	for _, g := range all {
		if len(null) == 0 || g.value.IsNull() == null[0] {
			list = append(list, g.name)
		}
	}
	return strings.Join(list, ", ")
}
