// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"

	"github.com/google/uuid"
)

// privateAccess is a private access settings object (api: private access settings).
type privateAccess struct {
	AccountID                 string   `json:"account_id"`
	PrivateAccessSettingsID   string   `json:"private_access_settings_id"`
	PrivateAccessSettingsName string   `json:"private_access_settings_name"`
	Region                    string   `json:"region"`
	PublicAccessEnabled       bool     `json:"public_access_enabled"`
	PrivateAccessLevel        string   `json:"private_access_level"`
	AllowedVPCEndpointIDs     []string `json:"allowed_vpc_endpoint_ids,omitempty"`
}

// writePrivateAccess is the body of POST and PUT. An absent
// public_access_enabled is false: clients drop it when it is.
type writePrivateAccess struct {
	owned
	PrivateAccessSettingsID   string   `json:"private_access_settings_id"`
	PrivateAccessSettingsName string   `json:"private_access_settings_name"`
	Region                    string   `json:"region"`
	PublicAccessEnabled       bool     `json:"public_access_enabled"`
	PrivateAccessLevel        string   `json:"private_access_level"`
	AllowedVPCEndpointIDs     []string `json:"allowed_vpc_endpoint_ids"`
}

func (e *emulator) privateAccessRoutes(mux *http.ServeMux) {
	e.crud(mux, "/private-access-settings", "private_access_settings_id", enterprise(createPrivateAccess),
		enterprise(func(c *call) (any, error) { return c.account.private.list(c.now), nil }),
		enterprise(func(c *call) (any, error) {
			return c.account.private.get(c.now, c.r.PathValue("private_access_settings_id"))
		}),
		enterprise(deletePrivateAccess))
	mux.HandleFunc("PUT "+accountPath+"/private-access-settings/{private_access_settings_id}", e.api(enterprise(replacePrivateAccess)))
}

func createPrivateAccess(c *call) (any, error) {
	created, err := c.readPrivateAccess(uuid.NewString())
	if err != nil {
		return nil, err
	}
	return created, c.account.private.add(c.now, created.PrivateAccessSettingsID, created.PrivateAccessSettingsName, created)
}

func (c *call) readPrivateAccess(id string) (*privateAccess, error) {
	var req writePrivateAccess
	if err := c.decodeOwned(&req); err != nil {
		return nil, err
	}
	if err := require(text("private_access_settings_name", req.PrivateAccessSettingsName), text("region", req.Region)); err != nil {
		return nil, err
	}
	if req.PrivateAccessLevel == "" {
		req.PrivateAccessLevel = "ACCOUNT"
	}
	if err := c.checkPrivateAccess(req, id); err != nil {
		return nil, err
	}
	return &privateAccess{
		AccountID:                 c.account.ID,
		PrivateAccessSettingsID:   id,
		PrivateAccessSettingsName: req.PrivateAccessSettingsName,
		Region:                    req.Region,
		PublicAccessEnabled:       req.PublicAccessEnabled,
		PrivateAccessLevel:        req.PrivateAccessLevel,
		AllowedVPCEndpointIDs:     req.AllowedVPCEndpointIDs,
	}, nil
}

func (c *call) checkPrivateAccess(req writePrivateAccess, id string) error {
	name := req.PrivateAccessSettingsName
	switch {
	case req.PrivateAccessSettingsID != "" && req.PrivateAccessSettingsID != id:
		return invalidParameter("private_access_settings_id in the body is not that of the path")
	case len(name) < 4 || len(name) > 256:
		return invalidParameter("private_access_settings_name must have 4 to 256 characters")
	case !knownRegion(req.Region):
		return invalidParameter("%s is not a region", req.Region)
	case req.PrivateAccessLevel != "ACCOUNT" && req.PrivateAccessLevel != "ENDPOINT":
		return invalidParameter("%q is not a private_access_level", req.PrivateAccessLevel)
	case req.PrivateAccessLevel == "ENDPOINT" && len(req.AllowedVPCEndpointIDs) == 0:
		return missing("allowed_vpc_endpoint_ids")
	}
	for _, endpoint := range req.AllowedVPCEndpointIDs {
		if _, err := c.account.endpoints.get(c.now, endpoint); err != nil {
			return malformed("Invalid vpcEndpointId: %s", endpoint)
		}
	}
	return nil
}

// replacePrivateAccess replaces the whole object. That its region cannot change
// is the stricter reading.
func replacePrivateAccess(c *call) (any, error) {
	id := c.r.PathValue("private_access_settings_id")
	old, err := c.account.private.get(c.now, id)
	if err != nil {
		return nil, err
	}
	replaced, err := c.readPrivateAccess(id)
	if err != nil {
		return nil, err
	}
	if replaced.Region != old.Region {
		return nil, invalidParameter("The region of private access settings cannot be changed")
	}
	return replaced, c.account.private.replace(c.now, id, replaced.PrivateAccessSettingsName, replaced)
}

func deletePrivateAccess(c *call) (any, error) {
	id := c.r.PathValue("private_access_settings_id")
	found, err := c.account.private.get(c.now, id)
	if err != nil {
		return nil, err
	}
	if c.account.users(c.now, refPrivateAccess, id).any() {
		return nil, malformed("Cannot delete a private access settings while it is attached to a workspace")
	}
	c.account.private.remove(c.now, id, c.now)
	return found, nil
}
