// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

const secretsPath = "/api/2.0/secrets/"

func TestSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	scope := object{"scope": "app"}
	if got := w.in(id, "GET", secretsPath+"scopes/list", nil).String(); got != "{}\n" {
		t.Errorf("no scopes: %q, want {}", got)
	}
	w.in(id, "POST", secretsPath+"scopes/create", scope)
	w.refused(400, "RESOURCE_ALREADY_EXISTS", "Scope app already exists!", "POST", secretsPath+"scopes/create", id, scope)
	w.refused(400, "INVALID_PARAMETER_VALUE", "128", "POST", secretsPath+"scopes/create", id, object{"scope": "a/b"})
	w.refused(400, "INVALID_PARAMETER_VALUE", "users", "POST", secretsPath+"scopes/create", id, object{"scope": "x", "initial_manage_principal": "admins"})
	w.refused(400, "INVALID_PARAMETER_VALUE", "Azure", "POST", secretsPath+"scopes/create", id, object{"scope": "x", "scope_backend_type": "AZURE_KEYVAULT"})
	w.refused(400, "MALFORMED_REQUEST", "scope", "POST", secretsPath+"scopes/create", id, object{})

	put := func(in object) object { in["scope"] = "app"; return in }
	w.in(id, "POST", secretsPath+"put", put(object{"key": "k", "string_value": "hunter2"}))
	w.in(id, "POST", secretsPath+"put", put(object{"key": "b", "bytes_value": base64.StdEncoding.EncodeToString([]byte("swordfish"))}))
	if got := w.in(id, "GET", secretsPath+"get?scope=app&key=k", nil).str("value"); got != base64.StdEncoding.EncodeToString([]byte("hunter2")) {
		t.Errorf("value %q, want hunter2 in base64", got)
	}
	w.refused(400, "INVALID_PARAMETER_VALUE", "Either", "POST", secretsPath+"put", id, put(object{"key": "k"}))
	w.refused(400, "INVALID_PARAMETER_VALUE", "Either", "POST", secretsPath+"put", id, put(object{"key": "k", "string_value": "a", "bytes_value": "YQ=="}))
	w.refused(400, "INVALID_PARAMETER_VALUE", "base64", "POST", secretsPath+"put", id, put(object{"key": "k", "bytes_value": "?"}))
	w.refused(400, "INVALID_PARAMETER_VALUE", "131072", "POST", secretsPath+"put", id, put(object{"key": "k", "string_value": strings.Repeat("x", 128<<10+1)}))
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "Scope none does not exist!", "GET", secretsPath+"list?scope=none", id, nil)
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "key: none", "GET", secretsPath+"get?scope=app&key=none", id, nil)
	w.refused(400, "MALFORMED_REQUEST", "key", "GET", secretsPath+"get?scope=app", id, nil)
	list := w.in(id, "GET", secretsPath+"list?scope=app", nil)
	if len(list.items("secrets")) != 2 || strings.Contains(list.String(), "value") {
		t.Errorf("%s: want two keys and no value", list)
	}
	w.in(id, "POST", secretsPath+"delete", put(object{"key": "b"}))
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "key: b", "POST", secretsPath+"delete", id, put(object{"key": "b"}))
	w.in(id, "POST", secretsPath+"scopes/delete", scope)
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "app", "POST", secretsPath+"scopes/delete", id, scope)
}

// TestSecretsStayOutOfLogs looks for values in both forms, on the right route
// and on a wrong one, in requests that succeed and in one that is refused.
func TestSecretsStayOutOfLogs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	w.in(id, "POST", secretsPath+"scopes/create", object{"scope": "app"})
	encoded := base64.StdEncoding.EncodeToString([]byte("swordfish"))
	w.in(id, "POST", secretsPath+"put", object{"scope": "app", "key": "k", "string_value": "hunter2"})
	w.in(id, "POST", secretsPath+"put", object{"scope": "app", "key": "k", "bytes_value": encoded})
	w.expect(400, "POST", secretsPath+"put", id, object{"scope": "app", "key": "k", "string_value": []string{"hunter2"}})
	w.expect(404, "POST", "/api/2.0/preview/secrets/put", id, object{"scope": "app", "key": "k", "string_value": "hunter2"})
	puts := 0
	for _, r := range w.s.Requests() {
		if strings.HasSuffix(r.Path, "/secrets/put") && strings.Contains(r.Body, `"key":"k"`) {
			puts++
		}
		if strings.Contains(r.Body, "hunter2") || strings.Contains(r.Body, encoded) || strings.Contains(r.Query, "hunter2") {
			t.Errorf("request %d keeps a secret: %s", r.Seq, r.Body)
		}
	}
	if puts != 4 {
		t.Errorf("%d requests are on record with their keys, want 4", puts)
	}
}

