// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

const accounts = "https://accounts.cloud.databricks.com"

func get(t *testing.T, client *http.Client, address, token string) (int, body) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return send(t, client, req)
}

func TestProxyDiscovery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := proxied(t, w.s)
	_, b := get(t, client, accounts+"/.well-known/databricks-config", "")
	if got, want := b.str("oidc_endpoint"), accounts+"/oidc/accounts/{account_id}"; got != want || b.str("host_type") != "account" {
		t.Errorf("%s: want %s and host_type account", b, want)
	}
	_, b = get(t, client, accounts+"/oidc/accounts/"+w.account.ID+"/.well-known/oauth-authorization-server", "")
	if got, want := b.str("token_endpoint"), accounts+"/oidc/accounts/"+w.account.ID+"/v1/token"; got != want {
		t.Errorf("token_endpoint %s, want %s", got, want)
	}
	if status, _ := get(t, client, accounts+"/oidc/accounts/nobody/.well-known/oauth-authorization-server", ""); status != 404 {
		t.Errorf("OAuth metadata of an unknown account: %d, want 404", status)
	}
	wrong := w.account
	wrong.ClientSecret = "wrong"
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.str("token_endpoint"), strings.NewReader("grant_type=client_credentials"))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(wrong.ClientID, wrong.ClientSecret)
	if status, b := send(t, client, req); status != 401 || b.str("error") != "invalid_client" {
		t.Errorf("a wrong secret: %d %s, want 401 invalid_client", status, b)
	}
}

func TestProxyReachesWorkspacesByName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := proxied(t, w.s)
	first, second := w.workspace("first", nil), w.workspace("second", nil)
	host := func(id string) string {
		return "https://" + w.ok("GET", "/workspaces/"+id, nil).str("deployment_name") + ".cloud.databricks.com"
	}
	me := "/api/2.0/preview/scim/v2/Me"
	if status, b := get(t, client, host(first)+me, w.token); status != 200 || b.str("userName") != w.account.ClientID {
		t.Errorf("Me with the account's token: %d %s", status, b)
	}
	_, b := get(t, client, host(first)+"/.well-known/databricks-config", "")
	if b.str("workspace_id") != first || b.str("account_id") != w.account.ID || b.str("host_type") != "workspace" {
		t.Errorf("%s: want workspace %s of %s", b, first, w.account.ID)
	}
	token := fetchToken(t, client, host(first)+"/oidc/v1/token", w.account)
	if status, _ := get(t, client, host(first)+me, token); status != 200 {
		t.Errorf("Me with the workspace's own token: %d", status)
	}
	for _, elsewhere := range []string{host(second) + me, accounts + w.path("/workspaces")} {
		if status, _ := get(t, client, elsewhere, token); status != 401 {
			t.Errorf("%s with another workspace's token: %d, want 401", elsewhere, status)
		}
	}
	if status, b := get(t, client, "https://dbc-00000000-0000.cloud.databricks.com"+me, w.token); status != 502 {
		t.Errorf("an unknown deployment: %d %s, want 502", status, b)
	}
	if status, b := get(t, client, accounts+me, w.token); status != 404 || b.str("error_code") != "ENDPOINT_NOT_FOUND" {
		t.Errorf("a workspace API on the account host: %d %s, want 404", status, b)
	}
	address := host(first)
	w.ok("DELETE", "/workspaces/"+first, nil)
	if status, _ := get(t, client, address+me, w.token); status != 502 {
		t.Errorf("a deleted workspace: %d, want 502", status)
	}
}

func TestPrivateAccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pas := w.ok("POST", "/private-access-settings", object{"private_access_settings_name": "pas-1", "region": region}).str("private_access_settings_id")
	id := w.workspace("ws", object{"private_access_settings_id": pas})
	w.s.SetCaller(w.account.ID, sandbox.Caller{Address: netip.MustParseAddr("203.0.113.10")})
	client := plainClient(t)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(w.request("GET", confPath+"?keys=enableDcs", id, nil))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if location := resp.Header.Get("Location"); resp.StatusCode != 302 || location != "/login.html?error=private-link-validation-error" {
		t.Errorf("from outside the VPC: %d to %q, want the login page", resp.StatusCode, location)
	}
	w.ok("PUT", "/private-access-settings/"+pas, object{"private_access_settings_name": "pas-1", "region": region, "public_access_enabled": true})
	w.in(id, "GET", confPath+"?keys=enableDcs", nil)
}

