// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

const (
	asAdmin   = wayPlain
	asBasic   = wayPlain + 8*ways + 3*ways
	inside    = wayPlain + 4*ways
	onHost    = wayWorkspaceHost
	withPAT   = wayWorkspaceHost + ways
	steering  = wayControl + 2*ways
	nobody    = wayPlain + 3*ways
	fuzzPath  = "/api/2.0/accounts/{account_id}"
	fuzzSteer = "/accounts/{account_id}/workspaces/{workspace_id}"
)

// fuzzSeeds are requests from which the fuzzer starts: at least one for each
// family of routes, and some of those that were hard to read.
var fuzzSeeds = []struct {
	how                  byte
	method, target, body string
}{
	{asAdmin, "GET", fuzzPath + "/credentials", ""},
	{asAdmin, "POST", fuzzPath + "/credentials", `{"credentials_name":"a","aws_credentials":{"sts_role":{"role_arn":"arn:aws:iam::123456789012:role/a"}}}`},
	{asAdmin, "DELETE", fuzzPath + "/credentials/cred", ""},
	{asAdmin, "POST", fuzzPath + "/storage-configurations", `{"storage_configuration_name":"a","root_bucket_info":{"bucket_name":"bucket"}}`},
	{asAdmin, "POST", fuzzPath + "/networks", `{"network_name":"netw","vpc_id":"v","subnet_ids":["a","b"],"security_group_ids":["c"],"vpc_endpoints":{"rest_api":["x"],"dataplane_relay":["y"]}}`},
	{asAdmin, "POST", fuzzPath + "/vpc-endpoints", `{"vpc_endpoint_name":"a","aws_vpc_endpoint_id":"vpce-0123456789abcdef0","region":"eu-west-1"}`},
	{asAdmin, "POST", fuzzPath + "/customer-managed-keys", `{"use_cases":["STORAGE"],"aws_key_info":{"key_arn":"arn:aws:kms:eu-west-1:123456789012:key/a"}}`},
	{asAdmin, "POST", fuzzPath + "/private-access-settings", `{"private_access_settings_name":"name","region":"eu-west-1","private_access_level":"ENDPOINT","allowed_vpc_endpoint_ids":["a"]}`},
	{asAdmin, "PUT", fuzzPath + "/private-access-settings/x", `{}`},
	{asAdmin, "POST", fuzzPath + "/network-connectivity-configs", `{"name":"name","region":"eu-west-1"}`},
	{asAdmin, "POST", fuzzPath + "/workspaces", `{"workspace_name":"a","aws_region":"eu-west-1","credentials_id":"cred","storage_configuration_id":"stor","custom_tags":{"a":"b"}}`},
	{asAdmin, "GET", fuzzPath + "/workspaces/{workspace_id}", ""},
	{asAdmin, "PATCH", fuzzPath + "/workspaces/{workspace_id}?update_mask=custom_tags,credentials_id", `{"custom_tags":{"a":null},"credentials_id":"cred"}`},
	{asAdmin, "DELETE", fuzzPath + "/workspaces/{workspace_id}", ""},
	{asAdmin, "POST", fuzzPath + "/metastores", `{"metastore_info":{"name":"m","region":"eu-west-9","storage_root":""}}`},
	{asAdmin, "PUT", fuzzPath + "/workspaces/{workspace_id}/metastores/x", `{"metastore_assignment":{"workspace_id":1}}`},
	{asAdmin, "POST", fuzzPath + "/log-delivery", `{"log_delivery_configuration":{"log_type":"AUDIT_LOGS","output_format":"JSON"}}`},
	{asAdmin, "POST", fuzzPath + "/network-policies", `{"network_policy_id":"p","egress":{"network_access":{"restriction_mode":"FULL_ACCESS"}}}`},
	{asAdmin, "GET", fuzzPath + "/scim/v2/Groups?filter=displayName%20eq%20%22a%22&startIndex=-1&count=99999999999999999999", ""},
	{asAdmin, "GET", "/api/2.1/accounts/{account_id}/settings/x", ""},
	{asBasic, "POST", "/oidc/accounts/{account_id}/v1/token", "grant_type=client_credentials&scope=all-apis"},
	{nobody, "POST", "/oidc/v1/token", "grant_type=%zz&client_id=a"},
	{nobody, "GET", "/.well-known/databricks-config", ""},
	{nobody, "GET", "/oidc/accounts/{account_id}/.well-known/oauth-authorization-server", ""},
	{nobody, "GET", fuzzPath + "/credentials", ""},
	{inside, "GET", "/api/2.0/workspace-conf?keys=enableDcs,,enableIpAccessLists", ""},
	{inside, "PATCH", "/api/2.0/workspace-conf", `{"enableDcs":"True","maxTokenLifetimeDays":"","enableIpAccessLists":"true"}`},
	{onHost, "POST", "/api/2.0/ip-access-lists", `{"label":"a","list_type":"ALLOW","ip_addresses":["203.0.113.0/24","::1"]}`},
	{onHost, "PATCH", "/api/2.0/ip-access-lists/list", `{"enabled":false,"ip_addresses":[]}`},
	{onHost, "PUT", "/api/2.0/ip-access-lists/list", `{"label":"a","list_type":"BLOCK","ip_addresses":["1.2.3.4"],"enabled":true}`},
	{onHost, "DELETE", "/api/2.0/ip-access-lists/list", ""},
	{onHost, "GET", "/api/2.0/settings/types/automatic_cluster_update/names/default", ""},
	{onHost, "PATCH", "/api/2.0/settings/types/automatic_cluster_update/names/default", `{"allow_missing":true,"field_mask":"automatic_cluster_update_workspace.maintenance_window.week_day_based_schedule.window_start_time.hours","setting":{"automatic_cluster_update_workspace":{"enabled":true}}}`},
	{onHost, "PATCH", "/api/2.0/settings/types/disable_legacy_access/names/default", `{"allow_missing":true,"field_mask":".","setting":{"disable_legacy_access":{}}}`},
	{onHost, "DELETE", "/api/2.0/settings/types/disable_legacy_access/names/default?etag=a", ""},
	{onHost, "POST", "/api/2.0/token/create", `{"comment":"a","lifetime_seconds":9223372036854775807}`},
	{withPAT, "GET", "/api/2.0/token/list", ""},
	{withPAT, "POST", "/api/2.0/token/delete", `{"token_id":"pat"}`},
	{onHost, "PUT", "/api/2.0/permissions/authorization/tokens", `{"access_control_list":[{"group_name":"admins","permission_level":"CAN_MANAGE"}]}`},
	{onHost, "GET", "/api/2.0/preview/scim/v2/Me", ""},
	{onHost, "POST", "/api/2.0/secrets/put", `{"scope":"a","key":"b","string_value":"c"}`},
	{onHost, "GET", "/api/2.1/unity-catalog/catalogs?page_token=x&max_results=-1", ""},
	{wayAccountHost, "GET", "/login.html", ""},
	{steering, "GET", "/requests?since=1", ""},
	{steering, "POST", "/snapshots", `{"accounts":["{account_id}"]}`},
	{steering, "POST", "/clock", `{"advance":"1ns"}`},
	{steering, "PATCH", "/accounts/{account_id}", `{"caller_address":"fe80::1%eth0","pricing_tier":"PREMIUM"}`},
	{steering, "GET", fuzzSteer + "/objects", ""},
	{steering, "PATCH", fuzzSteer + "/objects/ip-access-lists/list", `{"ip_addresses":["x"],"list_type":""}`},
	{steering, "DELETE", "/accounts/{account_id}/objects/workspaces/{workspace_id}", ""},
	{steering, "PATCH", "/accounts/{account_id}/objects/credentials/cred", `{"aws_credentials":{"sts_role":null}}`},
	{steering, "PATCH", fuzzSteer, `{"references":{"network_id":"x"},"failure":"f"}`},
	{steering, "PATCH", fuzzSteer + "/conf", `{"enableDcs":null}`},
	{steering, "PUT", fuzzSteer + "/settings/aibi_dash_embed_ws_apprvd_domains", `{"approved_domains":["x"]}`},
	{asAdmin, "GET", "//../%2e%2e/api/2.0/accounts/{account_id}/credentials/%00", ""},
	{asAdmin, "POST", fuzzPath + "/credentials", `{"a":[[[[[[[[[[[[[[[[`},
	{asAdmin, "CONNECT", "x:443", ""},
}
