// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

// fakeClock is a clock that tests move.
type fakeClock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *fakeClock { return &fakeClock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)} }

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a sandbox, one account of it and a client.
type world struct {
	t       *testing.T
	s       *sandbox.Sandbox
	clock   *fakeClock
	account sandbox.Account
	token   string
}

const region = "eu-west-1"

func start(t *testing.T, cfg sandbox.Config) *sandbox.Sandbox {
	t.Helper()
	s, err := sandbox.Start(t.Context(), cfg)
	if err != nil {
		t.Fatalf("starting the sandbox: %v", err)
	}
	t.Cleanup(func() {
		// Whatever the test made of the sandbox can be kept and come back.
		if taken, err := s.Snapshot(); err != nil {
			t.Error(err)
		} else if err := s.Restore(taken); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("closing the sandbox: %v", err)
		}
	})
	return s
}

func newWorld(t *testing.T) *world {
	t.Helper()
	clock := newClock()
	s := start(t, sandbox.Config{Clock: clock})
	w := &world{t: t, s: s, clock: clock, account: s.NewAccount()}
	w.login()
	return w
}

func (w *world) login() {
	w.t.Helper()
	w.token = fetchToken(w.t, plainClient(w.t), w.s.AccountURL()+"/oidc/accounts/"+w.account.ID+"/v1/token", w.account)
}

func fetchToken(t *testing.T, client *http.Client, endpoint string, account sandbox.Account) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, strings.NewReader("grant_type=client_credentials&scope=all-apis"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(account.ClientID, account.ClientSecret)
	status, body := send(t, client, req)
	if status != http.StatusOK {
		t.Fatalf("POST %s: %d %s", endpoint, status, body)
	}
	return body.str("access_token")
}

func plainClient(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	return &http.Client{Transport: transport}
}

// proxied returns a client that reaches the sandbox as a program inside does.
func proxied(t *testing.T, s *sandbox.Sandbox) *http.Client {
	t.Helper()
	roots, err := os.ReadFile(s.CertFile())
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(roots)
	proxy, err := url.Parse(s.ProxyURL())
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{
		Proxy:             http.ProxyURL(proxy),
		TLSClientConfig:   &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
		DisableKeepAlives: true,
	}
	return &http.Client{Transport: transport}
}

// body is an answer.
type body struct {
	raw   []byte
	value any
}

func (b body) String() string { return string(b.raw) }

func (b body) get(path string) any {
	v := b.value
	for name := range strings.SplitSeq(path, ".") {
		fields, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = fields[name]
	}
	return v
}

// items returns a list in the answer; the empty path is the answer itself.
func (b body) items(path string) []any {
	v := b.value
	if path != "" {
		v = b.get(path)
	}
	list, _ := v.([]any)
	return list
}

func (b body) str(path string) string {
	switch v := b.get(path).(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case nil:
		return ""
	default:
		return fmt.Sprint(v)
	}
}

func send(t *testing.T, client *http.Client, req *http.Request) (int, body) {
	t.Helper()
	resp, err := client.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	b := body{raw: raw}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	_ = dec.Decode(&b.value)
	return resp.StatusCode, b
}

// do calls the plain HTTP API; a workspace is named by its id.
func (w *world) do(method, path, workspace string, in any) (int, body) {
	w.t.Helper()
	req := w.request(method, path, workspace, in)
	return send(w.t, plainClient(w.t), req)
}

func (w *world) request(method, path, workspace string, in any) *http.Request {
	w.t.Helper()
	var payload io.Reader
	if in != nil {
		encoded, err := json.Marshal(in)
		if err != nil {
			w.t.Fatal(err)
		}
		payload = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.s.AccountURL()+path, payload)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+w.token)
	if workspace != "" {
		req.Header.Set("X-Databricks-Workspace-Id", workspace)
	}
	return req
}

func (w *world) path(suffix string) string { return "/api/2.0/accounts/" + w.account.ID + suffix }

// ok calls the account API and expects success.
func (w *world) ok(method, suffix string, in any) body {
	w.t.Helper()
	return w.expect(http.StatusOK, method, w.path(suffix), "", in)
}

// in calls a workspace and expects success.
func (w *world) in(workspace, method, path string, in any) body {
	w.t.Helper()
	status, b := w.do(method, path, workspace, in)
	if status != http.StatusOK && status != http.StatusNoContent {
		w.t.Fatalf("%s %s: %d %s", method, path, status, b)
	}
	return b
}

func (w *world) expect(status int, method, path, workspace string, in any) body {
	w.t.Helper()
	got, b := w.do(method, path, workspace, in)
	if got != status {
		w.t.Fatalf("%s %s: %d %s, want %d", method, path, got, b, status)
	}
	return b
}

// refused expects an error with a code and a part of its message.
func (w *world) refused(status int, code, message, method, path, workspace string, in any) body {
	w.t.Helper()
	b := w.expect(status, method, path, workspace, in)
	if b.str("error_code") != code || !strings.Contains(b.str("message"), message) {
		w.t.Fatalf("%s %s: %s, want %s: %s", method, path, b, code, message)
	}
	return b
}

type object = map[string]any

func credentialBody(name string) object {
	return object{"credentials_name": name, "aws_credentials": object{"sts_role": object{"role_arn": "arn:aws:iam::123456789012:role/" + name}}}
}

func storageBody(name string) object {
	return object{"storage_configuration_name": name, "root_bucket_info": object{"bucket_name": "root-bucket"}}
}

func networkBody(name string, endpoints any) object {
	out := object{
		"network_name": name, "vpc_id": "vpc-1", "subnet_ids": []string{"subnet-1-" + name, "subnet-2-" + name},
		"security_group_ids": []string{"sg-" + name},
	}
	if endpoints != nil {
		out["vpc_endpoints"] = endpoints
	}
	return out
}

// workspace makes a running workspace with its credentials and storage.
func (w *world) workspace(name string, more object) string {
	w.t.Helper()
	in := object{
		"workspace_name": name, "aws_region": region,
		"credentials_id":           w.ok("POST", "/credentials", credentialBody(name)).str("credentials_id"),
		"storage_configuration_id": w.ok("POST", "/storage-configurations", storageBody(name)).str("storage_configuration_id"),
	}
	maps.Copy(in, more)
	id := w.ok("POST", "/workspaces", in).str("workspace_id")
	w.clock.pass(10 * time.Second)
	return id
}
