// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"
)

// setting is the state of one setting of one workspace.
type setting struct {
	etag string
	// value is nil while the setting has never been set.
	value map[string]any
	// before is what is still answered until freshAt.
	before  map[string]any
	freshAt time.Time
}

type patchSetting struct {
	AllowMissing bool           `json:"allow_missing"`
	FieldMask    string         `json:"field_mask"`
	Setting      map[string]any `json:"setting"`
}

const settingPath = "/api/2.0/settings/types/{type}/names/default"

func (e *emulator) settingRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+settingPath, e.api(getSetting))
	mux.HandleFunc("PATCH "+settingPath, e.api(updateSetting))
	mux.HandleFunc("DELETE "+settingPath, e.api(deleteSetting))
}

// settingOf returns a setting, with an etag from the first time on.
func (ws *workspace) settingOf(name string) *setting {
	found := ws.settings[name]
	if found == nil {
		found = &setting{etag: randomHex(12)}
		ws.settings[name] = found
	}
	return found
}

// current is the value that holds, set or not; nil if there is none.
func (ws *workspace) current(name string) map[string]any {
	value := ws.settingOf(name).value
	if value == nil {
		value = settingTypes[name].initial
	}
	if name == settingClusterUpdate {
		value = ws.withEnablement(value)
	}
	return value
}

// withEnablement fills in what the platform says about automatic cluster update.
func (ws *workspace) withEnablement(value map[string]any) map[string]any {
	forced := ws.current(settingCSP)["is_enabled"] == true
	value = maps.Clone(value)
	value["can_toggle"] = !forced && ws.tier == tierEnterprise
	value["enablement_details"] = map[string]any{
		"forced_for_compliance_mode":           forced,
		"unavailable_for_disabled_entitlement": false,
		"unavailable_for_non_enterprise_tier":  ws.tier != tierEnterprise,
	}
	return value
}

func (c *call) pathSetting() (string, settingType, *setting, error) {
	name := c.r.PathValue("type")
	kind, ok := settingTypes[name]
	if !ok {
		return "", settingType{}, nil, endpointNotFound(c.r)
	}
	return name, kind, c.workspace.settingOf(name), nil
}

func (k settingType) answer(found *setting, value map[string]any) map[string]any {
	body := map[string]any{"setting_name": "default", k.payload: value}
	if !k.plain {
		body["etag"] = found.etag
	}
	return body
}

// etagError is how the service hands out a fresh etag (api: settings v1 protocol).
func etagError(status int, code, message, etag string) *apiError {
	return &apiError{Status: status, Code: code, Message: message, Details: []any{map[string]any{
		"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": code, "domain": "settings.databricks.com",
		"metadata": map[string]string{"etag": etag},
	}}}
}

// checkEtag: without an etag a setting that was never set is not found, and any
// other conflicts, as does a stale one.
func (k settingType) checkEtag(found *setting, etag string) error {
	switch {
	case k.plain, etag == found.etag:
		return nil
	case etag == "" && found.value == nil:
		return etagError(http.StatusNotFound, "NOT_FOUND", "The setting was not found; use the etag of this answer", found.etag)
	}
	return etagError(http.StatusConflict, "RESOURCE_CONFLICT", "The setting was changed; use the etag of this answer", found.etag)
}

func getSetting(c *call) (any, error) {
	name, kind, found, err := c.pathSetting()
	if err != nil {
		return nil, err
	}
	value := c.workspace.current(name)
	if value == nil {
		return nil, kind.checkEtag(found, "")
	}
	if kind.plain && found.before != nil && c.now.Before(found.freshAt) {
		value = found.before
	}
	return kind.answer(found, value), nil
}

func updateSetting(c *call) (any, error) {
	name, kind, found, err := c.pathSetting()
	if err != nil {
		return nil, err
	}
	etag, next, err := c.readSetting(name, kind)
	if err != nil {
		return nil, err
	}
	if err := kind.checkEtag(found, etag); err != nil {
		return nil, err
	}
	if err := c.workspace.checkSetting(name, next); err != nil {
		return nil, err
	}
	found.before, found.freshAt = c.workspace.current(name), c.now.Add(c.e.linger/4)
	c.workspace.store(name, next)
	return kind.answer(found, c.workspace.current(name)), nil
}

// readSetting reads a PATCH and returns its etag and the value that it asks for.
func (c *call) readSetting(name string, kind settingType) (string, map[string]any, error) {
	var req patchSetting
	if err := c.decode(&req); err != nil {
		return "", nil, err
	}
	if !req.AllowMissing {
		return "", nil, invalidParameter("allow_missing must be true")
	}
	if err := require(text("field_mask", req.FieldMask), field{"setting", req.Setting != nil},
		field{"setting." + kind.payload, req.Setting[kind.payload] != nil}); err != nil {
		return "", nil, err
	}
	for field := range req.Setting {
		if field != "etag" && field != "setting_name" && field != kind.payload {
			return "", nil, malformed("Could not parse request object: unknown field %q in setting", field)
		}
	}
	if err := kind.shape.check(kind.payload, req.Setting[kind.payload]); err != nil {
		return "", nil, err
	}
	etag, _ := req.Setting["etag"].(string)
	next, err := kind.merge(c.workspace.settingValue(name), req)
	return etag, next, err
}

