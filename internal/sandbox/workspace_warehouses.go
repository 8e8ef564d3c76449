// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// warehouseConfig is the SQL configuration of a workspace (api: SQL warehouses).
type warehouseConfig struct {
	Channel          *warehouseChannel `json:"channel,omitempty"`
	ConfigParam      *confPairs        `json:"config_param,omitempty"`
	DataAccess       []confPair        `json:"data_access_config"`
	Serverless       bool              `json:"enable_serverless_compute"`
	Types            []warehouseType   `json:"enabled_warehouse_types,omitempty"`
	GlobalParam      *confPairs        `json:"global_param,omitempty"`
	GoogleAccount    string            `json:"google_service_account,omitempty"`
	InstanceProfile  string            `json:"instance_profile_arn,omitempty"`
	SecurityPolicy   string            `json:"security_policy"`
	SQLConfiguration *confPairs        `json:"sql_configuration_parameters,omitempty"`
}

type warehouseChannel struct {
	Name    string `json:"name,omitempty"`
	Version string `json:"dbsql_version,omitempty"`
}

type confPair struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// confPairs has the same pairs under an old name and a new one.
type confPairs struct {
	Old []confPair `json:"config_pair,omitempty"`
	New []confPair `json:"configuration_pairs,omitempty"`
}

type warehouseType struct {
	Type    string `json:"warehouse_type"`
	Enabled bool   `json:"enabled"`
}

// initialWarehouseConfig has serverless compute on, as new workspaces do.
func initialWarehouseConfig() warehouseConfig {
	return warehouseConfig{SecurityPolicy: "DATA_ACCESS_CONTROL", Serverless: true}
}

func (e *emulator) warehouseRoutes(mux *http.ServeMux) {
	const path = "/api/2.0/sql/config/warehouses"
	mux.HandleFunc("GET "+path, e.api(func(c *call) (any, error) { return c.workspace.objects.Warehouses, nil }))
	mux.HandleFunc("PUT "+path, e.api(func(c *call) (any, error) {
		var req warehouseConfig
		if err := c.decode(&req); err != nil {
			return nil, err
		}
		if req.SecurityPolicy == "" {
			req.SecurityPolicy = "DATA_ACCESS_CONTROL"
		}
		if err := req.check(); err != nil {
			return nil, err
		}
		c.workspace.objects.Warehouses = req
		return nil, nil
	}))
}

func (w *warehouseConfig) check() error {
	channels := []string{"", "CHANNEL_NAME_CURRENT", "CHANNEL_NAME_CUSTOM", "CHANNEL_NAME_PREVIEW", "CHANNEL_NAME_PREVIOUS"}
	switch {
	case !slices.Contains([]string{"DATA_ACCESS_CONTROL", "NONE", "PASSTHROUGH"}, w.SecurityPolicy):
		return invalidParameter("%q is not a security policy", w.SecurityPolicy)
	case w.Channel != nil && !slices.Contains(channels, w.Channel.Name):
		return invalidParameter("%q is not a channel", w.Channel.Name)
	case w.GoogleAccount != "":
		return invalidParameter("google_service_account is not available on AWS")
	case w.InstanceProfile != "" && !strings.HasPrefix(w.InstanceProfile, "arn:"):
		return invalidParameter("instance_profile_arn must be an ARN")
	}
	for _, t := range w.Types {
		if !slices.Contains([]string{"CLASSIC", "PRO", "TYPE_UNSPECIFIED"}, t.Type) {
			return invalidParameter("%q is not a warehouse type", t.Type)
		}
	}
	pairs := slices.Clone(w.DataAccess)
	for _, p := range []*confPairs{w.ConfigParam, w.GlobalParam, w.SQLConfiguration} {
		if p != nil {
			pairs = append(append(pairs, p.Old...), p.New...)
		}
	}
	if slices.ContainsFunc(pairs, func(p confPair) bool { return p.Key == "" }) {
		return missing("key")
	}
	return nil
}
