// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package conformance_test

// excluded is the one table of the samples that are not replayed, each with the
// reason. Every row must have a sample, so that none outlives its reason.
var excluded = []exclusion{
	// Entries that are no request.
	{file: "errors", reason: "error bodies by situation, without a request: the tests of Appendix A want their texts"},
	{file: "auth", test: "PAT", reason: "a header, no request"},
	{file: "auth", test: "basic (legacy)", reason: "a header, no request"},
	{file: "auth", test: "workspace multiplexing header", reason: "a header, no request: see TestAppendixA_Headers"},
	{file: "auth", test: "azure client secret", reason: "a header, no request, and of another cloud"},
	{file: "auth", test: "host metadata absent", reason: "what a host without metadata answers; the sandbox has it"},

	// Failures and values that the mocks made up.
	{note: "contains test placeholder values", reason: "an injected failure or a placeholder, as its note says"},
	{note: "mock error:", reason: "an injected failure without an answer"},
	{test: "TestIPACLUpdate_Error", reason: "an injected 500"},
	{test: "TestIPACLRead_Error", reason: "an injected 500"},
	{test: "TestIPACLDelete_Error", reason: "an injected failure: no such text is known"},
	{test: "TestResourceOboTokenRead_Error", reason: "an injected 500"},
	{test: "TestResourceNccCreate_Error", reason: "an injected failure"},
	{test: "TestResourceNccRead_Error", reason: "an injected failure"},
	{test: "TestResourceNccDelete_Error", reason: "an injected failure"},
	{test: "TestMetastoresData_Error", reason: "an injected failure of a list"},
	{test: "TestResourceTokenDelete_Error", reason: "an injected 400: a token that does not exist is a 404"},
	{test: "TestResourceVPCEndpointCreatePendingAndFails", seq: []int{2}, reason: "a state that AWS does not have: \"bad thing\""},
	{test: "TestResourceWorkspaceDelete", seq: []int{1}, reason: "a status that the API's enum does not have: CANCELLED"},
	{test: "TestResourceCustomerManagedKeyCreate_Error", seq: []int{1}, reason: "a use case that does not exist: MANAGED_SERVICE"},

	// Requests that the service refuses, and the mocks do not.
	{test: "TestResourceWorkspaceUpdateLegacyConfig", seq: []int{0}, reason: "a PATCH without an update mask, which servers refuse by now (api: workspaces)"},
	{file: "workspaces", bodiless: true, reason: "the mock did not record the body"},
	{file: "account_scim", bodiless: true, reason: "the mock did not record the body"},
	{file: "settings_v2", bodiless: true, reason: "an answer alone"},
	{file: "sdk_wire_requests", test: "a.Settings.*", reason: "a first write without an etag, which is answered with one (api: settings v1)"},
	{file: "account_settings", bodiless: true, reason: "the mock did not record the body"},
	{test: "TestResourcePermissionsUpdateTokensAlwaysThereForAdmins", reason: "CAN_MANAGE for a user: it is for admins alone (api: tokens)"},
	{test: "TestWorkspaceConfUpdate", reason: "keys that the service does not know"},
	{test: "TestWorkspaceConfRead", reason: "the mock read no keys; the service is asked for some"},
	{test: "TestWorkspaceConfDelete", reason: "keys that the service does not know"},
	{test: "TestWorkspaceConfDelete_SomeValuesAreNotAllowed", seq: []int{1}, reason: "a key that the service does not know"},
	{test: "TestWorkspaceConfUpdateOnInvalidConf", reason: "another text for unknown keys than the one that was observed"},
	{test: "*Lifecycle:create*", seq: []int{0}, reason: "the mock takes a first write without an etag; the protocol answers 404 (api: settings v1)"},

	{file: "network_policies", bodiless: true, reason: "an answer alone"},
	{file: "network_connectivity", test: "TestResourceNccPrivateEndpointRule*_Error", reason: "an injected failure"},

	// Other clouds.
	{file: "network_connectivity", test: "TestResourceNccPrivateEndpointRulePrivateEndpointRule*", reason: "a rule of Azure"},
	{file: "network_connectivity", test: "TestResourceNccPrivateEndpointRuleRead", reason: "a rule of Azure"},
	{test: "*AzMI", reason: "Azure"},
	{test: "*Gcp*", reason: "GCP"},
	{test: "*_GCP*", reason: "GCP"},
	{test: "TestResourceWorkspaceCreate_Error_Custom_tags", reason: "GCP"},
}

// unanswered are fields of samples that an answer of the sandbox does not have,
// or not as they were sent.
var unanswered = []struct{ test, field, reason string }{
	{"TestResourceWorkspaceUpdate*", "sent.network_id", "a running workspace moves in the background (api: workspaces, PATCH effect)"},
	{"a.Workspaces.Update with update_mask", "sent.network_id", "a running workspace moves in the background (api: workspaces, PATCH effect)"},
	{"TestResourceWorkspaceCreateWithIsNoPublicIPEnabledFalse", "sent.is_no_public_ip_enabled", "nobody can read it back (api: workspaces)"},
	{"TestCreateMetastore_ApiFieldAccount", "sent.metastore_info.storage_root", "the server adds the metastore's id"},
	{"TestResourceServicePrincipal*_ApiFieldAccount", "answer.applicationId", "not among the attributes that were asked for"},
	{"TestDataSourceGroup*", "answer.resources", "not the attributes that were asked for"},
	{"TestMetastoresDataContainsName", "answer.metastores", "default_data_access_config_id, which nothing sets any more"},
	{"*", "answer.workspace_url", "the SDK has no such field; the provider works it out (api: account to workspace client)"},
	{"TestIPACLUpdate", "answer.ip_access_list", "PUT and PATCH answer nothing (api: IP access lists)"},
	{"TestWorkspaceConfDelete_MixedCaseBooleanValue", "answer", "PATCH answers nothing (api: workspace-conf)"},
}
