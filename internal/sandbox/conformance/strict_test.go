// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package conformance_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// everyWrite calls f for each route that takes a body, with a request that
// names objects that exist.
func everyWrite(w *world, f func(template string, r request)) {
	w.t.Helper()
	prepareAssignment(w, nil)
	delete(w.ids, "metastore_id")
	for template, methods := range there {
		for method := range strings.FieldsSeq(methods) {
			if method == http.MethodGet || method == http.MethodDelete || !strings.HasPrefix(template, "/api/") {
				continue
			}
			r := request{method: method}
			if !strings.Contains(template, "{account_id}") {
				r.workspace = w.id("workspace_id")
			}
			r.path = w.fill(template, func(name string) string {
				switch name {
				case "type":
					if r.workspace == "" {
						return "disable_legacy_features"
					}
					return "disable_legacy_access"
				case "name":
					return "llm_proxy_partner_powered"
				case "metastore_id":
					if strings.Contains(template, "{workspace_id}") {
						return w.account.MetastoreID
					}
				}
				return w.id(name)
			})
			if strings.HasSuffix(template, "/workspaces/{workspace_id}") {
				r.path += "?update_mask=custom_tags"
			}
			if strings.HasSuffix(template, "/private-endpoint-rules/{private_endpoint_rule_id}") {
				r.path += "?update_mask=enabled"
			}
			f(template, r)
		}
	}
}

// TestUnknownFieldsAreRefused: a client that sends a field in vain is found out.
func TestUnknownFieldsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	everyWrite(w, func(template string, r request) {
		r.in = object{"no_such_field": "x"}
		if template == "/api/2.0/workspace-conf" {
			w.refused(400, "BAD_REQUEST", `Invalid keys: ["no_such_field"]`, r)
			return
		}
		w.refusedBody(r, "no_such_field")
	})
}

// TestBodiesMustBeObjects sends what is no JSON object.
func TestBodiesMustBeObjects(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	everyWrite(w, func(template string, r request) {
		for _, text := range []string{"", "[]", `"text"`, "1", "{} {}", `{"a":`, "\x00"} {
			if text == "" && strings.HasSuffix(template, "/credentials/secrets") {
				continue // nothing is required there, and a client may send nothing
			}
			r.text = text
			w.refusedBody(r, "")
		}
	})
}

// refusedBody wants a body to be refused, in SCIM with an error of its own.
func (w *world) refusedBody(r request, about string) {
	w.t.Helper()
	got := w.send(r)
	code, text := got.str("error_code"), got.str("message")
	if strings.Contains(r.path, "/scim/") {
		code, text = strings.Replace(got.str("status"), "400", "MALFORMED_REQUEST", 1), got.str("detail")
	}
	if got.status != http.StatusBadRequest || code != "MALFORMED_REQUEST" || text == "" || !strings.Contains(text, about) {
		w.t.Errorf("%s %s %s: %s, want it refused for %q", r.method, r.path, r.text, got, about)
	}
}

// TestRequiredFields leaves out one required field after the other (api, the
// rows "required").
func TestRequiredFields(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	workspace := w.id("workspace_id")
	for path, in := range map[string]object{
		w.path("/credentials"):                  credentials("role"),
		w.path("/storage-configurations"):       storage("root"),
		w.path("/networks"):                     network("net", nil),
		w.path("/vpc-endpoints"):                w.endpoint(restService),
		w.path("/customer-managed-keys"):        {"aws_key_info": object{"key_arn": keyARN}, "use_cases": []string{"STORAGE"}},
		w.path("/private-access-settings"):      {"private_access_settings_name": "name", "region": region},
		w.path("/workspaces"):                   w.bare(),
		w.path("/network-connectivity-configs"): {"name": "name", "region": region},
		w.path("/metastores"):                   {"metastore_info": object{"name": "m", "region": otherRegion}},
		"/api/2.0/ip-access-lists":              {"label": "l", "list_type": "ALLOW", "ip_addresses": []string{"192.0.2.1"}},
		"/api/2.0/token/delete":                 {"token_id": "x"},
	} {
		for field := range in {
			without := object{}
			for name, value := range in {
				if name != field {
					without[name] = value
				}
			}
			r := request{method: http.MethodPost, path: path, in: without}
			if !strings.Contains(path, "/accounts/") {
				r.workspace = workspace
			}
			got := w.want(http.StatusBadRequest, r)
			text, ok := strings.CutPrefix(got.str("message"), "Missing required parameters: ")
			if got.str("error_code") != "MALFORMED_REQUEST" || !ok || !strings.HasPrefix(text, field) {
				t.Errorf("%s without %s: %s", path, field, got)
			}
		}
	}
}

// TestObservedDefaults compares a workspace that nobody touched with what a
// live one answered.
func TestObservedDefaults(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join(fixtures(t), "observed_live_defaults.json"))
	if err != nil {
		t.Fatal(err)
	}
	var live struct{ Workspace map[string]json.RawMessage }
	if err := json.Unmarshal(content, &live); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	compared := 0
	for route, raw := range live.Workspace {
		s := sample{method: http.MethodGet, path: strings.TrimPrefix(route, "GET ")}
		if _, known := find(there, s); !known {
			continue
		}
		compared++
		recorded := decode(raw)
		r := request{method: http.MethodGet, path: s.path, workspace: w.id("workspace_id")}
		if fields, ok := recorded.(object); ok && strings.HasSuffix(s.path, "/workspace-conf") {
			var keys []string
			for name := range fields {
				keys = append(keys, name)
			}
			r.path += "?keys=" + strings.Join(keys, ",")
		}
		got := w.want(http.StatusOK, r)
		for _, fault := range append(subset("answer", recorded, got.value), echoes("live", recorded, got.value)...) {
			t.Errorf("%s: %s\n%s", route, fault, got)
		}
		if fields, ok := recorded.(object); ok {
			for name, value := range fields {
				if value == nil && got.at(name) != nil {
					t.Errorf("%s: %s is %v, want null", route, name, got.at(name))
				}
			}
		}
	}
	if t.Logf("defaults compared: %d of %d", compared, len(live.Workspace)); compared == 0 {
		t.Error("nothing was compared")
	}
}
