// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package conformance_test

import (
	"encoding/json"
	"net/http"
	"net/url"
)

// makeIdentity makes what stands for people and programs, and what is theirs.
func (w *world) makeIdentity(name string) string {
	w.t.Helper()
	switch name {
	case "group_id":
		return w.scim("Groups", object{"displayName": w.unique("group"), "externalId": "x"})
	case "user_id", "principal_id":
		return w.scim("Users", object{"displayName": "me", "userName": w.unique("me") + "@example.com"})
	case "service_principal_id":
		return w.scim("ServicePrincipals", object{"displayName": w.unique("sp")})
	case "secret_id":
		return w.ok(http.MethodPost, "/servicePrincipals/"+w.id("service_principal_id")+"/credentials/secrets", object{}).str("id")
	case "storage_credential_name", "storage_root_credential_id":
		field := map[string]string{"storage_credential_name": "name", "storage_root_credential_id": "id"}[name]
		in := object{"credential_info": object{"name": w.unique("credential"), "aws_iam_role": object{"role_arn": roleARN}}}
		return w.ok(http.MethodPost, "/metastores/"+w.id("metastore_id")+"/storage-credentials", in).str("credential_info." + field)
	}
	return w.makeGuard(name)
}

// makeGuard makes what watches and restricts.
func (w *world) makeGuard(name string) string {
	w.t.Helper()
	switch name {
	case "network_policy_id":
		id := w.unique("np")
		return w.ok(http.MethodPost, "/network-policies", object{
			"network_policy_id": id, "egress": object{"network_access": object{
				"restriction_mode":              "RESTRICTED_ACCESS",
				"allowed_internet_destinations": []object{{"destination": "pypi.org", "internet_destination_type": "DNS_NAME"}},
				"allowed_storage_destinations":  []object{{"bucket_name": "b1", "region": region, "storage_destination_type": "AWS_S3"}},
			}},
			"ingress": object{"public_access": object{"restriction_mode": "FULL_ACCESS"}},
		}).str(name)
	case "log_delivery_configuration_id":
		return w.ok(http.MethodPost, "/log-delivery", object{"log_delivery_configuration": object{
			"config_name": w.unique("logs"), "log_type": "BILLABLE_USAGE", "output_format": "CSV", "delivery_path_prefix": "a/b",
			"delivery_start_time": "2020-10", "status": "ENABLED", "workspace_ids_filter": []json.Number{json.Number(w.id("workspace_id"))},
			"credentials_id": w.make("credentials_id"), "storage_configuration_id": w.make("storage_configuration_id"),
		}}).str("log_delivery_configuration.config_id")
	case "private_endpoint_rule_id":
		return w.ok(http.MethodPost, "/network-connectivity-configs/"+w.id("network_connectivity_config_id")+"/private-endpoint-rules",
			object{"endpoint_service": "com.amazonaws." + region + ".s3", "resource_names": []string{"bucket-a"}}).str("rule_id")
	}
	w.t.Fatalf("no way is known to make a %s", name)
	return ""
}

// scim makes an identity; the service answers 201, mocks 200.
func (w *world) scim(kind string, in object) string {
	w.t.Helper()
	got := w.send(w.post("/scim/v2/"+kind, in))
	if got.status >= 300 {
		w.t.Fatalf("making one of %s: %s", kind, got)
	}
	return got.str("id")
}

// prepareIdentity makes the one that a filter looks for.
func prepareIdentity(attribute, id string) func(*world, *sample) {
	return func(w *world, s *sample) {
		w.t.Helper()
		kind, value := "Groups", "ds"
		if id == "user_id" {
			kind, value = "Users", "ds@example.com"
		}
		s.query.Set("filter", attribute+` eq "`+value+`"`)
		w.ids[id] = w.scim(kind, object{attribute: value, "displayName": value})
	}
}

// prepareGroup makes a group with the members and roles that were recorded, in
// the group that was recorded.
func prepareGroup(w *world, s *sample) {
	w.t.Helper()
	answer, _ := s.response.(object)
	in := object{"displayName": w.unique("group")}
	if s.has("roles") {
		in["roles"] = answer["roles"]
	}
	if members, ok := answer["members"].([]any); ok {
		values := []object{}
		for range members {
			values = append(values, object{"value": w.make("user_id")})
		}
		in["members"] = values
	}
	w.ids["group_id"] = w.scim("Groups", in)
	if s.has("groups") {
		w.scim("Groups", object{"displayName": w.unique("parent"), "members": []object{{"value": w.ids["group_id"]}}})
	}
}

// prepareFederation assigns a metastore: without one, nobody can be assigned to
// the workspace (api: workspace permission assignment).
func prepareFederation(w *world, s *sample) {
	w.t.Helper()
	saved := w.ids["metastore_id"]
	prepareAssignment(w, s)
	w.ids["metastore_id"] = saved
}

// prepareAssignments assigns somebody to the workspace.
func prepareAssignments(w *world, s *sample) {
	w.t.Helper()
	prepareFederation(w, s)
	w.ok(http.MethodPut, "/workspaces/"+w.id("workspace_id")+"/permissionassignments/principals/"+w.id("principal_id"),
		object{"permissions": []string{"USER"}})
}

// prepareSettingV2 sets a setting that is read.
func prepareSettingV2(w *world, s *sample) {
	w.t.Helper()
	if s.has("boolean_val") {
		w.want(http.StatusOK, request{method: http.MethodPatch, path: s.path, in: object{"boolean_val": object{"value": false}}})
	}
}

// ruleSet names the rules on the service principal that administers the account.
func (w *world) ruleSet() string {
	return "accounts/" + w.account.ID + "/servicePrincipals/" + w.account.ClientID + "/ruleSets/default"
}

// prepareRuleSet finds out the etag that a write must name, and makes who is
// named by rules; a read finds the rules that were recorded.
func prepareRuleSet(w *world, s *sample) {
	w.t.Helper()
	w.scim("Users", object{"userName": "abc@example.com"})
	query := url.Values{"name": {w.ruleSet()}, "etag": {""}}
	w.ids["etag"] = w.want(http.StatusOK, request{method: http.MethodGet, path: s.path + "?" + query.Encode()}).str("etag")
	if s.method != http.MethodGet {
		return
	}
	s.query = query
	if answer, _ := s.response.(object); answer["grant_rules"] != nil {
		w.want(http.StatusOK, request{method: http.MethodPut, path: s.path, in: object{
			"name":     w.ruleSet(),
			"rule_set": object{"name": w.ruleSet(), "etag": w.ids["etag"], "grant_rules": answer["grant_rules"]},
		}})
	}
}

// prepareMetastoreUpdate sets what only PUT sets.
func prepareMetastoreUpdate(w *world, s *sample) {
	w.t.Helper()
	answer, _ := s.response.(object)
	info, _ := answer["metastore_info"].(object)
	_, wanted := info["storage_root_credential_id"]
	if _, known := there[accountAPI+"/metastores/{metastore_id}/storage-credentials"]; known && wanted {
		w.ok(http.MethodPut, "/metastores/"+w.id("metastore_id"),
			object{"metastore_info": object{"storage_root_credential_id": w.make("storage_root_credential_id")}})
	}
}
