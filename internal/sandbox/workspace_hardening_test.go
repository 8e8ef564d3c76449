// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

const unity = "/api/2.1/unity-catalog/"

var outsideAddress = netip.MustParseAddr("192.0.2.7")

func TestWarehouseConfig(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	const path = "/api/2.0/sql/config/warehouses"
	got := w.in(id, "GET", path, nil)
	if got.str("security_policy") != "DATA_ACCESS_CONTROL" || !strings.Contains(got.String(), `"data_access_config":null`) || got.get("enable_serverless_compute") != true {
		t.Errorf("%s: want the defaults", got)
	}
	w.in(id, "PUT", path, object{
		"data_access_config": []object{{"key": "k", "value": "v"}}, "security_policy": "PASSTHROUGH", "instance_profile_arn": "arn:aws:iam::1:x",
		"sql_configuration_parameters": object{"configuration_pairs": []object{{"key": "ANSI_MODE", "value": "true"}}},
	})
	got = w.in(id, "GET", path, nil)
	if got.get("enable_serverless_compute") != false || len(got.items("sql_configuration_parameters.configuration_pairs")) != 1 {
		t.Errorf("%s: want what was put, and serverless off: it was left out", got)
	}
	w.in(id, "PUT", path, object{"data_access_config": []object{}, "enable_serverless_compute": true})
	if got := w.in(id, "GET", path, nil); got.str("security_policy") != "DATA_ACCESS_CONTROL" || got.get("instance_profile_arn") != nil {
		t.Errorf("%s: want all replaced", got)
	}
	w.refused(400, "INVALID_PARAMETER_VALUE", "security policy", "PUT", path, id, object{"security_policy": "OPEN"})
	w.refused(400, "INVALID_PARAMETER_VALUE", "ARN", "PUT", path, id, object{"instance_profile_arn": "x"})
	w.refused(400, "INVALID_PARAMETER_VALUE", "AWS", "PUT", path, id, object{"google_service_account": "x"})
	w.refused(400, "INVALID_PARAMETER_VALUE", "warehouse type", "PUT", path, id, object{"enabled_warehouse_types": []object{{"warehouse_type": "BIG"}}})
	w.refused(400, "INVALID_PARAMETER_VALUE", "channel", "PUT", path, id, object{"channel": object{"name": "NEWS"}})
	w.refused(400, "MALFORMED_REQUEST", "key", "PUT", path, id, object{"data_access_config": []object{{"value": "v"}}})
	w.refused(400, "MALFORMED_REQUEST", "unknown field", "PUT", path, id, object{"serverless": true})
}

func TestSettingsV2(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	const path = "/api/2.1/settings/"
	got := w.in(id, "GET", path+"llm_proxy_partner_powered", nil)
	if got.get("boolean_val") != nil || got.get("effective_boolean_val.value") != true || got.get("etag") != nil {
		t.Errorf("%s: want what holds alone", got)
	}
	// A client leaves false out of the message.
	got = w.in(id, "PATCH", path+"llm_proxy_partner_powered", object{"boolean_val": object{}})
	if got.get("boolean_val.value") != false || got.get("effective_boolean_val.value") != false {
		t.Errorf("%s: want false in both", got)
	}
	if got := w.in(id, "GET", settingPath("llm_proxy_partner_powered"), nil); got.get("boolean_val.value") != false {
		t.Errorf("%s: want the first version to show what the second wrote", got)
	}
	w.in(id, "PATCH", path+"llm_proxy_partner_powered", object{"name": "llm_proxy_partner_powered", "boolean_val": object{"value": true}, "effective_boolean_val": object{"value": false}})
	if got := w.in(id, "GET", path+"llm_proxy_partner_powered", nil); got.get("effective_boolean_val.value") != true {
		t.Errorf("%s: want true: what holds is not the client's to say", got)
	}
	got = w.in(id, "PATCH", path+"automatic_cluster_update", object{"automatic_cluster_update_workspace": object{"enabled": true, "can_toggle": false}})
	if got.get("effective_automatic_cluster_update_workspace.can_toggle") != true || got.get("automatic_cluster_update_workspace.can_toggle") != nil {
		t.Errorf("%s: want can_toggle to stay the service's", got)
	}
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "none", "GET", path+"none", id, nil)
	w.refused(400, "INVALID_PARAMETER_VALUE", "name", "PATCH", path+"llm_proxy_partner_powered", id, object{"name": "x", "boolean_val": object{}})
	w.refused(400, "MALFORMED_REQUEST", "string_val", "PATCH", path+"llm_proxy_partner_powered", id, object{"string_val": object{}})
	w.refused(400, "MALFORMED_REQUEST", "boolean_val", "PATCH", path+"llm_proxy_partner_powered", id, object{"name": "llm_proxy_partner_powered"})
	w.refused(400, "INVALID_PARAMETER_VALUE", "status", "PATCH", path+"restrict_workspace_admins", id, object{"restrict_workspace_admins": object{"status": "X"}})
	first := w.in(id, "GET", "/api/2.1/settings-metadata?page_size=5", nil)
	rest := w.in(id, "GET", "/api/2.1/settings-metadata?page_size=5&page_token="+first.str("next_page_token"), nil)
	if len(first.items("settings_metadata")) != 5 || len(rest.items("settings_metadata")) != 3 || rest.get("next_page_token") != nil {
		t.Errorf("%s, then %s: want five and three", first, rest)
	}
}

