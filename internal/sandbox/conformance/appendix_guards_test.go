// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package conformance_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

func TestAppendixA_DeleteGuards(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	refs := object{}
	for _, name := range []string{
		"credentials_id", "storage_configuration_id", "network_id", "private_access_settings_id", "storage_customer_managed_key_id",
		"network_connectivity_config_id",
	} {
		refs[name] = w.make(name)
	}
	id := w.workspace(refs)
	at := func(family, ref string) string { return "/" + family + "/" + fmt.Sprint(refs[ref]) }
	attached := map[string]string{
		at("credentials", "credentials_id"):                            "Cannot delete a credentials while it is attached to a workspace",
		at("storage-configurations", "storage_configuration_id"):       "Cannot delete a storage configuration while it is attached to a workspace",
		at("customer-managed-keys", "storage_customer_managed_key_id"): "Cannot delete a customer-managed key while it is attached to a workspace",
		at("private-access-settings", "private_access_settings_id"):    "Cannot delete a private access settings while it is attached to a workspace",
	}
	net, ncc := at("networks", "network_id"), at("network-connectivity-configs", "network_connectivity_config_id")
	bound := "Network Connectivity Config " + fmt.Sprint(refs["network_connectivity_config_id"]) +
		" is unable to be deleted because it is attached to one or more workspaces: " + id
	guarded := func(network, code string) {
		t.Helper()
		for path, text := range attached {
			w.refused(400, "MALFORMED_REQUEST", text, w.delete(path))
		}
		w.refused(400, "INVALID_STATE", bound, w.delete(ncc))
		w.refused(400, code, network, w.delete(net))
	}
	guarded("Unable to delete, Network is being used by active workspace "+id, "INVALID_STATE")
	w.ok(http.MethodDelete, "/workspaces/"+id, nil)
	// The references outlive the workspace.
	guarded("Cannot delete a network while it is attached to a workspace", "MALFORMED_REQUEST")
	w.clock.pass(time.Minute)
	for path := range attached {
		w.ok(http.MethodDelete, path, nil)
		w.refusedFor(404, "RESOURCE_DOES_NOT_EXIST", "", w.get(path))
	}
	for _, path := range []string{ncc, net} {
		w.ok(http.MethodDelete, path, nil)
		w.clock.pass(time.Minute)
		w.refusedFor(404, "RESOURCE_DOES_NOT_EXIST", "", w.get(path))
	}
}

func TestAppendixA_ConnectivityAndNetworkOption(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.make("network_connectivity_config_id"), w.make("network_connectivity_config_id")
	id := w.workspace(object{"network_connectivity_config_id": first})
	text := func(ncc string) string {
		return "Network Connectivity Config " + ncc + " is unable to be deleted because it is attached to one or more workspaces: " + id
	}
	w.refused(400, "INVALID_STATE", text(first), w.delete("/network-connectivity-configs/"+first))
	got := w.ok(http.MethodPatch, "/workspaces/"+id+"?update_mask=network_connectivity_config_id", object{"network_connectivity_config_id": second})
	if got.str("network_connectivity_config_id") != second {
		t.Errorf("%s: want the other configuration", got)
	}
	w.refused(400, "INVALID_STATE", text(second), w.delete("/network-connectivity-configs/"+second))
	w.refused(400, "INVALID_STATE", text(first), w.delete("/network-connectivity-configs/"+first))
	w.clock.pass(time.Minute)
	w.ok(http.MethodDelete, "/network-connectivity-configs/"+first, nil)

	option := "/workspaces/" + id + "/network"
	w.route(w.get(option))
	if got := w.ok(http.MethodGet, option, nil); got.str("network_policy_id") != "default-policy" || got.str("workspace_id") != id {
		t.Errorf("%s: want the default policy", got)
	}
	made := w.ok(http.MethodPost, "/network-policies", object{
		"network_policy_id": "np-1",
		"egress":            object{"network_access": object{"restriction_mode": "FULL_ACCESS"}},
		"ingress":           object{"public_access": object{"restriction_mode": "FULL_ACCESS"}},
	})
	if made.str("ingress.private_access.restriction_mode") != "ALLOW_ALL_REGISTERED_ENDPOINTS" {
		t.Errorf("%s: want what the server fills in", made)
	}
	w.ok(http.MethodPut, option, object{"network_policy_id": "np-1"})
	w.want(400, w.delete("/network-policies/np-1"))
	w.want(400, w.delete("/network-policies/default-policy"))
	w.ok(http.MethodPut, option, object{"network_policy_id": "default-policy"})
	w.want(400, w.delete("/network-policies/np-1"))
	w.clock.pass(time.Minute)
	w.ok(http.MethodDelete, "/network-policies/np-1", nil)
}

