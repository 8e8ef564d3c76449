// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

// robot makes a service principal with a secret.
func (w *world) robot(lifetime string) (id string, login sandbox.Account) {
	w.t.Helper()
	made := w.ok("POST", "/scim/v2/ServicePrincipals", object{"displayName": "robot"})
	secret := w.ok("POST", "/servicePrincipals/"+made.str("id")+"/credentials/secrets", object{"lifetime": lifetime})
	return made.str("id"), sandbox.Account{ID: w.account.ID, ClientID: made.str("applicationId"), ClientSecret: secret.str("secret")}
}

// logsIn says whether the token endpoint takes credentials.
func (w *world) logsIn(as sandbox.Account) bool {
	w.t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {as.ClientID}, "client_secret": {as.ClientSecret}}
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost,
		w.s.AccountURL()+"/oidc/accounts/"+w.account.ID+"/v1/token", strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, got := send(w.t, plainClient(w.t), req)
	if status != http.StatusOK && got.str("error") != "invalid_client" {
		w.t.Fatalf("%d %s, want a token or invalid_client", status, got)
	}
	return status == http.StatusOK
}

func TestServicePrincipalSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, robot := w.robot("60s")
	if !w.logsIn(robot) {
		t.Error("the new secret does not log in")
	}
	wrong := robot
	wrong.ClientSecret = w.account.ClientSecret
	if w.logsIn(wrong) {
		t.Error("the secret of another service principal logs in")
	}
	path := w.path("/servicePrincipals/" + id + "/credentials/secrets")
	list := w.expect(200, "GET", path, "", nil)
	listed := first(body{value: list.items("secrets")})
	if strings.Contains(list.String(), robot.ClientSecret) || listed.str("secret_hash") == "" || listed.str("status") != "ACTIVE" {
		t.Errorf("%s: want an active secret, and its hash alone", list)
	}
	created, err1 := time.Parse(time.RFC3339, listed.str("create_time"))
	expires, err2 := time.Parse(time.RFC3339, listed.str("expire_time"))
	if err1 != nil || err2 != nil || expires.Sub(created) != time.Minute {
		t.Errorf("%s: want a minute to live", list)
	}
	w.clock.pass(time.Minute)
	if w.logsIn(robot) {
		t.Error("an expired secret logs in")
	}
	forever := w.expect(200, "POST", path, "", nil)
	created, _ = time.Parse(time.RFC3339, forever.str("create_time"))
	if expires, _ = time.Parse(time.RFC3339, forever.str("expire_time")); expires.Sub(created) != 730*24*time.Hour {
		t.Errorf("%s: want 730 days", forever)
	}
	robot.ClientSecret = forever.str("secret")
	if !w.logsIn(robot) {
		t.Error("the second secret does not log in")
	}
	for _, bad := range []string{"60", "0s", "-1s", "63072001s", "1m"} {
		w.refused(400, "INVALID_PARAMETER_VALUE", "lifetime", "POST", path, "", object{"lifetime": bad})
	}
	for range 3 {
		w.expect(200, "POST", path, "", object{})
	}
	w.refused(400, "QUOTA_EXCEEDED", "more than 5", "POST", path, "", object{})
	page := w.expect(200, "GET", path+"?page_size=3", "", nil)
	rest := w.expect(200, "GET", path+"?page_size=3&page_token="+page.str("next_page_token"), "", nil)
	if len(page.items("secrets")) != 3 || len(rest.items("secrets")) != 2 || rest.str("next_page_token") != "" {
		t.Errorf("%s and %s: want pages of three and two", page, rest)
	}
	w.expect(200, "DELETE", path+"/"+forever.str("id"), "", nil)
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "DELETE", path+"/"+forever.str("id"), "", nil)
	if w.logsIn(robot) {
		t.Error("a deleted secret logs in")
	}
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "GET", w.path("/servicePrincipals/1/credentials/secrets"), "", nil)
}

