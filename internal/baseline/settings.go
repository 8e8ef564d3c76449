// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package baseline

import "github.com/hardbricks/terraform-provider-hardbricks/internal/spec"

// The keys that other code speaks of by name.
const (
	TokensEnabled        = "tokens_enabled"
	MaxTokenLifetimeDays = "max_token_lifetime_days"
)

// IPAccessListsConf is the workspace-conf key that enforces IP access lists. It
// belongs to the ip_access attribute, so it is no entry of the catalogue.
const IPAccessListsConf = "enableIpAccessLists"

// on is a boolean setting that is secure when true, off one that is secure when
// false, in both profiles.
var (
	on  = map[spec.Profile]string{spec.Standard: "true"}
	off = map[spec.Profile]string{spec.Standard: "false"}
)

// booleans are the wire values of a JSON boolean.
var booleans = map[string]any{"true": true, "false": false}

// settings is the catalogue. Keys, types and payloads: the API contract's
// workspace-conf and workspace settings tables, 2026-11.
var settings = []Setting{
	{
		Key: TokensEnabled, Kind: Bool, Store: Store{ConfKey: "enableTokensConfig"},
		Description: "Whether personal access tokens may be used at all.",
		Secure:      map[spec.Profile]string{spec.Standard: "true", spec.High: "false"},
		Controls:    []string{"DBX-ANY-IAM-10"}, RuleID: "HB-TOK-002", Guidance: spec.HighlySecure,
		Why: "A personal access token is a password that bypasses single sign-on and multi-factor authentication.",
	},
	{
		Key: MaxTokenLifetimeDays, Kind: Int, Store: Store{ConfKey: "maxTokenLifetimeDays"},
		Description: "Longest lifetime in days of a new personal access token, 1 to 730.",
		Secure:      map[spec.Profile]string{spec.Standard: "90", spec.High: "30"},
		Controls:    []string{"DBX-ANY-IAM-11"}, Guidance: spec.MostDeployments,
		// The sources disagree on the tier, so a lower one gets no default, and
		// a warning if somebody writes a value.
		TierFeature: "token_management",
		Why:         "A leaked token works until it expires.",
	},
	{
		Key: "enforce_user_isolation", Kind: Bool, Store: Store{ConfKey: "enforceUserIsolation"},
		Description: "Whether clusters without user isolation are refused.",
		Secure:      on, Controls: []string{"DBX-ANY-CMP-03"}, RuleID: "HB-BAS-001", Guidance: spec.HighlySecure,
		Why: "On a cluster without isolation a user can read the credentials and data of the others.",
	},
	{
		Key: "enforce_imdsv2", Kind: Bool, Store: Store{ConfKey: "enableEnforceImdsV2"},
		Description: "Whether compute must use version 2 of the AWS instance metadata service.",
		Secure:      on, Controls: []string{"DBX-AWS-CMP-09"}, RuleID: "HB-BAS-002", Guidance: spec.HighlySecure,
		Why: "Version 1 hands instance credentials to any request forged from code on the instance.",
	},
	{
		Key: "enforce_job_view_acls", Kind: Bool, Store: Store{ConfKey: "enableJobViewAcls"},
		Description: "Whether users see only the jobs that they have permissions on.",
		Secure:      on, Controls: []string{"DBX-ANY-IAM-23"}, RuleID: "HB-BAS-003", Guidance: spec.MostDeployments,
		Why: "Without it every user sees every job with its parameters.",
	},
	{
		Key: "enforce_cluster_view_acls", Kind: Bool, Store: Store{ConfKey: "enforceClusterViewAcls"},
		Description: "Whether users see only the clusters that they have permissions on.",
		Secure:      on, Controls: []string{"DBX-ANY-IAM-23"}, RuleID: "HB-BAS-004", Guidance: spec.MostDeployments,
		Why: "Without it every user sees every cluster with its configuration.",
	},
	{
		Key: "enforce_workspace_view_acls", Kind: Bool, Store: Store{ConfKey: "enforceWorkspaceViewAcls"},
		Description: "Whether users see only the workspace objects that they have permissions on.",
		Secure:      on, Controls: []string{"DBX-ANY-IAM-23"}, RuleID: "HB-BAS-005", Guidance: spec.MostDeployments,
		Why: "Without it every user sees the names of all notebooks and folders.",
	},
	{
		Key: "verbose_audit_logs", Kind: Bool, Store: Store{ConfKey: "enableVerboseAuditLogs"},
		Description: "Whether audit logs hold the commands that were run.",
		Secure:      on, Controls: []string{"DBX-ANY-LOG-04"}, RuleID: "HB-BAS-006", Guidance: spec.HighlySecure,
		Why: "Without the commands an investigation cannot tell what an account did with data.",
	},
	{
		Key: "legacy_global_init_scripts", Kind: Bool, Store: Store{ConfKey: "enableDeprecatedGlobalInitScripts"},
		Description: "Whether legacy global init scripts run.",
		Secure:      off, Controls: []string{"DBX-ANY-CMP-04"}, RuleID: "HB-BAS-007", Guidance: spec.HighlySecure,
		Why: "They run from storage that any user can write to, on every cluster.",
	},
	{
		Key: "legacy_cluster_init_scripts", Kind: Bool, Store: Store{ConfKey: "enableDeprecatedClusterNamedInitScripts"},
		Description: "Whether legacy cluster-named init scripts run.",
		Secure:      off, Controls: []string{"DBX-ANY-CMP-04"}, RuleID: "HB-BAS-008", Guidance: spec.HighlySecure,
		Why: "They run from storage that any user can write to.",
	},
	{
		Key: "container_services", Kind: Bool, Store: Store{ConfKey: "enableDcs"},
		Description: "Whether clusters may start from container images that users bring.",
		Secure:      off, Controls: []string{"DBX-ANY-CMP-04"}, RuleID: "HB-BAS-009", Guidance: spec.HighlySecure,
		Why: "An image from outside brings libraries that nobody reviewed.",
	},
	{
		Key: "customer_approved_login_until", Kind: Text, Store: Store{ConfKey: "customerApprovedWSLoginExpirationTime"},
		Description: "Until when (RFC 3339) Databricks personnel may log in to the workspace; empty means never.",
		Secure:      map[spec.Profile]string{spec.Standard: ""},
		Controls:    []string{"DBX-AWS-VEN-01"}, RuleID: "HB-BAS-010", Guidance: spec.HighlySecure,
		Why: "An open window lets vendor personnel into the workspace.",
	},
	{
		Key: "restrict_workspace_admins", Kind: Bool,
		Store: Store{API: &APISetting{
			Type: "restrict_workspace_admins", Payload: "restrict_workspace_admins", Field: "status",
			Wire: map[string]any{"true": "RESTRICT_TOKENS_AND_JOB_RUN_AS", "false": "ALLOW_ALL"},
		}},
		Description: "Whether workspace admins are kept from making tokens for, and running jobs as, service principals they have no role on.",
		Secure:      on, Controls: []string{"DBX-ANY-IAM-15"}, RuleID: "HB-BAS-011", Guidance: spec.HighlySecure,
		Why: "Without it a workspace admin can act as any service principal.",
	},
	{
		Key: "disable_legacy_access", Kind: Bool,
		Store: Store{API: &APISetting{
			Type: "disable_legacy_access", Payload: "disable_legacy_access", Field: "value", Wire: booleans,
		}},
		Description: "Whether the legacy Hive metastore, fallback mode and runtimes without governance are off.",
		Secure:      on, Controls: []string{"DBX-ANY-IAM-24"}, RuleID: "HB-BAS-012", Guidance: spec.HighlySecure,
		Why: "The legacy Hive metastore has no governed permissions.",
	},
	{
		Key: "automatic_cluster_update", Kind: Bool,
		Store: Store{API: &APISetting{
			Type: "automatic_cluster_update", Payload: "automatic_cluster_update_workspace", Field: "enabled", Wire: booleans,
		}},
		Description: "Whether compute is restarted regularly to pick up security updates.",
		Secure:      on, Controls: []string{"DBX-ANY-CMP-05"}, RuleID: "HB-BAS-013", Guidance: spec.Consider,
		TierFeature: "automatic_cluster_update",
		Why:         "Clusters that never restart run images with known vulnerabilities.",
	},
	{
		Key: "enhanced_security_monitoring", Kind: Bool,
		Store: Store{API: &APISetting{
			Type: "shield_esm_enablement_ws_db", Payload: "enhanced_security_monitoring_workspace", Field: "is_enabled", Wire: booleans,
		}},
		Description: "Whether compute runs the hardened image with monitoring agents.",
		Secure:      on, Controls: []string{"DBX-ANY-CMP-10"}, RuleID: "HB-BAS-014", Guidance: spec.HighlySecure,
		TierFeature: "enhanced_security_monitoring",
		Why:         "Without the agents malware on a compute node goes unseen.",
	},
}
