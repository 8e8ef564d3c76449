// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// restrictedPolicy is a policy that lets a network in and little out.
func restrictedPolicy(id string) object {
	return object{
		"network_policy_id": id,
		"egress": object{"network_access": object{
			"restriction_mode":              "RESTRICTED_ACCESS",
			"allowed_internet_destinations": []object{{"destination": "pypi.org", "internet_destination_type": "DNS_NAME"}},
			"allowed_storage_destinations":  []object{{"bucket_name": "b1", "region": region, "storage_destination_type": "AWS_S3"}},
		}},
		"ingress": object{"public_access": object{"restriction_mode": "RESTRICTED_ACCESS", "allow_rules": []object{{
			"label": "office", "origin": object{"included_ip_ranges": object{"ip_ranges": []string{"203.0.113.0/24"}}},
			"destination":    object{"all_destinations": true},
			"authentication": object{"identity_type": "IDENTITY_TYPE_ALL_USERS"},
		}}}},
	}
}

func TestNetworkPolicyLifecycle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := body{value: w.ok("GET", "/network-policies", nil).items("items")[0]}
	if first.str("network_policy_id") != "default-policy" || first.str("account_id") != w.account.ID || first.str("egress.network_access.restriction_mode") != "FULL_ACCESS" ||
		first.str("egress.network_access.policy_enforcement.enforcement_mode") != "ENFORCED" {
		t.Errorf("%v: want the default policy", first.value)
	}
	made := w.ok("POST", "/network-policies", restrictedPolicy("np-1"))
	for path, want := range map[string]string{
		"account_id": w.account.ID,
		"egress.network_access.policy_enforcement.enforcement_mode": "ENFORCED",
		"ingress.private_access.restriction_mode":                   "ALLOW_ALL_REGISTERED_ENDPOINTS",
		"ingress.public_access.restriction_mode":                    "RESTRICTED_ACCESS",
		"ingress.cross_workspace_access":                            "",
	} {
		if got := made.str(path); got != want {
			t.Errorf("%s %q, want %q", path, got, want)
		}
	}
	if got := w.ok("GET", "/network-policies/np-1", nil).String(); got != made.String() {
		t.Errorf("GET: %s, want %s", got, made)
	}
	path := w.path("/network-policies")
	w.refused(409, "ALREADY_EXISTS", "np-1", "POST", path, "", restrictedPolicy("np-1"))
	w.refused(409, "ALREADY_EXISTS", "default-policy", "POST", path, "", restrictedPolicy("default-policy"))
	w.refused(400, "INVALID_PARAMETER_VALUE", "network_policy_id", "POST", path, "", restrictedPolicy(strings.Repeat("x", 33)))
	w.refused(400, "MALFORMED_REQUEST", "network_policy_id", "POST", path, "", object{})
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "PUT", path+"/np-2", "", restrictedPolicy("np-2"))
	w.refused(400, "INVALID_PARAMETER_VALUE", "cannot be changed", "PUT", path+"/np-1", "", restrictedPolicy("np-2"))
	replaced := w.ok("PUT", "/network-policies/np-1", object{"egress": object{"network_access": object{"restriction_mode": "FULL_ACCESS"}}})
	if replaced.get("ingress") != nil || replaced.str("network_policy_id") != "np-1" {
		t.Errorf("%s: what PUT leaves out must be gone", replaced)
	}
	for i := range 12 {
		w.ok("POST", "/network-policies", restrictedPolicy(fmt.Sprint("p", i)))
	}
	if got, pages := w.walkPages("/network-policies?", "items"); got != 14 || pages != 2 {
		t.Errorf("%d policies on %d pages, want 14 on 2", got, pages)
	}
	w.refused(400, "INVALID_PARAMETER_VALUE", "cannot be deleted", "DELETE", path+"/default-policy", "", nil)
	w.ok("PUT", "/network-policies/default-policy", restrictedPolicy("default-policy"))
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "np-2", "DELETE", path+"/np-2", "", nil)
}

