// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"encoding/json"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// The services that a request can be for.
const (
	ServiceAccount   = "account"
	ServiceWorkspace = "workspace"
	ServiceOIDC      = "oidc"
	ServiceAWS       = "aws"
	ServiceRefused   = "refused"
)

// Request is one request that the sandbox received.
type Request struct {
	// Seq counts requests in the order in which they came in, from 1.
	Seq int `json:"seq"`
	// At is when the request came in, by the sandbox's clock.
	At time.Time `json:"at"`
	// Service is one of the Service constants.
	Service string `json:"service"`
	// Method is the method of the request.
	Method string `json:"method"`
	// Host is the host that the request was for.
	Host string `json:"host"`
	// Path is the path of its URL.
	Path string `json:"path,omitempty"`
	// Query is the query of its URL.
	Query string `json:"query,omitempty"`
	// Status is the status of the answer, zero if there was none.
	Status int `json:"status"`
	// AccountID is the account that the request was for, if any.
	AccountID string `json:"account_id,omitempty"`
	// WorkspaceID is the workspace that the request was for, if any.
	WorkspaceID int64 `json:"workspace_id,omitempty"`
	// Caller is the client id of who asked, if known.
	Caller string `json:"caller,omitempty"`
	// Body is the body of a Databricks request, without secrets.
	Body string `json:"body,omitempty"`
}

// requestLog keeps all requests. Headers never get here.
type requestLog struct {
	clock Clock
	out   io.Writer

	mu      sync.Mutex
	entries []*Request
}

func newRequestLog(clock Clock, out io.Writer) *requestLog {
	if out == nil {
		out = io.Discard
	}
	return &requestLog{clock: clock, out: out}
}

// begin logs a request before it is handled, so that one whose answer never
// arrives is on record too.
func (l *requestLog) begin(r Request) *Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.Seq, r.At = len(l.entries)+1, l.clock.Now()
	entry := &r
	l.entries = append(l.entries, entry)
	return entry
}

func (l *requestLog) update(entry *Request, change func(*Request)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(entry)
}

func (l *requestLog) end(entry *Request, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry.Status = status
	if line, err := json.Marshal(entry); err == nil {
		_, _ = l.out.Write(append(line, '\n'))
	}
}

func (l *requestLog) all(keep func(*Request) bool) []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []Request
	for _, entry := range l.entries {
		if keep(entry) {
			out = append(out, *entry)
		}
	}
	return out
}

// Requests returns every request so far, in the order in which they came in.
func (s *Sandbox) Requests() []Request {
	return s.reqs.all(func(*Request) bool { return true })
}

// AccountRequests returns the requests for one account: its own APIs, its
// token endpoint and its workspaces.
func (s *Sandbox) AccountRequests(accountID string) []Request {
	return s.reqs.all(func(r *Request) bool { return r.AccountID == accountID })
}

var secretName = regexp.MustCompile(`(?i)secret|password|token_value|private_key|access_key|api_token`)

// secretContent are the names of what a secret holds, of which nothing is kept
// even where it has the wrong type.
var secretContent = regexp.MustCompile(`(?i)^(string|bytes)_value$`)

// redact takes secrets out of a request body. What is not JSON is a form with
// credentials, or not ours to understand; none of it is kept.
func redact(path string, body []byte) string {
	if len(body) == 0 {
		return ""
	}
	var v any
	if strings.HasPrefix(path, "/oidc/") || json.Unmarshal(body, &v) != nil {
		return "[redacted]"
	}
	out, err := json.Marshal(redactValue(v))
	if err != nil {
		return "[redacted]"
	}
	return string(out)
}

func redactValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if _, isString := value.(string); isString && secretName.MatchString(name) || secretContent.MatchString(name) {
				v[name] = "[redacted]"
				continue
			}
			v[name] = redactValue(value)
		}
	case []any:
		return slices.Collect(func(yield func(any) bool) {
			for _, item := range v {
				if !yield(redactValue(item)) {
					return
				}
			}
		})
	}
	return v
}
