// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strings"

	"github.com/google/uuid"
)

// connectivity is a network connectivity configuration (api: network
// connectivity configs).
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
		func(c *call) (any, error) {
			found := c.account.connect.list(c.now)
			for i, ncc := range found {
				found[i] = c.withTargets(ncc)
			}
			return answerPage(c, found)
		},
		func(c *call) (any, error) {
			found, err := c.account.connect.get(c.now, c.r.PathValue("network_connectivity_config_id"))
			if err != nil {
				return nil, err
			}
			return c.withTargets(found), nil
		},
		deleteNCC)
}

// withTargets fills in the private endpoint rules of a configuration.
func (c *call) withTargets(ncc *connectivity) *connectivity {
	rules := c.rulesOf(ncc.ID)
	if len(rules) == 0 {
		return ncc
	}
	out := *ncc
	out.EgressConfig = maps.Clone(ncc.EgressConfig)
	out.EgressConfig["target_rules"] = map[string]any{"aws_private_endpoint_rules": rules}
	return &out
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
	if err := c.checkRegionNCCs(req.Region); err != nil {
		return nil, err
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

func (c *call) checkRegionNCCs(region string) error {
	inRegion := 0
	for _, other := range c.account.connect.list(c.now) {
		if other.Region == region {
			inRegion++
		}
	}
	if inRegion >= maxRegionNCCs {
		return apiErrorf(http.StatusBadRequest, "QUOTA_EXCEEDED",
			"The account has %d network connectivity configurations in region %s, which is the limit", inRegion, region)
	}
	return nil
}

// deleteNCC refuses configurations with rules that are not deactivated; that
// the service does is the stricter reading (?), and the text is ours.
func deleteNCC(c *call) (any, error) {
	id := c.r.PathValue("network_connectivity_config_id")
	if _, err := c.account.connect.get(c.now, id); err != nil {
		return nil, err
	}
	if users := c.account.users(c.now, refConnectivity, id); users.any() {
		return nil, invalidState("Network Connectivity Config %s is unable to be deleted because it is attached to one or more workspaces: %s",
			id, joinIDs(append(users.active, users.former...)))
	}
	for _, rule := range c.rulesOf(id) {
		if !rule.Deactivated {
			return nil, invalidState("Network Connectivity Config %s is unable to be deleted because it has private endpoint rule %s", id, rule.RuleID)
		}
	}
	c.account.connect.remove(c.now, id, c.now)
	return nil, nil
}

func joinIDs(ids []int64) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(ids), " ", ", "), "[]")
}
