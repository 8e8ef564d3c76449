// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

// policyIngress is who may come in, by the way that they come.
type policyIngress struct {
	CrossWorkspaceAccess *policyAccess[crossOrigin]   `json:"cross_workspace_access,omitempty"`
	PrivateAccess        *policyAccess[privateOrigin] `json:"private_access,omitempty"`
	PublicAccess         *policyAccess[publicOrigin]  `json:"public_access,omitempty"`
}

type policyAccess[O any] struct {
	RestrictionMode string          `json:"restriction_mode"`
	AllowRules      []policyRule[O] `json:"allow_rules,omitempty"`
	DenyRules       []policyRule[O] `json:"deny_rules,omitempty"`
}

type policyRule[O any] struct {
	Authentication *policyAuthentication `json:"authentication,omitempty"`
	Destination    *policyDestination    `json:"destination,omitempty"`
	Label          string                `json:"label,omitempty"`
	Origin         *O                    `json:"origin,omitempty"`
}

type publicOrigin struct {
	AllIPRanges      *bool     `json:"all_ip_ranges,omitempty"`
	ExcludedIPRanges *ipRanges `json:"excluded_ip_ranges,omitempty"`
	IncludedIPRanges *ipRanges `json:"included_ip_ranges,omitempty"`
}

type ipRanges struct {
	IPRanges []string `json:"ip_ranges"`
}

type privateOrigin struct {
	AllPrivateAccess          *bool            `json:"all_private_access,omitempty"`
	AllRegisteredEndpoints    *bool            `json:"all_registered_endpoints,omitempty"`
	AzureWorkspacePrivateLink *bool            `json:"azure_workspace_private_link,omitempty"`
	Endpoints                 *policyEndpoints `json:"endpoints,omitempty"`
}

type policyEndpoints struct {
	EndpointIDs []string `json:"endpoint_ids"`
}

type crossOrigin struct {
	AllSourceWorkspaces *bool             `json:"all_source_workspaces,omitempty"`
	SelectedWorkspaces  *egressWorkspaces `json:"selected_workspaces,omitempty"`
}

type policyAuthentication struct {
	Identities   []policyIdentity `json:"identities,omitempty"`
	IdentityType string           `json:"identity_type"`
}

type policyIdentity struct {
	PrincipalID   int64  `json:"principal_id"`
	PrincipalType string `json:"principal_type"`
}

type policyDestination struct {
	AccountAPI           *apiDestination `json:"account_api,omitempty"`
	AccountDatabricksOne *allDestination `json:"account_databricks_one,omitempty"`
	AccountUI            *allDestination `json:"account_ui,omitempty"`
	AllDestinations      *bool           `json:"all_destinations,omitempty"`
	AppsRuntime          *allDestination `json:"apps_runtime,omitempty"`
	LakebaseRuntime      *allDestination `json:"lakebase_runtime,omitempty"`
	WorkspaceAPI         *apiDestination `json:"workspace_api,omitempty"`
	WorkspaceUI          *allDestination `json:"workspace_ui,omitempty"`
}

type apiDestination struct {
	ScopeQualifier string   `json:"scope_qualifier,omitempty"`
	Scopes         []string `json:"scopes,omitempty"`
}

type allDestination struct {
	AllDestinations *bool `json:"all_destinations,omitempty"`
}

func (c *call) checkIngress(path string, in *policyIngress) error {
	if in == nil {
		return nil
	}
	if err := in.CrossWorkspaceAccess.check(path+".cross_workspace_access", crossOrigin.check, fullAccess, "LEGACY_MODE", restrictedAccess); err != nil {
		return err
	}
	private := func(o privateOrigin, path string, deny bool) error {
		if err := o.check(path, deny); err != nil {
			return err
		}
		return c.checkPolicyEndpoints(path, o.Endpoints)
	}
	if err := in.PrivateAccess.check(path+".private_access", private, allowRegistered, restrictedAccess); err != nil {
		return err
	}
	return in.PublicAccess.check(path+".public_access", publicOrigin.check, fullAccess, restrictedAccess)
}

// checkPolicyEndpoints: that the endpoints must be registered is the stricter
// reading of "registered endpoints, identified by their ids" (?).
func (c *call) checkPolicyEndpoints(path string, endpoints *policyEndpoints) error {
	if endpoints == nil {
		return nil
	}
	for _, id := range endpoints.EndpointIDs {
		if c.account.endpoints.find(c.now, id) == nil && c.account.net.direct.find(c.now, id) == nil {
			return invalidParameter("%s.endpoints: endpoint %s is not registered", path, id)
		}
	}
	return nil
}

// check: rules are legal where access is restricted, and nowhere else.
func (a *policyAccess[O]) check(path string, origin func(O, string, bool) error, modes ...string) error {
	if a == nil {
		return nil
	}
	if err := oneOf(path+".restriction_mode", a.RestrictionMode, modes...); err != nil {
		return err
	}
	if a.RestrictionMode != restrictedAccess && len(a.AllowRules)+len(a.DenyRules) > 0 {
		return invalidParameter("%s: rules cannot be set in the restriction mode %s", path, a.RestrictionMode)
	}
	for _, rule := range a.DenyRules {
		if err := rule.check(path+".deny_rules", origin, true); err != nil {
			return err
		}
	}
	for _, rule := range a.AllowRules {
		if err := rule.check(path+".allow_rules", origin, false); err != nil {
			return err
		}
	}
	return nil
}

// check: a rule matches an origin and a destination; that both are needed is
// the stricter reading (?).
func (r policyRule[O]) check(path string, origin func(O, string, bool) error, deny bool) error {
	if err := require(field{path + ".origin", r.Origin != nil}, field{path + ".destination", r.Destination != nil}); err != nil {
		return err
	}
	if err := origin(*r.Origin, path+".origin", deny); err != nil {
		return err
	}
	if err := r.Destination.check(path + ".destination"); err != nil {
		return err
	}
	return r.Authentication.check(path + ".authentication")
}
