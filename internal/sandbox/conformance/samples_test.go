// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package conformance_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// fixturesVariable names the folder with the samples.
const fixturesVariable = "HARDBRICKS_FIXTURES"

// sample is one request of a real client, and what it was answered.
type sample struct {
	file, test   string
	seq          int
	method, path string
	query        url.Values
	status       int
	request      any
	form         url.Values
	response     any
	header       map[string]string
	note         string
	// args are values that the request named, where its path has placeholders.
	args map[string]any
}

func (s sample) String() string {
	return fmt.Sprintf("%s/%s#%d %s %s", s.file, s.test, s.seq, s.method, s.path)
}

// rawSample is a sample as the files have it. Some of them have only the
// requests that an SDK sends, with other names.
type rawSample struct {
	Test        string            `json:"source_test"`
	Name        string            `json:"name"`
	SDKCall     string            `json:"sdk_call"`
	Where       string            `json:"where"`
	Seq         int               `json:"seq"`
	Method      string            `json:"method"`
	Path        string            `json:"path"`
	RequestURI  string            `json:"request_uri"`
	Status      int               `json:"status"`
	Request     any               `json:"request"`
	Body        any               `json:"body"`
	BodyText    string            `json:"body_text"`
	Form        map[string]string `json:"form"`
	Response    any               `json:"response"`
	Header      map[string]string `json:"response_headers"`
	Note        string            `json:"note"`
	PathOrQuery map[string]any    `json:"path_or_query_args"`
}

// fixtures returns the folder with the samples, or skips the test.
func fixtures(t *testing.T) string {
	t.Helper()
	dir := os.Getenv(fixturesVariable)
	if dir == "" {
		_, file, _, _ := runtime.Caller(0)
		dir = filepath.Join(filepath.Dir(file), "..", "..", "..", "..", "shared", "api", "fixtures")
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		t.Skipf("there are no samples to replay: %s does not name a folder, and %s is none", fixturesVariable, dir)
	}
	return dir
}

func readSamples(t *testing.T) []sample {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(fixtures(t), "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	var all []sample
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var file struct{ Samples, Requests, Responses []rawSample }
		dec := json.NewDecoder(bytes.NewReader(content))
		dec.UseNumber()
		if err := dec.Decode(&file); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		base := strings.TrimSuffix(filepath.Base(name), ".json")
		for _, list := range [][]rawSample{file.Samples, file.Requests, file.Responses} {
			for i, raw := range list {
				all = append(all, raw.expand(base, i)...)
			}
		}
	}
	return all
}

// expand makes the samples of an entry, which can name several methods.
func (r rawSample) expand(file string, i int) []sample {
	s := sample{
		file: file, seq: r.Seq, status: r.Status, request: r.Request, response: r.Response, header: r.Header, note: r.Note, args: r.PathOrQuery,
		test: firstOf(r.Test, r.Name, r.SDKCall, r.Where, "unnamed"),
	}
	if r.Test == "" {
		s.seq = i
	}
	if r.Body != nil {
		s.request = r.Body
	}
	if r.BodyText != "" && r.RequestURI != "" {
		s.form, _ = url.ParseQuery(r.BodyText)
	}
	for name, value := range r.Form {
		if s.form == nil {
			s.form = url.Values{}
		}
		s.form.Set(name, value)
	}
	if s.status == 0 && r.RequestURI != "" {
		s.status = http.StatusOK // captured requests carry no answer: they are to be understood
	}
	address, query, _ := strings.Cut(firstOf(r.Path, r.RequestURI), "?")
	s.path = address
	s.query, _ = url.ParseQuery(query)
	var out []sample
	for method := range strings.SplitSeq(r.Method, "|") {
		one := s
		one.method = method
		if before, optional, found := strings.Cut(address, "["); found {
			one.path = before
			if method != http.MethodPost {
				one.path += strings.TrimSuffix(optional, "]")
			}
		}
		out = append(out, one.withTokens())
	}
	return out
}

// withTokens names the object that a sample on permissions is about, where it
// is the one whose route exists.
func (s sample) withTokens() sample {
	if s.args["RequestObjectId"] == "tokens" {
		s.path = "/api/2.0/permissions/authorization/tokens"
	}
	return s
}

func firstOf(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}

// exclusion says which samples are not replayed, and why. Empty fields match
// any; test is a pattern as of path.Match.
type exclusion struct {
	file, test string
	seq        []int
	note       string
	// bodiless is for writes that the mock answered without a look at the body.
	bodiless bool
	reason   string
}

func (x exclusion) matches(s sample) bool {
	if x.file != "" && x.file != s.file || !strings.Contains(s.note, x.note) {
		return false
	}
	if x.bodiless && (s.request != nil || s.status != http.StatusOK || s.method == http.MethodGet || s.method == http.MethodDelete) {
		return false
	}
	if x.test != "" {
		// Subtests have slashes, which patterns would stop at.
		if ok, err := path.Match(x.test, strings.ReplaceAll(s.test, "/", ":")); err != nil || !ok {
			return false
		}
	}
	return len(x.seq) == 0 || slices.Contains(x.seq, s.seq)
}
