// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"encoding/json"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

const confPath = "/api/2.0/workspace-conf"

func TestWorkspaceConf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	got := w.in(id, "GET", confPath+"?keys=enableDcs,enableEnforceImdsV2,maxTokenLifetimeDays", nil)
	if got.get("enableDcs") != nil || got.str("enableEnforceImdsV2") != "true" || got.str("maxTokenLifetimeDays") != "730" {
		t.Errorf("%s: want the live defaults", got)
	}
	if !strings.Contains(got.String(), `"enableDcs":null`) {
		t.Errorf("%s: want null for what was never set", got)
	}
	w.refused(400, "BAD_REQUEST", `Invalid keys: ["foo"]`, "GET", confPath+"?keys=enableDcs,foo", id, nil)
	w.refused(400, "BAD_REQUEST", `Invalid keys: ["foo"]`, "PATCH", confPath, id, object{"enableDcs": "true", "foo": "x"})
	w.refused(400, "BAD_REQUEST", `Some values are not allowed: {"enableGp3":"","enableIpAccessLists":""}`, "PATCH", confPath, id,
		object{"enableGp3": "", "enableIpAccessLists": "", "enableDcs": "false"})
	w.refused(400, "BAD_REQUEST", "Some values", "PATCH", confPath, id, object{"maxTokenLifetimeDays": "731"})
	w.refused(400, "MALFORMED_REQUEST", "", "PATCH", confPath, id, object{"enableDcs": true})
	if got := w.in(id, "GET", confPath+"?keys=enableDcs", nil); got.get("enableDcs") != nil {
		t.Errorf("%s: a refused request must change nothing", got)
	}
	w.expect(204, "PATCH", confPath, id, object{"enableDcs": "false", "maxTokenLifetimeDays": "30"})
	if got := w.in(id, "GET", "/api/2.0/preview/workspace-conf?keys=enableDcs", nil).str("enableDcs"); got != "false" {
		t.Errorf("enableDcs %q, want false", got)
	}
	number, err := json.Number(id).Int64()
	if err != nil {
		t.Fatal(err)
	}
	w.s.SetConfDelay(w.account.ID, number, time.Second)
	w.in(id, "PATCH", confPath, object{"enableDcs": "true"})
	if got := w.in(id, "GET", confPath+"?keys=enableDcs", nil).str("enableDcs"); got != "false" {
		t.Errorf("enableDcs %q, want the old value for now", got)
	}
	w.clock.pass(time.Second)
	if got := w.in(id, "GET", confPath+"?keys=enableDcs", nil).str("enableDcs"); got != "true" {
		t.Errorf("enableDcs %q, want true", got)
	}
	value := "true"
	w.s.SetConf(w.account.ID, number, "enableDcs", &value)
	if got := w.in(id, "GET", confPath+"?keys=enableDcs", nil).str("enableDcs"); got != "true" {
		t.Errorf("enableDcs %q, want what was set out of band", got)
	}
	w.s.SetConf(w.account.ID, number, "enableDcs", nil)
	if got := w.in(id, "GET", confPath+"?keys=enableDcs", nil).get("enableDcs"); got != nil {
		t.Errorf("enableDcs %q, want null", got)
	}
}

const lists = "/api/2.0/ip-access-lists"

func TestIPAccessLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	if got := w.in(id, "GET", lists, nil).String(); got != "{}\n" {
		t.Errorf("no lists: %q, want {}", got)
	}
	w.refused(400, "INVALID_PARAMETER_VALUE", "IPv4", "POST", lists, id, object{"label": "l", "list_type": "ALLOW", "ip_addresses": []string{"fe80::1"}})
	w.refused(400, "MALFORMED_REQUEST", "unknown field", "POST", lists, id, object{"label": "l", "list_type": "ALLOW", "ip_addresses": []string{"1.2.3.4"}, "enabled": true})
	away := w.in(id, "POST", lists, object{"label": "away", "list_type": "ALLOW", "ip_addresses": []string{"198.51.100.0/24"}}).str("ip_access_list.list_id")
	w.refused(400, "RESOURCE_ALREADY_EXISTS", "IP access list with type (ALLOW) and label (away) already exists", "POST", lists, id,
		object{"label": "away", "list_type": "ALLOW", "ip_addresses": []string{"1.2.3.4"}})
	// Lists that exclude the caller are fine until they are enforced.
	w.refused(400, "INVALID_STATE", "would block", "PATCH", confPath, id, object{"enableIpAccessLists": "true"})
	office := w.in(id, "POST", lists, object{"label": "office", "list_type": "ALLOW", "ip_addresses": []string{"203.0.113.0/24"}}).str("ip_access_list.list_id")
	w.expect(204, "PATCH", confPath, id, object{"enableIpAccessLists": "true"})
	w.refused(400, "INVALID_STATE", "would block", "DELETE", lists+"/"+office, id, nil)
	w.refused(400, "INVALID_STATE", "would block", "POST", lists, id, object{"label": "b", "list_type": "BLOCK", "ip_addresses": []string{"203.0.113.10"}})
	w.refused(400, "MALFORMED_REQUEST", "enabled", "PUT", lists+"/"+away, id, object{"label": "away", "list_type": "ALLOW", "ip_addresses": []string{"1.2.3.4"}})
	w.in(id, "PUT", lists+"/"+away, object{"label": "away", "list_type": "ALLOW", "ip_addresses": []string{"1.2.3.4"}, "enabled": false})
	w.in(id, "PATCH", lists+"/"+away, object{"label": "far"})
	if got := w.in(id, "GET", lists+"/"+away, nil); got.str("ip_access_list.label") != "far" || got.str("ip_access_list.address_count") != "1" {
		t.Errorf("%s: want the label far and one address", got)
	}
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "Can't find an IP access list with id: 1.", "GET", lists+"/1", id, nil)

	w.s.SetCaller(w.account.ID, sandbox.Caller{Address: netip.MustParseAddr("192.0.2.7"), InVPC: true})
	b := w.expect(403, "GET", confPath+"?keys=enableDcs", id, nil)
	if want := "Source IP address: 192.0.2.7 is blocked by Databricks IP ACL for workspace: " + id; b.str("message") != want || b.str("error_code") != "403" {
		t.Errorf("%s, want %s", b, want)
	}
	w.ok("GET", "/workspaces/"+id, nil)
}

func TestIPAccessListQuota(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	values := make([]string, 1001)
	for i := range values {
		values[i] = netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}).String()
	}
	w.refused(400, "QUOTA_EXCEEDED", "1000", "POST", lists, id, object{"label": "l", "list_type": "BLOCK", "ip_addresses": values})
	w.in(id, "POST", lists, object{"label": "l", "list_type": "BLOCK", "ip_addresses": values[:1000]})
	w.refused(400, "QUOTA_EXCEEDED", "1000", "POST", lists, id, object{"label": "m", "list_type": "BLOCK", "ip_addresses": values[1000:]})
}

func settingPath(name string) string { return "/api/2.0/settings/types/" + name + "/names/default" }

func patchBody(mask, etag, payload string, value object) object {
	setting := object{payload: value, "setting_name": "default"}
	if etag != "" {
		setting["etag"] = etag
	}
	return object{"allow_missing": true, "field_mask": mask, "setting": setting}
}

func etagOf(b body) string {
	details, ok := b.get("details").([]any)
	if !ok || len(details) == 0 {
		return b.str("etag")
	}
	return body{value: details[0]}.str("metadata.etag")
}

func TestSettingProtocol(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	path := settingPath("restrict_workspace_admins")
	patch := func(etag string, value object) object {
		return patchBody("restrict_workspace_admins.status", etag, "restrict_workspace_admins", value)
	}
	restrict := object{"status": "RESTRICT_TOKENS_AND_JOB_RUN_AS"}
	if got := w.in(id, "GET", path, nil).str("restrict_workspace_admins.status"); got != "ALLOW_ALL" {
		t.Errorf("status %s, want ALLOW_ALL", got)
	}
	fresh := etagOf(w.refused(404, "NOT_FOUND", "", "PATCH", path, id, patch("", restrict)))
	next := etagOf(w.in(id, "PATCH", path, patch(fresh, restrict)))
	if next == "" || next == fresh {
		t.Errorf("etag %q after %q, want a new one", next, fresh)
	}
	if got := etagOf(w.refused(409, "RESOURCE_CONFLICT", "", "PATCH", path, id, patch(fresh, restrict))); got != next {
		t.Errorf("etag of the conflict %q, want %q", got, next)
	}
	w.refused(409, "RESOURCE_CONFLICT", "", "PATCH", path, id, patch("", restrict))
	bad := patch(next, restrict)
	bad["allow_missing"] = false
	w.refused(400, "INVALID_PARAMETER_VALUE", "allow_missing", "PATCH", path, id, bad)
	w.refused(400, "INVALID_PARAMETER_VALUE", "one of", "PATCH", path, id, patch(next, object{"status": "NONE"}))
	w.refused(400, "MALFORMED_REQUEST", "unknown field", "PATCH", path, id, patch(next, object{"statos": "NONE"}))
	w.refused(400, "INVALID_PARAMETER_VALUE", "field_mask", "PATCH", path, id, patchBody("status", next, "restrict_workspace_admins", restrict))
	w.refused(404, "ENDPOINT_NOT_FOUND", "", "GET", settingPath("no_such_type"), id, nil)
	w.refused(409, "RESOURCE_CONFLICT", "", "DELETE", path+"?etag="+fresh, id, nil)
	w.in(id, "DELETE", path+"?etag="+next, nil)
	if got := w.in(id, "GET", path, nil).str("restrict_workspace_admins.status"); got != "ALLOW_ALL" {
		t.Errorf("status %s after DELETE, want ALLOW_ALL", got)
	}
	w.refused(404, "NOT_FOUND", "", "GET", settingPath("default_namespace_ws"), id, nil)
	w.refused(404, "ENDPOINT_NOT_FOUND", "", "DELETE", settingPath("shield_esm_enablement_ws_db"), id, nil)
}

