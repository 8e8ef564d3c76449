// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

const (
	loadClients = 50
	loadRounds  = 20
)

// loader is one of many clients of a world.
type loader struct {
	*world
	client    *http.Client
	n         int
	workspace string
	sent      *atomic.Int64
	// kept are the names and ids that must be there in the end, gone those that
	// must not.
	kept, gone []string
}

// call sends a request; unlike a world's, it can be used beside the test.
func (l *loader) call(method, path, workspace string, in any) (int, body) {
	l.sent.Add(1)
	req := l.request(method, path, workspace, in)
	resp, err := l.client.Do(req)
	if err != nil {
		l.t.Errorf("%s %s: %v", method, path, err)
		return 0, body{}
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		l.t.Errorf("%s %s: %v", method, path, err)
	}
	b := body{raw: raw}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	_ = dec.Decode(&b.value)
	return resp.StatusCode, b
}

// must expects success.
func (l *loader) must(method, path, workspace string, in any) body {
	status, b := l.call(method, path, workspace, in)
	if status != http.StatusOK && status != http.StatusNoContent {
		l.t.Errorf("%s %s: %d %s", method, path, status, b)
	}
	return b
}

// round is 10 requests, and as many more as it takes to change what all change.
func (l *loader) round(i int) {
	name := fmt.Sprintf("load-%d-%d", l.n, i)
	cred := l.must("POST", l.path("/credentials"), "", credentialBody(name)).str("credentials_id")
	l.must("GET", l.path("/credentials/"+cred), "", nil)
	network := l.must("POST", l.path("/networks"), "", networkBody(name, nil)).str("network_id")
	l.must("GET", l.path("/networks/"+network), "", nil)
	l.kept = append(l.kept, network)
	if i%2 == 0 {
		l.must("DELETE", l.path("/credentials/"+cred), "", nil)
		l.gone = append(l.gone, cred)
	} else {
		l.must("GET", l.path("/workspaces/"+l.workspace), "", nil)
		l.kept = append(l.kept, cred)
	}
	if status, b := l.call("POST", l.path("/credentials"), "", object{"credentials_name": name, "more": 1}); status != 400 {
		l.t.Errorf("an unknown field: %d %s", status, b)
	}
	l.must("GET", "/api/2.0/workspace-conf?keys=enableDcs", l.workspace, nil)
	if i%4 == 0 {
		list := l.must("POST", "/api/2.0/ip-access-lists", l.workspace,
			object{"label": name, "list_type": "BLOCK", "ip_addresses": []string{"198.51.100.1"}}).str("ip_access_list.list_id")
		l.must("PATCH", "/api/2.0/ip-access-lists/"+list, l.workspace, object{"enabled": false})
		l.kept = append(l.kept, list)
	} else {
		l.must("GET", l.path("/metastores"), "", nil)
		l.must("GET", "/api/2.0/preview/scim/v2/Me", l.workspace, nil)
	}
	if i%10 == 0 {
		l.approve(name)
		l.kept = append(l.kept, name)
	}
	l.must("GET", "/api/2.0/ip-access-lists", l.workspace, nil)
}

// approve adds to a list that all add to, until the etag is the right one.
func (l *loader) approve(domain string) {
	const path = "/api/2.0/settings/types/aibi_dash_embed_ws_apprvd_domains/names/default"
	const payload = "aibi_dashboard_embedding_approved_domains"
	for {
		old := l.must("GET", path, l.workspace, nil)
		domains := append(slices.Clone(old.items(payload+".approved_domains")), domain)
		status, b := l.call("PATCH", path, l.workspace, object{
			"allow_missing": true, "field_mask": payload + ".approved_domains",
			"setting": object{"etag": old.str("etag"), payload: object{"approved_domains": domains}},
		})
		if status == http.StatusConflict {
			continue
		}
		if status != http.StatusOK {
			l.t.Errorf("approving %s: %d %s", domain, status, b)
		}
		return
	}
}

// 10,000 mixed requests of 50 clients at once; no write is lost, and none that
// was taken back is left.
func TestLoad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	workspace := w.workspace("load", nil)
	transport := &http.Transport{MaxIdleConnsPerHost: loadClients}
	defer transport.CloseIdleConnections()
	var sent atomic.Int64
	loaders := make([]*loader, loadClients)
	var group sync.WaitGroup
	for n := range loaders {
		l := &loader{world: w, client: &http.Client{Transport: transport}, n: n, workspace: workspace, sent: &sent}
		loaders[n] = l
		group.Go(func() {
			for i := range loadRounds {
				l.round(i)
			}
		})
	}
	group.Wait()
	if got := sent.Load(); got < 10_000 {
		t.Errorf("%d requests, want 10,000", got)
	}
	if logged := int64(len(w.s.Requests())); logged < sent.Load() {
		t.Errorf("%d requests are in the log, %d were sent", logged, sent.Load())
	}
	var seen bytes.Buffer
	for _, path := range []string{"/credentials", "/networks"} {
		seen.Write(w.ok("GET", path, nil).raw)
	}
	for _, path := range []string{"/api/2.0/ip-access-lists", "/api/2.0/settings/types/aibi_dash_embed_ws_apprvd_domains/names/default"} {
		seen.Write(w.in(workspace, "GET", path, nil).raw)
	}
	for _, l := range loaders {
		for _, kept := range l.kept {
			if kept == "" || !bytes.Contains(seen.Bytes(), []byte(`"`+kept+`"`)) {
				t.Errorf("client %d: %q was lost", l.n, kept)
			}
		}
		for _, gone := range l.gone {
			if bytes.Contains(seen.Bytes(), []byte(`"`+gone+`"`)) {
				t.Errorf("client %d: %q is left", l.n, gone)
			}
		}
	}
	t.Logf("%d requests", sent.Load())
}
