// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const ownService = "com.amazonaws.vpce." + region + ".vpce-svc-0123456789abcdef0"

func (w *world) ncc(name, in string) string {
	w.t.Helper()
	return w.ok("POST", "/network-connectivity-configs", object{"name": name, "region": in}).str("network_connectivity_config_id")
}

func s3Rule(buckets ...string) object {
	return object{"endpoint_service": "com.amazonaws." + region + ".s3", "resource_names": buckets}
}

func TestEndpointRuleLifecycle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ncc := w.ncc("ncc", region)
	rules := "/network-connectivity-configs/" + ncc + "/private-endpoint-rules"
	if got := w.ok("GET", rules, nil).String(); got != "{}\n" {
		t.Errorf("%s: want an empty object", got)
	}
	s3 := w.ok("POST", rules, s3Rule("bucket-a"))
	own := w.ok("POST", rules, object{"endpoint_service": ownService, "domain_names": []string{"db.example.com"}})
	state := func(id, want string) {
		t.Helper()
		if got := w.ok("GET", rules+"/"+id, nil).str("connection_state"); got != want {
			t.Errorf("connection_state %s, want %s", got, want)
		}
	}
	s3ID, ownID := s3.str("rule_id"), own.str("rule_id")
	if s3.str("enabled") != "true" || own.str("enabled") != "" || s3.str("network_connectivity_config_id") != ncc || s3.str("deactivated") != "false" {
		t.Errorf("%s, %s: want the first enabled, of the configuration, and not deactivated", s3, own)
	}
	state(s3ID, "CREATING")
	w.clock.pass(time.Second)
	state(s3ID, "PENDING")
	w.clock.pass(4 * time.Second)
	state(s3ID, "ESTABLISHED")
	state(ownID, "PENDING")
	w.s.SetRuleState(w.account.ID, ownID, "ESTABLISHED", "")
	state(ownID, "ESTABLISHED")
	target := w.ok("GET", "/network-connectivity-configs/"+ncc, nil)
	if got := target.items("egress_config.target_rules.aws_private_endpoint_rules"); len(got) != 2 {
		t.Errorf("%s: want 2 target rules", target)
	}
	checkRuleUpdate(w, rules, s3ID, ownID)
	checkRuleDelete(w, ncc, rules, s3ID, ownID)
}

func checkRuleUpdate(w *world, rules, s3, own string) {
	w.t.Helper()
	patch := func(id, mask string) string { return w.path(rules+"/"+id) + "?update_mask=" + mask }
	got := w.expect(200, "PATCH", patch(s3, "resource_names,enabled"), "", object{"resource_names": []string{"bucket-b"}})
	if got.str("enabled") != "false" || fmt.Sprint(got.items("resource_names")) != "[bucket-b]" {
		w.t.Errorf("%s: want bucket-b, and not enabled", got)
	}
	w.expect(200, "PATCH", patch(own, "domain_names"), "", object{"domain_names": []string{"a.example.com", "b.example.com"}})
	w.refused(400, "INVALID_PARAMETER_VALUE", "Update mask must be specified.", "PATCH", w.path(rules+"/"+s3), "", object{"enabled": true})
	w.refused(400, "INVALID_PARAMETER_VALUE", "cannot be updated", "PATCH", patch(s3, "endpoint_service"), "", object{})
	w.refused(400, "INVALID_PARAMETER_VALUE", "not in the update mask", "PATCH", patch(s3, "enabled"), "", object{"resource_names": []string{"bucket-c"}})
	w.refused(400, "INVALID_PARAMETER_VALUE", "enabled is for", "PATCH", patch(own, "enabled"), "", object{"enabled": true})
	w.refused(400, "INVALID_PARAMETER_VALUE", "resource_names are for", "PATCH", patch(own, "resource_names"), "", object{"resource_names": []string{"bucket-c"}})
	w.refused(400, "MALFORMED_REQUEST", "resource_names", "PATCH", patch(s3, "resource_names"), "", object{})
	w.refused(400, "MALFORMED_REQUEST", "unknown field", "PATCH", patch(s3, "enabled"), "", object{"enable": true})
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "PATCH", patch("x", "enabled"), "", object{})
}

func checkRuleDelete(w *world, ncc, rules, s3, own string) {
	w.t.Helper()
	w.refused(400, "INVALID_STATE", "has private endpoint rule", "DELETE", w.path("/network-connectivity-configs/"+ncc), "", nil)
	got := w.ok("DELETE", rules+"/"+s3, nil)
	if got.str("deactivated") != "true" || got.str("deactivated_at") == "" {
		w.t.Errorf("%s: want it deactivated", got)
	}
	w.refused(400, "INVALID_STATE", "deactivated", "PATCH", w.path(rules+"/"+s3)+"?update_mask=enabled", "", object{"enabled": true})
	w.clock.pass(30 * time.Minute)
	if again := w.ok("DELETE", rules+"/"+s3, nil); again.str("deactivated_at") != got.str("deactivated_at") {
		w.t.Errorf("%s: the second deletion must change nothing", again)
	}
	// A deactivated rule does not stand in the way of another.
	pending := w.ok("POST", rules, s3Rule("bucket-a")).str("rule_id")
	w.clock.pass(2 * time.Second)
	w.ok("DELETE", rules+"/"+pending, nil)
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "GET", w.path(rules+"/"+pending), "", nil)
	w.s.SetRuleState(w.account.ID, own, "REJECTED", "no")
	w.ok("DELETE", rules+"/"+own, nil)
	w.ok("DELETE", "/network-connectivity-configs/"+ncc, nil)
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", ncc, "GET", w.path(rules), "", nil)
}

