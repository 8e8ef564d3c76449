// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"encoding/base64"
	"strconv"
	"strings"
	"testing"
)

// number is the id of a workspace as the methods of a sandbox take it.
func number(t *testing.T, workspace string) int64 {
	t.Helper()
	id, err := strconv.ParseInt(workspace, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

const permissionsPath = "/api/2.0/permissions/"

func TestPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	w.in(id, "POST", scimPath+"Users", object{"userName": "ben@example.com"})
	ben := func(level string) object { return object{"user_name": "ben@example.com", "permission_level": level} }
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "clusters abc", "GET", permissionsPath+"clusters/abc", id, nil)
	w.refused(400, "INVALID_PARAMETER_VALUE", "teapots", "GET", permissionsPath+"teapots/abc", id, nil)
	w.refused(404, "ENDPOINT_NOT_FOUND", "", "GET", permissionsPath+"clusters", id, nil)
	w.s.DeclareObject(w.account.ID, number(t, id), "clusters/abc")
	cluster := permissionsPath + "clusters/abc"
	got := w.in(id, "GET", cluster, nil)
	if got.str("object_type") != "cluster" || got.str("object_id") != "/clusters/abc" ||
		!strings.Contains(got.String(), `"inherited":true`) || len(got.items("access_control_list")) != 1 {
		t.Errorf("%s: want what admins inherit", got)
	}
	w.in(id, "PUT", cluster, grants(ben("CAN_RESTART")))
	w.in(id, "PATCH", cluster, grants(usersCanManage()))
	if got := w.in(id, "PATCH", cluster, grants(ben("CAN_ATTACH_TO"))); len(got.items("access_control_list")) != 3 ||
		strings.Contains(got.String(), "CAN_RESTART") {
		t.Errorf("%s: want ben with another level, users and admins", got)
	}
	if got := w.in(id, "PUT", cluster, grants()); len(got.items("access_control_list")) != 1 {
		t.Errorf("%s: want admins alone", got)
	}
	w.refused(400, "INVALID_PARAMETER_VALUE", "CAN_QUERY", "PUT", cluster, id, grants(ben("CAN_QUERY")))
	w.refused(400, "INVALID_PARAMETER_VALUE", "lowered", "PUT", cluster, id, grants(object{"group_name": "admins", "permission_level": "CAN_RESTART"}))
	w.refused(400, "INVALID_PARAMETER_VALUE", "one of", "PUT", cluster, id, grants(object{"permission_level": "CAN_RESTART"}))
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "Principal: UserName(eve@example.com) does not exist", "PUT", cluster, id,
		grants(object{"user_name": "eve@example.com", "permission_level": "CAN_RESTART"}))
	w.refused(400, "MALFORMED_REQUEST", "unknown field", "PUT", cluster, id, object{"acl": []object{}})
	if got := w.in(id, "GET", cluster+"/permissionLevels", nil); len(got.items("permission_levels")) != 3 {
		t.Errorf("%s: want three levels", got)
	}
	w.refused(404, "ENDPOINT_NOT_FOUND", "", "PUT", cluster+"/permissionLevels", id, grants())
	if got := w.in(id, "PUT", permissionsPath+"directories/0", grants(ben("CAN_READ"), adminsCanManage())); strings.Contains(got.String(), `"inherited":true`) {
		t.Errorf("%s: want nothing inherited at the root", got)
	}
}

func usersCanManage() object {
	return object{"group_name": "users", "permission_level": "CAN_MANAGE"}
}