// route skips the rest of a test where the sandbox does not have a route yet.
// TestNotThereYet fails as soon as it does, and with it this is gone through.
func (w *world) route(r request) {
	w.t.Helper()
	if got := w.send(r); got.str("error_code") == "ENDPOINT_NOT_FOUND" {
		w.t.Skipf("%s %s is not there yet", r.method, r.path)
	}
}

func TestAppendixA_LogDelivery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.route(w.get("/log-delivery"))
	body := func(name string) object {
		return object{"log_delivery_configuration": object{
			"config_name": name, "log_type": "AUDIT_LOGS", "output_format": "JSON", "delivery_path_prefix": name,
			"credentials_id": w.id("credentials_id"), "storage_configuration_id": w.id("storage_configuration_id"),
		}}
	}
	made := w.ok(http.MethodPost, "/log-delivery", body("first"))
	if made.str("log_delivery_configuration.status") != "ENABLED" || made.str("log_delivery_configuration.log_delivery_status.status") == "" {
		t.Errorf("%s: want it enabled, with a status of its own", made)
	}
	path := "/log-delivery/" + made.str("log_delivery_configuration.config_id")
	w.ok(http.MethodPost, "/log-delivery", body("second"))
	w.want(400, w.post("/log-delivery", body("third")))
	if got := w.send(w.delete(path)); got.status != 404 && got.status != 405 {
		t.Errorf("DELETE: %s, want no such route", got)
	}
	w.ok(http.MethodPatch, path, object{"status": "DISABLED"})
	w.ok(http.MethodPost, "/log-delivery", body("third"))
	w.want(400, request{method: http.MethodPatch, path: w.path(path), in: object{"status": "ENABLED"}})
}

func TestAppendixA_SCIM(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.id("workspace_id")
	groups := "/api/2.0/preview/scim/v2/Groups"
	w.route(request{method: http.MethodGet, path: groups, workspace: id})
	for _, name := range []string{"users", "admins"} {
		got := w.in(id, 200, http.MethodGet, groups+"?filter=displayName%20eq%20%22"+name+"%22", nil)
		if got.str("Resources.0.displayName") != name || got.str("totalResults") != "1" {
			t.Errorf("%s: want the group %s", got, name)
		}
		if got := w.send(request{method: http.MethodDelete, path: groups + "/" + got.str("Resources.0.id"), workspace: id}); got.status < 400 {
			t.Errorf("%s: want the group %s to stay", got, name)
		}
	}
	made := w.send(request{method: http.MethodPost, path: groups, workspace: id, in: object{
		"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:Group"}, "displayName": "ops",
	}})
	if made.status >= 300 {
		t.Fatalf("POST: %s", made)
	}
	path := groups + "/" + made.str("id")
	patch := func(op object) {
		t.Helper()
		got := w.send(request{method: http.MethodPatch, path: path, workspace: id, in: object{
			"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": []object{op},
		}})
		if got.status >= 300 {
			t.Fatalf("PATCH: %s", got)
		}
	}
	patch(object{"op": "add", "path": "entitlements", "value": []object{{"value": "allow-cluster-create"}}})
	if got := w.in(id, 200, http.MethodGet, path, nil); got.str("entitlements.0.value") != "allow-cluster-create" {
		t.Errorf("%s: want the entitlement", got)
	}
	patch(object{"op": "remove", "path": `entitlements[value eq "allow-cluster-create"]`})
	if got := w.in(id, 200, http.MethodGet, path, nil); strings.Contains(got.raw, "allow-cluster-create") {
		t.Errorf("%s: want the entitlement gone", got)
	}
	got := w.in(id, 404, http.MethodGet, groups+"/42", nil)
	if got.str("schemas.0") != "urn:ietf:params:scim:api:messages:2.0:Error" || got.str("status") != "404" || got.str("detail") == "" {
		t.Errorf("%s: want a SCIM error", got)
	}
}