func TestAccountAdminRole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ws := w.workspace("ws", nil)
	id, robot := w.robot("3600s")
	admin := w.token
	w.token = fetchToken(t, plainClient(t), w.s.AccountURL()+"/oidc/accounts/"+w.account.ID+"/v1/token", robot)
	mine := w.token
	const text = "This API is disabled for users without account admin status"
	w.refused(403, "PERMISSION_DENIED", text, "GET", w.path("/workspaces"), "", nil)
	w.refused(403, "PERMISSION_DENIED", text, "GET", w.path("/scim/v2/Users"), "", nil)
	w.refused(403, "PERMISSION_DENIED", "not assigned", "GET", "/api/2.0/preview/scim/v2/Me", ws, nil)

	as := func(token string, f func()) {
		w.token = token
		f()
		w.token = mine
	}
	role := patchOps(object{"op": "add", "path": "roles", "value": []object{{"value": "account_admin"}}})
	as(admin, func() {
		group := w.principal("Groups", object{"displayName": "admins of the account", "members": []object{{"value": id}}})
		w.ok("PATCH", "/scim/v2/Groups/"+group, role)
	})
	w.ok("GET", "/workspaces", nil)
	w.in(ws, "GET", "/api/2.0/preview/scim/v2/Me", nil)
	as(admin, func() {
		w.ok("PATCH", "/scim/v2/ServicePrincipals/"+id, patchOps(object{"op": "replace", "path": "active", "value": false}))
	})
	w.refused(401, "UNAUTHENTICATED", "", "GET", w.path("/workspaces"), "", nil)
	if w.logsIn(robot) {
		t.Error("an inactive service principal logs in")
	}
	as(admin, func() { w.ok("DELETE", "/scim/v2/ServicePrincipals/"+id, nil) })
	w.refused(401, "UNAUTHENTICATED", "", "GET", w.path("/workspaces"), "", nil)
}

func TestWorkspacePermissionAssignments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ws := w.workspace("ws", nil)
	id, robot := w.robot("3600s")
	base := "/workspaces/" + ws + "/permissionassignments"
	one := base + "/principals/" + id
	early := "Permission assignment APIs are not available for this workspace."
	w.refused(400, "INVALID_PARAMETER_VALUE", early, "GET", w.path(base), "", nil)
	w.refused(400, "INVALID_PARAMETER_VALUE", early, "PUT", w.path(one), "", object{"permissions": []string{"USER"}})
	metastore := w.s.MetastoreID(w.account.ID, region)
	w.ok("POST", "/workspaces/"+ws+"/metastores/"+metastore, object{"metastore_assignment": object{"metastore_id": metastore}})

	w.refused(404, "NOT_FOUND", "Principal 42 not in workspace "+ws, "PUT", w.path(base+"/principals/42"), "", object{"permissions": []string{"USER"}})
	put := w.ok("PUT", one, object{"permissions": []string{"ADMIN", "USER"}})
	if put.str("permissions") != "[ADMIN]" || put.str("principal.principal_id") != id || put.str("principal.service_principal_name") != robot.ClientID {
		t.Errorf("%s: want ADMIN for robot", put)
	}
	w.ok("PUT", one, object{"permissions": []string{"USER"}})
	list := w.ok("GET", base, nil).items("permission_assignments")
	if len(list) != 1 || (body{value: list[0]}).str("permissions") != "[USER]" {
		t.Errorf("%v, want USER alone", list)
	}
	admin := w.token
	w.token = fetchToken(t, plainClient(t), w.s.AccountURL()+"/oidc/accounts/"+w.account.ID+"/v1/token", robot)
	w.in(ws, "GET", "/api/2.0/preview/scim/v2/Me", nil)
	w.token = admin
	w.ok("PUT", one, object{"permissions": []string{"UNKNOWN"}})
	if got := w.ok("GET", base, nil).items("permission_assignments"); len(got) != 0 {
		t.Errorf("%v, want nothing: values that are not known are as good as none", got)
	}
	w.refused(404, "NOT_FOUND", "not in workspace", "DELETE", w.path(one), "", nil)
	w.ok("PUT", one, object{"permissions": []string{"USER"}})
	if got := w.ok("PUT", one, object{}).items("permissions"); len(got) != 0 {
		t.Errorf("%v, want nothing: an empty list takes away", got)
	}
	w.ok("PUT", one, object{"permissions": []string{"USER"}})
	w.ok("DELETE", one, nil)
	if got := w.ok("GET", base+"/permissions", nil).items("permissions"); len(got) != 2 {
		t.Errorf("%v, want USER and ADMIN", got)
	}
	group := w.principal("Groups", object{"displayName": "ops"})
	w.ok("PUT", base+"/principals/"+group, object{"permissions": []string{"USER"}})
	w.ok("DELETE", "/scim/v2/Groups/"+group, nil)
	if got := w.ok("GET", base, nil).items("permission_assignments"); len(got) != 0 {
		t.Errorf("%v, want nothing: the group is gone", got)
	}
}