func TestEndpointRulesArePurged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rules := "/network-connectivity-configs/" + w.ncc("ncc", region) + "/private-endpoint-rules"
	gone := w.ok("POST", rules, s3Rule("bucket-a")).str("rule_id")
	own := w.ok("POST", rules, object{"endpoint_service": ownService, "domain_names": []string{"db.example.com"}}).str("rule_id")
	w.clock.pass(10 * time.Second)
	w.ok("DELETE", rules+"/"+gone, nil)
	w.clock.pass(24*time.Hour - time.Second)
	w.login()
	if got := w.ok("GET", rules, nil).items("items"); len(got) != 2 {
		t.Errorf("%v: want the deactivated rule listed", got)
	}
	w.clock.pass(time.Second)
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", gone, "GET", w.path(rules+"/"+gone), "", nil)
	w.clock.pass(13 * 24 * time.Hour)
	w.login()
	if got := w.ok("GET", rules+"/"+own, nil).str("connection_state"); got != "EXPIRED" {
		t.Errorf("connection_state %s, want EXPIRED", got)
	}
	w.ok("DELETE", rules+"/"+own, nil)
	w.expect(404, "GET", w.path(rules+"/"+own), "", nil)
}

func TestEndpointRuleRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := w.path("/network-connectivity-configs/" + w.ncc("ncc", region) + "/private-endpoint-rules")
	names := []string{}
	for i := range 11 {
		names = append(names, fmt.Sprintf("h%d.example.com", i))
	}
	for message, in := range map[string]object{
		"not for accounts on AWS":                       {"resource_id": "r", "group_id": "blob"},
		"Missing required parameters: endpoint_service": {"resource_names": []string{"bucket-a"}},
		"Missing required parameters: resource_names":   {"endpoint_service": "com.amazonaws." + region + ".s3"},
		"Missing required parameters: domain_names":     {"endpoint_service": ownService},
		"domain_names are for":                          {"endpoint_service": "com.amazonaws." + region + ".s3", "domain_names": []string{"a.example.com"}},
		"resource_names are for":                        {"endpoint_service": ownService, "resource_names": []string{"bucket-a"}},
		"is neither":                                    {"endpoint_service": "com.amazonaws.us-east-1.s3", "resource_names": []string{"bucket-a"}},
		"is not in region":                              {"endpoint_service": "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0", "domain_names": []string{"a.example.com"}},
		"not a valid bucket":                            s3Rule("No_Bucket"),
		"twice":                                         s3Rule("bucket-a", "bucket-a"),
		"not a domain name":                             {"endpoint_service": ownService, "domain_names": []string{"-"}},
		"more than 10":                                  {"endpoint_service": ownService, "domain_names": names},
		"cannot be set":                                 {"endpoint_service": ownService, "error_message": "x"},
		"unknown field":                                 {"service": ownService},
	} {
		b := w.expect(400, "POST", path, "", in)
		if got := b.str("message"); !strings.Contains(got, message) {
			t.Errorf("%v: %s, want %q", in, got, message)
		}
	}
	first := w.expect(200, "POST", path, "", s3Rule("bucket-a")).str("rule_id")
	w.refused(400, "ALREADY_EXISTS", "already exists under rule "+first+". Please use the existing private endpoint rule or delete it before creating a new one.",
		"POST", path, "", s3Rule("bucket-b"))
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "POST", w.path("/network-connectivity-configs/x/private-endpoint-rules"), "", s3Rule("bucket-a"))
	other := w.ncc("other", region)
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", first, "GET", w.path("/network-connectivity-configs/"+other+"/private-endpoint-rules/"+first), "", nil)
	w.s.SetTier(w.account.ID, "PREMIUM")
	w.refused(403, "PERMISSION_DENIED", "does not have one of required pricing tier(s) ENTERPRISE, DEDICATED, OEM_CORE.", "GET", path, "", nil)
}

func TestConnectivityPagesAndLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var first string
	for i := range 10 {
		id := w.ncc(fmt.Sprintf("ncc-%d", i), region)
		if i == 0 {
			first = id
		}
	}
	path := w.path("/network-connectivity-configs")
	w.refused(400, "QUOTA_EXCEEDED", "region "+region, "POST", path, "", object{"name": "more", "region": region})
	w.refused(400, "INVALID_PARAMETER_VALUE", "name must match", "POST", path, "", object{"name": "ab", "region": "us-east-1"})
	w.refused(400, "INVALID_PARAMETER_VALUE", "name must match", "POST", path, "",
		object{"name": "a234567890123456789012345678901", "region": "us-east-1"})
	w.refused(409, "ALREADY_EXISTS", "ncc-0", "POST", path, "", object{"name": "ncc-0", "region": "us-east-1"})
	w.ncc("elsewhere", "us-east-1")
	if got, pages := w.walkPages("/network-connectivity-configs?", "items"); got != 11 || pages != 2 {
		t.Errorf("%d configurations on %d pages, want 11 on 2", got, pages)
	}
	rules := "/network-connectivity-configs/" + first + "/private-endpoint-rules"
	for i := range 30 {
		w.ok("POST", rules, object{
			"endpoint_service": fmt.Sprintf("com.amazonaws.vpce.%s.vpce-svc-%017d", region, i), "domain_names": []string{"a.example.com"},
		})
	}
	w.refused(400, "QUOTA_EXCEEDED", "30 private endpoints", "POST", w.path(rules), "", s3Rule("bucket-a"))
	if got, pages := w.walkPages(rules+"?", "items"); got != 30 || pages != 3 {
		t.Errorf("%d rules on %d pages, want 30 on 3", got, pages)
	}
}
