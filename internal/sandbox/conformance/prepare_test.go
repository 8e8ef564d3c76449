// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package conformance_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

// prepare makes what a sample needs and returns its request, with the ids of
// those objects in it.
func prepare(w *world, s sample, template string) request {
	w.t.Helper()
	r := request{method: s.method, form: s.form}
	if strings.HasSuffix(template, "/v1/token") {
		r.form = url.Values{"grant_type": {"client_credentials"}, "scope": {"all-apis"}}
		r.basic, r.anonymous = s.status == http.StatusOK, s.status != http.StatusOK
	}
	if onWorkspace(template, s) {
		r.workspace = w.id("workspace_id")
	}
	s.path = w.ownPath(template, s.path)
	suffix := strings.TrimPrefix(template, accountAPI)
	if special, ok := preparations[s.method+" "+suffix]; ok {
		special(w, &s)
	}
	r.path = w.fill(template, func(name string) string {
		if s.status == http.StatusNotFound && strings.HasSuffix(template, "{"+name+"}") {
			return unknown(name)
		}
		if name == "type" {
			return path.Base(strings.TrimSuffix(s.path, "/names/default"))
		}
		if name == "name" {
			return path.Base(s.path)
		}
		return w.id(name)
	})
	if len(s.query) > 0 {
		r.path += "?" + s.query.Encode()
	}
	if s.request != nil {
		r.in = w.substitute("", s.request)
	}
	return r
}

// ownPath puts the account into a sample's path.
func (w *world) ownPath(template, address string) string {
	parts := strings.Split(address, "/")
	for i, part := range strings.Split(template, "/") {
		if part == "{account_id}" {
			parts[i] = w.account.ID
		}
	}
	return strings.Join(parts, "/")
}

