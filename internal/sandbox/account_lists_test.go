// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"testing"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

func accountListBody(label, kind string, addresses ...string) object {
	return object{"label": label, "list_type": kind, "ip_addresses": addresses}
}

const listSettingPath = "/settings/types/acct_ip_acl_enable/names/default"

func accountListSettingBody(value bool, etag string) object {
	return object{"allow_missing": true, "field_mask": "acct_ip_acl_enable.value", "setting": object{
		"etag": etag, "setting_name": "default", "acct_ip_acl_enable": object{"value": value},
	}}
}

func TestAccountIPListLifecycle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := w.path("/ip-access-lists")
	if got := w.ok("GET", "/ip-access-lists", nil).String(); got != "{}\n" {
		t.Errorf("%s: want an empty object", got)
	}
	made := w.ok("POST", "/ip-access-lists", accountListBody("office", "ALLOW", "203.0.113.0/24", "192.0.2.1"))
	if made.str("ip_access_list.address_count") != "2" || made.str("ip_access_list.enabled") != "true" {
		t.Errorf("%s: want 2 addresses, enabled", made)
	}
	one := "/ip-access-lists/" + made.str("ip_access_list.list_id")
	w.refused(400, "RESOURCE_ALREADY_EXISTS", "IP access list with type (ALLOW) and label (office) already exists", "POST", path, "", accountListBody("office", "ALLOW", "203.0.113.0/24"))
	w.refused(400, "MALFORMED_REQUEST", "label", "POST", path, "", accountListBody("", "ALLOW", "203.0.113.0/24"))
	w.refused(400, "INVALID_PARAMETER_VALUE", "list_type", "POST", path, "", accountListBody("x", "DENY", "203.0.113.0/24"))
	w.refused(400, "INVALID_PARAMETER_VALUE", "IPv4", "POST", path, "", accountListBody("x", "ALLOW", "2001:db8::1"))
	w.refused(400, "MALFORMED_REQUEST", "enabled", "PUT", w.path(one), "", accountListBody("hq", "ALLOW", "203.0.113.0/24"))
	replace := accountListBody("hq", "ALLOW", "203.0.113.0/24")
	replace["enabled"] = true
	if got := w.ok("PUT", one, replace).String(); got != "{}\n" {
		t.Errorf("PUT: %s, want an empty object", got)
	}
	w.ok("PATCH", one, object{"enabled": false})
	got := w.ok("GET", one, nil)
	if got.str("ip_access_list.label") != "hq" || got.str("ip_access_list.enabled") != "false" || got.str("ip_access_list.address_count") != "1" {
		t.Errorf("%s: want hq, disabled, one address", got)
	}
	var many []string
	for i := range 1000 {
		many = append(many, fmt.Sprintf("198.51.%d.%d", i/250, i%250))
	}
	w.refused(400, "QUOTA_EXCEEDED", "1000", "POST", path, "", accountListBody("many", "BLOCK", many...))
	if got := w.ok("GET", "/ip-access-lists", nil).items("ip_access_lists"); len(got) != 1 {
		t.Errorf("%v: want one list", got)
	}
	w.ok("DELETE", one, nil)
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "Can't find an IP access list with id", "GET", w.path(one), "", nil)
	w.s.SetTier(w.account.ID, "PREMIUM")
	w.refused(404, "FEATURE_DISABLED", "IP access list is not available in the pricing tier", "GET", path, "", nil)
}

func TestAccountIPListsAreEnforced(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	w.refused(400, "INVALID_STATE", "203.0.113.10", "POST", w.path("/ip-access-lists"), "", accountListBody("office", "ALLOW", "192.0.2.0/24"))
	w.ok("POST", "/ip-access-lists", accountListBody("office", "ALLOW", "203.0.113.0/24"))
	blocked := w.ok("POST", "/ip-access-lists", accountListBody("guests", "BLOCK", "203.0.113.99")).str("ip_access_list.list_id")
	for _, address := range []string{"192.0.2.1", "203.0.113.99"} {
		w.s.SetCaller(w.account.ID, sandbox.Caller{Address: netip.MustParseAddr(address), InVPC: true})
		text := "Source IP address: " + address + " is blocked by Databricks IP ACL for account: " + w.account.ID
		w.refused(403, "403", text, "GET", w.path("/workspaces"), "", nil)
		w.refused(403, "403", text, "DELETE", w.path("/ip-access-lists/"+blocked), "", nil)
		w.refused(403, "403", text, "POST", "/oidc/accounts/"+w.account.ID+"/v1/token", "", nil)
		w.refused(403, "403", text, "GET", "/api/networking/v1/accounts/"+w.account.ID+"/endpoints", "", nil)
		// The lists of the account guard the account, not its workspaces.
		w.in(id, http.MethodGet, "/api/2.0/ip-access-lists", nil)
	}
	w.s.SetCaller(w.account.ID, sandbox.Caller{Address: netip.MustParseAddr("203.0.113.11"), InVPC: true})
	w.ok("DELETE", "/ip-access-lists/"+blocked, nil)
	w.refused(400, "INVALID_STATE", "203.0.113.11", "POST", w.path("/ip-access-lists"), "", accountListBody("guests", "BLOCK", "203.0.113.11"))
}

func TestAccountIPListSetting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := w.path(listSettingPath)
	got := w.ok("GET", listSettingPath, nil)
	if got.str("acct_ip_acl_enable.value") != "true" || got.str("setting_name") != "default" {
		t.Errorf("%s: want it on", got)
	}
	missing := w.refused(404, "NOT_FOUND", "", "PATCH", path, "", accountListSettingBody(false, ""))
	if tag := (body{value: missing.items("details")[0]}).str("metadata.etag"); tag != got.str("etag") {
		t.Errorf("etag %q, want %q", tag, got.str("etag"))
	}
	off := w.ok("PATCH", listSettingPath, accountListSettingBody(false, got.str("etag")))
	if off.str("acct_ip_acl_enable.value") != "false" || off.str("etag") == got.str("etag") {
		t.Errorf("%s: want it off, with another etag", off)
	}
	w.refused(409, "RESOURCE_CONFLICT", "", "PATCH", path, "", accountListSettingBody(false, got.str("etag")))
	wrong := accountListSettingBody(false, off.str("etag"))
	wrong["allow_missing"] = false
	w.refused(400, "INVALID_PARAMETER_VALUE", "allow_missing", "PATCH", path, "", wrong)
	w.refused(400, "MALFORMED_REQUEST", "field_mask", "PATCH", path, "", object{"allow_missing": true})

	// While it is off, lists may hold anything, and cannot be enforced then.
	list := w.ok("POST", "/ip-access-lists", accountListBody("office", "ALLOW", "192.0.2.0/24")).str("ip_access_list.list_id")
	w.refused(400, "INVALID_STATE", "203.0.113.10", "PATCH", path, "", accountListSettingBody(true, off.str("etag")))
	w.refused(400, "INVALID_STATE", "203.0.113.10", "DELETE", path+"?etag="+off.str("etag"), "", nil)
	w.ok("DELETE", "/ip-access-lists/"+list, nil)
	w.refused(409, "RESOURCE_CONFLICT", "", "DELETE", path+"?etag=stale", "", nil)
	reverted := w.ok("DELETE", listSettingPath+"?etag="+off.str("etag"), nil).str("etag")
	if got := w.ok("GET", listSettingPath, nil); got.str("acct_ip_acl_enable.value") != "true" || got.str("etag") != reverted {
		t.Errorf("%s: want it on again, with the etag %s", got, reverted)
	}
}
