// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package databricks

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// TestTransportDecidesWhatMayBeRepeated covers each fault with a creating and
// with a reading request: what created something may never be sent again.
func TestTransportDecidesWhatMayBeRepeated(t *testing.T) {
	t.Parallel()
	reset := &net.OpError{Op: "read", Err: syscall.ECONNRESET}
	refused := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	tests := map[string]struct {
		method, path string
		status       int
		fault        error
		unreachable  bool
		unconfirmed  bool
	}{
		"create, refused":           {http.MethodPost, "/api/2.0/accounts/a/workspaces", 0, refused, true, false},
		"create, reset":             {http.MethodPost, "/api/2.0/accounts/a/workspaces", 0, reset, false, true},
		"create, 503":               {http.MethodPost, "/api/2.0/accounts/a/workspaces", 503, nil, false, true},
		"create, 429":               {http.MethodPost, "/api/2.0/accounts/a/workspaces", 429, nil, false, false},
		"create, 500":               {http.MethodPost, "/api/2.0/accounts/a/workspaces", 500, nil, false, false},
		"token, 503":                {http.MethodPost, "/oidc/accounts/a/v1/token", 503, nil, false, false},
		"read, reset":               {http.MethodGet, "/api/2.0/accounts/a/workspaces", 0, reset, false, false},
		"read, 503":                 {http.MethodGet, "/api/2.0/accounts/a/workspaces", 503, nil, false, false},
		"read, proxy refused":       {http.MethodGet, "/api/2.0/accounts/a/workspaces", 0, &net.OpError{Op: "proxyconnect", Err: refused}, true, false},
		"read, name does not exist": {http.MethodGet, "/api", 0, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}, true, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := roundTrip(func(r *http.Request) (*http.Response, error) {
				if tt.fault != nil {
					return nil, tt.fault
				}
				return &http.Response{StatusCode: tt.status, Body: http.NoBody, Request: r}, nil
			})
			r := httptest.NewRequestWithContext(t.Context(), tt.method, "https://accounts.cloud.databricks.com"+tt.path, nil)
			response, err := (&transport{base: base}).RoundTrip(r)
			if err == nil {
				defer response.Body.Close()
			}
			if IsUnreachable(err) != tt.unreachable || IsUnconfirmed(err) != tt.unconfirmed {
				t.Errorf("error = %v; want unreachable %v, unconfirmed %v", err, tt.unreachable, tt.unconfirmed)
			}
			if tt.unreachable || tt.unconfirmed {
				for _, text := range []string{"connection refused", "connection reset by peer", "i/o timeout"} {
					if strings.Contains(err.Error(), text) {
						t.Errorf("the SDK would repeat %q", err)
					}
				}
			}
		})
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestSDKDoesNotRepeatACreate sends a real request through the SDK's own retry
// loop: the service answers 503, and is asked once.
func TestSDKDoesNotRepeatACreate(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	cfg, err := Config{AccountID: "a", ClientID: "id", ClientSecret: "not-a-secret"}.resolve()
	if err != nil {
		t.Fatal(err)
	}
	cfg.HTTPTransport = &transport{base: roundTrip(func(r *http.Request) (*http.Response, error) {
		response := httptest.NewRecorder()
		if strings.HasPrefix(r.URL.Path, "/oidc/") {
			response.Header().Set("Content-Type", "application/json")
			_, _ = response.WriteString(`{"access_token":"t","token_type":"Bearer","expires_in":3600}`)
		} else {
			asked.Add(1)
			response.WriteHeader(http.StatusServiceUnavailable)
		}
		result := response.Result()
		result.Request = r
		return result, nil
	})}
	account, err := newAccount(cfg)
	if err != nil {
		t.Fatal(err)
	}
	_, err = account.CreateCredential(t.Context(), "name", "arn:aws:iam::123456789012:role/r")
	if !IsUnconfirmed(err) || asked.Load() != 1 {
		t.Errorf("error = %v after %d requests, want an unconfirmed one after 1", err, asked.Load())
	}
}

func TestClassification(t *testing.T) {
	t.Parallel()
	if !IsPropagating(errors.New("MALFORMED_REQUEST: Failed credential validation checks: please use a valid role")) {
		t.Error("a new role that is not visible yet must be waited for")
	}
	if IsPropagating(errors.New("Invalid customerManagedKeyId: x")) || IsPropagating(nil) {
		t.Error("anything else is final")
	}
	if !IsInUse(errors.New("Cannot delete a network while it is attached to a workspace")) || IsInUse(errors.New("no")) {
		t.Error("only the documented texts say that an object is in use")
	}
}
