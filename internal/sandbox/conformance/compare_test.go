// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package conformance_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// enums are the values of the fields that have a fixed set of them (api, the
// enum lines). The states of endpoints are those of AWS.
var enums = map[string][]string{
	"vpc_status":           {"BROKEN", "UNATTACHED", "VALID", "WARNED"},
	"error_type":           {"credentials", "networkAcl", "securityGroup", "subnet", "vpc"},
	"warning_type":         {"securityGroup", "subnet"},
	"use_case":             {"DATAPLANE_RELAY_ACCESS", "GENERAL_ACCESS", "WORKSPACE_ACCESS"},
	"state":                {"pendingAcceptance", "pending", "available", "rejected", "failed", "expired", "deleting", "deleted"},
	"use_cases":            {"MANAGED_SERVICES", "STORAGE"},
	"private_access_level": {"ACCOUNT", "ENDPOINT"},
	"compute_mode":         {"HYBRID", "SERVERLESS"},
	"storage_mode":         {"CUSTOMER_HOSTED", "DEFAULT_STORAGE"},
	"pricing_tier":         {"COMMUNITY_EDITION", "DEDICATED", "ENTERPRISE", "PREMIUM", "STANDARD", "UNKNOWN"},
	"workspace_status":     {"BANNED", "CANCELLING", "FAILED", "NOT_PROVISIONED", "PROVISIONING", "RUNNING"},
	"list_type":            {"ALLOW", "BLOCK"},
	"delta_sharing_scope":  {"INTERNAL", "INTERNAL_AND_EXTERNAL"},
	"access_policy_type":   {"ALLOW_ALL_DOMAINS", "ALLOW_APPROVED_DOMAINS", "DENY_ALL_DOMAINS"},
	"day_of_week":          {"FRIDAY", "MONDAY", "SATURDAY", "SUNDAY", "THURSDAY", "TUESDAY", "WEDNESDAY"},
}

// subset says how an answer is not a typed superset of a sample: a field is
// missing, or of another type. Nothing recorded means anything goes.
func subset(at string, recorded, got any) []string {
	if recorded == nil {
		return nil
	}
	if kind(recorded) != kind(got) {
		return []string{fmt.Sprintf("%s is %s, want %s", at, kind(got), kind(recorded))}
	}
	var faults []string
	switch recorded := recorded.(type) {
	case object:
		fields, _ := got.(object)
		for name, value := range recorded {
			found, ok := lookUp(fields, name)
			if !ok {
				faults = append(faults, at+"."+name+" is missing")
				continue
			}
			faults = append(faults, subset(at+"."+name, value, found)...)
		}
	case []any:
		items, _ := got.([]any)
		for i, value := range recorded {
			fits := func(item any) bool { return len(subset("", value, item)) == 0 }
			if !slices.ContainsFunc(items, fits) {
				faults = append(faults, fmt.Sprintf("%s has nothing like its sample %d", at, i))
			}
		}
	}
	return faults
}

// lookUp finds a field whatever the case of its name: some mocks write
// resources for Resources, and clients read both.
func lookUp(fields object, name string) (any, bool) {
	if found, ok := fields[name]; ok {
		return found, true
	}
	for other, found := range fields {
		if strings.EqualFold(other, name) {
			return found, true
		}
	}
	return nil, false
}

func kind(v any) string {
	switch v.(type) {
	case nil:
		return "nothing"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case json.Number, float64:
		return "a number"
	case []any:
		return "a list"
	}
	return "an object"
}

// badEnums finds values that are none of their field's.
func badEnums(name string, v any) []string {
	var faults []string
	switch v := v.(type) {
	case object:
		for field, value := range v {
			faults = append(faults, badEnums(field, value)...)
		}
	case []any:
		for _, item := range v {
			faults = append(faults, badEnums(name, item)...)
		}
	case string:
		if allowed, ok := enums[name]; ok && !slices.Contains(allowed, v) {
			faults = append(faults, fmt.Sprintf("%s is %q, want one of %v", name, v, allowed))
		}
	}
	return faults
}

// echoes compares what was sent with what came back under the same name.
func echoes(at string, sent, got any) []string {
	var faults []string
	switch sent := sent.(type) {
	case object:
		fields, _ := got.(object)
		for name, value := range sent {
			if found, ok := fields[name]; ok && name != "etag" {
				faults = append(faults, echoes(at+"."+name, value, found)...)
			}
		}
	case bool, string, json.Number:
		if fmt.Sprint(sent) != fmt.Sprint(got) {
			faults = append(faults, fmt.Sprintf("%s is %v, but %v was sent", at, got, sent))
		}
	}
	return faults
}

// TestComparison shows that the comparisons can fail.
func TestComparison(t *testing.T) {
	t.Parallel()
	value := func(raw string) any { return decode([]byte(raw)) }
	for _, test := range []struct {
		recorded, got string
		same          bool
	}{
		{`{"a":1}`, `{"a":2,"b":true}`, true},
		{`{"a":null}`, `{}`, false},
		{`null`, ``, true},
		{`{"a":1}`, `{"a":"1"}`, false},
		{`{"a":{"b":false}}`, `{"a":{}}`, false},
		{`[]`, `[1]`, true},
		{`[{"a":1}]`, `[]`, false},
		{`[{"a":1}]`, `[{"b":1},{"a":2}]`, true},
		{`{"a":1}`, `[]`, false},
	} {
		if got := subset("answer", value(test.recorded), value(test.got)); (len(got) == 0) != test.same {
			t.Errorf("%s in %s: %v", test.recorded, test.got, got)
		}
	}
	if got := badEnums("", value(`[{"use_cases":["STORAGE","ALL"],"list_type":"ALLOW"}]`)); len(got) != 1 || !strings.Contains(got[0], "ALL") {
		t.Errorf("enums: %v", got)
	}
	if got := echoes("sent", value(`{"a":{"b":1,"c":true},"etag":"x","d":1}`), value(`{"a":{"b":2,"c":true},"etag":"y"}`)); len(got) != 1 {
		t.Errorf("echoes: %v", got)
	}
}
