// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/google/uuid"
)

// connectivity is a network connectivity configuration (api: network
// connectivity configs). The emulator knows no private endpoint rules.
type connectivity struct {
	AccountID    string         `json:"account_id"`
	ID           string         `json:"network_connectivity_config_id"`
	Name         string         `json:"name"`
	Region       string         `json:"region"`
	EgressConfig map[string]any `json:"egress_config"`
	CreationTime int64          `json:"creation_time"`
	UpdatedTime  int64          `json:"updated_time"`
}

type createConnectivity struct {
	Name   string `json:"name"`
	Region string `json:"region"`
}

func (e *emulator) connectivityRoutes(mux *http.ServeMux) {
	e.crud(mux, "/network-connectivity-configs", "network_connectivity_config_id", createNCC,
		func(c *call) (any, error) { return map[string]any{"items": c.account.connect.list(c.now)}, nil },
		func(c *call) (any, error) {
			return c.account.connect.get(c.now, c.r.PathValue("network_connectivity_config_id"))
		},
		deleteNCC)
}

var nccName = regexp.MustCompile(`^[0-9a-zA-Z_-]{3,30}$`)

func createNCC(c *call) (any, error) {
	var req createConnectivity
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if err := require(text("name", req.Name), text("region", req.Region)); err != nil {
		return nil, err
	}
	switch {
	case !nccName.MatchString(req.Name):
		return nil, invalidParameter("name must match [0-9a-zA-Z-_]{3,30}")
	case !knownRegion(req.Region):
		return nil, invalidParameter("%s is not a region", req.Region)
	}
	created := &connectivity{
		AccountID: c.account.ID,
		ID:        uuid.NewString(),
		Name:      req.Name,
		Region:    req.Region,
		EgressConfig: map[string]any{
			"default_rules": map[string]any{"aws_stable_ip_rule": map[string]any{"cidr_blocks": []string{"198.51.100.0/28"}}},
		},
		CreationTime: millis(c.now),
		UpdatedTime:  millis(c.now),
	}
	return created, c.account.connect.add(c.now, created.ID, created.Name, created)
}

func deleteNCC(c *call) (any, error) {
	id := c.r.PathValue("network_connectivity_config_id")
	if _, err := c.account.connect.get(c.now, id); err != nil {
		return nil, err
	}
	if users := c.account.users(c.now, refConnectivity, id); users.any() {
		return nil, invalidState("Network Connectivity Config %s is unable to be deleted because it is attached to one or more workspaces: %s",
			id, joinIDs(append(users.active, users.former...)))
	}
	c.account.connect.remove(c.now, id, c.now)
	return nil, nil
}

func joinIDs(ids []int64) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(ids), " ", ", "), "[]")
}
