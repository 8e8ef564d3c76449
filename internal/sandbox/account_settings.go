// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

const accountSettingPath = accountPath + "/settings/types/{type}/names/default"

// The account settings that have a meaning outside themselves.
const (
	accountSettingPersonalCompute = "dcp_acct_enable"
	accountSettingCSP             = "shield_csp_enablement_ac"
	accountSettingESM             = "shield_esm_enablement_ac"
	accountSettingLegacy          = "disable_legacy_features"
	accountSettingIPLists         = "acct_ip_acl_enable"
	accountSettingPartnerAI       = "llm_proxy_partner_powered"
)

// accountSettingTypes are the types that an account knows (api: account
// settings v1). The values of the legacy features and of the compliance
// profile were observed (W); of the others the loosest is the default (?).
func accountSettingTypes() map[string]settingType {
	enforced := object(map[string]shape{"is_enforced": boolean})
	return map[string]settingType{
		accountSettingCSP: {
			payload: "csp_enablement_account",
			shape:   object(map[string]shape{"is_enforced": boolean, "compliance_standards": list(complianceStandards...)}),
			initial: map[string]any{"is_enforced": false},
		},
		accountSettingESM: {
			payload: "esm_enablement_account", shape: enforced, initial: map[string]any{"is_enforced": false},
		},
		accountSettingPersonalCompute: {
			payload: "personal_compute", deletable: true,
			shape: object(map[string]shape{"value": enum("DELEGATE", "ON")}), initial: map[string]any{"value": "ON"},
		},
		accountSettingLegacy: {
			payload: "disable_legacy_features", deletable: true, shape: boolVal, initial: map[string]any{"value": false},
		},
		accountSettingIPLists: {
			payload: "acct_ip_acl_enable", deletable: true, shape: boolVal, initial: map[string]any{"value": false},
		},
		accountSettingPartnerAI: {
			payload: "boolean_val", shape: boolVal, initial: map[string]any{"value": true},
		},
		"llm_proxy_partner_powered_enforce": {
			payload: "boolean_val", shape: boolVal, initial: map[string]any{"value": false},
		},
	}
}

func (e *emulator) accountSettingRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+accountSettingPath, e.api(getAccountSetting))
	mux.HandleFunc("PATCH "+accountSettingPath, e.api(updateAccountSetting))
	mux.HandleFunc("DELETE "+accountSettingPath, e.api(deleteAccountSetting))
}

// settingOf returns a setting, with an etag from the first time on.
func (g *governance) settingOf(name string) *setting {
	found := g.settings[name]
	if found == nil {
		found = &setting{etag: randomHex(12)}
		g.settings[name] = found
	}
	return found
}

// settingValue is the value that holds, whether anybody has set it or not.
func (g *governance) settingValue(name string) map[string]any {
	if value := g.settingOf(name).value; value != nil {
		return value
	}
	return accountSettingTypes()[name].initial
}

func (g *governance) storeSetting(name string, value map[string]any) {
	found := g.settingOf(name)
	found.etag, found.value = randomHex(12), value
}

// inherit gives a new workspace what the account enforces. Workspaces that are
// there already stay as they are.
func (g *governance) inherit(ws *workspace) {
	if g.settingValue(accountSettingLegacy)["value"] == true {
		ws.store("disable_legacy_access", map[string]any{"value": true})
		ws.store("disable_legacy_dbfs", map[string]any{"value": true})
	}
	if g.settingValue(accountSettingESM)["is_enforced"] == true {
		ws.store(settingESM, map[string]any{"is_enabled": true})
	}
	if csp := g.settingValue(accountSettingCSP); csp["is_enforced"] == true {
		value := map[string]any{"is_enabled": true}
		if standards, ok := csp["compliance_standards"]; ok {
			value["compliance_standards"] = standards
		}
		ws.store(settingCSP, value)
	}
}

func (c *call) accountSetting() (string, settingType, *setting, error) {
	name := c.r.PathValue("type")
	kind, ok := accountSettingTypes()[name]
	if !ok {
		return "", settingType{}, nil, endpointNotFound(c.r)
	}
	return name, kind, c.account.settingOf(name), nil
}

// getAccountSetting takes no notice of an etag: it asks for something at least
// as fresh, and there is nothing staler here.
func getAccountSetting(c *call) (any, error) {
	name, kind, found, err := c.accountSetting()
	if err != nil {
		return nil, err
	}
	return kind.answer(found, c.account.settingValue(name)), nil
}

func updateAccountSetting(c *call) (any, error) {
	name, kind, found, err := c.accountSetting()
	if err != nil {
		return nil, err
	}
	var req patchSetting
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if err := kind.checkPatch(req); err != nil {
		return nil, err
	}
	req.FieldMask = kind.leaves(req.FieldMask)
	next, err := kind.merge(c.account.settingValue(name), req)
	if err != nil {
		return nil, err
	}
	for leaf, is := range kind.shape.fields {
		if _, ok := next[leaf]; is.kind == "enum" && !ok {
			return nil, missing("setting." + kind.payload + "." + leaf)
		}
	}
	etag, _ := req.Setting["etag"].(string)
	if err := kind.checkEtag(found, etag); err != nil {
		return nil, err
	}
	c.account.storeSetting(name, next)
	return kind.answer(found, next), nil
}

// leaves spells out a mask that names a payload whole.
func (k settingType) leaves(mask string) string {
	var paths []string
	for path := range strings.SplitSeq(mask, ",") {
		if path != k.payload {
			paths = append(paths, path)
			continue
		}
		for _, leaf := range slices.Sorted(maps.Keys(k.shape.fields)) {
			paths = append(paths, path+"."+leaf)
		}
	}
	return strings.Join(paths, ",")
}

// checkPatch checks the form of a PATCH. Any setting_name will do: clients send
// several, and the service answers "default".
func (k settingType) checkPatch(req patchSetting) error {
	if !req.AllowMissing {
		return invalidParameter("allow_missing must be true")
	}
	if err := require(text("field_mask", req.FieldMask), field{"setting", req.Setting != nil},
		field{"setting." + k.payload, req.Setting[k.payload] != nil}); err != nil {
		return err
	}
	head := maps.Clone(req.Setting)
	delete(head, k.payload)
	envelope := object(map[string]shape{"etag": str, "setting_name": str})
	if err := envelope.check("setting", head); err != nil {
		return err
	}
	return k.shape.check(k.payload, req.Setting[k.payload])
}

// deleteAccountSetting reverts a setting to its default, for the types of
// which the service has this verb.
func deleteAccountSetting(c *call) (any, error) {
	_, kind, found, err := c.accountSetting()
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
