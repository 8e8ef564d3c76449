// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package conformance_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// prepareSetting brings a setting to where a sample finds it: never set for the
// first write, at another etag for a conflict, and otherwise at the one that
// the sample names.
func prepareSetting(w *world, s *sample) {
	w.t.Helper()
	if s.status == http.StatusNotFound || s.request != nil && !isFirstWrite(s) && s.status == http.StatusConflict {
		return
	}
	address := request{path: s.path, method: http.MethodPatch}
	if !strings.Contains(s.path, w.account.ID) {
		address.workspace = w.id("workspace_id")
	}
	body := s.request
	if body == nil && s.response != nil {
		body = settingBody(*s)
	}
	if s.method != http.MethodDelete && body != nil {
		address.in = body
		w.ids["etag"] = w.send(address).str("details.0.metadata.etag")
	}
	switch s.method {
	case http.MethodGet:
		if s.response == nil {
			return
		}
		address.in = w.substitute("", withEtag(body))
		w.want(http.StatusOK, address)
	case http.MethodDelete:
		s.query = url.Values{"etag": {"stale"}}
		if s.status == http.StatusOK {
			address.method = http.MethodDelete
			s.query = url.Values{"etag": {w.send(address).str("details.0.metadata.etag")}}
		}
	}
}

func isFirstWrite(s *sample) bool {
	in, _ := s.request.(object)
	setting, _ := in["setting"].(object)
	_, named := setting["etag"]
	return !named
}

// settingBody makes the write that leads to what a sample reads.
func settingBody(s sample) object {
	setting := object{}
	var mask []string
	answer, _ := s.response.(object)
	for name, value := range answer {
		if name == "etag" || name == "setting_name" {
			continue
		}
		setting[name] = value
		mask = append(mask, leaves(name, value)...)
	}
	if len(mask) == 0 {
		return object{}
	}
	return object{"allow_missing": true, "field_mask": strings.Join(mask, ","), "setting": setting}
}

// leaves returns the paths of a value's fields. A field without any is named
// by what all such settings have.
func leaves(name string, v any) []string {
	fields, ok := v.(object)
	if !ok {
		return []string{name}
	}
	var out []string
	for field, value := range fields {
		out = append(out, leaves(name+"."+field, value)...)
	}
	if len(out) == 0 {
		out = []string{name + ".value"}
	}
	return out
}

func withEtag(body any) object {
	in, _ := body.(object)
	out := maps.Clone(in)
	setting, _ := in["setting"].(object)
	setting = maps.Clone(setting)
	setting["etag"] = ""
	out["setting"] = setting
	return out
}
