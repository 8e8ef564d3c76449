// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"regexp"
)

// defaultPolicy is the network policy of every workspace that was given no
// other. It is always there.
const defaultPolicy = "default-policy"

// refPolicy is the reference of a workspace to its network policy. It is no
// field of the workspace on the wire.
const refPolicy = "network_policy_id"

// networkPolicy is a network policy (api: network policies). What the caller
// leaves out stays out, but for what complete fills in.
type networkPolicy struct {
	AccountID       string         `json:"account_id"`
	NetworkPolicyID string         `json:"network_policy_id"`
	Egress          *policyEgress  `json:"egress,omitempty"`
	Ingress         *policyIngress `json:"ingress,omitempty"`
	IngressDryRun   *policyIngress `json:"ingress_dry_run,omitempty"`
}

func (p *networkPolicy) check(c *call) error { return owned{AccountID: p.AccountID}.check(c) }

// newDefaultPolicy is the policy that was observed of a live account (W).
func newDefaultPolicy() *networkPolicy {
	return &networkPolicy{
		NetworkPolicyID: defaultPolicy,
		Egress: &policyEgress{NetworkAccess: &egressAccess{
			RestrictionMode: fullAccess, PolicyEnforcement: &egressEnforcement{EnforcementMode: enforced},
		}},
	}
}

func (e *emulator) networkPolicyRoutes(mux *http.ServeMux) {
	path := accountPath + "/network-policies"
	e.crud(mux, "/network-policies", refPolicy, createNetworkPolicy,
		func(c *call) (any, error) {
			found := c.account.net.policies.list(c.now)
			for i, policy := range found {
				found[i] = c.policyView(policy)
			}
			return answerPage(c, found)
		},
		func(c *call) (any, error) {
			found, err := c.account.net.policies.get(c.now, c.r.PathValue(refPolicy))
			if err != nil {
				return nil, err
			}
			return c.policyView(found), nil
		},
		deleteNetworkPolicy)
	mux.HandleFunc("PUT "+path+"/{"+refPolicy+"}", e.api(replaceNetworkPolicy))
	mux.HandleFunc("GET "+accountPath+"/workspaces/{workspace_id}/network", e.api(getNetworkOption))
	mux.HandleFunc("PUT "+accountPath+"/workspaces/{workspace_id}/network", e.api(setNetworkOption))
}

// policyView fills in the account, which no policy carries with it.
func (c *call) policyView(p *networkPolicy) *networkPolicy {
	out := *p
	out.AccountID = c.account.ID
	return &out
}

// policyID: the length is known (D), the characters are those of the names of
// connectivity configurations (?).
var policyID = regexp.MustCompile(`^[0-9a-zA-Z_-]{1,32}$`)

func createNetworkPolicy(c *call) (any, error) {
	var req networkPolicy
	if err := c.decodeOwned(&req); err != nil {
		return nil, err
	}
	id := req.NetworkPolicyID
	if err := require(text(refPolicy, id)); err != nil {
		return nil, err
	}
	if !policyID.MatchString(id) {
		return nil, invalidParameter("network_policy_id must match [0-9a-zA-Z-_]{1,32}")
	}
	if c.account.net.policies.find(c.now, id) != nil {
		return nil, apiErrorf(http.StatusConflict, "ALREADY_EXISTS",
			"Network policy name %s already exists in this account. Try again with a unique name.", id)
	}
	if err := c.complete(&req); err != nil {
		return nil, err
	}
	return c.policyView(&req), c.account.net.policies.add(c.now, id, "", &req)
}

// replaceNetworkPolicy answers PUT: what the body leaves out is gone.
func replaceNetworkPolicy(c *call) (any, error) {
	id := c.r.PathValue(refPolicy)
	if _, err := c.account.net.policies.get(c.now, id); err != nil {
		return nil, err
	}
	var req networkPolicy
	if err := c.decodeOwned(&req); err != nil {
		return nil, err
	}
	if req.NetworkPolicyID != "" && req.NetworkPolicyID != id {
		return nil, invalidParameter("network_policy_id cannot be changed")
	}
	req.NetworkPolicyID = id
	if err := c.complete(&req); err != nil {
		return nil, err
	}
	return c.policyView(&req), c.account.net.policies.replace(c.now, id, "", &req)
}

// complete checks a policy and fills in what the service fills in: the private
// access of an ingress that has none (D), and that egress is enforced, which is
// the default (S); that the answer shows it is what the default policy suggests (W).
func (c *call) complete(p *networkPolicy) error {
	if err := p.Egress.check(); err != nil {
		return err
	}
	if err := c.checkIngress("ingress", p.Ingress); err != nil {
		return err
	}
	if err := c.checkIngress("ingress_dry_run", p.IngressDryRun); err != nil {
		return err
	}
	if p.Egress != nil && p.Egress.NetworkAccess != nil {
		p.Egress.NetworkAccess.complete()
	}
	if p.Ingress != nil && p.Ingress.PrivateAccess == nil {
		p.Ingress.PrivateAccess = &policyAccess[privateOrigin]{RestrictionMode: allowRegistered}
	}
	return nil
}

// deleteNetworkPolicy refuses policies that are assigned, and those that were until a
// moment ago (W); the texts are ours.
func deleteNetworkPolicy(c *call) (any, error) {
	id := c.r.PathValue(refPolicy)
	if _, err := c.account.net.policies.get(c.now, id); err != nil {
		return nil, err
	}
	if id == defaultPolicy {
		return nil, invalidParameter("Network policy %s cannot be deleted", id)
	}
	if users := c.account.users(c.now, refPolicy, id); users.any() {
		return nil, invalidState("Network policy %s cannot be deleted because it is assigned to one or more workspaces: %s",
			id, joinIDs(append(users.active, users.former...)))
	}
	c.account.net.policies.remove(c.now, id, c.now)
	return nil, nil
}

// networkOption is which network policy a workspace has.
type networkOption struct {
	NetworkPolicyID string `json:"network_policy_id"`
	WorkspaceID     int64  `json:"workspace_id"`
}

func (ws *workspace) networkOption(c *call) networkOption {
	option := networkOption{NetworkPolicyID: ws.ref(refPolicy, c.now), WorkspaceID: ws.id}
	if option.NetworkPolicyID == "" {
		option.NetworkPolicyID = defaultPolicy
	}
	return option
}

func getNetworkOption(c *call) (any, error) {
	ws, err := c.pathWorkspace()
	if err != nil {
		return nil, err
	}
	return ws.networkOption(c), nil
}

func setNetworkOption(c *call) (any, error) {
	ws, err := c.pathWorkspace()
	if err != nil {
		return nil, err
	}
	var req networkOption
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if err := require(text(refPolicy, req.NetworkPolicyID)); err != nil {
		return nil, err
	}
	if req.WorkspaceID != 0 && req.WorkspaceID != ws.id {
		return nil, invalidParameter("workspace_id in the body is not that of the path")
	}
	if _, err := c.account.net.policies.get(c.now, req.NetworkPolicyID); err != nil {
		return nil, err
	}
	ws.point(refPolicy, req.NetworkPolicyID, c.now)
	return ws.networkOption(c), nil
}
