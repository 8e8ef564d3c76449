// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package conformance_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

func TestAppendixA_DiscoveryAndOIDC(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	anonymous := func(path, workspace string) answer {
		t.Helper()
		return w.want(http.StatusOK, request{method: http.MethodGet, path: path, workspace: workspace, anonymous: true})
	}
	base := w.s.AccountURL()
	got := anonymous("/.well-known/databricks-config", "")
	if got.str("oidc_endpoint") != base+"/oidc/accounts/{account_id}" || got.str("host_type") != "account" || got.str("cloud") != "AWS" {
		t.Errorf("%s: want the metadata of an account host, with braces", got)
	}
	got = anonymous("/oidc/accounts/"+w.account.ID+"/.well-known/oauth-authorization-server", "")
	if got.str("token_endpoint") != base+"/oidc/accounts/"+w.account.ID+"/v1/token" || got.str("authorization_endpoint") == "" {
		t.Errorf("%s: want the token endpoint of the account", got)
	}
	id := w.id("workspace_id")
	if got := anonymous("/oidc/.well-known/oauth-authorization-server", id); got.str("token_endpoint") != base+"/oidc/v1/token" {
		t.Errorf("%s: want the token endpoint of the workspace", got)
	}
	if got := anonymous("/.well-known/databricks-config", id); got.str("workspace_id") != id || got.str("host_type") != "workspace" {
		t.Errorf("%s: want the metadata of a workspace host", got)
	}
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"all-apis"}}
	for path, workspace := range map[string]string{"/oidc/accounts/" + w.account.ID + "/v1/token": "", "/oidc/v1/token": id} {
		got := w.want(http.StatusOK, request{method: http.MethodPost, path: path, workspace: workspace, form: form, basic: true})
		if got.str("access_token") == "" || got.str("token_type") != "Bearer" || got.str("scope") != "all-apis" || got.str("expires_in") != "3600" {
			t.Errorf("%s: want a token for an hour", got)
		}
		bad := w.want(http.StatusUnauthorized, request{method: http.MethodPost, path: path, workspace: workspace, form: form, anonymous: true})
		if bad.str("error") != "invalid_client" {
			t.Errorf("%s: want invalid_client", bad)
		}
	}
	text := "Credential was not sent or was of an unsupported type for this API."
	w.refused(401, "UNAUTHENTICATED", text, request{method: http.MethodGet, path: w.path("/credentials"), anonymous: true})
	w.refused(401, "UNAUTHENTICATED", text, request{method: http.MethodGet, path: "/api/2.0/ip-access-lists", workspace: id, anonymous: true})
}

func TestAppendixA_UnknownRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.id("workspace_id")
	for _, r := range []request{
		w.get("/nothing"), {method: http.MethodGet, path: "/"}, {method: http.MethodPut, path: w.path("/credentials"), in: object{}},
		{method: http.MethodGet, path: "/api/9.9/nothing", workspace: id},
		{method: http.MethodDelete, path: "/api/2.0/workspace-conf", workspace: id},
		{method: http.MethodGet, path: "/api/2.0/settings/types/nothing/names/default", workspace: id},
	} {
		w.refusedFor(404, "ENDPOINT_NOT_FOUND", r.path, r)
	}
}

func TestAppendixA_AccountIDMismatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for template, methods := range there {
		if !strings.HasPrefix(template, accountAPI) {
			continue
		}
		for _, other := range []string{w.s.Account().ID, unknown("")} {
			path := strings.Replace(w.fill(template, unknown), w.account.ID, other, 1)
			for method := range strings.FieldsSeq(methods) {
				w.refused(403, "PERMISSION_DENIED", "Invalid Request", request{method: method, path: path, in: object{}})
			}
		}
	}
}

