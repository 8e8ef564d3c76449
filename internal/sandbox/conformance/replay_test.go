// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package conformance_test

import (
	"net/http"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

// TestFixtures replays the samples of real clients' tests: each in an account
// of its own, with the objects that it needs.
func TestFixtures(t *testing.T) {
	t.Parallel()
	samples := readSamples(t)
	s := start(t, sandbox.Config{ProvisionTime: -1})
	used, excuses := make([]bool, len(excluded)), make([]atomic.Bool, len(unanswered))
	t.Cleanup(func() {
		for row, u := range unanswered {
			if !excuses[row].Load() && !t.Failed() {
				t.Errorf("the excuse %+v excuses nothing", u)
			}
		}
	})
	var replayed, left, missing, waiting, beyond int
	for _, one := range samples {
		if row := slices.IndexFunc(excluded, func(x exclusion) bool { return x.matches(one) }); row >= 0 {
			used[row] = true
			left++
			continue
		}
		template, known := find(there, one)
		switch {
		case known:
			replayed++
			t.Run(one.String(), func(t *testing.T) {
				t.Parallel()
				replay(join(t, s, nil), one, template, excuses)
			})
		case slices.ContainsFunc(outside, func(template string) bool { return fits(template, one.path) }):
			beyond++
		default:
			_, absent := find(notThereYet, one)
			_, known := find(unprepared, one)
			switch {
			case absent:
				missing++
			case known:
				waiting++
			default:
				t.Errorf("%s: no table has its route", one)
			}
		}
	}
	for row, x := range excluded {
		if !used[row] {
			t.Errorf("the exclusion %+v excludes nothing", x)
		}
	}
	t.Logf("samples %d: replayed %d, excluded %d, not prepared yet %d, route not there yet %d, route not planned %d",
		len(samples), replayed, left, waiting, missing, beyond)
}

// find returns the template of a sample's route.
func find(routes map[string]string, s sample) (string, bool) {
	for template, methods := range routes {
		if fits(template, s.path) && slices.Contains(strings.Fields(methods), s.method) {
			return template, true
		}
	}
	return "", false
}

// fits says whether a path is one of a template.
func fits(template, address string) bool {
	want, got := strings.Split(template, "/"), strings.Split(address, "/")
	return slices.EqualFunc(want, got, func(want, got string) bool {
		return want == got || strings.HasPrefix(want, "{") && got != ""
	})
}

// TestNotThereYet fails for each route that is in the wrong table by now.
func TestNotThereYet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.eachRoute(notThereYet, func(route string, exists bool) {
		if exists {
			t.Errorf("%s is there: move it to the routes that samples are replayed on", route)
		}
	})
	w.eachRoute(unprepared, func(route string, exists bool) {
		if !exists {
			t.Errorf("%s is not there: move it to the routes that the sandbox does not have", route)
		}
	})
}

// eachRoute tells of each route whether the sandbox has it.
func (w *world) eachRoute(routes map[string]string, tell func(route string, exists bool)) {
	workspace := w.id("workspace_id")
	for template, methods := range routes {
		for method := range strings.FieldsSeq(methods) {
			r := request{method: method, path: w.fill(template, probe), in: object{}}
			if _, account := strings.CutPrefix(template, accountAPI); !account && !strings.Contains(template, "{account_id}") {
				r.workspace = workspace
			}
			got := w.send(r)
			tell(method+" "+template, got.status != http.StatusNotFound || got.str("error_code") != "ENDPOINT_NOT_FOUND")
		}
	}
}

// probe fills a template so that no route which exists hides: some answer as
// if they did not for names that they do not know.
func probe(name string) string {
	switch name {
	case "type":
		return "disable_legacy_features"
	case "name":
		return "llm_proxy_partner_powered"
	case "artifact_type":
		return "INIT_SCRIPT"
	}
	return unknown("workspace_id")
}

// fill puts ids into a template.
func (w *world) fill(template string, id func(name string) string) string {
	parts := strings.Split(template, "/")
	for i, part := range parts {
		name, ok := strings.CutPrefix(part, "{")
		name = strings.TrimSuffix(name, "}")
		switch {
		case !ok:
		case name == "account_id":
			parts[i] = w.account.ID
		default:
			parts[i] = id(name)
		}
	}
	return strings.Join(parts, "/")
}

// onWorkspace says whether a sample is for a workspace.
func onWorkspace(template string, s sample) bool {
	switch {
	case strings.Contains(template, "{account_id}"):
		return false
	case strings.HasPrefix(template, "/api/"):
		return true
	}
	// Hosts of both kinds have the rest.
	return strings.Contains(s.test, "workspace") || strings.Contains(s.test, "testserver")
}

// replay sends a sample's request and compares the answer.
func replay(w *world, s sample, template string, excuses []atomic.Bool) {
	w.t.Helper()
	r := prepare(w, s, template)
	got := w.send(r)
	// PATCH of workspace-conf answers 204 or 200 (api: workspace-conf).
	if got.status != s.status && (s.path != "/api/2.0/workspace-conf" || got.status != http.StatusNoContent || s.status != http.StatusOK) {
		w.t.Fatalf("%s %s %v: %s, want %d", r.method, r.path, r.in, got, s.status)
	}
	faults := slices.Concat(subset("answer", s.response, got.value), badEnums("", got.value), echoes("sent", r.in, got.value))
	for _, fault := range faults {
		if !excused(s, fault, excuses) {
			w.t.Errorf("%s %s: %s\n%s", r.method, r.path, fault, got)
		}
	}
	for name := range s.header {
		if got.header.Get(name) != r.workspace {
			w.t.Errorf("%s is %q, want %q", name, got.header.Get(name), r.workspace)
		}
	}
}

func excused(s sample, fault string, excuses []atomic.Bool) bool {
	for row, u := range unanswered {
		if ok, _ := path.Match(u.test, strings.ReplaceAll(s.test, "/", ":")); ok && strings.HasPrefix(fault, u.field+" ") {
			excuses[row].Store(true)
			return true
		}
	}
	return false
}