func TestFederationPolicies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _ := w.robot("60s")
	for base, subject := range map[string]string{"/federationPolicies": "", "/servicePrincipals/" + id + "/federationPolicies": "repo:a/b"} {
		oidc := object{"issuer": "https://token.example.com"}
		w.refused(400, "MALFORMED_REQUEST", "oidc_policy", "POST", w.path(base), "", object{"description": "x"})
		w.refused(400, "INVALID_PARAMETER_VALUE", "https", "POST", w.path(base), "", object{"oidc_policy": object{"issuer": "http://x", "subject": subject}})
		w.refused(400, "INVALID_PARAMETER_VALUE", "policy_id", "POST", w.path(base+"?policy_id=A"), "", object{"oidc_policy": oidc})
		if subject == "" {
			w.refused(400, "INVALID_PARAMETER_VALUE", "subject", "POST", w.path(base), "", object{"oidc_policy": object{"issuer": "https://x.io", "subject": "s"}})
		} else {
			w.refused(400, "MALFORMED_REQUEST", "subject", "POST", w.path(base), "", object{"oidc_policy": oidc})
			oidc["subject"] = subject
		}
		made := w.ok("POST", base+"?policy_id=ci/main", object{"oidc_policy": oidc, "description": "d"})
		if made.str("name") != "accounts/"+w.account.ID+base+"/ci/main" || made.str("uid") == "" ||
			made.str("oidc_policy.audiences") != "["+w.account.ID+"]" || made.str("oidc_policy.subject_claim") != "sub" {
			t.Errorf("%s: want a name, an id and the defaults", made)
		}
		if got := made.str("service_principal_id"); (subject != "") != (got == id) {
			t.Errorf("%s: service principal %q", base, got)
		}
		w.refused(409, "ALREADY_EXISTS", "ci/main", "POST", w.path(base+"?policy_id=ci/main"), "", object{"oidc_policy": oidc})
		w.clock.pass(time.Minute)
		changed := w.ok("PATCH", base+"/ci/main?update_mask=oidc_policy.audiences", object{"description": "no", "oidc_policy": object{"audiences": []string{"me"}}})
		if changed.str("description") != "d" || changed.str("oidc_policy.audiences") != "[me]" || changed.str("oidc_policy.issuer") != "https://token.example.com" {
			t.Errorf("%s: want new audiences and nothing else", changed)
		}
		if changed.str("update_time") == made.str("update_time") || changed.str("create_time") != made.str("create_time") {
			t.Errorf("%s: want a new time of update alone", changed)
		}
		w.refused(400, "MALFORMED_REQUEST", "issuer", "PATCH", w.path(base+"/ci/main?update_mask=oidc_policy,oidc_policy.issuer"), "", object{})
		w.refused(400, "INVALID_PARAMETER_VALUE", "update_mask", "PATCH", w.path(base+"/ci/main?update_mask=uid"), "", object{})
		if got := w.ok("PATCH", base+"/ci/main", object{"description": "e"}); got.str("description") != "e" || got.str("oidc_policy.audiences") != "[me]" {
			t.Errorf("%s: without a mask, want what the body sets", got)
		}
		second := w.ok("POST", base, object{"oidc_policy": oidc})
		page := w.ok("GET", base+"?page_size=1", nil)
		rest := w.ok("GET", base+"?page_size=1&page_token="+page.str("next_page_token"), nil)
		if first(body{value: rest.items("policies")}).str("policy_id") != second.str("policy_id") {
			t.Errorf("%s: want the second policy", rest)
		}
		w.ok("DELETE", base+"/ci/main", nil)
		w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "GET", w.path(base+"/ci/main"), "", nil)
	}
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "GET", w.path("/servicePrincipals/1/federationPolicies"), "", nil)
}

