// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

const scimPath = "/api/2.0/preview/scim/v2/"

// groupID finds a group by its name.
func (w *world) groupID(workspace, name string) string {
	w.t.Helper()
	found := w.in(workspace, "GET", scimPath+"Groups?filter=displayName+eq+%22"+name+"%22", nil).items("Resources")
	if len(found) != 1 {
		w.t.Fatalf("%d groups are called %s, want one", len(found), name)
	}
	return body{value: found[0]}.str("id")
}

// valuesOf lists the values of an attribute.
func valuesOf(b body, attribute string) []string {
	out := []string{}
	for _, item := range b.items(attribute) {
		out = append(out, body{value: item}.str("value"))
	}
	return out
}

// inRefused expects an error in SCIM's envelope of a workspace.
func (w *world) inRefused(status int, scimType, detail, method, path, workspace string, in any) {
	w.t.Helper()
	b := w.expect(status, method, path, workspace, in)
	if b.str("status") != strconv.Itoa(status) || b.str("scimType") != scimType || !strings.Contains(b.str("detail"), detail) ||
		!strings.Contains(b.String(), "urn:ietf:params:scim:api:messages:2.0:Error") || b.get("error_code") != nil {
		w.t.Fatalf("%s %s: %s, want %d %s: %s", method, path, b, status, scimType, detail)
	}
}

func TestSCIMGroupsAndEntitlements(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	users := scimPath + "Groups/" + w.groupID(id, "users")
	want := []string{"workspace-access", "databricks-sql-access", "allow-cluster-create", "allow-instance-pool-create"}
	if got := valuesOf(w.in(id, "GET", users, nil), "entitlements"); !slices.Equal(got, want) {
		t.Errorf("entitlements %v, want %v", got, want)
	}
	w.in(id, "PATCH", users, patchOps(object{"op": "remove", "path": `entitlements[value eq "allow-cluster-create"]`}))
	w.in(id, "PATCH", users, patchOps(object{"op": "remove", "path": "entitlements", "value": []object{{"value": "allow-instance-pool-create"}}}))
	if got := valuesOf(w.in(id, "GET", users+"?attributes=entitlements", nil), "entitlements"); !slices.Equal(got, want[:2]) {
		t.Errorf("entitlements %v after two were removed, want %v", got, want[:2])
	}
	w.in(id, "PATCH", users, patchOps(object{"op": "add", "path": "entitlements", "value": []object{{"value": "workspace-consume"}, {"value": "workspace-access"}}}))
	if got := valuesOf(w.in(id, "GET", users, nil), "entitlements"); !slices.Equal(got, append(slices.Clone(want[:2]), "workspace-consume")) {
		t.Errorf("entitlements %v after one was added", got)
	}
	w.in(id, "PATCH", users, patchOps(object{"op": "replace", "path": "entitlements", "value": []object{{}}}))
	w.inRefused(400, "invalidPath", "No such attribute with the name : entitlements in the current resource", "PATCH", users, id,
		patchOps(object{"op": "remove", "path": `entitlements[value eq "workspace-access"]`}))
	w.inRefused(400, "invalidValue", "root-access", "PATCH", users, id,
		patchOps(object{"op": "add", "path": "entitlements", "value": []object{{"value": "root-access"}}}))
	w.inRefused(400, "invalidPath", "", "PATCH", users, id, patchOps(object{"op": "remove", "path": `entitlements[value co "x"]`}))
	w.inRefused(400, "invalidSyntax", "op", "PATCH", users, id, patchOps(object{"op": "drop", "path": "entitlements"}))
	w.inRefused(400, "invalidSyntax", "unknown field", "PATCH", users, id, object{"Operation": []object{}})
	w.inRefused(400, "mutability", "deleted", "DELETE", users, id, nil)
	w.inRefused(400, "mutability", "renamed", "PATCH", users, id, patchOps(object{"op": "replace", "path": "displayName", "value": "all"}))
	w.inRefused(404, "", "Group with id 1 not found.", "GET", scimPath+"Groups/1", id, nil)

	w.inRefused(409, "uniqueness", "Group with name Admins already exists.", "POST", scimPath+"Groups", id, object{"displayName": "Admins"})
	admins := w.in(id, "GET", scimPath+"Groups/"+w.groupID(id, "admins"), nil)
	if got := valuesOf(admins, "members"); len(got) != 1 || got[0] != w.in(id, "GET", scimPath+"Me", nil).str("id") {
		t.Errorf("members of admins %v, want the service principal that made the workspace", got)
	}
}