func TestPermissionsOfOwnedObjects(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	w.in(id, "POST", scimPath+"Users", object{"userName": "ben@example.com"})
	owner := object{"service_principal_name": w.account.ClientID, "permission_level": "IS_OWNER"}
	ben := object{"user_name": "ben@example.com", "permission_level": "IS_OWNER"}
	for _, name := range []string{"sql/warehouses/abc", "jobs/9"} {
		w.s.DeclareObject(w.account.ID, number(t, id), name)
	}
	warehouse, job := permissionsPath+"sql/warehouses/abc", permissionsPath+"jobs/9"
	w.refused(400, "INVALID_PARAMETER_VALUE", "PUT requests for warehouse abc with no existing owner must provide a new owner.",
		"PUT", warehouse, id, grants(usersCanManage()))
	w.in(id, "PUT", warehouse, grants(owner, usersCanManage()))
	if got := w.in(id, "PUT", warehouse, grants()); !strings.Contains(got.String(), "IS_OWNER") || strings.Contains(got.String(), `"users"`) {
		t.Errorf("%s: want the owner kept, and users gone", got)
	}
	w.refused(400, "INVALID_PARAMETER_VALUE", "exactly one owner", "PUT", job, id, grants(usersCanManage()))
	w.refused(400, "INVALID_PARAMETER_VALUE", "group", "PUT", job, id, grants(object{"group_name": "users", "permission_level": "IS_OWNER"}))
	w.in(id, "PUT", job, grants(owner))
	if got := w.in(id, "PATCH", job, grants(ben)).String(); strings.Count(got, "IS_OWNER") != 1 || !strings.Contains(got, "ben@example.com") {
		t.Errorf("%s: want ben as the one owner", got)
	}
}

const policies = "/api/2.0/policies/clusters/"

func TestClusterPolicies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	const rules = `{"spark_conf.a":{"type":"fixed","value":"b"}}`
	for field, in := range map[string]object{
		"name":                                {"definition": rules},
		"definition":                          {"name": "p"},
		"JSON object":                         {"name": "p", "definition": "[]"},
		"the type of the rule":                {"name": "p", "definition": `{"a":{"type":"sometimes"}}`},
		"needs policy_family_id":              {"name": "p", "definition": rules, "policy_family_definition_overrides": rules},
		"cannot be used":                      {"name": "p", "definition": rules, "policy_family_id": "personal-vm"},
		"1 to 100":                            {"name": strings.Repeat("p", 101), "definition": rules},
		"max_clusters_per_user":               {"name": "p", "definition": rules, "max_clusters_per_user": -1},
		"Each library":                        {"name": "p", "definition": rules, "libraries": []object{{"jar": "a", "whl": "b"}}},
		`unknown field "definitions"`:         {"name": "p", "definitions": rules},
		"policy_family_definition_overrides:": {"name": "p", "policy_family_id": "personal-vm", "policy_family_definition_overrides": `{"a":{}}`},
	} {
		if b := w.expect(400, "POST", policies+"create", id, in); !strings.Contains(b.str("message"), field) {
			t.Errorf("%v: %s, want a word on %s", in, b, field)
		}
	}
	policy := w.in(id, "POST", policies+"create", object{"name": "p", "definition": rules}).str("policy_id")
	w.refused(400, "RESOURCE_ALREADY_EXISTS", "p", "POST", policies+"create", id, object{"name": "p", "definition": rules})
	w.in(id, "POST", policies+"edit", object{"policy_id": policy, "name": "q", "definition": rules, "max_clusters_per_user": 3})
	if got := w.in(id, "GET", policies+"get?policy_id="+policy, nil); got.str("name") != "q" || got.str("max_clusters_per_user") != "3" ||
		got.str("creator_user_name") != w.account.ClientID || got.str("definition") != rules {
		t.Errorf("%s: want what was edited", got)
	}
	w.in(id, "PUT", permissionsPath+"cluster-policies/"+policy, grants(canUse("group_name", "users")))
	family := w.in(id, "POST", policies+"create", object{
		"name": "mine", "policy_family_id": "personal-vm", "policy_family_definition_overrides": rules,
	}).str("policy_id")
	if got := w.in(id, "GET", policies+"get?policy_id="+family, nil).str("definition"); !strings.Contains(got, "spark_conf.a") || !strings.Contains(got, "num_workers") {
		t.Errorf("definition %s: want the family's and the overrides", got)
	}
	all := w.in(id, "GET", policies+"list?sort_column=POLICY_NAME&sort_order=ASC", nil).items("policies")
	if len(all) != 6 || (body{value: all[0]}).str("name") != "Job Compute" {
		t.Fatalf("%v: want four defaults and two more, by name", all)
	}
	standard := body{value: all[0]}.str("policy_id")
	w.refused(400, "INVALID_PARAMETER_VALUE", "cannot be deleted", "POST", policies+"delete", id, object{"policy_id": standard})
	w.refused(400, "INVALID_PARAMETER_VALUE", "keeps its name", "POST", policies+"edit", id, object{"policy_id": standard, "name": "x", "policy_family_id": "job-cluster"})
	w.in(id, "POST", policies+"delete", object{"policy_id": policy})
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", policy, "GET", policies+"get?policy_id="+policy, id, nil)
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", policy, "GET", permissionsPath+"cluster-policies/"+policy, id, nil)
	w.refused(400, "INVALID_PARAMETER_VALUE", "sorted", "GET", policies+"list?sort_column=AGE", id, nil)
	first := w.in(id, "GET", "/api/2.0/policy-families?max_results=3", nil)
	rest := w.in(id, "GET", "/api/2.0/policy-families?max_results=3&page_token="+first.str("next_page_token"), nil)
	if len(first.items("policy_families")) != 3 || len(rest.items("policy_families")) != 1 || rest.get("next_page_token") != nil {
		t.Errorf("%s, then %s: want three and one", first, rest)
	}
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "none", "GET", "/api/2.0/policy-families/none", id, nil)
}

