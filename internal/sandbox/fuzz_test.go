// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

// surface is a sandbox under the fuzzer.
type surface struct {
	s         *Sandbox
	fresh     *Snapshot
	token     string
	pat       string
	workspace *workspace
	runs      int
}

// The ways in, by the first bits of the fuzzer's byte.
const (
	wayPlain = iota
	wayAccountHost
	wayWorkspaceHost
	wayControl
	ways
)

func newSurface(f *testing.F) *surface {
	f.Helper()
	s, err := Start(f.Context(), Config{ProvisionTime: -1, LingerTime: -1})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	a := s.em.accounts[s.dflt.ID]
	c := &call{e: s.em, account: a, now: s.em.now()}
	ws := c.newWorkspace(&createWorkspaceRequest{WorkspaceName: "fuzz", AWSRegion: "eu-west-1"}, networkFault{})
	pat := &accessToken{id: "pat", created: c.now, expires: c.now.Add(tokenLifetime)}
	ws.tokens = []*accessToken{pat}
	ws.lists = []*accessList{{ListID: "list", Label: "l", ListType: "BLOCK"}}
	a.workspaces = []*workspace{ws}
	s.em.index(a)
	_ = a.credentials.add(c.now, "cred", "cred", &credential{
		CredentialsID: "cred", CredentialsName: "cred", AWSCredentials: awsCredentials{STSRole: &stsRole{RoleARN: "arn:aws:iam::123456789012:role/x"}},
	})
	_ = a.storage.add(c.now, "stor", "stor", &storageConfiguration{StorageConfigurationID: "stor", StorageConfigurationName: "stor"})
	p := &surface{
		s: s, workspace: ws,
		token: s.em.issue(&bearer{account: a, clientID: a.ClientID}, "sbx", 8),
		pat:   s.em.issue(&bearer{account: a, workspace: ws, clientID: a.ClientID, pat: pat}, "dapi", 8),
	}
	if p.fresh, err = s.Snapshot(); err != nil {
		f.Fatal(err)
	}
	return p
}

// begin forgets from time to time what piles up.
func (p *surface) begin(t *testing.T) {
	t.Helper()
	if p.runs++; p.runs%500 != 0 {
		return
	}
	if err := p.s.Restore(p.fresh); err != nil {
		t.Fatal(err)
	}
	p.s.Disarm(0)
	p.s.SetLatency(0)
	p.s.control.mu.Lock()
	clear(p.s.control.snapshots)
	p.s.control.mu.Unlock()
	p.s.reqs.mu.Lock()
	p.s.reqs.entries = nil
	p.s.reqs.mu.Unlock()
}

// request reads a request as the server would; nil if it would refuse it.
func (p *surface) request(t *testing.T, how byte, method, target, body string) *http.Request {
	t.Helper()
	names := strings.NewReplacer("{account_id}", p.s.dflt.ID, "{workspace_id}", strconv.FormatInt(p.workspace.id, 10))
	host := "127.0.0.1"
	switch int(how) % ways {
	case wayAccountHost:
		host = accountHost
	case wayWorkspaceHost:
		host = p.workspace.deployment + workspaceSuffix
	case wayControl:
		host = p.s.control.addr
	}
	head := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n", method, names.Replace(target), host, len(body))
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head + body)))
	if err != nil {
		return nil
	}
	token := []string{p.token, p.pat, p.s.control.token, ""}[how/ways%4]
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if how/ways/4%2 == 1 {
		r.Header.Set(workspaceHeader, strconv.FormatInt(p.workspace.id, 10))
	}
	if how/ways/8%2 == 1 {
		r.SetBasicAuth(p.s.dflt.ClientID, p.s.dflt.ClientSecret)
	}
	return r.WithContext(t.Context())
}

// quiet are the control requests that make the sandbox slow on purpose.
func quiet(target string) bool {
	return strings.Contains(target, "latency") || strings.Contains(target, "faults")
}

// FuzzHTTP sends garbage and half-garbage to every way in: the first byte says
// which, and with which credentials. No input makes a handler panic, answer
// with a status that is none or with an error of the sandbox itself, or hang.
func FuzzHTTP(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add(seed.how, seed.method, seed.target, seed.body)
	}
	p := newSurface(f)
	f.Fuzz(func(t *testing.T, how byte, method, target, body string) {
		p.begin(t)
		r := p.request(t, how, method, target, body)
		if r == nil {
			return
		}
		hang := time.AfterFunc(20*time.Second, func() { panic("it hangs: " + method + " " + target) })
		defer hang.Stop()
		w := httptest.NewRecorder()
		switch {
		case int(how)%ways == wayControl && quiet(r.URL.Path):
			return
		case int(how)%ways == wayControl:
			p.s.control.ServeHTTP(w, r)
		case int(how)%ways == wayPlain:
			p.s.front.plain(w, r)
		default:
			p.s.front.intercepted(w, r)
		}
		if w.Code < 200 || w.Code > 599 || w.Code == http.StatusInternalServerError {
			t.Errorf("%s %s: %d %s", method, target, w.Code, w.Body)
		}
	})
}
