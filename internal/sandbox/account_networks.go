// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"slices"

	"github.com/google/uuid"
)

type networkEndpoints struct {
	RestAPI        []string `json:"rest_api"`
	DataplaneRelay []string `json:"dataplane_relay"`
}

func (n *networkEndpoints) ids() []string {
	if n == nil {
		return nil
	}
	return slices.Concat(n.RestAPI, n.DataplaneRelay)
}

type networkHealth struct {
	ErrorType    string `json:"error_type"`
	ErrorMessage string `json:"error_message"`
}

// network is a network configuration (api: network configurations).
type network struct {
	AccountID        string            `json:"account_id"`
	NetworkID        string            `json:"network_id"`
	NetworkName      string            `json:"network_name"`
	VPCID            string            `json:"vpc_id"`
	SubnetIDs        []string          `json:"subnet_ids"`
	SecurityGroupIDs []string          `json:"security_group_ids"`
	VPCEndpoints     *networkEndpoints `json:"vpc_endpoints,omitempty"`
	VPCStatus        string            `json:"vpc_status"`
	ErrorMessages    []networkHealth   `json:"error_messages,omitempty"`
	WorkspaceID      int64             `json:"workspace_id,omitempty"`
	CreationTime     int64             `json:"creation_time"`
}

type createNetwork struct {
	owned
	NetworkName      string            `json:"network_name"`
	VPCID            string            `json:"vpc_id"`
	SubnetIDs        []string          `json:"subnet_ids"`
	SecurityGroupIDs []string          `json:"security_group_ids"`
	VPCEndpoints     *networkEndpoints `json:"vpc_endpoints"`
}

func (e *emulator) networkRoutes(mux *http.ServeMux) {
	e.crud(mux, "/networks", "network_id", createNetworkConfiguration, listNetworks,
		func(c *call) (any, error) {
			found, err := c.account.networks.get(c.now, c.r.PathValue("network_id"))
			if err != nil {
				return nil, err
			}
			return c.withHealth(found), nil
		},
		deleteNetworkConfiguration)
}

func listNetworks(c *call) (any, error) {
	found := c.account.networks.list(c.now)
	for i, n := range found {
		found[i] = c.withHealth(n)
	}
	return found, nil
}

// withHealth fills in what follows from the workspace on the network: faults
// of a network show only while one is provisioned on it.
func (c *call) withHealth(n *network) *network {
	out := *n
	out.VPCStatus = "UNATTACHED"
	for _, ws := range c.account.workspaces {
		if !ws.alive() || ws.ref("network_id", c.now) != n.NetworkID {
			continue
		}
		out.WorkspaceID, out.VPCStatus = ws.id, "VALID"
		// The network has no part in the failure of a key.
		if ws.status(c.now) == statusFailed && ws.failure.kind != keyFault {
			out.VPCStatus = "BROKEN"
			out.ErrorMessages = []networkHealth{{ErrorType: ws.failure.kind, ErrorMessage: ws.failure.text}}
		}
	}
	return &out
}

func createNetworkConfiguration(c *call) (any, error) {
	var req createNetwork
	if err := c.decodeOwned(&req); err != nil {
		return nil, err
	}
	if err := req.validate(); err != nil {
		return nil, err
	}
	if err := c.account.networks.nameFree(c.now, "", req.NetworkName); err != nil {
		return nil, err
	}
	if err := c.checkNetworkUnique(&req); err != nil {
		return nil, err
	}
	if err := c.checkNetworkEndpoints(req.VPCEndpoints); err != nil {
		return nil, err
	}
	created := &network{
		AccountID:        c.account.ID,
		NetworkID:        uuid.NewString(),
		NetworkName:      req.NetworkName,
		VPCID:            req.VPCID,
		SubnetIDs:        req.SubnetIDs,
		SecurityGroupIDs: req.SecurityGroupIDs,
		VPCEndpoints:     req.VPCEndpoints,
		CreationTime:     millis(c.now),
	}
	return c.withHealth(created), c.account.networks.add(c.now, created.NetworkID, created.NetworkName, created)
}

func (req *createNetwork) validate() error {
	if err := require(
		text("network_name", req.NetworkName), text("vpc_id", req.VPCID),
		field{"subnet_ids", len(req.SubnetIDs) > 0}, field{"security_group_ids", len(req.SecurityGroupIDs) > 0},
	); err != nil {
		return err
	}
	switch {
	case len(req.NetworkName) < 4 || len(req.NetworkName) > 256:
		return invalidParameter("network_name must have 4 to 256 characters")
	case len(req.SubnetIDs) < 2 || repeats(req.SubnetIDs):
		return invalidParameter("subnet_ids must name at least 2 different subnets")
	case len(req.SecurityGroupIDs) > 5 || repeats(req.SecurityGroupIDs):
		return invalidParameter("security_group_ids must name 1 to 5 different security groups")
	}
	return nil
}

func repeats(ids []string) bool {
	sorted := slices.Sorted(slices.Values(ids))
	return len(slices.Compact(sorted)) != len(ids)
}

// checkNetworkUnique: subnets and security groups must not appear in two
// configurations; a VPC may. The texts are ours, the rule is the service's.
func (c *call) checkNetworkUnique(req *createNetwork) error {
	for _, other := range c.account.networks.list(c.now) {
		for _, id := range req.SubnetIDs {
			if slices.Contains(other.SubnetIDs, id) {
				return invalidParameter("Subnet %s is already used by network configuration %s", id, other.NetworkID)
			}
		}
		for _, id := range req.SecurityGroupIDs {
			if slices.Contains(other.SecurityGroupIDs, id) {
				return invalidParameter("Security group %s is already used by network configuration %s", id, other.NetworkID)
			}
		}
	}
	return nil
}

// checkNetworkEndpoints: that both kinds are needed together is the stricter
// reading of "normally one each".
func (c *call) checkNetworkEndpoints(endpoints *networkEndpoints) error {
	if endpoints == nil {
		return nil
	}
	if err := c.account.needEnterprise(); err != nil {
		return err
	}
	if err := require(
		field{"vpc_endpoints.rest_api", len(endpoints.RestAPI) > 0},
		field{"vpc_endpoints.dataplane_relay", len(endpoints.DataplaneRelay) > 0},
	); err != nil {
		return err
	}
	if err := c.checkUse(endpoints.RestAPI, useWorkspace); err != nil {
		return err
	}
	return c.checkUse(endpoints.DataplaneRelay, useRelay)
}

func (c *call) checkUse(ids []string, use string) error {
	for _, id := range ids {
		endpoint, err := c.account.endpoints.get(c.now, id)
		switch {
		case err != nil:
			return malformed("Invalid vpcEndpointId: %s", id)
		case endpoint.UseCase != use:
			return malformed("VPC endpoint %s has the use case %s, not %s", id, endpoint.UseCase, use)
		}
	}
	return nil
}

// deleteNetworkConfiguration answers at once; the object goes later, and clients
// poll until it has (api: network configurations, delete).
func deleteNetworkConfiguration(c *call) (any, error) {
	id := c.r.PathValue("network_id")
	found, err := c.account.networks.get(c.now, id)
	if err != nil {
		return nil, err
	}
	users := c.account.users(c.now, "network_id", id)
	switch {
	case len(users.active) > 0:
		return nil, invalidState("Unable to delete, Network is being used by active workspace %d", users.active[0])
	case users.any():
		return nil, malformed("Cannot delete a network while it is attached to a workspace")
	}
	c.account.networks.remove(c.now, id, c.now.Add(c.e.linger))
	return c.withHealth(found), nil
}
