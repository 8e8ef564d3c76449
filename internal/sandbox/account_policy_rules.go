// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

// exactlyOne checks alternatives of which a rule needs one: that it is not more
// is the stricter reading (?).
func exactlyOne(path string, set ...bool) error {
	n := 0
	for _, is := range set {
		if is {
			n++
		}
	}
	if n != 1 {
		return invalidParameter("%s: exactly one alternative must be set", path)
	}
	return nil
}

// onlyTrue checks the booleans that must be true where they are present.
func onlyTrue(path string, flags ...*bool) error {
	for _, flag := range flags {
		if flag != nil && !*flag {
			return invalidParameter("%s: a field that begins with all_ must be true when it is set", path)
		}
	}
	return nil
}

func (o publicOrigin) check(path string, _ bool) error {
	if err := onlyTrue(path, o.AllIPRanges); err != nil {
		return err
	}
	if err := exactlyOne(path, o.AllIPRanges != nil, o.ExcludedIPRanges != nil, o.IncludedIPRanges != nil); err != nil {
		return err
	}
	if err := o.ExcludedIPRanges.check(path+".excluded_ip_ranges", true); err != nil {
		return err
	}
	return o.IncludedIPRanges.check(path+".included_ip_ranges", false)
}

// check: ranges are IPv4, and those that are let in are public ones.
func (r *ipRanges) check(path string, private bool) error {
	if r == nil {
		return nil
	}
	if len(r.IPRanges) == 0 {
		return missing(path + ".ip_ranges")
	}
	for _, value := range r.IPRanges {
		prefix, err := parsePrefix(value)
		switch {
		case err != nil:
			return invalidParameter("%s: %q is not an IPv4 address or CIDR", path, value)
		case prefix.Addr().IsPrivate() && !private:
			return invalidParameter("%s: %q is a private range", path, value)
		}
	}
	return nil
}

func (o privateOrigin) check(path string, deny bool) error {
	if err := onlyTrue(path, o.AllPrivateAccess, o.AllRegisteredEndpoints); err != nil {
		return err
	}
	switch {
	case o.AzureWorkspacePrivateLink != nil:
		return invalidParameter("%s: azure_workspace_private_link is not for accounts on AWS", path)
	case o.AllPrivateAccess != nil && !deny:
		return invalidParameter("%s: all_private_access is for deny rules", path)
	case o.Endpoints != nil && len(o.Endpoints.EndpointIDs) == 0:
		return missing(path + ".endpoints.endpoint_ids")
	}
	return exactlyOne(path, o.AllPrivateAccess != nil, o.AllRegisteredEndpoints != nil, o.Endpoints != nil)
}

func (o crossOrigin) check(path string, _ bool) error {
	if err := onlyTrue(path, o.AllSourceWorkspaces); err != nil {
		return err
	}
	if o.SelectedWorkspaces != nil && len(o.SelectedWorkspaces.WorkspaceIDs) == 0 {
		return missing(path + ".selected_workspaces.workspace_ids")
	}
	return exactlyOne(path, o.AllSourceWorkspaces != nil, o.SelectedWorkspaces != nil)
}

// check: all destinations, or some. Those of the account are for the policy of
// the account itself, which this API does not make.
func (d *policyDestination) check(path string) error {
	switch {
	case d.AccountDatabricksOne != nil:
		return invalidParameter("%s: account_databricks_one is not supported", path)
	case d.AccountAPI != nil || d.AccountUI != nil:
		return invalidParameter("%s: account_api and account_ui are for the account-level network policy", path)
	}
	some := d.AppsRuntime != nil || d.LakebaseRuntime != nil || d.WorkspaceAPI != nil || d.WorkspaceUI != nil
	all := d.AllDestinations != nil && *d.AllDestinations
	if all == some {
		return invalidParameter("%s: set all_destinations, or at least one destination", path)
	}
	for _, part := range []*allDestination{d.AppsRuntime, d.LakebaseRuntime, d.WorkspaceUI} {
		if part != nil && (part.AllDestinations == nil || !*part.AllDestinations) {
			return invalidParameter("%s: all_destinations of a destination must be true", path)
		}
	}
	if d.WorkspaceAPI == nil || d.WorkspaceAPI.ScopeQualifier == "" {
		return nil
	}
	return oneOf(path+".workspace_api.scope_qualifier", d.WorkspaceAPI.ScopeQualifier, "API_SCOPE_QUALIFIER_ALL", "API_SCOPE_QUALIFIER_READ")
}

const selectedIdentities = "IDENTITY_TYPE_SELECTED_IDENTITIES"

// check: without an authentication a rule is for everyone.
func (a *policyAuthentication) check(path string) error {
	if a == nil {
		return nil
	}
	if err := oneOf(path+".identity_type", a.IdentityType,
		"IDENTITY_TYPE_ALL_SERVICE_PRINCIPALS", "IDENTITY_TYPE_ALL_USERS", selectedIdentities); err != nil {
		return err
	}
	if (a.IdentityType == selectedIdentities) != (len(a.Identities) > 0) {
		return invalidParameter("%s: identities go with the identity type %s", path, selectedIdentities)
	}
	for _, who := range a.Identities {
		if who.PrincipalID == 0 {
			return missing(path + ".identities.principal_id")
		}
		if err := oneOf(path+".identities.principal_type", who.PrincipalType, "PRINCIPAL_TYPE_SERVICE_PRINCIPAL", "PRINCIPAL_TYPE_USER"); err != nil {
			return err
		}
	}
	return nil
}
