// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package conformance_test

// The routes that samples are replayed on, as methods and template.
var there = map[string]string{
	"/.well-known/databricks-config":                                                                     "GET",
	"/oidc/accounts/{account_id}/.well-known/oauth-authorization-server":                                 "GET",
	"/oidc/.well-known/oauth-authorization-server":                                                       "GET",
	"/oidc/accounts/{account_id}/v1/token":                                                               "POST",
	"/oidc/v1/token":                                                                                     "POST",
	accountAPI + "/credentials":                                                                          "GET POST",
	accountAPI + "/credentials/{credentials_id}":                                                         "GET DELETE",
	accountAPI + "/storage-configurations":                                                               "GET POST",
	accountAPI + "/storage-configurations/{storage_configuration_id}":                                    "GET DELETE",
	accountAPI + "/networks":                                                                             "GET POST",
	accountAPI + "/networks/{network_id}":                                                                "GET DELETE",
	accountAPI + "/vpc-endpoints":                                                                        "GET POST",
	accountAPI + "/vpc-endpoints/{vpc_endpoint_id}":                                                      "GET DELETE",
	accountAPI + "/customer-managed-keys":                                                                "GET POST",
	accountAPI + "/customer-managed-keys/{customer_managed_key_id}":                                      "GET DELETE",
	accountAPI + "/private-access-settings":                                                              "GET POST",
	accountAPI + "/private-access-settings/{private_access_settings_id}":                                 "GET PUT DELETE",
	accountAPI + "/workspaces":                                                                           "GET POST",
	accountAPI + "/workspaces/{workspace_id}":                                                            "GET PATCH DELETE",
	accountAPI + "/network-connectivity-configs":                                                         "GET POST",
	accountAPI + "/network-connectivity-configs/{network_connectivity_config_id}":                        "GET DELETE",
	accountAPI + "/metastores":                                                                           "GET POST",
	accountAPI + "/metastores/{metastore_id}":                                                            "GET PUT DELETE",
	accountAPI + "/metastores/{metastore_id}/workspaces":                                                 "GET",
	accountAPI + "/workspaces/{workspace_id}/metastore":                                                  "GET",
	accountAPI + "/workspaces/{workspace_id}/metastores/{metastore_id}":                                  "POST PUT DELETE",
	"/api/2.0/workspace-conf":                                                                            "GET PATCH",
	"/api/2.0/ip-access-lists":                                                                           "GET POST",
	"/api/2.0/ip-access-lists/{ip_access_list_id}":                                                       "GET PUT PATCH DELETE",
	"/api/2.0/settings/types/{type}/names/default":                                                       "GET PATCH DELETE",
	"/api/2.0/token/create":                                                                              "POST",
	"/api/2.0/token/delete":                                                                              "POST",
	"/api/2.0/token/list":                                                                                "GET",
	"/api/2.0/token-management/tokens":                                                                   "GET",
	"/api/2.0/token-management/tokens/{token_id}":                                                        "GET DELETE",
	"/api/2.0/permissions/authorization/tokens":                                                          "GET PUT PATCH",
	"/api/2.0/preview/scim/v2/Me":                                                                        "GET",
	accountAPI + "/metastores/{metastore_id}/storage-credentials":                                        "POST GET",
	accountAPI + "/metastores/{metastore_id}/storage-credentials/{storage_credential_name}":              "GET PUT DELETE",
	accountAPI + "/settings/types/{type}/names/default":                                                  "GET PATCH DELETE",
	accountAPI + "/workspaces/{workspace_id}/permissionassignments":                                      "GET",
	accountAPI + "/workspaces/{workspace_id}/permissionassignments/principals/{principal_id}":            "PUT DELETE",
	accountAPI + "/scim/v2/Groups":                                                                       "GET POST",
	accountAPI + "/scim/v2/Groups/{group_id}":                                                            "GET PUT PATCH DELETE",
	accountAPI + "/scim/v2/Users":                                                                        "GET POST",
	accountAPI + "/scim/v2/Users/{user_id}":                                                              "GET PUT PATCH DELETE",
	accountAPI + "/scim/v2/ServicePrincipals":                                                            "GET POST",
	accountAPI + "/scim/v2/ServicePrincipals/{service_principal_id}":                                     "GET PUT PATCH DELETE",
	accountAPI + "/servicePrincipals/{service_principal_id}/credentials/secrets":                         "GET POST",
	accountAPI + "/servicePrincipals/{service_principal_id}/credentials/secrets/{secret_id}":             "DELETE",
	accountAPI + "/log-delivery":                                                                         "GET POST",
	accountAPI + "/log-delivery/{log_delivery_configuration_id}":                                         "GET PATCH",
	accountAPI + "/network-connectivity-configs/{network_connectivity_config_id}/private-endpoint-rules": "GET POST",
	accountAPI + "/network-connectivity-configs/{network_connectivity_config_id}/private-endpoint-rules/{private_endpoint_rule_id}": "GET PATCH DELETE",
	accountAPI + "/network-policies":                                  "GET POST",
	accountAPI + "/network-policies/{network_policy_id}":              "GET PUT DELETE",
	accountAPI + "/workspaces/{workspace_id}/network":                 "GET PUT",
	accountAPI + "/ip-access-lists":                                   "GET POST",
	accountAPI + "/usage/download":                                    "GET",
	"/api/2.1/accounts/{account_id}/settings/{name}":                  "GET PATCH",
	"/api/2.0/preview/accounts/{account_id}/access-control/rule-sets": "GET PUT",
}

