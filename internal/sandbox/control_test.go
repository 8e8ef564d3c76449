// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

// control calls the control API.
func (w *world) control(method, path string, in any) (int, body) {
	w.t.Helper()
	return send(w.t, plainClient(w.t), w.controlRequest(method, path, in))
}

func (w *world) controlRequest(method, path string, in any) *http.Request {
	w.t.Helper()
	var payload io.Reader
	if in != nil {
		encoded, err := json.Marshal(in)
		if err != nil {
			w.t.Fatal(err)
		}
		payload = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.s.ControlURL()+path, payload)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+w.s.ControlToken())
	return req
}

// steer calls the control API and expects success.
func (w *world) steer(method, path string, in any) body {
	w.t.Helper()
	status, b := w.control(method, path, in)
	if status != http.StatusOK && status != http.StatusNoContent {
		w.t.Fatalf("%s %s: %d %s", method, path, status, b)
	}
	return b
}

func TestControlIsGuarded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if vars := w.s.Vars(); vars["HARDBRICKS_SANDBOX_CONTROL"] != w.s.ControlURL() || vars["HARDBRICKS_SANDBOX_CONTROL_TOKEN"] != w.s.ControlToken() {
		t.Error("the environment does not lead to the control API")
	}
	if !strings.HasPrefix(w.s.ControlURL(), "http://127.0.0.1:") || len(w.s.ControlToken()) < 26 {
		t.Errorf("it is at %s", w.s.ControlURL())
	}
	for _, test := range []struct {
		name   string
		status int
		change func(*http.Request)
	}{
		{"the token", 200, func(*http.Request) {}},
		{"localhost", 200, func(r *http.Request) { r.Host = "localhost:" + r.URL.Port() }},
		{"no token", 401, func(r *http.Request) { r.Header.Del("Authorization") }},
		{"a token of Databricks", 401, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+w.token) }},
		{"a part of the token", 401, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+w.s.ControlToken()[:10]) }},
		{"another host", 403, func(r *http.Request) { r.Host = "evil.example" }},
		{"another port", 403, func(r *http.Request) { r.Host = "127.0.0.1:1" }},
	} {
		req := w.controlRequest("GET", "/requests", nil)
		test.change(req)
		if status, b := send(t, plainClient(t), req); status != test.status {
			t.Errorf("%s: %d %s, want %d", test.name, status, b, test.status)
		}
	}
	if n := len(w.s.FilterRequests(sandbox.RequestFilter{PathPrefix: "/requests"})); n != 0 {
		t.Errorf("%d control requests are in the log", n)
	}
}

func TestControlRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	cred := w.ok("POST", "/credentials", credentialBody("other")).str("credentials_id")
	ws := "/accounts/" + w.account.ID + "/workspaces/" + id
	for _, test := range []struct {
		method, path string
		in           any
		status       int
	}{
		{"GET", "/requests?metod=GET", nil, 400},
		{"GET", "/requests?since=x", nil, 400},
		{"POST", "/faults", object{}, 400},
		{"POST", "/faults", object{"stats": 500}, 400},
		{"POST", "/faults", object{"status": 99}, 400},
		{"POST", "/faults", object{"body": "x", "drop": true}, 400},
		{"POST", "/faults", object{"path": "[", "drop": true}, 400},
		{"POST", "/faults", object{"nth": -1, "drop": true}, 400},
		{"POST", "/faults", object{"delay": "soon"}, 400},
		{"DELETE", "/faults/7", nil, 404},
		{"PUT", "/latency", object{"latency": "-1s"}, 400},
		{"POST", "/clock", object{"advance": 5}, 400},
		{"POST", "/snapshots", object{"accounts": []string{"x"}}, 400},
		{"POST", "/snapshots/x/restore", nil, 404},
		{"DELETE", "/snapshots/x", nil, 404},
		{"PATCH", "/accounts/x", object{}, 404},
		{"PATCH", "/accounts/" + w.account.ID, object{"pricing_tier": "GOLD"}, 400},
		{"GET", "/accounts/x/objects", nil, 404},
		{"GET", "/accounts/" + w.account.ID + "/workspaces/x/objects", nil, 404},
		{"GET", "/accounts/" + w.account.ID + "/workspaces/1/objects", nil, 404},
		{"DELETE", "/accounts/" + w.account.ID + "/objects/nothing/x", nil, 404},
		{"DELETE", "/accounts/" + w.account.ID + "/objects/networks/x", nil, 404},
		{"PATCH", "/accounts/" + w.account.ID + "/objects/workspaces/" + id, object{"workspace_name": "x"}, 400},
		{"PATCH", "/accounts/" + w.account.ID + "/objects/credentials/" + cred, object{"aws_credentials": object{"sts_role": nil}}, 400},
		{"PATCH", "/accounts/" + w.account.ID + "/objects/credentials/" + cred, object{"more": 1}, 400},
		{"PATCH", ws, object{"references": object{"budget_policy_id": "x"}}, 400},
		{"PATCH", ws + "/conf", object{"enableEverything": "true"}, 400},
		{"PUT", ws + "/settings/nothing", object{}, 404},
		{"PUT", ws + "/settings/disable_legacy_access", object{"value": 1}, 400},
		{"POST", "/nothing", nil, 404},
	} {
		if status, b := w.control(test.method, test.path, test.in); status != test.status {
			t.Errorf("%s %s %v: %d %s, want %d", test.method, test.path, test.in, status, b, test.status)
		}
	}
}

func TestControlRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ok("POST", "/credentials", credentialBody("a"))
	w.expect(404, "GET", w.path("/networks/x")+"?a=b", "", nil)
	for _, test := range []struct {
		query string
		want  int
	}{
		{"", 3}, {"?method=GET", 1}, {"?service=oidc", 1}, {"?service=account", 2}, {"?account=" + w.account.ID, 3},
		{"?account=x", 0}, {"?path_prefix=" + w.path("/cred"), 1}, {"?since=1", 2}, {"?since=1&method=POST", 1}, {"?since=3", 0},
	} {
		if got := w.steer("GET", "/requests"+test.query, nil).items("requests"); len(got) != test.want || got == nil {
			t.Errorf("%s: %v, want %d", test.query, got, test.want)
		}
	}
	last := w.steer("GET", "/requests?since=2", nil)
	if !strings.Contains(last.String(), `"query":"a=b","status":404`) || strings.Contains(last.String(), w.token) {
		t.Error(last)
	}
}

func TestControlFaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := w.path("/credentials")
	id := w.steer("POST", "/faults", object{"method": "POST", "path": "/api/2.0/accounts/{account_id}/credentials", "nth": 2, "times": 2, "status": 429}).str("id")
	for i, want := range []int{200, 429, 429, 200} {
		if status, b := w.do("POST", path, "", credentialBody("a"+strconv.Itoa(i))); status != want {
			t.Errorf("request %d: %d %s, want %d", i, status, b, want)
		}
	}
	if status, _ := w.control("DELETE", "/faults/"+id, nil); status != 404 {
		t.Errorf("a fault that struck is armed: %d", status)
	}
	id = w.steer("POST", "/faults", object{"path": "/api/2.0/accounts/*/{kind}", "status": 503, "body": "out", "delay": "1ms"}).str("id")
	if list := w.steer("GET", "/faults", nil).String(); !strings.Contains(list, `{"id":`+id+`,"path":"/api/2.0/accounts/*/{kind}","status":503,"body":"out","delay":"1ms"}`) {
		t.Error(list)
	}
	w.steer("DELETE", "/faults/"+id, nil)
	w.steer("POST", "/faults", object{"drop": true, "account_id": w.account.ID})
	w.steer("DELETE", "/faults", nil)
	w.ok("GET", "/credentials", nil)
}

func TestControlSlowBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ok("POST", "/credentials", credentialBody("a"))
	want := w.ok("GET", "/credentials", nil).String()
	w.steer("POST", "/faults", object{"method": "GET", "slow_body": "200ms"})
	begin := time.Now()
	if got := w.ok("GET", "/credentials", nil).String(); got != want {
		t.Errorf("it arrived as %q, want %q", got, want)
	}
	if took := time.Since(begin); took < 200*time.Millisecond {
		t.Errorf("it took %s", took)
	}
	w.steer("POST", "/faults", object{"slow_body": "10ms", "status": 503})
	w.refused(503, "TEMPORARILY_UNAVAILABLE", "", "GET", w.path("/credentials"), "", nil)
	w.steer("PUT", "/latency", object{"latency": "100ms"})
	begin = time.Now()
	w.ok("GET", "/credentials", nil)
	if took := time.Since(begin); took < 100*time.Millisecond {
		t.Errorf("with latency it took %s", took)
	}
}

func TestKillPoint(t *testing.T) {
	t.Parallel()
	var killed atomic.Int32
	clock := newClock()
	s := start(t, sandbox.Config{Clock: clock, Kill: func() { killed.Add(1) }})
	w := &world{t: t, s: s, clock: clock, account: s.Account()}
	w.login()
	for i, accepted := range []bool{false, true} {
		w.steer("POST", "/faults", object{"method": "POST", "kill": true, "accept_then_drop": accepted})
		resp, err := plainClient(t).Do(w.request("POST", w.path("/credentials"), "", credentialBody("kill")))
		if err == nil {
			_ = resp.Body.Close()
			t.Errorf("it was answered with %d", resp.StatusCode)
		}
		if got := killed.Load(); got != int32(i+1) {
			t.Errorf("killed %d times, want %d", got, i+1)
		}
		if n := len(w.ok("GET", "/credentials", nil).items("")); n != i {
			t.Errorf("%d credentials, want %d", n, i)
		}
	}
}

func TestControlClockAndConsistency(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	ws := "/accounts/" + w.account.ID + "/workspaces/" + id
	w.steer("PUT", ws+"/conf-delay", object{"delay": "1m"})
	w.in(id, "PATCH", "/api/2.0/workspace-conf", object{"enableDcs": "true"})
	read := func() string { return w.in(id, "GET", "/api/2.0/workspace-conf?keys=enableDcs", nil).str("enableDcs") }
	if got := read(); got != "" {
		t.Errorf("the write is seen at once: %s", got)
	}
	before := w.clock.Now()
	if now := w.steer("POST", "/clock", object{"advance": "1m"}).str("now"); now != before.Add(time.Minute).Format(time.RFC3339) {
		t.Errorf("the clock shows %s", now)
	}
	if now := w.steer("GET", "/clock", nil).str("now"); now != before.Add(time.Minute).Format(time.RFC3339) {
		t.Errorf("the clock shows %s", now)
	}
	if got := read(); got != "true" {
		t.Errorf("after a minute %q is seen", got)
	}
	w.steer("POST", "/clock", object{"advance": "1h"})
	w.expect(401, "GET", w.path("/credentials"), "", nil)
}

