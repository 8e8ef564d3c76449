// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package databricks

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/databricks/databricks-sdk-go/client"
	"github.com/databricks/databricks-sdk-go/httpclient"
)

// Workspace is a client of one workspace.
type Workspace struct {
	id        int64
	host      string
	client    *client.DatabricksClient
	transport http.RoundTripper
}

// Close gives up the connections that the client holds.
func (w *Workspace) Close() {
	if t, ok := w.transport.(*transport); ok {
		t.CloseIdleConnections()
	}
}

// Host returns the address of the workspace.
func (w *Workspace) Host() string { return w.host }

// do makes a call as the SDK's typed methods do; calls with a path of our own
// must name the workspace themselves (API contract, raw header caveat).
func (w *Workspace) do(ctx context.Context, method, path string, query map[string]any, in, out any) error {
	headers := map[string]string{
		"Accept": "application/json", "X-Databricks-Workspace-Id": strconv.FormatInt(w.id, 10),
	}
	if in != nil {
		headers["Content-Type"] = "application/json"
	}
	return w.client.Do(ctx, method, path, headers, query, in, out)
}

// Check makes sure that the workspace answers and is the one meant: the id that
// it reports must be its own, before anything is written to it.
func (w *Workspace) Check(ctx context.Context) error {
	var reported string
	err := w.client.ApiClient().Do(ctx, http.MethodGet, "/api/2.0/preview/scim/v2/Me",
		httpclient.WithRequestHeaders(map[string]string{"Accept": "application/json", "X-Databricks-Workspace-Id": strconv.FormatInt(w.id, 10)}),
		httpclient.WithQueryParameters(map[string]any{"excludedAttributes": "entitlements"}),
		httpclient.WithResponseHeader("X-Databricks-Org-Id", &reported))
	if err != nil {
		return err
	}
	if reported != strconv.FormatInt(w.id, 10) {
		return fmt.Errorf("%s says that it is workspace %q, not %d: nothing is written to it", w.host, reported, w.id)
	}
	return nil
}

// Conf reads keys of workspace-conf. A key that was never set is absent from
// the answer.
func (w *Workspace) Conf(ctx context.Context, keys []string) (map[string]string, error) {
	var raw map[string]*string
	if err := w.do(ctx, http.MethodGet, "/api/2.0/workspace-conf", map[string]any{"keys": strings.Join(keys, ",")}, nil, &raw); err != nil {
		return nil, err
	}
	conf := map[string]string{}
	for k, v := range raw {
		if v != nil {
			conf[k] = *v
		}
	}
	return conf, nil
}

// SetConf writes one key of workspace-conf. One key a call, so that a key that
// the workspace does not know fails alone.
func (w *Workspace) SetConf(ctx context.Context, key, value string) error {
	return w.do(ctx, http.MethodPatch, "/api/2.0/workspace-conf", nil, map[string]string{key: value}, nil)
}

// Setting reads a setting of the settings API. A setting that was never set is
// an empty body.
func (w *Workspace) Setting(ctx context.Context, settingType string) (map[string]any, error) {
	var body map[string]any
	err := w.do(ctx, http.MethodGet, settingPath(settingType), nil, nil, &body)
	if IsNotFound(err) && etagOf(err) != "" {
		return map[string]any{"etag": etagOf(err)}, nil
	}
	return body, err
}

// SetSetting writes one field of a setting: it reads the etag, writes with it,
// and once more with the etag of a conflict.
func (w *Workspace) SetSetting(ctx context.Context, settingType, payload, field string, value any) error {
	now, err := w.Setting(ctx, settingType)
	if err != nil {
		return err
	}
	etag, _ := now["etag"].(string)
	err = w.patchSetting(ctx, settingType, payload, field, value, etag)
	if fresh := etagOf(err); fresh != "" {
		err = w.patchSetting(ctx, settingType, payload, field, value, fresh)
	}
	return err
}

func (w *Workspace) patchSetting(ctx context.Context, settingType, payload, field string, value any, etag string) error {
	setting := map[string]any{"setting_name": "default", payload: map[string]any{field: value}}
	if etag != "" {
		setting["etag"] = etag
	}
	return w.do(ctx, http.MethodPatch, settingPath(settingType), nil, map[string]any{
		"allow_missing": true, "field_mask": payload + "." + field, "setting": setting,
	}, nil)
}

func settingPath(settingType string) string {
	return fmt.Sprintf("/api/2.0/settings/types/%s/names/default", url.PathEscape(settingType))
}

// The kinds of IP access lists.
const (
	Allow = "ALLOW"
	Block = "BLOCK"
)

// IPAccessList is an IP access list of a workspace.
type IPAccessList struct {
	ID        string   `json:"list_id"`
	Label     string   `json:"label"`
	Type      string   `json:"list_type"`
	Addresses []string `json:"ip_addresses"`
	Enabled   bool     `json:"enabled"`
}

// IPAccessLists lists the IP access lists.
func (w *Workspace) IPAccessLists(ctx context.Context) ([]IPAccessList, error) {
	var out struct {
		Lists []IPAccessList `json:"ip_access_lists"`
	}
	err := w.do(ctx, http.MethodGet, "/api/2.0/ip-access-lists", nil, nil, &out)
	return out.Lists, err
}

// CreateIPAccessList creates an IP access list, which is enabled from the start.
func (w *Workspace) CreateIPAccessList(ctx context.Context, l IPAccessList) error {
	return w.do(ctx, http.MethodPost, "/api/2.0/ip-access-lists", nil,
		map[string]any{"label": l.Label, "list_type": l.Type, "ip_addresses": l.Addresses}, nil)
}

// ReplaceIPAccessList replaces an IP access list.
func (w *Workspace) ReplaceIPAccessList(ctx context.Context, l IPAccessList) error {
	return w.do(ctx, http.MethodPut, "/api/2.0/ip-access-lists/"+url.PathEscape(l.ID), nil,
		map[string]any{"label": l.Label, "list_type": l.Type, "ip_addresses": l.Addresses, "enabled": l.Enabled}, nil)
}

// DeleteIPAccessList deletes an IP access list.
func (w *Workspace) DeleteIPAccessList(ctx context.Context, id string) error {
	return w.do(ctx, http.MethodDelete, "/api/2.0/ip-access-lists/"+url.PathEscape(id), nil, nil, nil)
}