// notThereYet are the routes of the contract that the sandbox does not have. The
// test fails for each one that it has by now: move it up, and prepare what its
// samples need.
var notThereYet = map[string]string{
	"/api/2.0/preview/accounts/access-control/rule-sets":               "GET PUT",
	"/api/2.0/preview/permissionassignments":                           "GET POST",
	"/api/2.0/preview/permissionassignments/principals/{principal_id}": "PUT DELETE",
	"/api/2.0/notification-destinations":                               "GET POST",
	"/api/2.0/notification-destinations/{id}":                          "GET PATCH DELETE",
	"/api/2.1/unity-catalog/metastores":                                "GET POST",
	"/api/2.1/unity-catalog/metastores/{id}":                           "PATCH DELETE",
}

// unprepared are routes that the sandbox has and whose samples are not replayed
// yet, since nothing here makes the objects that they speak of. The test fails
// for one that the sandbox does not have.
var unprepared = map[string]string{
	"/api/2.1/settings/{name}":                                                     "GET PATCH",
	"/api/2.1/settings-metadata":                                                   "GET",
	"/api/2.0/preview/scim/v2/Groups":                                              "GET POST",
	"/api/2.0/preview/scim/v2/Groups/{id}":                                         "GET PUT PATCH DELETE",
	"/api/2.0/preview/scim/v2/Users":                                               "GET POST",
	"/api/2.0/preview/scim/v2/Users/{id}":                                          "GET PUT PATCH DELETE",
	"/api/2.0/preview/scim/v2/ServicePrincipals":                                   "GET POST",
	"/api/2.0/preview/scim/v2/ServicePrincipals/{id}":                              "GET PUT PATCH DELETE",
	"/api/2.0/token-management/on-behalf-of/tokens":                                "POST",
	"/api/2.0/permissions/{request_object_type}/{request_object_id}":               "GET PUT PATCH",
	"/api/2.0/policies/clusters/list":                                              "GET",
	"/api/2.0/policies/clusters/get":                                               "GET",
	"/api/2.0/policies/clusters/create":                                            "POST",
	"/api/2.0/policies/clusters/edit":                                              "POST",
	"/api/2.0/policies/clusters/delete":                                            "POST",
	"/api/2.0/global-init-scripts":                                                 "GET POST",
	"/api/2.0/global-init-scripts/{script_id}":                                     "GET PATCH DELETE",
	"/api/2.0/secrets/scopes/list":                                                 "GET",
	"/api/2.0/secrets/scopes/create":                                               "POST",
	"/api/2.0/secrets/scopes/delete":                                               "POST",
	"/api/2.0/secrets/list":                                                        "GET",
	"/api/2.0/secrets/put":                                                         "POST",
	"/api/2.0/secrets/delete":                                                      "POST",
	"/api/2.0/secrets/acls/get":                                                    "GET",
	"/api/2.0/secrets/acls/put":                                                    "POST",
	"/api/2.0/secrets/acls/delete":                                                 "POST",
	"/api/2.0/sql/config/warehouses":                                               "GET PUT",
	"/api/2.1/unity-catalog/current-metastore-assignment":                          "GET",
	"/api/2.1/unity-catalog/metastore_summary":                                     "GET",
	"/api/2.1/unity-catalog/metastores/{id}":                                       "GET",
	"/api/2.1/unity-catalog/workspaces/{workspace_id}/metastore":                   "PUT PATCH DELETE",
	"/api/2.1/unity-catalog/metastores/{metastore_id}/systemschemas":               "GET",
	"/api/2.1/unity-catalog/metastores/{metastore_id}/systemschemas/{schema_name}": "PUT DELETE",
	"/api/2.1/unity-catalog/bindings/{securable_type}/{securable_name}":            "GET PATCH",
	"/api/2.1/unity-catalog/artifact-allowlists/{artifact_type}":                   "GET PUT",
}

// outside are the routes that the sandbox will not have.
var outside = []string{
	"/api/2.1/accounts/{account_id}/budgets", "/api/2.1/accounts/{account_id}/budgets/{id}",
	"/api/2.1/unity-catalog/recipients", "/api/2.1/unity-catalog/recipients/{name}",
	"/api/2.1/unity-catalog/shares", "/api/2.1/unity-catalog/shares/{name}", "/api/2.1/unity-catalog/shares/{name}/permissions",
}

const accountAPI = "/api/2.0/accounts/{account_id}"