// write patches a setting with a fresh etag.
func (w *world) write(id, name, mask, payload string, value object) {
	w.t.Helper()
	etag := w.in(id, "GET", settingPath(name), nil).str("etag")
	w.in(id, "PATCH", settingPath(name), patchBody(mask, etag, payload, value))
}

func TestSettingsDependOnEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	const csp, esm, update = "shield_csp_enablement_ws_db", "shield_esm_enablement_ws_db", "automatic_cluster_update"
	// A client leaves false out; the mask says that it is meant.
	w.write(id, "disable_legacy_dbfs", "disable_legacy_dbfs.value", "disable_legacy_dbfs", object{})
	if got := w.in(id, "GET", settingPath("disable_legacy_dbfs"), nil).get("disable_legacy_dbfs.value"); got != false {
		t.Errorf("disable_legacy_dbfs %v, want false", got)
	}
	w.write(id, csp, "compliance_security_profile_workspace.is_enabled,compliance_security_profile_workspace.compliance_standards",
		"compliance_security_profile_workspace", object{"is_enabled": true, "compliance_standards": []string{"HIPAA"}})
	if got := w.in(id, "GET", settingPath(esm), nil).get("enhanced_security_monitoring_workspace.is_enabled"); got != true {
		t.Errorf("ESM %v, want true: the compliance profile forces it", got)
	}
	acu := w.in(id, "GET", settingPath(update), nil)
	if acu.get("automatic_cluster_update_workspace.enabled") != true ||
		acu.get("automatic_cluster_update_workspace.enablement_details.forced_for_compliance_mode") != true {
		t.Errorf("%s: the compliance profile forces it", acu)
	}
	off := func(name, mask, payload, key string) {
		t.Helper()
		etag := w.in(id, "GET", settingPath(name), nil).str("etag")
		w.refused(400, "INVALID_STATE", "", "PATCH", settingPath(name), id, patchBody(mask, etag, payload, object{key: false}))
	}
	off(csp, "compliance_security_profile_workspace.is_enabled", "compliance_security_profile_workspace", "is_enabled")
	off(esm, "enhanced_security_monitoring_workspace.is_enabled", "enhanced_security_monitoring_workspace", "is_enabled")
	off(update, "automatic_cluster_update_workspace.enabled", "automatic_cluster_update_workspace", "enabled")

	w.write(id, "aibi_dash_embed_ws_acc_policy", "aibi_dashboard_embedding_access_policy.access_policy_type",
		"aibi_dashboard_embedding_access_policy", object{"access_policy_type": "DENY_ALL_DOMAINS"})
	etag := w.in(id, "GET", settingPath("aibi_dash_embed_ws_apprvd_domains"), nil).str("etag")
	w.refused(400, "INVALID_STATE", "ALLOW_APPROVED_DOMAINS", "PATCH", settingPath("aibi_dash_embed_ws_apprvd_domains"), id,
		patchBody("aibi_dashboard_embedding_approved_domains.approved_domains", etag, "aibi_dashboard_embedding_approved_domains",
			object{"approved_domains": []string{"example.com"}}))
}

