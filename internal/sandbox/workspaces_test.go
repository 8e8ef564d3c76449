// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"maps"
	"net/http"
	"testing"
	"time"
)

func TestWorkspaceLifecycle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cred := w.ok("POST", "/credentials", credentialBody("role")).str("credentials_id")
	stor := w.ok("POST", "/storage-configurations", storageBody("root")).str("storage_configuration_id")
	net := w.ok("POST", "/networks", networkBody("net-1", nil))
	if got := net.str("vpc_status"); got != "UNATTACHED" {
		t.Errorf("vpc_status %s, want UNATTACHED", got)
	}
	made := w.ok("POST", "/workspaces", object{
		"workspace_name": "finance", "aws_region": region, "credentials_id": cred, "storage_configuration_id": stor,
		"network_id": net.str("network_id"), "custom_tags": object{"team": "x"},
	})
	path := "/workspaces/" + made.str("workspace_id")
	if got := made.str("workspace_status"); got != "NOT_PROVISIONED" {
		t.Errorf("status %s, want NOT_PROVISIONED", got)
	}
	w.clock.pass(time.Second)
	if got := w.ok("GET", path, nil).str("workspace_status"); got != "PROVISIONING" {
		t.Errorf("status %s, want PROVISIONING", got)
	}
	w.refused(400, "INVALID_STATE", "PROVISIONING", "PATCH", w.path(path)+"?update_mask=custom_tags", "", object{"custom_tags": object{"a": "b"}})
	w.clock.pass(4 * time.Second)
	running := w.ok("GET", path, nil)
	if got := running.str("workspace_status"); got != "RUNNING" {
		t.Errorf("status %s, want RUNNING", got)
	}
	if got := running.str("pricing_tier"); got != "ENTERPRISE" {
		t.Errorf("pricing_tier %s, want ENTERPRISE", got)
	}
	if got := w.ok("GET", "/networks/"+net.str("network_id"), nil).str("vpc_status"); got != "VALID" {
		t.Errorf("vpc_status %s, want VALID", got)
	}

	w.refused(400, "INVALID_STATE", "Unable to delete, Network is being used by active workspace "+made.str("workspace_id"),
		"DELETE", w.path("/networks/"+net.str("network_id")), "", nil)
	w.refused(400, "MALFORMED_REQUEST", "Cannot delete a credentials while it is attached to a workspace", "DELETE", w.path("/credentials/"+cred), "", nil)
	w.ok("DELETE", path, nil)
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "GET", w.path(path), "", nil)
	w.refused(400, "MALFORMED_REQUEST", "Cannot delete a network while it is attached to a workspace",
		"DELETE", w.path("/networks/"+net.str("network_id")), "", nil)
	w.refused(400, "MALFORMED_REQUEST", "while it is attached to a workspace", "DELETE", w.path("/storage-configurations/"+stor), "", nil)
	w.clock.pass(2 * time.Second)
	w.ok("DELETE", "/networks/"+net.str("network_id"), nil)
	w.ok("GET", "/networks/"+net.str("network_id"), nil)
	w.clock.pass(2 * time.Second)
	w.expect(http.StatusNotFound, "GET", w.path("/networks/"+net.str("network_id")), "", nil)
	w.ok("DELETE", "/credentials/"+cred, nil)
	w.ok("DELETE", "/storage-configurations/"+stor, nil)
	if got := w.ok("GET", "/networks", nil).String(); got != "[]\n" {
		t.Errorf("GET networks: %q, want a bare empty array", got)
	}
}

func TestWorkspaceCreateRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cred := w.ok("POST", "/credentials", credentialBody("role")).str("credentials_id")
	stor := w.ok("POST", "/storage-configurations", storageBody("root")).str("storage_configuration_id")
	for _, test := range []struct {
		name, code, message string
		status              int
		change              object
	}{
		{"no name", "MALFORMED_REQUEST", "workspace_name", 400, object{"workspace_name": ""}},
		{"no credentials", "MALFORMED_REQUEST", "credentials_id", 400, object{"credentials_id": ""}},
		{"unknown credentials", "MALFORMED_REQUEST", "Invalid credentialsId", 400, object{"credentials_id": "x"}},
		{"unknown network", "MALFORMED_REQUEST", "Invalid networkId", 400, object{"network_id": "x"}},
		{"unknown field", "MALFORMED_REQUEST", "unknown field", 400, object{"no_such_field": "x"}},
		{"region", "INVALID_PARAMETER_VALUE", "region", 400, object{"aws_region": "xx-west-1"}},
		{"tier", "INVALID_PARAMETER_VALUE", "pricing tier", 400, object{"pricing_tier": "GOLD"}},
		{"deployment name", "MALFORMED_REQUEST", "Deployment name cannot be used until a deployment name prefix is defined", 400, object{"deployment_name": "x"}},
		{"serverless", "INVALID_PARAMETER_VALUE", "SERVERLESS", 400, object{"compute_mode": "SERVERLESS"}},
	} {
		request := object{"workspace_name": "ws", "aws_region": region, "credentials_id": cred, "storage_configuration_id": stor}
		maps.Copy(request, test.change)
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in := &world{t: t, s: w.s, clock: w.clock, account: w.account, token: w.token}
			in.refused(test.status, test.code, test.message, "POST", w.path("/workspaces"), "", request)
		})
	}
}

func TestWorkspaceUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.ok("POST", "/networks", networkBody("net-1", nil)).str("network_id")
	second := w.ok("POST", "/networks", networkBody("net-2", nil)).str("network_id")
	path := w.path("/workspaces/" + w.workspace("ws", object{"network_id": first}))
	patch := func(mask string) string { return path + "?update_mask=" + mask }

	w.refused(400, "INVALID_PARAMETER_VALUE", "Update mask must be specified.", "PATCH", path, "", object{"network_id": second})
	w.refused(400, "INVALID_PARAMETER_VALUE", "cannot be updated", "PATCH", patch("workspace_name"), "", object{"workspace_name": "x"})
	w.refused(400, "INVALID_PARAMETER_VALUE", "not in the update mask", "PATCH", patch("network_id"), "", object{"network_id": second, "credentials_id": "x"})
	w.refused(400, "INVALID_PARAMETER_VALUE", "cannot be removed", "PATCH", patch("network_id"), "", object{})
	w.refused(400, "INVALID_STATE", "storage configuration", "PATCH", patch("storage_configuration_id"), "", object{"storage_configuration_id": "x"})
	w.refused(400, "MALFORMED_REQUEST", "Invalid networkId", "PATCH", patch("network_id"), "", object{"network_id": "x"})

	// The change arrives in the background, and the old network is held for a while.
	got := w.expect(200, "PATCH", patch("network_id"), "", object{"network_id": second})
	if got.str("network_id") != first || got.str("workspace_status") != "RUNNING" {
		t.Errorf("%s: want the old network for now, and RUNNING", got)
	}
	w.clock.pass(1500 * time.Millisecond)
	if got := w.expect(200, "GET", path, "", nil).str("network_id"); got != second {
		t.Errorf("network_id %s, want %s", got, second)
	}
	w.refused(400, "MALFORMED_REQUEST", "while it is attached to a workspace", "DELETE", w.path("/networks/"+first), "", nil)
	w.clock.pass(time.Second)
	w.ok("DELETE", "/networks/"+first, nil)

	pas := w.ok("POST", "/private-access-settings", object{"private_access_settings_name": "pas-1", "region": region}).str("private_access_settings_id")
	w.expect(200, "PATCH", patch("private_access_settings_id"), "", object{"private_access_settings_id": pas})
	w.refused(400, "INVALID_PARAMETER_VALUE", "cannot remove private access setting from workspace", "PATCH", patch("private_access_settings_id"), "", object{})

	w.expect(200, "PATCH", patch("custom_tags"), "", object{"custom_tags": object{"a": "b"}})
	if got := w.expect(200, "PATCH", patch("custom_tags"), "", object{"custom_tags": object{}}).str("custom_tags.a"); got != "b" {
		t.Errorf("custom_tags.a %q: an empty map must change nothing", got)
	}

	var keys []string
	for _, name := range []string{"k-1", "k-2"} {
		keys = append(keys, w.ok("POST", "/customer-managed-keys", object{
			"aws_key_info": object{"key_arn": "arn:aws:kms:eu-west-1:123456789012:key/" + name}, "use_cases": []string{"STORAGE", "MANAGED_SERVICES"},
		}).str("customer_managed_key_id"))
	}
	for _, key := range keys {
		w.expect(200, "PATCH", patch("managed_services_customer_managed_key_id"), "", object{"managed_services_customer_managed_key_id": key})
	}
	storage := "storage_customer_managed_key_id"
	w.expect(200, "PATCH", patch(storage), "", object{storage: keys[0]})
	w.refused(400, "INVALID_STATE", "can be added, not changed", "PATCH", patch(storage), "", object{storage: keys[1]})
}

func TestFailedWorkspaceCanBeFixed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	broken := w.ok("POST", "/networks", networkBody("net-1", nil)).str("network_id")
	w.s.FailProvisioning(w.account.ID, "Subnet subnet-1 has no route to the internet")
	id := w.workspace("ws", object{"network_id": broken})
	got := w.ok("GET", "/workspaces/"+id, nil)
	if got.str("workspace_status") != "FAILED" || got.str("workspace_status_message") != "Subnet subnet-1 has no route to the internet" {
		t.Errorf("%s: want FAILED with the message", got)
	}
	if got := w.ok("GET", "/networks/"+broken, nil).str("vpc_status"); got != "BROKEN" {
		t.Errorf("vpc_status %s, want BROKEN", got)
	}
	w.expect(503, "GET", "/api/2.0/workspace-conf?keys=enableDcs", id, nil)
	fixed := w.ok("POST", "/networks", networkBody("net-2", nil)).str("network_id")
	got = w.expect(200, "PATCH", w.path("/workspaces/"+id)+"?update_mask=network_id", "", object{"network_id": fixed})
	if got.str("workspace_status") != "PROVISIONING" && got.str("workspace_status") != "NOT_PROVISIONED" {
		t.Errorf("status %s, want PROVISIONING", got.str("workspace_status"))
	}
	w.clock.pass(5 * time.Second)
	if got := w.ok("GET", "/workspaces/"+id, nil).str("workspace_status"); got != "RUNNING" {
		t.Errorf("status %s, want RUNNING", got)
	}
	w.in(id, "GET", "/api/2.0/workspace-conf?keys=enableDcs", nil)
}