func TestClusterPoliciesNeedATier(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.s.SetTier(w.account.ID, "STANDARD")
	id := w.workspace("ws", nil)
	w.refused(400, "FEATURE_DISABLED", "ACLs for cluster-policy are disabled or not available in this tier", "GET", policies+"list", id, nil)
}

func TestGlobalInitScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	const path = "/api/2.0/global-init-scripts"
	if got := w.in(id, "GET", path, nil).String(); got != "{}\n" {
		t.Errorf("no scripts: %q, want {}", got)
	}
	script := base64.StdEncoding.EncodeToString([]byte("echo hello"))
	w.refused(400, "MALFORMED_REQUEST", "script", "POST", path, id, object{"name": "a"})
	w.refused(400, "INVALID_PARAMETER_VALUE", "base64", "POST", path, id, object{"name": "a", "script": "echo!"})
	w.refused(400, "INVALID_PARAMETER_VALUE", "65536", "POST", path, id,
		object{"name": "a", "script": base64.StdEncoding.EncodeToString(make([]byte, 64<<10+1))})
	w.refused(400, "INVALID_PARAMETER_VALUE", "position", "POST", path, id, object{"name": "a", "script": script, "position": -1})
	order := func() string {
		names := ""
		for i, item := range w.in(id, "GET", path, nil).items("scripts") {
			entry := body{value: item}
			if entry.str("position") != strconv.Itoa(i) || entry.get("script") != nil {
				t.Errorf("%v at %d: want its position and no content", item, i)
			}
			names += entry.str("name")
		}
		return names
	}
	a := w.in(id, "POST", path, object{"name": "a", "script": script, "enabled": true}).str("script_id")
	b := w.in(id, "POST", path, object{"name": "b", "script": script}).str("script_id")
	w.in(id, "POST", path, object{"name": "c", "script": script, "position": 0})
	if got := order(); got != "cab" {
		t.Errorf("order %s, want cab", got)
	}
	w.in(id, "PATCH", path+"/"+b, object{"name": "b", "script": script, "position": 1})
	w.in(id, "PATCH", path+"/"+a, object{"name": "A", "script": script, "position": 9})
	if got := order(); got != "cbA" {
		t.Errorf("order %s, want cbA", got)
	}
	if got := w.in(id, "GET", path+"/"+a, nil); got.str("script") != script || got.get("enabled") != false {
		t.Errorf("%s: want its content, and it off: the update left that out", got)
	}
	w.in(id, "DELETE", path+"/"+b, nil)
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", b, "GET", path+"/"+b, id, nil)
	w.refused(400, "MALFORMED_REQUEST", "name", "PATCH", path+"/"+a, id, object{"script": script})
}