func TestWorkspaceNetworkOption(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	option := "/workspaces/" + id + "/network"
	if got := w.ok("GET", option, nil); got.str("network_policy_id") != "default-policy" || got.str("workspace_id") != id {
		t.Errorf("%s: want the default policy", got)
	}
	w.ok("POST", "/network-policies", restrictedPolicy("np-1"))
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "np-2", "PUT", w.path(option), "", object{"network_policy_id": "np-2"})
	w.refused(400, "MALFORMED_REQUEST", "network_policy_id", "PUT", w.path(option), "", object{})
	w.refused(400, "INVALID_PARAMETER_VALUE", "workspace_id", "PUT", w.path(option), "", object{"network_policy_id": "np-1", "workspace_id": 1})
	w.refused(404, "ENDPOINT_NOT_FOUND", "", "DELETE", w.path(option), "", nil)
	w.ok("PUT", option, object{"network_policy_id": "np-1"})
	if got := w.ok("GET", option, nil).str("network_policy_id"); got != "np-1" {
		t.Errorf("network_policy_id %s, want np-1", got)
	}
	// The policy is held until the assignment to another has settled.
	held := "assigned to one or more workspaces: " + id
	w.refused(400, "INVALID_STATE", held, "DELETE", w.path("/network-policies/np-1"), "", nil)
	w.ok("PUT", option, object{"network_policy_id": "default-policy"})
	w.refused(400, "INVALID_STATE", held, "DELETE", w.path("/network-policies/np-1"), "", nil)
	w.clock.pass(time.Second)
	w.ok("DELETE", "/network-policies/np-1", nil)
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "GET", w.path("/network-policies/np-1"), "", nil)
	// So it is after the workspace is gone.
	w.ok("POST", "/network-policies", restrictedPolicy("np-1"))
	w.ok("PUT", option, object{"network_policy_id": "np-1"})
	w.ok("DELETE", "/workspaces/"+id, nil)
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "GET", w.path(option), "", nil)
	w.refused(400, "INVALID_STATE", held, "DELETE", w.path("/network-policies/np-1"), "", nil)
	w.clock.pass(time.Second)
	w.ok("DELETE", "/network-policies/np-1", nil)
}