func TestAppendixA_FaultInjection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := w.path("/credentials")
	for _, status := range []int{429, 503, 500} {
		w.s.FailNext(sandbox.Fault{AccountID: w.account.ID, Method: http.MethodGet, Path: path, Status: status})
		if got := w.want(status, w.get("/credentials")); got.str("error_code") == "" || got.str("message") == "" {
			t.Errorf("%s: want a JSON error", got)
		}
		w.ok(http.MethodGet, "/credentials", nil)
	}
	// A queue for a route, of which the second is a text as old servers send it.
	text := "MALFORMED_REQUEST: Failed credential validation checks: please use a valid cross account IAM role with permissions setup correctly"
	w.s.FailNext(sandbox.Fault{AccountID: w.account.ID, Method: http.MethodPost, Path: path, Status: 500})
	w.s.FailNext(sandbox.Fault{AccountID: w.account.ID, Method: http.MethodPost, Path: path, Status: 400, Body: text})
	w.want(500, w.post("/credentials", credentials("role")))
	if got := w.want(400, w.post("/credentials", credentials("role"))); got.raw != text {
		t.Errorf("%s, want %s", got, text)
	}
	w.ok(http.MethodPost, "/credentials", credentials("role"))
	if got, ok := w.ok(http.MethodGet, "/credentials", nil).value.([]any); !ok || len(got) != 1 {
		t.Errorf("credentials %v, want those of the one request that was carried out", got)
	}
	// Accepted, then dropped: a repetition is a duplicate.
	w.s.FailNext(sandbox.Fault{AccountID: w.account.ID, Method: http.MethodPost, Path: path, AcceptThenDrop: true})
	in := w.post("/credentials", credentials("dropped"))
	if err := w.dropped(in); err == nil {
		t.Error("want no answer")
	}
	w.refused(409, "ALREADY_EXISTS", "Credential configuration name dropped already exists in this account. Try again with a unique name.", in)
}

// dropped sends a request that is not to be answered.
func (w *world) dropped(r request) error {
	w.t.Helper()
	req, err := w.encode(r)
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.ReadAll(resp.Body)
	return err
}

func TestAppendixA_Headers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.workspace(nil), w.workspace(nil)
	w.in(first, 200, http.MethodPost, "/api/2.0/token/create", object{"comment": "first"})
	for _, id := range []string{first, second} {
		me := w.in(id, 200, http.MethodGet, "/api/2.0/preview/scim/v2/Me?excludedAttributes=entitlements", nil)
		if got := me.header.Get("X-Databricks-Org-Id"); got != id {
			t.Errorf("X-Databricks-Org-Id %q, want %q", got, id)
		}
		list, _ := w.in(id, 200, http.MethodGet, "/api/2.0/token/list", nil).at("token_infos").([]any)
		if want := slices.Index([]string{second, first}, id); len(list) != want {
			t.Errorf("workspace %s has %d tokens, want %d", id, len(list), want)
		}
	}
	w.refusedFor(404, "ENDPOINT_NOT_FOUND", "Me", request{method: http.MethodGet, path: "/api/2.0/preview/scim/v2/Me"})
}