func TestSecretACLs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	app := w.s.AddServicePrincipal(w.account.ID, number(t, id), "robot")
	w.in(id, "POST", "/api/2.0/token/create", object{})
	w.in(id, "PATCH", tokenACL, grants(canUse("service_principal_name", app)))
	token := w.in(id, "POST", oboPath, object{"application_id": app}).str("token_value")
	w.in(id, "POST", secretsPath+"scopes/create", object{"scope": "app"})
	w.in(id, "POST", secretsPath+"put", object{"scope": "app", "key": "k", "string_value": "v"})
	if got := w.in(id, "GET", secretsPath+"acls/get?scope=app&principal="+w.account.ClientID, nil).str("permission"); got != "MANAGE" {
		t.Errorf("permission of the creator %q, want MANAGE", got)
	}
	acl := func(principal, permission string) object {
		return object{"scope": "app", "principal": principal, "permission": permission}
	}
	get := secretsPath + "get?scope=app&key=k"
	put := object{"scope": "app", "key": "l", "string_value": "w"}
	w.as(token, func() {
		w.refused(403, "PERMISSION_DENIED", "READ", "GET", get, id, nil)
		if got := w.in(id, "GET", secretsPath+"scopes/list", nil).String(); got != "{}\n" {
			t.Errorf("%s: want no scope to be seen", got)
		}
	})
	w.in(id, "POST", secretsPath+"acls/put", acl("users", "READ"))
	w.as(token, func() {
		w.in(id, "GET", get, nil)
		w.refused(403, "PERMISSION_DENIED", "WRITE", "POST", secretsPath+"put", id, put)
	})
	w.in(id, "POST", secretsPath+"acls/put", acl(app, "WRITE"))
	w.as(token, func() {
		w.in(id, "POST", secretsPath+"put", put)
		w.refused(403, "PERMISSION_DENIED", "MANAGE", "POST", secretsPath+"acls/put", id, acl(app, "MANAGE"))
	})
	if got := w.in(id, "GET", secretsPath+"acls/list?scope=app", nil); len(got.items("items")) != 3 {
		t.Errorf("%s: want three entries", got)
	}
	w.refused(400, "INVALID_PARAMETER_VALUE", "OWN", "POST", secretsPath+"acls/put", id, acl("users", "OWN"))
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "nobody", "POST", secretsPath+"acls/put", id, acl("nobody", "READ"))
	w.in(id, "POST", secretsPath+"acls/delete", object{"scope": "app", "principal": app})
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", app, "GET", secretsPath+"acls/get?scope=app&principal="+app, id, nil)
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", app, "POST", secretsPath+"acls/delete", id, object{"scope": "app", "principal": app})
}

// TestEveryWorkspaceRouteIsGuarded asks each family from outside: IP access
// lists and private access come before any route.
func TestEveryWorkspaceRouteIsGuarded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	private := w.ok("POST", "/private-access-settings", object{
		"private_access_settings_name": "private", "region": region, "public_access_enabled": false,
	}).str("private_access_settings_id")
	listed := w.workspace("listed", nil)
	hidden := w.workspace("hidden", object{"private_access_settings_id": private})
	paths := []string{
		confPath + "?keys=enableDcs", lists, settingPath("restrict_workspace_admins"), "/api/2.1/settings/restrict_workspace_admins",
		"/api/2.1/settings-metadata", "/api/2.0/token/list", managed, tokenACL, "/api/2.0/permissions/authorization/passwords",
		permissionsPath + "directories/0", policies + "list", "/api/2.0/policy-families", "/api/2.0/global-init-scripts",
		scimPath + "Me", scimPath + "Users", scimPath + "Groups", scimPath + "ServicePrincipals", secretsPath + "scopes/list",
		"/api/2.0/sql/config/warehouses", unity + "metastore_summary", unity + "artifact-allowlists/INIT_SCRIPT", unity + "catalogs",
		unity + "bindings/catalog/system", "/api/2.0/no-such-route",
	}
	w.in(listed, "POST", lists, object{"label": "office", "list_type": "ALLOW", "ip_addresses": []string{"203.0.113.0/24"}})
	w.in(listed, "PATCH", confPath, object{"enableIpAccessLists": "true"})
	w.s.SetCaller(w.account.ID, sandbox.Caller{Address: outsideAddress})
	client := plainClient(t)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, path := range paths {
		for _, method := range []string{"GET", "DELETE"} {
			w.refused(403, "403", "is blocked by Databricks IP ACL for workspace: "+listed, method, path, listed, nil)
			if status, b := send(t, client, w.request(method, path, hidden, nil)); status != http.StatusFound {
				t.Errorf("%s %s: %d %s, want a redirect to the login page", method, path, status, b)
			}
		}
	}
}