func TestRuleSets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, robot := w.robot("60s")
	base := "/api/2.0/preview/accounts/" + w.account.ID + "/access-control"
	resource := "accounts/" + w.account.ID + "/servicePrincipals/" + robot.ClientID
	name := resource + "/ruleSets/default"
	get := base + "/rule-sets?etag=&name=" + url.QueryEscape(name)
	before := w.expect(200, "GET", get, "", nil)
	if before.str("etag") == "" || before.str("name") != name || before.get("grant_rules") != nil {
		t.Errorf("%s: want an etag and no rules", before)
	}
	put := func(etag any, role, principal string) object {
		rules := object{"name": name, "grant_rules": []object{{"role": role, "principals": []string{principal}}}}
		if etag != nil {
			rules["etag"] = etag
		}
		return object{"name": name, "rule_set": rules}
	}
	const manager, ada = "roles/servicePrincipal.manager", "users/ada@example.com"
	after := w.expect(200, "PUT", base+"/rule-sets", "", put(before.str("etag"), manager, ada))
	if after.str("etag") == before.str("etag") || first(body{value: after.items("grant_rules")}).str("principals") != "["+ada+"]" {
		t.Errorf("%s: want a new etag and the rule", after)
	}
	for _, stale := range []string{before.str("etag"), ""} {
		w.refused(409, "RESOURCE_CONFLICT", "Conflict with another RuleSet operation", "PUT", base+"/rule-sets", "", put(stale, manager, ada))
	}
	w.refused(400, "MALFORMED_REQUEST", "rule_set.etag", "PUT", base+"/rule-sets", "", put(nil, manager, ada))
	w.refused(400, "INVALID_PARAMETER_VALUE", "role", "PUT", base+"/rule-sets", "", put(after.str("etag"), "roles/group.manager", ada))
	w.refused(400, "INVALID_PARAMETER_VALUE", "principal", "PUT", base+"/rule-sets", "", put(after.str("etag"), manager, "ada"))
	w.refused(400, "MALFORMED_REQUEST", "etag", "GET", base+"/rule-sets?name="+url.QueryEscape(name), "", nil)
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "GET", base+"/rule-sets?etag=&name=accounts/"+w.account.ID+"/groups/1/ruleSets/default", "", nil)
	w.refused(400, "INVALID_PARAMETER_VALUE", "account", "GET", base+"/rule-sets?etag=&name=accounts/other/ruleSets/default", "", nil)
	w.refused(403, "PERMISSION_DENIED", "Invalid Request", "GET",
		"/api/2.0/preview/accounts/"+w.s.Account().ID+"/access-control/rule-sets?etag=&name=x", "", nil)
	if got := w.expect(200, "GET", get, "", nil); got.str("etag") != after.str("etag") {
		t.Errorf("%s: want the etag %s", got, after.str("etag"))
	}
	for _, named := range []string{resource, "accounts/" + w.account.ID + "/servicePrincipals/" + id} {
		roles := w.expect(200, "GET", base+"/assignable-roles?resource="+named, "", nil).items("roles")
		if len(roles) != 2 || (body{value: roles[0]}).str("name") != manager {
			t.Errorf("%v, want manager and user", roles)
		}
	}
}
