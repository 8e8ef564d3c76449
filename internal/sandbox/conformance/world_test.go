// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package conformance_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

// An account has a metastore in region, and none in otherRegion.
const (
	region      = "us-east-1"
	otherRegion = "eu-west-2"
)

// The PrivateLink services of the region (api: AWS constants).
const (
	restService  = "com.amazonaws.vpce.us-east-1.vpce-svc-09143d1e626de2f04"
	relayService = "com.amazonaws.vpce.us-east-1.vpce-svc-00018a8c3ff62ffdf"
)

type object = map[string]any

// fakeClock is a clock that tests move.
type fakeClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// pass lets time pass; the real clock, which is nil, is not waited for.
func (c *fakeClock) pass(d time.Duration) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is one account of a sandbox and who administers it.
type world struct {
	t       *testing.T
	s       *sandbox.Sandbox
	clock   *fakeClock
	account sandbox.Account
	token   string
	// ids are the objects that were made, by the name of their id.
	ids map[string]string
	// made counts them, so that names are unique.
	made int
}

func start(t *testing.T, cfg sandbox.Config) *sandbox.Sandbox {
	t.Helper()
	s, err := sandbox.Start(t.Context(), cfg)
	if err != nil {
		t.Fatalf("starting the sandbox: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing the sandbox: %v", err)
		}
	})
	return s
}

func newWorld(t *testing.T) *world {
	t.Helper()
	clock := &fakeClock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	return join(t, start(t, sandbox.Config{Clock: clock}), clock)
}

// join makes an account of a sandbox.
func join(t *testing.T, s *sandbox.Sandbox, clock *fakeClock) *world {
	t.Helper()
	w := &world{t: t, s: s, clock: clock, account: s.NewAccount(), ids: map[string]string{}}
	got := w.send(request{
		method: http.MethodPost, path: "/oidc/accounts/" + w.account.ID + "/v1/token", basic: true,
		form: url.Values{"grant_type": {"client_credentials"}, "scope": {"all-apis"}},
	})
	if w.token = got.str("access_token"); w.token == "" {
		t.Fatalf("no token: %s", got)
	}
	return w
}

// request is what is sent: a form, a text, or in as JSON unless it is nil.
type request struct {
	method, path, workspace string
	in                      any
	form                    url.Values
	text                    string
	basic, anonymous        bool
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	raw    string
	value  any
}

func (a answer) String() string { return fmt.Sprintf("%d %s", a.status, a.raw) }

func (a answer) at(path string) any {
	v := a.value
	for name := range strings.SplitSeq(path, ".") {
		switch node := v.(type) {
		case object:
			v = node[name]
		case []any:
			if len(node) == 0 || name != "0" {
				return nil
			}
			v = node[0]
		default:
			return nil
		}
	}
	return v
}

func (a answer) str(path string) string {
	switch v := a.at(path).(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	default:
		return fmt.Sprint(v)
	}
}

func decode(raw []byte) any {
	var v any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return nil
	}
	return v
}

func (w *world) send(r request) answer {
	w.t.Helper()
	req, err := w.encode(r)
	if err != nil {
		w.t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		w.t.Fatalf("%s %s: %v", r.method, r.path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatalf("%s %s: %v", r.method, r.path, err)
	}
	return answer{status: resp.StatusCode, header: resp.Header, raw: strings.TrimSpace(string(raw)), value: decode(raw)}
}

func (w *world) encode(r request) (*http.Request, error) {
	var content io.Reader
	switch {
	case r.form != nil:
		content = strings.NewReader(r.form.Encode())
	case r.text != "":
		content = strings.NewReader(r.text)
	case r.in != nil:
		encoded, err := json.Marshal(r.in)
		if err != nil {
			return nil, err
		}
		content = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), r.method, w.s.AccountURL()+r.path, content)
	if err != nil {
		return nil, err
	}
	switch {
	case r.anonymous:
	case r.basic:
		req.SetBasicAuth(w.account.ClientID, w.account.ClientSecret)
	default:
		req.Header.Set("Authorization", "Bearer "+w.token)
	}
	if r.form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if r.workspace != "" {
		req.Header.Set("X-Databricks-Workspace-Id", r.workspace)
	}
	return req, nil
}

func (w *world) path(suffix string) string { return "/api/2.0/accounts/" + w.account.ID + suffix }

// ok calls the account API and wants success.
func (w *world) ok(method, suffix string, in any) answer {
	w.t.Helper()
	return w.want(http.StatusOK, request{method: method, path: w.path(suffix), in: in})
}

// in calls a workspace and wants a status.
func (w *world) in(workspace string, status int, method, path string, in any) answer {
	w.t.Helper()
	return w.want(status, request{method: method, path: path, workspace: workspace, in: in})
}

func (w *world) want(status int, r request) answer {
	w.t.Helper()
	got := w.send(r)
	if got.status != status {
		w.t.Fatalf("%s %s: %s, want %d", r.method, r.path, got, status)
	}
	return got
}

// refused wants an error with a code and this very text.
func (w *world) refused(status int, code, text string, r request) {
	w.t.Helper()
	got := w.want(status, r)
	if got.str("error_code") != code || got.str("message") != text {
		w.t.Errorf("%s %s: %s, want %s: %s", r.method, r.path, got, code, text)
	}
}

// refusedFor wants an error with a code and a text about something.
func (w *world) refusedFor(status int, code, about string, r request) {
	w.t.Helper()
	got := w.want(status, r)
	if got.str("error_code") != code || !strings.Contains(got.str("message"), about) {
		w.t.Errorf("%s %s: %s, want %s about %s", r.method, r.path, got, code, about)
	}
}

func (w *world) post(suffix string, in any) request {
	return request{method: http.MethodPost, path: w.path(suffix), in: in}
}

func (w *world) get(suffix string) request {
	return request{method: http.MethodGet, path: w.path(suffix)}
}

func (w *world) delete(suffix string) request {
	return request{method: http.MethodDelete, path: w.path(suffix)}
}