// substitute puts ids into a request, and values that a server takes in place
// of those that only a mock does.
func (w *world) substitute(name string, v any) any {
	w.t.Helper()
	switch v := v.(type) {
	case object:
		out := object{}
		for field, value := range v {
			// A name needs a prefix of the account, which it does not have, and a
			// start is for usage alone, which the sample is not about.
			if field != "deployment_name" && field != "delivery_start_time" {
				out[field] = w.substitute(field, value)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = w.substitute(name, item)
		}
		return out
	case string:
		return w.replace(name, v)
	case json.Number:
		switch name {
		case "workspace_id":
			return json.Number(w.id(name))
		case "workspace_ids_filter":
			return json.Number(w.make("workspace_id"))
		}
	}
	return v
}

// ofTheirPath are the ids that bodies repeat.
var ofTheirPath = []string{"private_access_settings_id", "metastore_id", "workspace_id", "token_id"}

// ofAnother are the ids of objects that a request refers to.
var ofAnother = []string{
	"credentials_id", "storage_configuration_id", "network_id", "network_connectivity_config_id", "rest_api", "dataplane_relay",
	"managed_services_customer_managed_key_id", "storage_customer_managed_key_id",
}

func (w *world) replace(name, value string) string {
	w.t.Helper()
	switch {
	case name == "account_id":
		return w.account.ID
	case name == "private_access_settings_id" && w.ids[name] == "", slices.Contains(ofAnother, name):
		return w.make(name)
	case slices.Contains(ofTheirPath, name):
		return w.id(name)
	}
	if strings.HasPrefix(value, "accounts/") {
		return w.ruleSet()
	}
	switch name {
	case "allowed_vpc_endpoint_ids":
		return w.make("rest_api")
	case "region":
		if value != otherRegion {
			return region
		}
	case "key_arn":
		return keyARN
	case "role_arn":
		return roleARN
	case "storage_root_credential_id":
		return w.make(name)
	case "delivery_path_prefix":
		return strings.Trim(value, "/")
	case "network_policy_id":
		if w.ids[name] != "" {
			return w.ids[name]
		}
	case "bucket_name", "network_name", "private_access_settings_name":
		if len(value) < 4 {
			return value + "-sample"
		}
	case "aws_vpc_endpoint_id":
		id, _ := w.endpoint(restService)[name].(string)
		return id
	case "etag":
		if w.ids[name] != "" {
			return w.ids[name]
		}
	}
	return value
}

// preparations are for the samples that need more than the objects they name.
var preparations = map[string]func(*world, *sample){
	"GET /credentials":                                                  needs("credentials_id"),
	"GET /vpc-endpoints":                                                needs("vpc_endpoint_id"),
	"GET /network-connectivity-configs":                                 needs("network_connectivity_config_id"),
	"GET /metastores":                                                   needs("metastore_id"),
	"GET /networks/{network_id}":                                        prepareNetwork,
	"GET /workspaces":                                                   needs("workspace_id"),
	"GET /workspaces/{workspace_id}":                                    prepareWorkspace,
	"GET /workspaces/{workspace_id}/metastore":                          prepareAssignment,
	"POST /workspaces/{workspace_id}/metastores/{metastore_id}":         prepareMetastore,
	"PUT /workspaces/{workspace_id}/metastores/{metastore_id}":          prepareMetastore,
	"POST /metastores":                                                  prepareRegion,
	"GET /api/2.0/token/list":                                           needs("token_id"),
	"POST /api/2.0/token/delete":                                        prepareTokenDelete,
	"PUT /api/2.0/permissions/authorization/tokens":                     prepareTokenPermissions,
	"GET /api/2.0/workspace-conf":                                       prepareConf,
	"POST /api/2.0/ip-access-lists":                                     prepareList,
	"GET /settings/types/{type}/names/default":                          prepareSetting,
	"PATCH /settings/types/{type}/names/default":                        prepareSetting,
	"DELETE /settings/types/{type}/names/default":                       prepareSetting,
	"GET /scim/v2/Groups":                                               prepareIdentity("displayName", "group_id"),
	"GET /scim/v2/Groups/{group_id}":                                    prepareGroup,
	"GET /scim/v2/Users":                                                prepareIdentity("userName", "user_id"),
	"GET /servicePrincipals/{service_principal_id}/credentials/secrets": needs("secret_id"),
	"PUT /workspaces/{workspace_id}/permissionassignments/principals/{principal_id}":    prepareFederation,
	"GET /workspaces/{workspace_id}/permissionassignments":                              prepareAssignments,
	"DELETE /workspaces/{workspace_id}/permissionassignments/principals/{principal_id}": prepareAssignments,
	"GET /api/2.1/accounts/{account_id}/settings/{name}":                                prepareSettingV2,
	"GET /api/2.0/preview/accounts/{account_id}/access-control/rule-sets":               prepareRuleSet,
	"PUT /api/2.0/preview/accounts/{account_id}/access-control/rule-sets":               prepareRuleSet,
	"GET /metastores/{metastore_id}":                                                    prepareMetastoreUpdate,
	"PUT /workspaces/{workspace_id}/network":                                            needs("network_policy_id"),
	"PUT /network-policies/{network_policy_id}":                                         needs("network_policy_id"),
	"DELETE /metastores/{metastore_id}":                                                 needs("metastore_id"),
	"GET /api/2.0/settings/types/{type}/names/default":                                  prepareSetting,
	"PATCH /api/2.0/settings/types/{type}/names/default":                                prepareSetting,
	"DELETE /api/2.0/settings/types/{type}/names/default":                               prepareSetting,
}

// needs makes objects, as many as a list in the sample has at least.
func needs(name string) func(*world, *sample) {
	return func(w *world, s *sample) {
		w.t.Helper()
		if list, ok := s.response.([]any); !ok || len(list) > 0 {
			w.id(name)
		}
	}
}

// has says whether the recorded answer has a field.
func (s sample) has(field string) bool {
	fields, _ := s.response.(object)
	_, ok := fields[field]
	return ok
}

// prepareNetwork: only a network that is attached names its workspace.
func prepareNetwork(w *world, s *sample) {
	w.t.Helper()
	if s.has("workspace_id") {
		w.workspace(object{"network_id": w.id("network_id")})
	}
}

// prepareWorkspace makes a workspace with all that the recorded one has.
func prepareWorkspace(w *world, s *sample) {
	w.t.Helper()
	if s.status == http.StatusNotFound {
		return
	}
	fields, _ := s.response.(object)
	more := object{}
	for _, ref := range append([]string{"private_access_settings_id"}, ofAnother...) {
		if s.has(ref) {
			more[ref] = w.make(ref)
		}
	}
	if s.has("custom_tags") {
		more["custom_tags"] = fields["custom_tags"]
	}
	if fields["workspace_status"] == "FAILED" {
		w.s.FailProvisioning(w.account.ID, "Always fails")
	}
	w.ids["workspace_id"] = w.workspace(more)
}

// prepareMetastore: the metastore of the workspace's region is there.
func prepareMetastore(w *world, _ *sample) { w.ids["metastore_id"] = w.account.MetastoreID }

func prepareAssignment(w *world, s *sample) {
	w.t.Helper()
	prepareMetastore(w, s)
	w.ok(http.MethodPut, "/workspaces/"+w.id("workspace_id")+"/metastores/"+w.account.MetastoreID,
		object{"metastore_assignment": object{"metastore_id": w.account.MetastoreID}})
}

// prepareRegion names a region, which the mock does not need, and in which there
// is no metastore yet.
func prepareRegion(w *world, s *sample) {
	w.t.Helper()
	in, _ := s.request.(object)
	info, _ := in["metastore_info"].(object)
	info = maps.Clone(info)
	info["region"] = otherRegion
	s.request = object{"metastore_info": info}
	w.ids["metastore_id"] = w.account.MetastoreID
}

// prepareTokenDelete: where the mock recorded no body, a token is named that
// does not exist.
func prepareTokenDelete(w *world, s *sample) {
	if s.request == nil {
		w.ids["token_id"] = unknown("token_id")
		s.request = object{"token_id": ""}
	}
}

// prepareTokenPermissions makes a token, without which there is nothing to permit,
// and the group that the sample names.
func prepareTokenPermissions(w *world, _ *sample) {
	w.t.Helper()
	w.id("token_id")
	w.in(w.id("workspace_id"), http.StatusOK, http.MethodPost, "/api/2.0/preview/scim/v2/Groups", object{"displayName": "ops"})
}

func prepareConf(w *world, s *sample) {
	w.t.Helper()
	if values, ok := s.response.(object); ok && s.status == http.StatusOK {
		w.in(w.id("workspace_id"), http.StatusNoContent, http.MethodPatch, "/api/2.0/workspace-conf", values)
	}
}

// prepareList makes the list that is in the way, where one is.
func prepareList(w *world, s *sample) {
	w.t.Helper()
	if s.status == http.StatusBadRequest && s.request == nil {
		s.request = object{"label": "Naughty", "list_type": "BLOCK", "ip_addresses": []any{"1.2.3.4"}}
		w.in(w.id("workspace_id"), http.StatusOK, http.MethodPost, "/api/2.0/ip-access-lists", s.request)
	}
}