func TestSCIMUsersAndServicePrincipals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	ann := w.in(id, "POST", scimPath+"Users", object{
		"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:User"}, "userName": "ann@example.com", "displayName": "Ann", "active": true,
		"entitlements": []object{{"value": "allow-cluster-create"}},
	}).str("id")
	w.inRefused(409, "uniqueness", "User with username ANN@example.com already exists.", "POST", scimPath+"Users", id, object{"userName": "ANN@example.com"})
	w.inRefused(400, "invalidValue", "email", "POST", scimPath+"Users", id, object{"userName": "ann"})
	w.inRefused(400, "invalidSyntax", "applicationId", "POST", scimPath+"Users", id, object{"userName": "bob@example.com", "applicationId": "x"})
	w.inRefused(400, "invalidValue", "Schema", "POST", scimPath+"Users", id,
		object{"userName": "bob@example.com", "schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:Group"}})
	robot := w.in(id, "POST", scimPath+"ServicePrincipals", object{"displayName": "robot"})
	if robot.str("applicationId") == "" || robot.get("active") != true {
		t.Errorf("%s: want an application id, and it active", robot)
	}
	w.inRefused(400, "invalidValue", "Member with id 7", "POST", scimPath+"Groups", id, object{"displayName": "ops", "members": []object{{"value": "7"}}})
	ops := w.in(id, "POST", scimPath+"Groups", object{"displayName": "ops", "members": []object{{"value": ann}}}).str("id")
	w.in(id, "PATCH", scimPath+"Groups/"+ops, patchOps(object{"op": "add", "path": "members", "value": []object{{"value": robot.str("id")}}}))
	if got := valuesOf(w.in(id, "GET", scimPath+"Groups/"+ops, nil), "members"); !slices.Equal(got, []string{ann, robot.str("id")}) {
		t.Errorf("members %v, want both", got)
	}
	w.in(id, "PATCH", scimPath+"Groups/"+ops, patchOps(object{"op": "remove", "path": `members[value eq "` + ann + `"]`}))
	if got := valuesOf(w.in(id, "GET", scimPath+"Users/"+ann, nil), "groups"); !slices.Equal(got, []string{w.groupID(id, "users")}) {
		t.Errorf("groups of ann %v, want users alone", got)
	}
	w.in(id, "PATCH", scimPath+"Users/"+ann, patchOps(object{"op": "replace", "path": "active", "value": []object{{"value": "false"}}}))
	if got := w.in(id, "GET", scimPath+"Users/"+ann, nil); got.get("active") != false {
		t.Errorf("%s: want it inactive", got)
	}
	// PUT replaces all but the name that logs in.
	w.in(id, "PUT", scimPath+"Users/"+ann, object{"userName": "ann@example.com", "active": true, "displayName": "Ann B."})
	if got := w.in(id, "GET", scimPath+"Users/"+ann, nil); len(got.items("entitlements")) != 0 || got.str("displayName") != "Ann B." {
		t.Errorf("%s: want no entitlements and another name", got)
	}
	w.in(id, "DELETE", scimPath+"ServicePrincipals/"+robot.str("id"), nil)
	if got := valuesOf(w.in(id, "GET", scimPath+"Groups/"+ops, nil), "members"); len(got) != 0 {
		t.Errorf("members %v, want none: the last one is gone", got)
	}
	w.inRefused(404, "", "not found", "PATCH", scimPath+"ServicePrincipals/"+ann, id, patchOps(object{"op": "remove", "path": "roles"}))
}

func TestSCIMListsFilterAndPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	for _, name := range []string{"red", "green", "blue \\\"sky\\\""} {
		w.in(id, "POST", scimPath+"Groups", object{"displayName": strings.ReplaceAll(name, `\"`, `"`)})
	}
	list := func(query string) (names []string, answer body) {
		t.Helper()
		answer = w.in(id, "GET", scimPath+"Groups?"+query, nil)
		for _, item := range answer.items("Resources") {
			names = append(names, body{value: item}.str("displayName"))
		}
		return names, answer
	}
	cases := []struct {
		query string
		want  []string
	}{
		{"filter=displayName+eq+%22RED%22", []string{"red"}},
		{"filter=displayName+eq+red", []string{"red"}},
		{"filter=displayName+co+%22re%22", []string{"red", "green"}},
		{"filter=displayName+sw+%22gr%22+or+displayName+eq+%22users%22", []string{"users", "green"}},
		{"filter=displayName+co+%22re%22+and+displayName+ne+%22red%22", []string{"green"}},
		{"filter=displayName+eq+%22blue+%5C%22sky%5C%22%22", []string{`blue "sky"`}},
		{"filter=entitlements.value+pr+and+displayName+sw+a", []string{"admins"}},
		{"filter=displayName+eq+%22none%22", nil},
		{"sortBy=displayName&count=2", []string{"admins", `blue "sky"`}},
		{"sortBy=displayName&sortOrder=descending&startIndex=4&count=9", []string{`blue "sky"`, "admins"}},
		{"startIndex=99", nil},
	}
	for _, tc := range cases {
		if got, _ := list(tc.query); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", tc.query, got, tc.want)
		}
	}
	_, page := list("count=2&startIndex=2")
	if page.str("totalResults") != "5" || page.str("itemsPerPage") != "2" || page.str("startIndex") != "2" {
		t.Errorf("%s: want the second and third of five", page)
	}
	for _, filter := range []string{"displayName", "displayName+eq", "color+eq+%22red%22", "displayName+like+%22red%22", "displayName+eq+red+xor+id+eq+1", "%22"} {
		w.inRefused(400, "invalidFilter", "", "GET", scimPath+"Groups?filter="+filter, id, nil)
	}
	w.inRefused(400, "invalidValue", "", "GET", scimPath+"Groups?count=-1", id, nil)
	if got := w.in(id, "GET", scimPath+"Groups?attributes=displayName", nil).String(); strings.Contains(got, "entitlements") || !strings.Contains(got, "users") {
		t.Errorf("%s: want names alone", got)
	}
	if got := w.in(id, "GET", scimPath+"Groups?excludedAttributes=entitlements", nil).String(); strings.Contains(got, "entitlements") || !strings.Contains(got, "members") {
		t.Errorf("%s: want all but the entitlements", got)
	}
}