func TestNetworkPolicyConsistency(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	egress := func(access object) object { return object{"egress": object{"network_access": access}} }
	rule := func(origin, destination, authentication any) object {
		return object{"origin": origin, "destination": destination, "authentication": authentication}
	}
	all := object{"all_destinations": true}
	anywhere := object{"all_ip_ranges": true}
	ingress := func(kind, verb string, r object) object {
		return object{"ingress": object{kind: object{"restriction_mode": "RESTRICTED_ACCESS", verb: []object{r}}}}
	}
	public := func(r object) object { return ingress("public_access", "allow_rules", r) }
	ranges := func(kind string, values ...string) object { return object{kind: object{"ip_ranges": values}} }
	for i, test := range []struct {
		want string
		in   object
	}{
		{"egress.network_access.restriction_mode", egress(object{})},
		{"NO_ACCESS is not one of", egress(object{"restriction_mode": "NO_ACCESS"})},
		{"are for the restriction mode RESTRICTED_ACCESS", egress(object{"restriction_mode": "FULL_ACCESS", "allowed_databricks_destinations": []object{{"workspace_ids": []int{1}}}})},
		{"IP_RANGE is not one of", egress(object{"restriction_mode": "RESTRICTED_ACCESS", "blocked_internet_destinations": []object{{"destination": "x", "internet_destination_type": "IP_RANGE"}}})},
		{"bucket_name", egress(object{"restriction_mode": "RESTRICTED_ACCESS", "allowed_storage_destinations": []object{{"storage_destination_type": "AWS_S3"}}})},
		{"AZURE_STORAGE is not one of", egress(object{"restriction_mode": "RESTRICTED_ACCESS", "allowed_storage_destinations": []object{{"storage_destination_type": "AZURE_STORAGE"}}})},
		{"dry_run_mode_product_filter", egress(object{"restriction_mode": "RESTRICTED_ACCESS", "policy_enforcement": object{"dry_run_mode_product_filter": []string{"DBSQL"}}})},
		{"JOBS is not one of", egress(object{"restriction_mode": "RESTRICTED_ACCESS", "policy_enforcement": object{"enforcement_mode": "DRY_RUN", "dry_run_mode_product_filter": []string{"JOBS"}}})},
		{"workspace_ids", egress(object{"restriction_mode": "RESTRICTED_ACCESS", "allowed_databricks_destinations": []object{{}}})},
		{"destination", egress(object{"restriction_mode": "RESTRICTED_ACCESS", "allowed_internet_destinations": []object{{"internet_destination_type": "DNS_NAME"}}})},
		{"is not a region", egress(object{"restriction_mode": "RESTRICTED_ACCESS", "allowed_storage_destinations": []object{{"bucket_name": "b", "region": "xx", "storage_destination_type": "AWS_S3"}}})},
		{"WARN is not one of", egress(object{"restriction_mode": "RESTRICTED_ACCESS", "policy_enforcement": object{"enforcement_mode": "WARN"}})},
		{"unknown field", object{"ingres": object{}}},
		{"account_id", object{"account_id": "x"}},
		{"LEGACY_MODE is not one of", object{"ingress": object{"public_access": object{"restriction_mode": "LEGACY_MODE"}}}},
		{"FULL_ACCESS is not one of", object{"ingress_dry_run": object{"private_access": object{"restriction_mode": "FULL_ACCESS"}}}},
		{"rules cannot be set", object{"ingress": object{"public_access": object{"restriction_mode": "FULL_ACCESS", "deny_rules": []object{rule(anywhere, all, nil)}}}}},
		{"allow_rules.origin", public(object{"destination": all})},
		{"must be true", public(rule(object{"all_ip_ranges": false}, all, nil))},
		{"exactly one", public(rule(object{}, all, nil))},
		{"not an IPv4", public(rule(ranges("included_ip_ranges", "2001:db8::/32"), all, nil))},
		{"private range", public(rule(ranges("included_ip_ranges", "10.0.0.0/8"), all, nil))},
		{"ip_ranges", public(rule(ranges("excluded_ip_ranges"), all, nil))},
		{"set all_destinations, or", public(rule(anywhere, object{}, nil))},
		{"set all_destinations, or", public(rule(anywhere, object{"all_destinations": true, "workspace_ui": all}, nil))},
		{"must be true", public(rule(anywhere, object{"workspace_ui": object{}}, nil))},
		{"account-level", public(rule(anywhere, object{"account_ui": all}, nil))},
		{"not supported", public(rule(anywhere, object{"account_databricks_one": all}, nil))},
		{"scope_qualifier", public(rule(anywhere, object{"workspace_api": object{"scope_qualifier": "ALL"}}, nil))},
		{"identity_type", public(rule(anywhere, all, object{"identity_type": "EVERYONE"}))},
		{"identities go with", public(rule(anywhere, all, object{"identity_type": "IDENTITY_TYPE_SELECTED_IDENTITIES"}))},
		{"principal_id", public(rule(anywhere, all, object{"identity_type": "IDENTITY_TYPE_SELECTED_IDENTITIES", "identities": []object{{"principal_type": "PRINCIPAL_TYPE_USER"}}}))},
		{"must be true", ingress("cross_workspace_access", "deny_rules", rule(object{"all_source_workspaces": false}, all, nil))},
		{"principal_type", public(rule(anywhere, all, object{"identity_type": "IDENTITY_TYPE_SELECTED_IDENTITIES", "identities": []object{{"principal_id": 1}}}))},
		{"all_private_access is for deny rules", ingress("private_access", "allow_rules", rule(object{"all_private_access": true}, all, nil))},
		{"not for accounts on AWS", ingress("private_access", "deny_rules", rule(object{"azure_workspace_private_link": true}, all, nil))},
		{"endpoint_ids", ingress("private_access", "allow_rules", rule(object{"endpoints": object{"endpoint_ids": []string{}}}, all, nil))},
		{"is not registered", ingress("private_access", "allow_rules", rule(object{"endpoints": object{"endpoint_ids": []string{"x"}}}, all, nil))},
		{"workspace_ids", ingress("cross_workspace_access", "allow_rules", rule(object{"selected_workspaces": object{}}, all, nil))},
	} {
		test.in["network_policy_id"] = fmt.Sprint("np-", i)
		if status, b := w.do("POST", w.path("/network-policies"), "", test.in); status != 400 || !strings.Contains(b.str("message"), test.want) {
			t.Errorf("%v: %d %s, want 400 with %q", test.in, status, b, test.want)
		}
	}
	rest, _ := w.endpoints()
	for i, in := range []object{
		ingress("private_access", "deny_rules", rule(object{"all_private_access": true}, all, nil)),
		ingress("private_access", "allow_rules", rule(object{"endpoints": object{"endpoint_ids": []string{rest}}}, object{"workspace_api": object{"scopes": []string{"sql"}}}, nil)),
		ingress("cross_workspace_access", "allow_rules", rule(object{"all_source_workspaces": true}, all, nil)),
		{"ingress": object{"cross_workspace_access": object{"restriction_mode": "LEGACY_MODE"}}, "ingress_dry_run": restrictedPolicy("")["ingress"]},
	} {
		in["network_policy_id"] = fmt.Sprint("good-", i)
		w.ok("POST", "/network-policies", in)
	}
}