func TestWorkspaceUnityCatalog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	w.refused(404, "METASTORE_DOES_NOT_EXIST", "No metastore assigned for the current workspace.", "GET", unity+"metastore_summary", id, nil)
	metastore := w.s.MetastoreID(w.account.ID, region)
	here := unity + "workspaces/" + id + "/metastore"
	w.refused(400, "MALFORMED_REQUEST", "metastore_id", "PUT", here, id, object{"default_catalog_name": "main"})
	w.refused(400, "INVALID_PARAMETER_VALUE", "region", "PUT", here, id, object{"metastore_id": w.account.MetastoreID, "default_catalog_name": "main"})
	w.in(id, "PUT", here, object{"metastore_id": metastore, "default_catalog_name": "main"})
	if got := w.in(id, "GET", unity+"metastore_summary", nil); got.str("metastore_id") != metastore || got.str("delta_sharing_scope") != "INTERNAL" {
		t.Errorf("%s: want the metastore of the region", got)
	}
	if got := w.in(id, "GET", unity+"current-metastore-assignment", nil); got.str("workspace_id") != id || got.str("default_catalog_name") != "main" {
		t.Errorf("%s: want the assignment", got)
	}
	w.in(id, "PATCH", here, object{"default_catalog_name": "sales"})
	w.in(id, "GET", unity+"metastores/"+metastore, nil)

	schemas := unity + "metastores/" + metastore + "/systemschemas"
	w.in(id, "PUT", schemas+"/access", object{})
	w.refused(400, "SCHEMA_ALREADY_EXISTS", "access", "PUT", schemas+"/access", id, nil)
	w.refused(400, "INVALID_PARAMETER_VALUE", "billing system schema can only be enabled by Databricks", "PUT", schemas+"/billing", id, object{})
	w.refused(404, "SCHEMA_DOES_NOT_EXIST", "none", "PUT", schemas+"/none", id, object{})
	if got := w.in(id, "GET", schemas, nil).String(); !strings.Contains(got, `{"schema":"access","state":"ENABLE_COMPLETED"}`) {
		t.Errorf("%s: want access enabled", got)
	}
	w.in(id, "DELETE", schemas+"/access", nil)
	w.refused(404, "SCHEMA_DOES_NOT_EXIST", "access", "DELETE", schemas+"/access", id, nil)
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "other", "GET", unity+"metastores/other/systemschemas", id, nil)

	allow := unity + "artifact-allowlists/INIT_SCRIPT"
	if got := w.in(id, "GET", allow, nil).String(); got != "{}\n" {
		t.Errorf("no list: %q, want {}", got)
	}
	matcher := func(typ string) object {
		return object{"artifact_matchers": []object{{"artifact": "/Volumes/x", "match_type": typ}}}
	}
	w.in(id, "PUT", allow, matcher("PREFIX_MATCH"))
	if got := w.in(id, "GET", allow, nil); len(got.items("artifact_matchers")) != 1 || got.str("metastore_id") != metastore {
		t.Errorf("%s: want what was put", got)
	}
	w.refused(400, "INVALID_PARAMETER_VALUE", "PREFIX_MATCH", "PUT", allow, id, matcher("EXACT"))
	w.refused(400, "MALFORMED_REQUEST", "artifact_matchers", "PUT", allow, id, object{})
	w.refused(400, "INVALID_PARAMETER_VALUE", "WHEEL", "GET", unity+"artifact-allowlists/WHEEL", id, nil)
	w.in(id, "PUT", allow, object{"artifact_matchers": []object{}})
	if got := w.in(id, "GET", allow, nil).String(); got != "{}\n" {
		t.Errorf("an emptied list: %q, want {}", got)
	}
	w.refused(400, "INVALID_PARAMETER_VALUE", "Missing required field: metastore_id", "DELETE", here, id, nil)
	w.in(id, "DELETE", here+"?metastore_id="+metastore, nil)
	w.refused(404, "METASTORE_DOES_NOT_EXIST", "", "GET", allow, id, nil)
}

func TestWorkspaceBindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, other := w.workspace("ws", nil), w.workspace("other", nil)
	for _, ws := range []string{id, other} {
		w.in(ws, "PUT", unity+"workspaces/"+ws+"/metastore", object{"metastore_id": w.s.MetastoreID(w.account.ID, region), "default_catalog_name": "sales"})
	}
	path := unity + "bindings/catalog/sales"
	bind := func(typ string) []object { return []object{{"workspace_id": number(t, other), "binding_type": typ}} }
	if got := w.in(id, "PATCH", unity+"catalogs/sales", object{"isolation_mode": "ISOLATED"}); got.str("isolation_mode") != "ISOLATED" {
		t.Errorf("%s: want it isolated", got)
	}
	w.refused(403, "PERMISSION_DENIED", "not accessible", "GET", unity+"catalogs/sales", other, nil)
	if got := w.in(other, "GET", unity+"catalogs", nil); len(got.items("catalogs")) != 1 {
		t.Errorf("%s: want the system catalog alone", got)
	}
	w.in(id, "PATCH", path, object{"add": bind("BINDING_TYPE_READ_ONLY")})
	w.in(other, "GET", unity+"catalogs/sales", nil)
	if got := w.in(id, "GET", path, nil); len(got.items("bindings")) != 2 {
		t.Errorf("%s: want both workspaces", got)
	}
	if got := w.in(id, "PATCH", path, object{"add": bind("BINDING_TYPE_READ_WRITE")}).String(); strings.Contains(got, "READ_ONLY") {
		t.Errorf("%s: want the type that was added last", got)
	}
	if got := w.in(id, "PATCH", unity+"workspace-bindings/catalogs/sales", object{"unassign_workspaces": []int64{number(t, other)}}); len(got.items("workspaces")) != 1 {
		t.Errorf("%s: want one workspace", got)
	}
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "Workspace 1 ", "PATCH", path, id, object{"add": []object{{"workspace_id": 1}}})
	w.refused(400, "INVALID_PARAMETER_VALUE", "BINDING_TYPE_X", "PATCH", path, id, object{"add": bind("BINDING_TYPE_X")})
	w.refused(404, "CATALOG_DOES_NOT_EXIST", "none", "GET", unity+"bindings/catalog/none", id, nil)
	w.refused(400, "INVALID_PARAMETER_VALUE", "teapot", "GET", unity+"bindings/teapot/sales", id, nil)
	w.s.DeclareObject(w.account.ID, number(t, id), "external_location/raw")
	w.refused(400, "INVALID_PARAMETER_VALUE", "reading", "PATCH", unity+"bindings/external_location/raw", id, object{"add": bind("BINDING_TYPE_READ_ONLY")})
	w.refused(403, "PERMISSION_DENIED", "system", "PATCH", unity+"catalogs/system", id, object{"isolation_mode": "ISOLATED"})
}

// TestConfStaleness: no key shows its new value before its own delay is over,
// whatever is written in between.
func TestConfStaleness(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	w.s.SetConfDelay(w.account.ID, number(t, id), 10*time.Second)
	read := func(key string) any { return w.in(id, "GET", confPath+"?keys="+key, nil).get(key) }
	w.in(id, "PATCH", confPath, object{"enableProjectsAllowList": "true", "projectsAllowList": "https://git.example.com/a,https://git.example.com/b"})
	w.clock.pass(6 * time.Second)
	w.in(id, "PATCH", confPath, object{"enableDcs": "true"})
	for _, key := range []string{"enableProjectsAllowList", "projectsAllowList", "enableDcs"} {
		if got := read(key); got != nil {
			t.Errorf("%s is %v, want null for now", key, got)
		}
	}
	w.clock.pass(10 * time.Second)
	for key, want := range map[string]string{
		"enableProjectsAllowList": "true", "enableDcs": "true", "projectsAllowList": "https://git.example.com/a,https://git.example.com/b",
	} {
		if got := read(key); got != want {
			t.Errorf("%s is %v, want %s", key, got, want)
		}
	}
}
