// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"net/url"
	"strings"
	"testing"
)

// scimRefused expects an error in SCIM's own envelope.
func (w *world) scimRefused(status int, kind, detail, method, suffix string, in any) {
	w.t.Helper()
	b := w.expect(status, method, w.path(suffix), "", in)
	if b.str("scimType") != kind || !strings.Contains(b.str("detail"), detail) || b.get("error_code") != nil ||
		b.str("schemas") != "[urn:ietf:params:scim:api:messages:2.0:Error]" {
		w.t.Fatalf("%s %s: %s, want %s: %s in the envelope of SCIM", method, suffix, b, kind, detail)
	}
}

func patchOps(ops ...object) object {
	return object{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": ops}
}

func (w *world) principal(kind string, in object) string {
	w.t.Helper()
	return w.ok("POST", "/scim/v2/"+kind, in).str("id")
}

// found returns the display names that a query finds.
func (w *world) found(kind, query string) []string {
	w.t.Helper()
	var names []string
	for _, item := range w.ok("GET", "/scim/v2/"+kind+"?"+query, nil).items("Resources") {
		names = append(names, body{value: item}.str("displayName"))
	}
	return names
}

func TestAccountSCIMUsers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.ok("POST", "/scim/v2/Users", object{
		"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:User"}, "userName": "ada@example.com",
		"name": object{"givenName": "Ada", "familyName": "Lovelace"},
	})
	id := made.str("id")
	if made.get("active") != true || made.str("displayName") != "ada@example.com" || len(made.items("emails")) != 1 || made.str("account_id") != w.account.ID {
		t.Errorf("%s: want an active user with an e-mail address", made)
	}
	w.scimRefused(409, "uniqueness", "User with username ADA@example.com already exists.", "POST", "/scim/v2/Users", object{"userName": "ADA@example.com"})
	w.scimRefused(400, "invalidValue", "userName", "POST", "/scim/v2/Users", object{"displayName": "x"})
	w.scimRefused(400, "invalidValue", "e-mail", "POST", "/scim/v2/Users", object{"userName": "ada"})
	w.scimRefused(400, "invalidPath", "No such attribute with the name : nickName in the current resource", "POST", "/scim/v2/Users",
		object{"userName": "bob@example.com", "nickName": "b"})
	w.scimRefused(404, "", "User with id 42 not found.", "GET", "/scim/v2/Users/42", nil)
	path := "/scim/v2/Users/" + id
	w.scimRefused(400, "mutability", "userName", "PUT", path, object{"userName": "other@example.com"})
	w.ok("PUT", path, object{"userName": "ada@example.com", "displayName": "Ada"})
	got := w.ok("GET", path, nil)
	if got.str("displayName") != "Ada" || got.get("name") != nil || got.get("active") != true {
		t.Errorf("%s: PUT replaces, and keeps an unsaid active", got)
	}
	// The official provider deactivates in this way.
	w.ok("PATCH", path, patchOps(object{"op": "replace", "path": "active", "value": []object{{"value": "false"}}}))
	if got := w.ok("GET", path, nil).get("active"); got != false {
		t.Errorf("active %v, want false", got)
	}
	if got := w.ok("PUT", path, object{"userName": "ada@example.com"}).get("active"); got != false {
		t.Errorf("active %v after PUT, want false still", got)
	}
	w.ok("DELETE", path, nil)
	w.scimRefused(404, "", "not found", "DELETE", path, nil)
}

func TestAccountSCIMGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	user := w.principal("Users", object{"userName": "ada@example.com"})
	child := w.principal("Groups", object{"displayName": "child"})
	made := w.ok("POST", "/scim/v2/Groups", object{"displayName": "ops", "members": []object{{"value": user}, {"value": child}}})
	path := "/scim/v2/Groups/" + made.str("id")
	if made.str("meta.resourceType") != "Group" || len(made.items("members")) != 2 {
		t.Errorf("%s: want a group with two members", made)
	}
	if got := (body{value: made.items("members")[0]}); got.str("$ref") != "Users/"+user || got.str("display") != "ada@example.com" {
		t.Errorf("member %v, want a reference to user %s", got.value, user)
	}
	if got := first(body{value: w.ok("GET", "/scim/v2/Groups/"+child, nil).items("groups")}).str("display"); got != "ops" {
		t.Errorf("group %q of the child, want ops", got)
	}
	w.scimRefused(409, "uniqueness", "Group with name ops already exists.", "POST", "/scim/v2/Groups", object{"displayName": "ops"})
	entitlements := "No such attribute with the name : entitlements in the current resource"
	w.scimRefused(400, "invalidPath", entitlements, "POST", "/scim/v2/Groups", object{"displayName": "x", "entitlements": []object{{"value": "y"}}})
	w.scimRefused(400, "invalidPath", entitlements, "PATCH", path, patchOps(object{"op": "add", "path": "entitlements", "value": []object{{"value": "y"}}}))
	if got := w.ok("GET", path+"?attributes=displayName,entitlements", nil); got.str("displayName") != "ops" || got.get("members") != nil {
		t.Errorf("%s: want the name alone", got)
	}
	if got := w.ok("GET", path+"?excludedAttributes=members", nil); got.str("displayName") != "ops" || got.get("members") != nil {
		t.Errorf("%s: want all but the members", got)
	}
	w.scimRefused(404, "", "Principal with id 7 not found.", "PATCH", path, patchOps(object{"op": "add", "path": "members", "value": []object{{"value": "7"}}}))
	w.scimRefused(400, "invalidValue", "contain itself", "PATCH", "/scim/v2/Groups/"+child,
		patchOps(object{"op": "add", "path": "members", "value": []object{{"value": made.str("id")}}}))
	w.ok("PATCH", path, patchOps(
		object{"op": "remove", "path": "members[value eq \"" + child + "\"]"},
		object{"op": "replace", "path": "displayName", "value": "operators"},
		object{"op": "add", "value": object{"roles": []object{{"value": "account_admin"}}}},
		object{"op": "add", "path": "roles", "value": []object{{"value": "account_admin"}}},
	))
	got := w.ok("GET", path, nil)
	if got.str("displayName") != "operators" || len(got.items("members")) != 1 || len(got.items("roles")) != 1 {
		t.Errorf("%s: want a new name, one member and one role", got)
	}
	w.ok("PATCH", path, patchOps(object{"op": "remove", "path": "roles", "value": []object{{"value": "account_admin"}}}))
	w.ok("DELETE", "/scim/v2/Users/"+user, nil)
	w.ok("PATCH", path, patchOps(object{"op": "replace", "path": "externalId", "value": "x"}))
	if got := w.ok("GET", path, nil); got.get("members") != nil || got.get("roles") != nil {
		t.Errorf("%s: want neither members nor roles", got)
	}
}

func TestAccountSCIMPatchHoldsTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/scim/v2/Groups/" + w.principal("Groups", object{"displayName": "ops"})
	rename := object{"op": "replace", "path": "displayName", "value": "other"}
	for _, bad := range []struct {
		kind string
		op   object
	}{
		{"invalidSyntax", object{"op": "move", "path": "displayName"}},
		{"noTarget", object{"op": "remove"}},
		{"mutability", object{"op": "remove", "path": "displayName"}},
		{"invalidPath", object{"op": "remove", "path": "externalId[value eq \"x\"]"}},
		{"invalidValue", object{"op": "replace", "path": "displayName", "value": 1}},
		{"invalidValue", object{"op": "add", "path": "members", "value": []object{{"display": "x"}}}},
		{"invalidValue", object{"op": "add", "value": "x"}},
	} {
		w.scimRefused(400, bad.kind, "", "PATCH", path, patchOps(rename, bad.op))
	}
	w.scimRefused(400, "invalidSyntax", "schemas", "PATCH", path, object{"Operations": []object{rename}})
	w.scimRefused(400, "invalidSyntax", "unknown field", "PATCH", path, object{"operations": []object{rename}, "more": 1})
	if got := w.ok("GET", path, nil).str("displayName"); got != "ops" {
		t.Errorf("displayName %q, want ops: a bad operation undoes them all", got)
	}
}

func TestAccountSCIMLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, name := range []string{"beta", "alpha", "Gamma"} {
		w.principal("Groups", object{"displayName": name, "externalId": "x-" + name})
	}
	for query, want := range map[string]string{
		"":                     "beta alpha Gamma",
		"startIndex=2&count=1": "alpha",
		"startIndex=4":         "",
		"count=0":              "",
		"sortBy=displayName":   "Gamma alpha beta",
		"sortBy=displayName&sortOrder=descending":                    "beta alpha Gamma",
		"filter=displayName eq \"ALPHA\"":                            "alpha",
		"filter=displayName ne \"alpha\"":                            "beta Gamma",
		"filter=displayName co \"a\" and externalId sw \"x-b\"":      "beta",
		"filter=displayName eq \"beta\" or displayName eq \"Gamma\"": "beta Gamma",
		"filter=displayName eq \"nobody\"":                           "",
	} {
		if got := strings.Join(w.found("Groups", strings.ReplaceAll(query, " ", "%20")), " "); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	page := w.ok("GET", "/scim/v2/Groups?startIndex=2&count=2&attributes=id", nil)
	if page.str("totalResults") != "3" || page.str("startIndex") != "2" || page.str("itemsPerPage") != "2" || page.get("Resources.displayName") != nil {
		t.Errorf("%s: want the second and third of three", page)
	}
	if got := w.ok("GET", "/scim/v2/Groups?startIndex=9", nil); strings.Contains(got.String(), "Resources") {
		t.Errorf("%s: want no Resources", got)
	}
	for _, filter := range []string{"displayName", "displayName gt \"a\"", "displayName eq \"a", "displayName eq \"a\" xor id eq \"b\"", "displayName eq \"a\" and"} {
		w.scimRefused(400, "invalidFilter", "", "GET", "/scim/v2/Groups?filter="+url.QueryEscape(filter), nil)
	}
	w.scimRefused(400, "invalidValue", "", "GET", "/scim/v2/Groups?count=x", nil)
	w.scimRefused(400, "invalidValue", "sortOrder", "GET", "/scim/v2/Groups?sortOrder=up", nil)
}

func TestAccountSCIMServicePrincipals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.ok("GET", "/scim/v2/ServicePrincipals?filter="+url.QueryEscape("applicationId eq \""+w.account.ClientID+"\""), nil)
	got := first(body{value: admin.items("Resources")})
	if got.str("displayName") != w.account.ServicePrincipal || first(body{value: got.items("roles")}).str("value") != "account_admin" {
		t.Errorf("%s: want the account's service principal, an account admin", admin)
	}
	ws := w.workspace("ws", nil)
	if me := w.in(ws, "GET", "/api/2.0/preview/scim/v2/Me", nil).str("id"); me != got.str("id") {
		t.Errorf("id %s in the workspace, %s in the account", me, got.str("id"))
	}
	made := w.ok("POST", "/scim/v2/ServicePrincipals", object{"displayName": "robot"})
	if made.str("applicationId") == "" || made.get("active") != true {
		t.Errorf("%s: want an application id, and active", made)
	}
	path := "/scim/v2/ServicePrincipals"
	w.scimRefused(400, "mutability", "applicationId", "POST", path, object{"displayName": "x", "applicationId": w.account.ClientID})
	w.scimRefused(400, "invalidValue", "displayName", "POST", path, object{"active": true})
	w.ok("PUT", path+"/"+made.str("id"), object{"displayName": "machine", "applicationId": made.str("applicationId"), "active": false})
	if got := w.ok("GET", path+"/"+made.str("id"), nil); got.str("displayName") != "machine" || got.get("active") != false || got.str("applicationId") != made.str("applicationId") {
		t.Errorf("%s: want an inactive machine with the same application id", got)
	}
	w.scimRefused(404, "", "Group with id "+made.str("id")+" not found.", "GET", "/scim/v2/Groups/"+made.str("id"), nil)
	w.token = "nobody"
	w.refused(401, "UNAUTHENTICATED", "", "GET", w.path(path), "", nil)
}