func TestAppendixA_VPCEndpointAcceptance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for service, use := range map[string]string{restService: "WORKSPACE_ACCESS", relayService: "DATAPLANE_RELAY_ACCESS"} {
		made := w.ok(http.MethodPost, "/vpc-endpoints", w.endpoint(service))
		if made.str("state") != "pendingAcceptance" || made.str("use_case") != use || made.str("aws_account_id") == "" ||
			!strings.HasPrefix(made.str("aws_endpoint_service_id"), "vpce-svc-") {
			t.Errorf("%s: want a pending endpoint for %s", made, use)
		}
		w.clock.pass(10 * time.Second)
		if got := w.ok(http.MethodGet, "/vpc-endpoints/"+made.str("vpc_endpoint_id"), nil); got.str("state") != "available" {
			t.Errorf("%s: want it available", got)
		}
	}
	w.s.SetTier(w.account.ID, "PREMIUM")
	w.refused(403, "PERMISSION_DENIED", "Feature cannot be accessed. Account "+w.account.ID+
		" does not have one of required pricing tier(s) ENTERPRISE.", w.get("/vpc-endpoints"))
}

// privateNetwork makes a network with endpoints.
func (w *world) privateNetwork() string {
	w.t.Helper()
	in := network(w.unique("private"), object{"rest_api": []string{w.make("rest_api")}, "dataplane_relay": []string{w.make("dataplane_relay")}})
	id := w.ok(http.MethodPost, "/networks", in).str("network_id")
	w.clock.pass(10 * time.Second)
	return id
}

func TestAppendixA_WorkspaceValidation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	with := func(field string, value any) request {
		in := w.bare()
		in[field] = value
		return w.post("/workspaces", in)
	}
	w.refused(400, "MALFORMED_REQUEST", "Missing required parameters: use_cases",
		w.post("/customer-managed-keys", object{"aws_key_info": object{"key_arn": keyARN}}))
	composite := w.account.ID + "/" + w.make("customer_managed_key_id")
	w.refused(400, "MALFORMED_REQUEST", "Invalid customerManagedKeyId: "+composite, with("storage_customer_managed_key_id", composite))
	services := w.ok(http.MethodPost, "/customer-managed-keys", key("MANAGED_SERVICES")).str("customer_managed_key_id")
	w.refusedFor(400, "MALFORMED_REQUEST", "STORAGE", with("storage_customer_managed_key_id", services))
	w.refused(400, "MALFORMED_REQUEST", "Deployment name cannot be used until a deployment name prefix is defined", with("deployment_name", "x"))

	// A network is for one workspace, and its subnets for one network.
	taken := w.make("network_id")
	w.workspace(object{"network_id": taken})
	w.refusedFor(400, "MALFORMED_REQUEST", taken, with("network_id", taken))
	again := network("other", nil)
	again["subnet_ids"] = w.ok(http.MethodGet, "/networks/"+taken, nil).at("subnet_ids")
	w.refusedFor(400, "INVALID_PARAMETER_VALUE", "already used", w.post("/networks", again))
	private := w.privateNetwork()
	w.refusedFor(400, "MALFORMED_REQUEST", "Private access settings are required", with("network_id", private))
	in := w.bare()
	in["network_id"], in["private_access_settings_id"] = private, w.make("private_access_settings_id")
	w.ok(http.MethodPost, "/workspaces", in)
}

// TestAppendixA_WorkspaceValidationAWS is the part that asks AWS.
func TestAppendixA_WorkspaceValidationAWS(t *testing.T) {
	t.Parallel()
	moto, err := exec.LookPath("moto_server")
	if err != nil {
		t.Skip("moto_server is not on PATH")
	}
	w := join(t, start(t, sandbox.Config{Moto: moto}), nil)
	w.refused(400, "MALFORMED_REQUEST",
		"Failed credential validation checks: please use a valid cross account IAM role with permissions setup correctly.",
		w.post("/credentials", credentials("role")))
}

