// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

const accountV21Path = "/api/2.1/accounts/{account_id}"

// accountSettingV2 is one setting of the second version: a view on the same
// setting of the first, so that what is written to one is read from the other.
type accountSettingV2 struct {
	field, display, message string
	shape                   shape
	initial                 map[string]any
}

// accountSettingsV2: llm_proxy_partner_powered is the documented example; that
// the others go by their names of the first version is a guess (?).
func accountSettingsV2() map[string]accountSettingV2 {
	v1 := accountSettingTypes()
	view := func(name, field, display, message string) accountSettingV2 {
		return accountSettingV2{field: field, display: display, message: message, shape: v1[name].shape, initial: v1[name].initial}
	}
	return map[string]accountSettingV2{
		accountSettingPartnerAI:       view(accountSettingPartnerAI, "boolean_val", "Partner-powered AI features", "BooleanMessage"),
		accountSettingLegacy:          view(accountSettingLegacy, "boolean_val", "Disable legacy features", "BooleanMessage"),
		accountSettingPersonalCompute: view(accountSettingPersonalCompute, "personal_compute", "Personal Compute", "PersonalComputeMessage"),
	}
}

// accountPreferences are what a user can set. No name is documented (?).
func accountPreferences() map[string]accountSettingV2 {
	return map[string]accountSettingV2{
		"receive_notification_emails": {
			field: "boolean_val", display: "Notification e-mails", message: "BooleanMessage",
			shape: boolVal, initial: map[string]any{"value": true},
		},
		"preferred_locale": {
			field: "string_val", display: "Language", message: "StringMessage",
			shape: strVal, initial: map[string]any{"value": "en"},
		},
	}
}

func (e *emulator) accountSettingV2Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+accountV21Path+"/settings-metadata", e.api(func(c *call) (any, error) {
		return c.settingsMetadata(accountSettingsV2())
	}))
	mux.HandleFunc("GET "+accountV21Path+"/settings/{name}", e.api(getAccountSettingV2))
	mux.HandleFunc("PATCH "+accountV21Path+"/settings/{name}", e.api(updateAccountSettingV2))
	user := accountV21Path + "/users/{user_id}"
	mux.HandleFunc("GET "+user+"/settings-metadata", e.api(func(c *call) (any, error) {
		if err := c.preferenceUser(); err != nil {
			return nil, err
		}
		return c.settingsMetadata(accountPreferences())
	}))
	mux.HandleFunc("GET "+user+"/settings/{name}", e.api(getAccountPreference))
	mux.HandleFunc("PATCH "+user+"/settings/{name}", e.api(updateAccountPreference))
}

type accountSettingMetadata struct {
	Name         string `json:"name"`
	DisplayName  string `json:"display_name"`
	Type         string `json:"type"`
	PreviewPhase string `json:"preview_phase"`
}

func (c *call) settingsMetadata(kinds map[string]accountSettingV2) (any, error) {
	all := []accountSettingMetadata{}
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		all = append(all, accountSettingMetadata{
			Name: name, DisplayName: kinds[name].display, Type: "settings." + kinds[name].message, PreviewPhase: "GA",
		})
	}
	page, next, err := accountPage(c, all, 200)
	if err != nil {
		return nil, err
	}
	return map[string]any{"settings_metadata": page, "next_page_token": next}, nil
}

func (c *call) settingV2(kinds map[string]accountSettingV2) (string, accountSettingV2, error) {
	name := c.r.PathValue("name")
	kind, ok := kinds[name]
	if !ok {
		return "", accountSettingV2{}, apiErrorf(http.StatusNotFound, "NOT_FOUND", "Setting %s does not exist", name)
	}
	return name, kind, nil
}

// answer shows what was set only where something was; what holds is always there.
func (k accountSettingV2) answer(name string, set map[string]any) map[string]any {
	body := map[string]any{"name": name, "effective_" + k.field: k.initial}
	if set != nil {
		body[k.field], body["effective_"+k.field] = set, set
	}
	return body
}

// read reads a PATCH, whose body is the setting itself. Clients that drop what
// is false mean false: there is no mask, and the payload is there. The fields
// for what holds may be echoed; they change nothing.
func (k accountSettingV2) read(c *call, name string, more map[string]shape) (map[string]any, error) {
	body := map[string]any{}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	fields := map[string]shape{"name": str, k.field: k.shape, "effective_" + k.field: k.shape}
	maps.Copy(fields, more)
	if err := object(fields).check("setting", body); err != nil {
		return nil, err
	}
	if sent, ok := body["name"]; ok && sent != name {
		return nil, invalidParameter("name in the body is not that of the path")
	}
	value, ok := body[k.field].(map[string]any)
	if !ok {
		return nil, missing(k.field)
	}
	next := map[string]any{}
	for name, leaf := range k.shape.fields {
		if zero, has := leaf.zero(); has {
			next[name] = zero
		}
	}
	maps.Copy(next, value)
	if len(next) == 0 {
		return nil, missing(k.field + "." + strings.Join(slices.Sorted(maps.Keys(k.shape.fields)), ","))
	}
	return next, nil
}

func getAccountSettingV2(c *call) (any, error) {
	name, kind, err := c.settingV2(accountSettingsV2())
	if err != nil {
		return nil, err
	}
	return kind.answer(name, c.account.settingOf(name).value), nil
}

func updateAccountSettingV2(c *call) (any, error) {
	name, kind, err := c.settingV2(accountSettingsV2())
	if err != nil {
		return nil, err
	}
	next, err := kind.read(c, name, nil)
	if err != nil {
		return nil, err
	}
	c.account.storeSetting(name, next)
	return kind.answer(name, next), nil
}

func (c *call) preferenceUser() error {
	id := c.r.PathValue("user_id")
	if user := c.account.scim.find(id); user == nil || user.kind != accountUsers {
		return doesNotExist("User %s does not exist", id)
	}
	return nil
}

func getAccountPreference(c *call) (any, error) {
	if err := c.preferenceUser(); err != nil {
		return nil, err
	}
	name, kind, err := c.settingV2(accountPreferences())
	if err != nil {
		return nil, err
	}
	user := c.r.PathValue("user_id")
	set, _ := c.account.preferences[user][name].(map[string]any)
	body := kind.answer(name, set)
	body["user_id"] = user
	return body, nil
}

func updateAccountPreference(c *call) (any, error) {
	if err := c.preferenceUser(); err != nil {
		return nil, err
	}
	name, kind, err := c.settingV2(accountPreferences())
	if err != nil {
		return nil, err
	}
	next, err := kind.read(c, name, map[string]shape{"user_id": str})
	if err != nil {
		return nil, err
	}
	user := c.r.PathValue("user_id")
	if c.account.preferences[user] == nil {
		c.account.preferences[user] = map[string]any{}
	}
	c.account.preferences[user][name] = next
	body := kind.answer(name, next)
	body["user_id"] = user
	return body, nil
}
