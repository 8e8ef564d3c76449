// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"testing"
)

func (w *world) settingPath(name string) string {
	return w.path("/settings/types/" + name + "/names/default")
}

func TestAccountSettingProtocol(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := w.settingPath("disable_legacy_features")
	patch := func(mask, etag string, value object) object {
		return patchBody(mask, etag, "disable_legacy_features", value)
	}
	on := object{"value": true}
	got := w.expect(200, "GET", path, "", nil)
	if got.get("disable_legacy_features.value") != false || got.str("setting_name") != "default" {
		t.Errorf("%s: want false, and the name default", got)
	}
	fresh := etagOf(w.refused(404, "NOT_FOUND", "", "PATCH", path, "", patch("disable_legacy_features.value", "", on)))
	if fresh == "" || fresh != etagOf(got) {
		t.Errorf("etag %q of the error, want that of GET, %q", fresh, etagOf(got))
	}
	made := w.expect(200, "PATCH", path, "", patch("disable_legacy_features.value", fresh, on))
	if made.get("disable_legacy_features.value") != true || etagOf(made) == fresh {
		t.Errorf("%s: want true, and a new etag", made)
	}
	stale := w.refused(409, "RESOURCE_CONFLICT", "", "PATCH", path, "", patch("disable_legacy_features.value", fresh, on))
	if etagOf(stale) != etagOf(made) {
		t.Errorf("etag %q of the conflict, want %q", etagOf(stale), etagOf(made))
	}
	off := w.expect(200, "PATCH", path, "", patch("disable_legacy_features", etagOf(made), object{}))
	if off.get("disable_legacy_features.value") != false {
		t.Errorf("%s: a masked bool that is absent is false", off)
	}
	bad := patch("disable_legacy_features.value", etagOf(off), on)
	bad["allow_missing"] = false
	w.refused(400, "INVALID_PARAMETER_VALUE", "allow_missing", "PATCH", path, "", bad)
	w.refused(400, "INVALID_PARAMETER_VALUE", "field_mask", "PATCH", path, "", patch("value", etagOf(off), on))
	w.refused(400, "MALFORMED_REQUEST", "unknown field", "PATCH", path, "", patch("disable_legacy_features.value", etagOf(off), object{"on": true}))
	w.refused(400, "MALFORMED_REQUEST", "field_mask", "PATCH", path, "", patch("", etagOf(off), on))
	w.refused(400, "MALFORMED_REQUEST", "setting.personal_compute.value", "PATCH", w.settingPath("dcp_acct_enable"), "",
		patchBody("personal_compute.value", "", "personal_compute", object{}))
	w.refused(409, "RESOURCE_CONFLICT", "", "DELETE", path+"?etag="+fresh, "", nil)
	gone := w.expect(200, "DELETE", path+"?etag="+etagOf(off), "", nil)
	if etagOf(gone) == "" || etagOf(gone) == etagOf(off) {
		t.Errorf("%s: want a new etag", gone)
	}
	w.refused(404, "ENDPOINT_NOT_FOUND", "", "GET", w.settingPath("no_such_type"), "", nil)
}

func TestAccountSettingTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, test := range []struct {
		name, payload, leaf string
		value               any
		deletable           bool
	}{
		{"shield_csp_enablement_ac", "csp_enablement_account", "is_enforced", true, false},
		{"shield_esm_enablement_ac", "esm_enablement_account", "is_enforced", true, false},
		{"dcp_acct_enable", "personal_compute", "value", "DELEGATE", true},
		{"disable_legacy_features", "disable_legacy_features", "value", true, true},
		{"acct_ip_acl_enable", "acct_ip_acl_enable", "value", true, true},
		{"llm_proxy_partner_powered", "boolean_val", "value", false, false},
		{"llm_proxy_partner_powered_enforce", "boolean_val", "value", true, false},
	} {
		path := w.settingPath(test.name)
		before := w.expect(200, "GET", path, "", nil)
		set := w.expect(200, "PATCH", path, "", patchBody(test.payload+"."+test.leaf, etagOf(before), test.payload, object{test.leaf: test.value}))
		after := w.expect(200, "GET", path, "", nil)
		if after.get(test.payload+"."+test.leaf) != test.value || etagOf(after) != etagOf(set) {
			t.Errorf("%s: %s, want %v and the etag %s", test.name, after, test.value, etagOf(set))
		}
		if !test.deletable {
			w.refused(404, "ENDPOINT_NOT_FOUND", "", "DELETE", path+"?etag="+etagOf(after), "", nil)
			continue
		}
		w.expect(200, "DELETE", path+"?etag="+etagOf(after), "", nil)
		reverted := w.expect(200, "GET", path, "", nil)
		if got, want := reverted.str(test.payload+"."+test.leaf), before.str(test.payload+"."+test.leaf); got != want {
			t.Errorf("%s: %s after DELETE, want %s", test.name, got, want)
		}
	}
}

func TestAccountSettingsReachNewWorkspacesAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.workspace("old", nil)
	for _, setting := range [][2]string{
		{"disable_legacy_features", "disable_legacy_features.value"},
		{"shield_csp_enablement_ac", "csp_enablement_account.is_enforced"},
	} {
		path, payload := w.settingPath(setting[0]), setting[1][:len(setting[1])-len(".value")]
		leaf := "value"
		if setting[0] == "shield_csp_enablement_ac" {
			payload, leaf = "csp_enablement_account", "is_enforced"
		}
		etag := etagOf(w.expect(200, "GET", path, "", nil))
		w.expect(200, "PATCH", path, "", patchBody(setting[1], etag, payload, object{leaf: true}))
	}
	fresh := w.workspace("new", nil)
	for id, want := range map[string]bool{old: false, fresh: true} {
		if got := w.in(id, "GET", settingPath("disable_legacy_access"), nil).get("disable_legacy_access.value"); got != want {
			t.Errorf("workspace %s: disable_legacy_access %v, want %v", id, got, want)
		}
		csp := w.in(id, "GET", settingPath("shield_csp_enablement_ws_db"), nil)
		if got := csp.get("compliance_security_profile_workspace.is_enabled"); got != want {
			t.Errorf("workspace %s: compliance security profile %v, want %v", id, got, want)
		}
	}
}

func TestAccountSettingsV2(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	base := "/api/2.1/accounts/" + w.account.ID
	path := base + "/settings/llm_proxy_partner_powered"
	got := w.expect(200, "GET", path, "", nil)
	if got.get("effective_boolean_val.value") != true || got.get("boolean_val") != nil {
		t.Errorf("%s: want the effective value alone", got)
	}
	set := w.expect(200, "PATCH", path, "", object{"name": "llm_proxy_partner_powered", "boolean_val": object{}})
	if set.get("boolean_val.value") != false || set.get("effective_boolean_val.value") != false || set.get("etag") != nil {
		t.Errorf("%s: want false, and no etag", set)
	}
	v1 := w.expect(200, "GET", w.settingPath("llm_proxy_partner_powered"), "", nil)
	if v1.get("boolean_val.value") != false {
		t.Errorf("%s: want the same setting in version 1", v1)
	}
	w.refused(404, "NOT_FOUND", "", "GET", base+"/settings/no_such_name", "", nil)
	w.refused(404, "ENDPOINT_NOT_FOUND", "", "DELETE", path, "", nil)
	w.refused(400, "MALFORMED_REQUEST", "unknown field", "PATCH", path, "", object{"string_val": object{"value": "x"}})
	w.refused(400, "MALFORMED_REQUEST", "boolean_val", "PATCH", path, "", object{"name": "llm_proxy_partner_powered"})
	w.refused(400, "INVALID_PARAMETER_VALUE", "name", "PATCH", path, "", object{"name": "other", "boolean_val": object{}})
}

func TestAccountSettingsMetadataPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/api/2.1/accounts/" + w.account.ID + "/settings-metadata"
	whole := w.expect(200, "GET", path, "", nil)
	want := len(whole.items("settings_metadata"))
	names, token := map[string]bool{}, ""
	for pages := 0; pages == 0 || token != ""; pages++ {
		page := w.expect(200, "GET", path+"?page_size=1&page_token="+token, "", nil)
		items := page.items("settings_metadata")
		if len(items) != 1 {
			t.Fatalf("%s: want one setting", page)
		}
		names[body{value: items[0]}.str("name")] = true
		token = page.str("next_page_token")
	}
	if len(names) != want || want < 2 || !names["llm_proxy_partner_powered"] {
		t.Errorf("pages of %v, want %d settings", names, want)
	}
	w.refused(400, "INVALID_PARAMETER_VALUE", "page_token", "GET", path+"?page_token=x", "", nil)
	w.refused(400, "INVALID_PARAMETER_VALUE", "page_size", "GET", path+"?page_size=-1", "", nil)
}

func TestAccountUserPreferences(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	user := w.ok("POST", "/scim/v2/Users", object{"userName": "ada@example.com"}).str("id")
	base := "/api/2.1/accounts/" + w.account.ID + "/users/" + user
	names := w.expect(200, "GET", base+"/settings-metadata", "", nil).items("settings_metadata")
	if len(names) < 2 {
		t.Fatalf("%v, want preferences", names)
	}
	name := body{value: names[0]}.str("name")
	w.expect(200, "PATCH", base+"/settings/"+name, "", object{"string_val": object{"value": "fr"}})
	got := w.expect(200, "GET", base+"/settings/"+name, "", nil)
	if got.str("effective_string_val.value") != "fr" || got.str("user_id") != user {
		t.Errorf("%s: want fr, of user %s", got, user)
	}
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "GET", "/api/2.1/accounts/"+w.account.ID+"/users/1/settings/"+name, "", nil)
	w.refused(404, "NOT_FOUND", "", "GET", base+"/settings/no_such_name", "", nil)
}