func TestPlainSettingsAreEventuallyConsistent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	path := settingPath("enable-export-notebook")
	w.in(id, "PATCH", path, patchBody("boolean_val.value", "", "boolean_val", object{}))
	if got := w.in(id, "GET", path, nil); got.get("boolean_val.value") != true || got.get("etag") != nil {
		t.Errorf("%s: want the old value for now, and no etag", got)
	}
	w.clock.pass(time.Second)
	if got := w.in(id, "GET", path, nil).get("boolean_val.value"); got != false {
		t.Errorf("value %v, want false", got)
	}
	if got := w.in(id, "GET", confPath+"?keys=enableExportNotebook", nil).str("enableExportNotebook"); got != "false" {
		t.Errorf("enableExportNotebook %q, want false: the setting supersedes it", got)
	}
	number, err := json.Number(id).Int64()
	if err != nil {
		t.Fatal(err)
	}
	w.s.SetSetting(w.account.ID, number, "enable-export-notebook", map[string]any{"value": true})
	if got := w.in(id, "GET", path, nil).get("boolean_val.value"); got != true {
		t.Errorf("value %v, want what was set out of band", got)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	const acl = "/api/2.0/permissions/authorization/tokens"
	admins := object{"group_name": "admins", "permission_level": "CAN_MANAGE"}
	w.refused(400, "INVALID_STATE", "personal access token", "PUT", acl, id, object{"access_control_list": []object{admins}})
	w.refused(400, "INVALID_PARAMETER_VALUE", "lifetime_seconds", "POST", "/api/2.0/token/create", id, object{"lifetime_seconds": 731 * 86400})
	made := w.in(id, "POST", "/api/2.0/token/create", object{"comment": "c", "lifetime_seconds": 3600})
	if !strings.HasPrefix(made.str("token_value"), "dapi") {
		t.Errorf("token_value %q, want dapi…", made.str("token_value"))
	}
	w.refused(400, "INVALID_PARAMETER_VALUE", "admins", "PUT", acl, id,
		object{"access_control_list": []object{{"group_name": "users", "permission_level": "CAN_USE"}}})
	w.in(id, "POST", scimPath+"Groups", object{"displayName": "ops"})
	w.in(id, "PATCH", acl, object{"access_control_list": []object{{"group_name": "ops", "permission_level": "CAN_USE"}}})
	if got := w.in(id, "GET", acl, nil); len(got.items("access_control_list")) != 2 {
		t.Errorf("%s: want two entries", got)
	}
	w.in(id, "PUT", acl, object{"access_control_list": []object{admins}})
	managed := w.in(id, "GET", "/api/2.0/token-management/tokens", nil)
	if len(managed.items("token_infos")) != 1 || strings.Contains(managed.String(), "dapi") {
		t.Errorf("%s: want one token and no value", managed)
	}

	oauth := w.token
	w.token = made.str("token_value")
	w.in(id, "GET", confPath+"?keys=enableDcs", nil)
	w.refused(401, "UNAUTHENTICATED", "", "GET", w.path("/workspaces"), "", nil)
	other := func() string {
		w.token = oauth
		defer func() { w.token = made.str("token_value") }()
		return w.workspace("second", nil)
	}()
	w.refused(401, "UNAUTHENTICATED", "", "GET", confPath+"?keys=enableDcs", other, nil)
	w.token = oauth
	w.in(id, "PATCH", confPath, object{"enableTokensConfig": "false"})
	w.refused(404, "FEATURE_DISABLED", "", "POST", "/api/2.0/token/create", id, object{})
	w.token = made.str("token_value")
	w.refused(401, "UNAUTHENTICATED", "", "GET", confPath+"?keys=enableDcs", id, nil)
	w.token = oauth
	w.in(id, "POST", "/api/2.0/token/delete", object{"token_id": made.str("token_info.token_id")})
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "POST", "/api/2.0/token/delete", id, object{"token_id": made.str("token_info.token_id")})
	for _, r := range w.s.Requests() {
		if strings.Contains(r.Body, w.account.ClientSecret) || strings.Contains(r.Body, "grant_type") {
			t.Errorf("request %d keeps a credential: %s", r.Seq, r.Body)
		}
	}
}

// TestLiveDefaults compares the emulator with what a live workspace answered,
// where that is at hand.
func TestLiveDefaults(t *testing.T) {
	t.Parallel()
	file := os.Getenv("HARDBRICKS_LIVE_DEFAULTS")
	if file == "" {
		t.Skip("HARDBRICKS_LIVE_DEFAULTS does not name a file of observed defaults")
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var observed struct {
		Workspace map[string]any `json:"workspace"`
	}
	if err := json.Unmarshal(raw, &observed); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	id := w.workspace("ws", nil)
	for call, want := range observed.Workspace {
		path := strings.TrimPrefix(call, "GET ")
		if path == confPath {
			defaults, _ := want.(object)
			for key, value := range defaults {
				if got := w.in(id, "GET", path+"?keys="+key, nil).get(key); got != value {
					t.Errorf("%s: %v, want %v", key, got, value)
				}
			}
		}
		if strings.HasPrefix(path, "/api/2.0/settings/") {
			contains(t, path, w.in(id, "GET", path, nil).value, want)
		}
	}
}

// contains checks that all that was observed is answered.
func contains(t *testing.T, path string, got, want any) {
	t.Helper()
	fields, ok := want.(object)
	if !ok {
		if got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
		return
	}
	for name, value := range fields {
		inner, _ := got.(object)
		contains(t, path+"."+name, inner[name], value)
	}
}
