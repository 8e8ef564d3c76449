// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// settingV2 is a setting as the second version of the API has it: without an
// etag, a mask or a way to delete (api: settings v2). It is the same setting as
// in the first version, so that either shows what the other wrote.
type settingV2 struct {
	typ   string
	title string
}

// settingsV2 are the settings of a workspace whose payload the second version
// has. Which names it serves is known of llm_proxy_partner_powered alone (?);
// clients find out from settings-metadata.
var settingsV2 = map[string]settingV2{
	"llm_proxy_partner_powered":         {typ: "settings.BooleanMessage", title: "Partner-powered AI features"},
	"sql_results_download":              {typ: "settings.BooleanMessage", title: "SQL results download"},
	"dashboard_email_subscriptions":     {typ: "settings.BooleanMessage", title: "Dashboard email subscriptions"},
	"default_warehouse_id":              {typ: "settings.StringMessage", title: "Default warehouse"},
	"restrict_workspace_admins":         {typ: "settings.RestrictWorkspaceAdminsMessage", title: "Restrict workspace admins"},
	settingClusterUpdate:                {typ: "settings.ClusterAutoRestartMessage", title: "Automatic cluster update"},
	settingEmbedPolicy:                  {typ: "settings.AibiDashboardEmbeddingAccessPolicy", title: "Dashboard embedding"},
	"aibi_dash_embed_ws_apprvd_domains": {typ: "settings.AibiDashboardEmbeddingApprovedDomains", title: "Dashboard embedding domains"},
}

const settingV2Path = "/api/2.1/settings/{name}"

func (e *emulator) settingV2Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+settingV2Path, e.api(func(c *call) (any, error) {
		name, err := c.pathSettingV2()
		if err != nil {
			return nil, err
		}
		return c.workspace.settingV2(name), nil
	}))
	mux.HandleFunc("PATCH "+settingV2Path, e.api(patchSettingV2))
	mux.HandleFunc("GET /api/2.1/settings-metadata", e.api(listSettingsV2))
}

func (c *call) pathSettingV2() (string, error) {
	name := c.r.PathValue("name")
	if _, ok := settingsV2[name]; !ok {
		return "", doesNotExist("Setting %s does not exist", name)
	}
	return name, nil
}

// settingV2 answers what was set, if anything, and what holds.
func (ws *workspace) settingV2(name string) map[string]any {
	payload := settingTypes[name].payload
	answer := map[string]any{"name": name}
	if value := ws.settingOf(name).value; value != nil {
		answer[payload] = value
	}
	if value := ws.current(name); value != nil {
		answer["effective_"+payload] = value
	}
	return answer
}

// patchSettingV2 takes the setting itself. What holds is the service's to say:
// clients that send it back are not refused, and not obeyed.
func patchSettingV2(c *call) (any, error) {
	name, err := c.pathSettingV2()
	if err != nil {
		return nil, err
	}
	var req map[string]any
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	kind := settingTypes[name]
	for field := range req {
		if field != "name" && strings.TrimPrefix(field, "effective_") != kind.payload {
			return nil, malformed("Could not parse request object: unknown field %q", field)
		}
	}
	if named, ok := req["name"]; ok && named != name {
		return nil, invalidParameter("name in the body is not that of the path")
	}
	value, ok := req[kind.payload].(map[string]any)
	if !ok {
		return nil, missing(kind.payload)
	}
	if err := kind.shape.check(kind.payload, value); err != nil {
		return nil, err
	}
	value = kind.settable(value)
	if err := c.workspace.checkSetting(name, value); err != nil {
		return nil, err
	}
	c.workspace.store(name, value)
	return c.workspace.settingV2(name), nil
}

// settable drops what only the service sets and fills in what clients leave
// out because it is false.
func (k settingType) settable(value map[string]any) map[string]any {
	next := deepCopy(k.initial)
	maps.Copy(next, value)
	for name, field := range k.shape.fields {
		switch _, given := value[name]; {
		case field.readOnly:
			delete(next, name)
		case !given && field.kind == "bool":
			next[name] = false
		}
	}
	return next
}

func listSettingsV2(c *call) (any, error) {
	var all []map[string]string
	for _, name := range slices.Sorted(maps.Keys(settingsV2)) {
		all = append(all, map[string]string{
			"name": name, "type": settingsV2[name].typ, "display_name": settingsV2[name].title, "preview_phase": "GA",
		})
	}
	page, next, err := pageOf(c, all, "page_size")
	if err != nil {
		return nil, err
	}
	return withNext(map[string]any{"settings_metadata": page}, next), nil
}