func TestAppendixA_WorkspaceLifecycle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	in := w.bare()
	in["network_id"] = w.make("network_id")
	made := w.ok(http.MethodPost, "/workspaces", in)
	path := "/workspaces/" + made.str("workspace_id")
	var seen []string
	for range 20 {
		if status := w.ok(http.MethodGet, path, nil).str("workspace_status"); len(seen) == 0 || seen[len(seen)-1] != status {
			seen = append(seen, status)
		}
		w.clock.pass(400 * time.Millisecond)
	}
	if got := fmt.Sprint(seen); got != "[NOT_PROVISIONED PROVISIONING RUNNING]" {
		t.Errorf("statuses %s", got)
	}
	if got := w.ok(http.MethodGet, "/networks/"+fmt.Sprint(in["network_id"]), nil); got.str("vpc_status") != "VALID" ||
		got.str("workspace_id") != made.str("workspace_id") {
		t.Errorf("%s: want a valid network with its workspace", got)
	}
	w.ok(http.MethodDelete, path, nil)
	w.refusedFor(404, "RESOURCE_DOES_NOT_EXIST", made.str("workspace_id"), w.get(path))

	w.s.FailProvisioning(w.account.ID, "No route")
	broken := w.make("network_id")
	failed := w.workspace(object{"network_id": broken})
	if got := w.ok(http.MethodGet, "/workspaces/"+failed, nil); got.str("workspace_status") != "FAILED" || got.str("workspace_status_message") != "No route" {
		t.Errorf("%s: want FAILED", got)
	}
	got := w.ok(http.MethodGet, "/networks/"+broken, nil)
	if got.str("vpc_status") != "BROKEN" || got.str("error_messages.0.error_type") != "subnet" || got.str("error_messages.0.error_message") != "No route" {
		t.Errorf("%s: want BROKEN with the message", got)
	}
}

func TestAppendixA_PatchMasks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace(nil)
	patch := func(mask string, in object) request {
		path := w.path("/workspaces/" + id)
		if mask != "" {
			path += "?update_mask=" + mask
		}
		return request{method: http.MethodPatch, path: path, in: in}
	}
	w.refused(400, "INVALID_PARAMETER_VALUE", "Update mask must be specified.", patch("", object{"credentials_id": "x"}))
	w.refusedFor(400, "INVALID_PARAMETER_VALUE", "not in the update mask", patch("network_id", object{"network_id": w.make("network_id"), "credentials_id": "x"}))
	for _, field := range []string{"workspace_name", "deployment_name", "aws_region", "pricing_tier", "compute_mode"} {
		w.refusedFor(400, "INVALID_PARAMETER_VALUE", field, patch(field, object{field: "x"}))
	}
	pas := w.make("private_access_settings_id")
	w.want(200, patch("private_access_settings_id", object{"private_access_settings_id": pas}))
	w.refused(400, "INVALID_PARAMETER_VALUE", "cannot remove private access setting from workspace", patch("private_access_settings_id", object{}))
	w.want(200, patch("network_connectivity_config_id", object{"network_connectivity_config_id": w.make("network_connectivity_config_id")}))
	w.refusedFor(400, "INVALID_PARAMETER_VALUE", "cannot be removed", patch("network_connectivity_config_id", object{}))
	w.refusedFor(400, "INVALID_STATE", "storage configuration", patch("storage_configuration_id", object{"storage_configuration_id": w.make("storage_configuration_id")}))
	storageKey := "storage_customer_managed_key_id"
	w.want(200, patch(storageKey, object{storageKey: w.make(storageKey)}))
	w.refusedFor(400, "INVALID_STATE", "storage key", patch(storageKey, object{storageKey: w.make(storageKey)}))
	services := "managed_services_customer_managed_key_id"
	for range 2 {
		w.want(200, patch(services, object{services: w.make(services)}))
	}
	w.want(200, patch("custom_tags", object{"custom_tags": object{"a": "b"}}))
	if got := w.want(200, patch("custom_tags", object{"custom_tags": object{}})); got.str("custom_tags.a") != "b" {
		t.Errorf("%s: an empty map must change nothing", got)
	}
	// A failed workspace takes what a running one does not.
	w.s.FailProvisioning(w.account.ID, "No route")
	id = w.workspace(nil)
	w.want(200, patch("storage_configuration_id", object{"storage_configuration_id": w.make("storage_configuration_id")}))
	w.refusedFor(400, "INVALID_STATE", "PROVISION", patch("custom_tags", object{"custom_tags": object{"a": "b"}}))
}