func TestProxyRefusesOtherHosts(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Config{})
	client := proxied(t, s)
	for _, address := range []string{
		"https://example.com/", "https://checkpoint-api.hashicorp.com/", "https://login.databricks.com/", "https://evil.accounts.cloud.databricks.com/",
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if resp, err := client.Do(req); err == nil {
			_ = resp.Body.Close()
			t.Errorf("%s: %s, want no connection", address, resp.Status)
		} else if !strings.Contains(err.Error(), "Refused by the sandbox") {
			t.Errorf("%s: %v, want a clear refusal", address, err)
		}
	}
	if status, b := get(t, client, "http://169.254.169.254/latest/meta-data/", ""); status != 403 || !strings.Contains(b.String(), "sandbox refuses 169.254.169.254") {
		t.Errorf("instance metadata: %d %s, want 403", status, b)
	}
	if status, b := get(t, client, "https://sts.eu-west-1.amazonaws.com/", ""); status != 502 || !strings.Contains(b.String(), "without AWS") {
		t.Errorf("AWS: %d %s, want 502", status, b)
	}
	refused := 0
	for _, r := range s.Requests() {
		if r.Service == sandbox.ServiceRefused {
			refused++
		}
	}
	if refused != 5 {
		t.Errorf("%d refusals in the log, want 5", refused)
	}
}

func TestPlainAPIChecksTheHost(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Config{})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.AccountURL()+"/.well-known/databricks-config", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "attacker.example"
	if status, _ := send(t, plainClient(t), req); status != 403 {
		t.Errorf("a foreign Host: %d, want 403", status)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.s.NewAccount()
	path := w.path("/credentials")
	w.s.FailNext(sandbox.Fault{AccountID: other.ID, Path: "/api/2.0/accounts/*/credentials", Status: 500})
	w.s.FailNext(sandbox.Fault{AccountID: w.account.ID, Method: "POST", Path: "/api/2.0/accounts/*/credentials", Nth: 2, Status: 503})
	w.ok("GET", "/credentials", nil)
	w.ok("POST", "/credentials", credentialBody("first"))
	w.refused(503, "TEMPORARILY_UNAVAILABLE", "", "POST", path, "", credentialBody("second"))
	w.ok("POST", "/credentials", credentialBody("second"))
	w.s.FailNext(sandbox.Fault{AccountID: w.account.ID, Status: 400, Body: "MALFORMED_REQUEST: text"})
	if b := w.expect(400, "GET", path, "", nil); b.String() != "MALFORMED_REQUEST: text" {
		t.Errorf("%q, want the body of the fault", b)
	}
	for _, test := range []struct {
		fault sandbox.Fault
		name  string
		left  int
	}{
		{sandbox.Fault{Method: "POST", Drop: true}, "dropped", 2},
		{sandbox.Fault{Method: "POST", AcceptThenDrop: true}, "accepted", 3},
	} {
		w.s.FailNext(test.fault)
		if resp, err := plainClient(t).Do(w.request("POST", path, "", credentialBody(test.name))); err == nil {
			_ = resp.Body.Close()
			t.Errorf("%s: %s, want a broken connection", test.name, resp.Status)
		}
		if got := len(w.ok("GET", "/credentials", nil).items("")); got != test.left {
			t.Errorf("%s: %d credentials, want %d", test.name, got, test.left)
		}
	}
	w.s.FailNext(sandbox.Fault{Method: "GET", Delay: 50 * time.Millisecond})
	w.s.SetLatency(50 * time.Millisecond)
	before := time.Now()
	w.ok("GET", "/credentials", nil)
	if took := time.Since(before); took < 100*time.Millisecond {
		t.Errorf("a delayed answer took %v", took)
	}
}

func TestRequestLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s, err := sandbox.Start(t.Context(), sandbox.Config{RequestLog: &log})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, s: s, clock: newClock(), account: s.Account()}
	w.login()
	w.ok("POST", "/credentials", credentialBody("role"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	requests := s.AccountRequests(w.account.ID)
	if len(requests) != 2 || requests[0].Service != sandbox.ServiceOIDC || requests[1].Caller != w.account.ClientID || requests[1].Status != 200 {
		t.Errorf("requests %+v, want a token and a credential", requests)
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines, want 2:\n%s", len(lines), log.String())
	}
	for _, line := range lines {
		var entry sandbox.Request
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	for _, secret := range []string{w.account.ClientSecret, w.token, url.QueryEscape(w.account.ClientSecret)} {
		if strings.Contains(log.String(), secret) {
			t.Error("the request log holds a secret")
		}
	}
}