// settingValue is the stored value, without what the platform adds to it.
func (ws *workspace) settingValue(name string) map[string]any {
	if value := ws.settingOf(name).value; value != nil {
		return value
	}
	return settingTypes[name].initial
}

// merge takes over what the mask names. Its paths are relative to the setting.
func (k settingType) merge(old map[string]any, req patchSetting) (map[string]any, error) {
	next := deepCopy(old)
	root := map[string]any{k.payload: next}
	within := object(map[string]shape{k.payload: k.shape})
	for path := range strings.SplitSeq(req.FieldMask, ",") {
		names := strings.Split(path, ".")
		leaf, err := within.at(names)
		if err != nil {
			return nil, invalidParameter("field_mask: %s: %s", path, err)
		}
		assign(root, names, lookUp(req.Setting, names), leaf)
	}
	return next, nil
}

func lookUp(v any, names []string) any {
	for _, name := range names {
		fields, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = fields[name]
	}
	return v
}

func assign(into map[string]any, names []string, v any, leaf shape) {
	for _, name := range names[:len(names)-1] {
		next, ok := into[name].(map[string]any)
		if !ok {
			if v == nil {
				return
			}
			next = map[string]any{}
			into[name] = next
		}
		into = next
	}
	last := names[len(names)-1]
	if v == nil {
		zero, ok := leaf.zero()
		if !ok {
			delete(into, last)
			return
		}
		v = zero
	}
	into[last] = v
}

// deepCopy also turns numbers and lists into what JSON makes of them.
func deepCopy(v map[string]any) map[string]any {
	encoded, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("sandbox: a setting cannot be encoded: %v", err))
	}
	out := map[string]any{}
	if len(v) == 0 {
		return out
	}
	if err := json.Unmarshal(encoded, &out); err != nil {
		panic(fmt.Sprintf("sandbox: a setting cannot be decoded: %v", err))
	}
	return out
}

// checkSetting checks what a value means for the rest of the workspace.
func (ws *workspace) checkSetting(name string, next map[string]any) error {
	forced := ws.current(settingCSP)["is_enabled"] == true
	switch {
	case name == settingCSP && forced && next["is_enabled"] != true:
		return invalidState("The compliance security profile cannot be disabled once it is enabled")
	case name == settingESM && forced && next["is_enabled"] != true:
		return invalidState("Enhanced security monitoring is required by the compliance security profile")
	case name == settingClusterUpdate && forced && next["enabled"] != true:
		return invalidState("Automatic cluster update is required by the compliance security profile")
	case name == settingClusterUpdate && ws.tier != tierEnterprise && next["enabled"] == true:
		return apiErrorf(http.StatusBadRequest, "FEATURE_DISABLED", "Automatic cluster update is not available in the pricing tier of this workspace")
	case name == settingEmbedDomains && ws.current(settingEmbedPolicy)["access_policy_type"] != "ALLOW_APPROVED_DOMAINS":
		return invalidState("Approved domains can be set only while the access policy is ALLOW_APPROVED_DOMAINS")
	}
	return nil
}

// store makes a value hold, with what follows from it.
func (ws *workspace) store(name string, value map[string]any) {
	found := ws.settingOf(name)
	found.etag, found.value = randomHex(12), value
	if conf := settingTypes[name].conf; conf != "" {
		ws.conf[conf] = fmt.Sprint(value["value"] == true)
	}
	if name != settingCSP || value["is_enabled"] != true {
		return
	}
	// The compliance profile forces both (api: workspace settings v1).
	for other, key := range map[string]string{settingESM: "is_enabled", settingClusterUpdate: "enabled"} {
		forced := maps.Clone(ws.settingValue(other))
		forced[key] = true
		if ws.settingValue(other)[key] != true {
			ws.store(other, forced)
		}
	}
}

func deleteSetting(c *call) (any, error) {
	_, kind, found, err := c.pathSetting()
	if err != nil {
		return nil, err
	}
	if !kind.deletable {
		return nil, endpointNotFound(c.r)
	}
	if err := kind.checkEtag(found, c.r.URL.Query().Get("etag")); err != nil {
		return nil, err
	}
	found.etag, found.value = randomHex(12), nil
	return map[string]any{"etag": found.etag}, nil
}

// SetSetting changes a setting behind the back of all clients. The payload is
// what stands under the payload key of its type, whole.
func (s *Sandbox) SetSetting(accountID string, workspaceID int64, settingType string, payload map[string]any) {
	kind, ok := settingTypes[settingType]
	if !ok {
		panic("sandbox: there is no setting type " + settingType)
	}
	value := deepCopy(payload)
	if err := kind.shape.check(kind.payload, value); err != nil {
		panic("sandbox: " + err.Error())
	}
	s.withWorkspace(accountID, workspaceID, func(ws *workspace) { ws.store(settingType, value) })
}
