// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"fmt"
	"slices"
)

// shape is what a value of a setting may be. Objects have fields; the others
// are leaves.
type shape struct {
	kind     string // "bool", "string", "int", "enum", "list", "object"
	values   []string
	fields   map[string]shape
	readOnly bool
}

var (
	boolean  = shape{kind: "bool"}
	str      = shape{kind: "string"}
	integer  = shape{kind: "int"}
	boolVal  = object(map[string]shape{"value": boolean})
	strVal   = object(map[string]shape{"value": str})
	isEnable = object(map[string]shape{"is_enabled": boolean})
)

func object(fields map[string]shape) shape { return shape{kind: "object", fields: fields} }
func enum(values ...string) shape          { return shape{kind: "enum", values: values} }
func list(values ...string) shape          { return shape{kind: "list", values: values} }
func output(s shape) shape                 { s.readOnly = true; return s }

// check compares a value with its shape, strictly.
func (s shape) check(path string, v any) error {
	switch s.kind {
	case "object":
		return s.checkObject(path, v)
	case "list":
		return s.checkList(path, v)
	case "enum":
		if text, ok := v.(string); !ok || !slices.Contains(s.values, text) {
			return invalidParameter("%s: %v is not one of %v", path, v, s.values)
		}
		return nil
	}
	ok := false
	switch v.(type) {
	case bool:
		ok = s.kind == "bool"
	case string:
		ok = s.kind == "string"
	case float64:
		ok = s.kind == "int"
	}
	if !ok {
		return malformed("Could not parse request object: %s must be a %s", path, s.kind)
	}
	return nil
}

func (s shape) checkObject(path string, v any) error {
	fields, ok := v.(map[string]any)
	if !ok {
		return malformed("Could not parse request object: %s must be an object", path)
	}
	for name, value := range fields {
		field, known := s.fields[name]
		if !known {
			return malformed("Could not parse request object: unknown field %q in %s", name, path)
		}
		if err := field.check(path+"."+name, value); err != nil {
			return err
		}
	}
	return nil
}

func (s shape) checkList(path string, v any) error {
	items, ok := v.([]any)
	if !ok {
		return malformed("Could not parse request object: %s must be a list", path)
	}
	for _, item := range items {
		text, ok := item.(string)
		if !ok || len(s.values) > 0 && !slices.Contains(s.values, text) {
			return invalidParameter("%s: %v is not allowed", path, item)
		}
	}
	return nil
}

// settingType is one type of setting (api: workspace settings v1).
type settingType struct {
	payload string
	shape   shape
	// initial is what a workspace answers for a setting that nobody has set;
	// without it, that is a 404 with an etag.
	initial map[string]any
	// plain settings have no etag, cannot be deleted and are eventually consistent.
	plain     bool
	deletable bool
	// conf is the workspace-conf key that the setting superseded.
	conf string
}

var complianceStandards = []string{
	"CANADA_PROTECTED_B", "CYBER_ESSENTIAL_PLUS", "FEDRAMP_HIGH", "FEDRAMP_IL5", "FEDRAMP_MODERATE", "GERMANY_C5", "GERMANY_TISAX",
	"HIPAA", "HITRUST", "IRAP_PROTECTED", "ISMAP", "ITAR_EAR", "KSA_ECC_CCC_DCC", "K_FSI", "NONE", "PCI_DSS",
}

var clusterUpdate = object(map[string]shape{
	"enabled": boolean, "can_toggle": output(boolean), "restart_even_if_no_updates_available": boolean,
	"enablement_details": output(object(map[string]shape{
		"forced_for_compliance_mode": boolean, "unavailable_for_disabled_entitlement": boolean,
		"unavailable_for_non_enterprise_tier": boolean,
	})),
	"maintenance_window": object(map[string]shape{
		"week_day_based_schedule": object(map[string]shape{
			"day_of_week": enum("FRIDAY", "MONDAY", "SATURDAY", "SUNDAY", "THURSDAY", "TUESDAY", "WEDNESDAY"),
			"frequency": enum("EVERY_WEEK", "FIRST_AND_THIRD_OF_MONTH", "FIRST_OF_MONTH", "FOURTH_OF_MONTH",
				"SECOND_AND_FOURTH_OF_MONTH", "SECOND_OF_MONTH", "THIRD_OF_MONTH"),
			"window_start_time": object(map[string]shape{"hours": integer, "minutes": integer}),
		}),
	}),
})