func TestControlEdits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", object{"custom_tags": object{"a": "b"}})
	account := "/accounts/" + w.account.ID
	ws := account + "/workspaces/" + id
	list := w.in(id, "POST", "/api/2.0/ip-access-lists", object{"label": "office", "list_type": "ALLOW", "ip_addresses": []string{"203.0.113.0/24"}}).str("ip_access_list.list_id")

	w.steer("PATCH", ws+"/conf", object{"enableDcs": "true", "enableJobViewAcls": nil})
	if got := w.in(id, "GET", "/api/2.0/workspace-conf?keys=enableDcs,enableJobViewAcls", nil); got.str("enableDcs") != "true" || got.get("enableJobViewAcls") != nil {
		t.Error(got)
	}
	w.steer("PUT", ws+"/settings/disable_legacy_access", object{"value": true})
	if got := w.in(id, "GET", "/api/2.0/settings/types/disable_legacy_access/names/default", nil); got.get("disable_legacy_access.value") != true {
		t.Error(got)
	}
	w.steer("PATCH", ws+"/objects/ip-access-lists/"+list, object{"ip_addresses": []string{"198.51.100.7"}, "enabled": false})
	if got := w.in(id, "GET", "/api/2.0/ip-access-lists/"+list, nil); got.str("ip_access_list.ip_addresses") != "[198.51.100.7]" || got.get("ip_access_list.enabled") != false {
		t.Error(got)
	}
	w.steer("DELETE", ws+"/objects/ip-access-lists/"+list, nil)
	w.expect(404, "GET", "/api/2.0/ip-access-lists/"+list, id, nil)

	w.steer("PATCH", ws, object{"workspace_name": "renamed", "custom_tags": object{"c": "d"}, "references": object{"credentials_id": ""}, "failure": "broken"})
	got := w.ok("GET", "/workspaces/"+id, nil)
	if got.str("workspace_name") != "renamed" || got.str("custom_tags") != "map[c:d]" || got.str("credentials_id") != "" ||
		got.str("workspace_status") != "FAILED" || got.str("workspace_status_message") != "broken" {
		t.Error(got)
	}
	w.steer("PATCH", ws, object{"failure": ""})
	if got := w.ok("GET", "/workspaces/"+id, nil); got.str("workspace_status") != "RUNNING" || got.str("workspace_name") != "renamed" {
		t.Error(got)
	}

	cred := w.ok("POST", "/credentials", credentialBody("old")).str("credentials_id")
	w.steer("PATCH", account+"/objects/credentials/"+cred, object{"credentials_name": "new"})
	w.ok("POST", "/credentials", credentialBody("old"))
	w.refused(409, "ALREADY_EXISTS", "", "POST", w.path("/credentials"), "", credentialBody("new"))
	w.steer("DELETE", account+"/objects/credentials/"+cred, nil)
	w.expect(404, "GET", w.path("/credentials/"+cred), "", nil)
	w.steer("DELETE", account+"/objects/workspaces/"+id, nil)
	w.expect(404, "GET", w.path("/workspaces/"+id), "", nil)
	if left := w.steer("GET", account+"/objects", nil); len(left.items("objects.workspaces")) != 0 || left.items("objects.workspaces") == nil {
		t.Error(left)
	}
}

func TestControlAccountsAndSnapshots(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.steer("POST", "/accounts", nil)
	other := &world{t: t, s: w.s, clock: w.clock, account: sandbox.Account{
		ID: made.str("account_id"), ClientID: made.str("client_id"), ClientSecret: made.str("client_secret"),
	}}
	other.login()
	w.steer("PATCH", "/accounts/"+w.account.ID, object{"pricing_tier": "STANDARD", "fail_provisioning": "no", "caller_address": "198.51.100.1", "caller_in_vpc": false})
	w.expect(403, "GET", w.path("/vpc-endpoints"), "", nil)
	other.ok("GET", "/vpc-endpoints", nil)

	w.steer("PUT", "/vpc-endpoints/vpce-0123456789abcdef0", object{"service_name": "x"})
	other.refused(400, "MALFORMED_REQUEST", "which is not a Databricks endpoint service", "POST", other.path("/vpc-endpoints"), "",
		object{"vpc_endpoint_name": "a", "aws_vpc_endpoint_id": "vpce-0123456789abcdef0", "region": region})

	id := w.steer("POST", "/snapshots", object{"accounts": []string{w.account.ID}}).str("id")
	w.ok("POST", "/credentials", credentialBody("later"))
	w.steer("POST", "/snapshots/"+id+"/restore", nil)
	if got := w.ok("GET", "/credentials", nil).String(); got != "[]\n" {
		t.Error(got)
	}
	w.steer("DELETE", "/snapshots/"+id, nil)
	if status, _ := w.control("POST", "/snapshots/"+id+"/restore", nil); status != 404 {
		t.Errorf("a snapshot that was deleted: %d", status)
	}
	w.steer("POST", "/state", nil)
}