// The settings that others depend on.
const (
	settingCSP           = "shield_csp_enablement_ws_db"
	settingESM           = "shield_esm_enablement_ws_db"
	settingClusterUpdate = "automatic_cluster_update"
	settingEmbedPolicy   = "aibi_dash_embed_ws_acc_policy"
	settingEmbedDomains  = "aibi_dash_embed_ws_apprvd_domains"
)

// settingTypes are the types that a workspace knows, with the values that a
// live workspace answered where they are known.
var settingTypes = map[string]settingType{
	settingClusterUpdate: {
		payload: "automatic_cluster_update_workspace", shape: clusterUpdate,
		initial: map[string]any{"enabled": false, "can_toggle": true, "restart_even_if_no_updates_available": false},
	},
	settingCSP: {
		payload: "compliance_security_profile_workspace",
		shape:   object(map[string]shape{"is_enabled": boolean, "compliance_standards": list(complianceStandards...)}),
		initial: map[string]any{"is_enabled": false},
	},
	settingESM: {
		payload: "enhanced_security_monitoring_workspace", shape: isEnable, initial: map[string]any{"is_enabled": false},
	},
	"restrict_workspace_admins": {
		payload: "restrict_workspace_admins", deletable: true,
		shape: object(map[string]shape{
			"status": enum("ALLOW_ALL", "RESTRICT_TOKENS_AND_JOB_RUN_AS"), "disable_gov_tag_creation": boolean,
		}),
		initial: map[string]any{"status": "ALLOW_ALL", "disable_gov_tag_creation": false},
	},
	"disable_legacy_access": {
		payload: "disable_legacy_access", shape: boolVal, deletable: true, initial: map[string]any{"value": false},
	},
	"disable_legacy_dbfs": {
		payload: "disable_legacy_dbfs", shape: boolVal, deletable: true, initial: map[string]any{"value": true},
	},
	"default_namespace_ws": {payload: "namespace", shape: strVal, deletable: true},
	settingEmbedPolicy: {
		payload: "aibi_dashboard_embedding_access_policy", deletable: true,
		shape: object(map[string]shape{
			"access_policy_type": enum("ALLOW_ALL_DOMAINS", "ALLOW_APPROVED_DOMAINS", "DENY_ALL_DOMAINS"),
		}),
		initial: map[string]any{"access_policy_type": "ALLOW_APPROVED_DOMAINS"},
	},
	settingEmbedDomains: {
		payload: "aibi_dashboard_embedding_approved_domains", deletable: true,
		shape:   object(map[string]shape{"approved_domains": list()}),
		initial: map[string]any{"approved_domains": []any{}},
	},
	"sql_results_download": {
		payload: "boolean_val", shape: boolVal, deletable: true, initial: map[string]any{"value": true},
	},
	"dashboard_email_subscriptions": {
		payload: "boolean_val", shape: boolVal, deletable: true, initial: map[string]any{"value": true},
	},
	"default_warehouse_id": {payload: "string_val", shape: strVal, deletable: true},
	"llm_proxy_partner_powered": {
		payload: "boolean_val", shape: boolVal, deletable: true, initial: map[string]any{"value": true},
	},
	"enable-export-notebook":          plainSetting("enableExportNotebook"),
	"enable-results-downloading":      plainSetting("enableResultsDownloading"),
	"enable-notebook-table-clipboard": plainSetting("enableNotebookTableClipboard"),
}

func plainSetting(conf string) settingType {
	return settingType{payload: "boolean_val", shape: boolVal, plain: true, conf: conf, initial: map[string]any{"value": true}}
}

// zero is the value of a field that a mask names and the body leaves out:
// clients drop what is false.
func (s shape) zero() (any, bool) {
	switch s.kind {
	case "bool":
		return false, true
	case "list":
		return []any{}, true
	}
	return nil, false
}

// at walks a path of a mask down the shape.
func (s shape) at(path []string) (shape, error) {
	for _, name := range path {
		field, ok := s.fields[name]
		if !ok {
			return shape{}, fmt.Errorf("there is no %q", name)
		}
		if field.readOnly {
			return shape{}, fmt.Errorf("%q cannot be set", name)
		}
		s = field
	}
	return s, nil
}
