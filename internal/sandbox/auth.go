// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"crypto/rand"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const tokenLifetime = time.Hour

// bearer is who a token stands for, and where it is good.
type bearer struct {
	account *account
	// workspace is set for tokens that a workspace issued: they are good there alone.
	workspace *workspace
	clientID  string
	expires   time.Time
	// pat is set for personal access tokens.
	pat *accessToken
}

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

func (e *emulator) issue(b *bearer, prefix string, n int) string {
	token := prefix + randomHex(n)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.tokens[e.tokenKey(token)] = b
	return token
}

// oidcRoutes serves discovery and tokens (api: authentication and transport).
func (e *emulator) oidcRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+wellKnownConfig, e.hostMetadata)
	mux.HandleFunc("GET /oidc"+oauthMetadata, e.oauthMetadata)
	mux.HandleFunc("GET /oidc/accounts/{account_id}"+oauthMetadata, e.oauthMetadata)
	mux.HandleFunc("POST /oidc/v1/token", e.token)
	mux.HandleFunc("POST /oidc/accounts/{account_id}/v1/token", e.token)
}

// callOf returns the call that a request is for. All requests pass withCall.
func callOf(r *http.Request) *call {
	c, ok := r.Context().Value(callKey{}).(*call)
	if !ok {
		panic("sandbox: a request came past withCall")
	}
	return c
}

func (e *emulator) hostMetadata(w http.ResponseWriter, r *http.Request) {
	c := callOf(r)
	if c.workspace == nil {
		// The braces are literal: clients put the account id in.
		writeJSON(w, http.StatusOK, map[string]any{
			"oidc_endpoint": c.base + "/oidc/accounts/{account_id}", "host_type": "account", "cloud": "AWS",
		})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"oidc_endpoint": c.base + "/oidc",
		"account_id":    c.account.ID,
		"workspace_id":  strconv.FormatInt(c.workspace.id, 10),
		"host_type":     "workspace",
		"cloud":         "AWS",
		"token_federation_default_oidc_audiences": []string{c.base + "/oidc/v1/token"},
	})
}

func (e *emulator) oauthMetadata(w http.ResponseWriter, r *http.Request) {
	c := callOf(r)
	if r.PathValue("account_id") != "" && c.account == nil {
		endpointNotFound(r).write(w)
		return
	}
	issuer := c.base + strings.TrimSuffix(r.URL.Path, oauthMetadata)
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer":                 issuer,
		"authorization_endpoint": issuer + "/v1/authorize",
		"token_endpoint":         issuer + "/v1/token",
	})
}

// token issues tokens to the account's service principals.
func (e *emulator) token(w http.ResponseWriter, r *http.Request) {
	c := callOf(r)
	form, err := url.ParseQuery(string(c.body))
	if err != nil || form.Get("grant_type") != "client_credentials" {
		writeJSON(w, http.StatusBadRequest, map[string]any{"error": "unsupported_grant_type"})
		return
	}
	id, secret, basic := r.BasicAuth()
	if basic {
		// Clients escape the parts of basic credentials (RFC 6749, 2.3.1).
		id, secret = unescape(id), unescape(secret)
	} else {
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	account := e.login(c.now, id, secret)
	foreign := r.PathValue("account_id") != "" && c.account != account
	if account == nil || foreign || c.workspace != nil && c.workspace.account != account {
		writeJSON(w, http.StatusUnauthorized, map[string]any{
			"error": "invalid_client", "error_description": "Client authentication failed",
		})
		return
	}
	c.onCaller(id)
	b := &bearer{account: account, clientID: id, workspace: c.workspace, expires: c.now.Add(tokenLifetime)}
	writeJSON(w, http.StatusOK, map[string]any{
		"access_token": e.issue(b, "sbx", 32), "token_type": "Bearer", "scope": "all-apis",
		"expires_in": int(tokenLifetime.Seconds()),
	})
}

func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// login finds the account of a service principal. An account is locked before
// the emulator, never after it.
func (e *emulator) login(now time.Time, clientID, secret string) *account {
	e.mu.Lock()
	accounts := slices.Collect(maps.Values(e.accounts))
	e.mu.Unlock()
	for _, a := range accounts {
		if a.knows(now, clientID, secret) {
			return a
		}
	}
	return nil
}

// authenticate finds out who asks, and whether they may ask here at all.
func (c *call) authenticate() error {
	token, ok := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return unauthenticated()
	}
	c.e.mu.Lock()
	c.caller = c.e.tokens[c.e.tokenKey(token)]
	c.e.mu.Unlock()
	if c.caller == nil || !c.caller.expires.IsZero() && !c.now.Before(c.caller.expires) {
		return unauthenticated()
	}
	c.onCaller(c.caller.clientID)
	if c.workspace == nil {
		return c.authenticateAccount()
	}
	// A token of one workspace is worth nothing at another.
	if c.caller.account != c.account || c.caller.workspace != nil && c.caller.workspace != c.workspace {
		return unauthenticated()
	}
	return nil
}

func (c *call) authenticateAccount() error {
	switch {
	case c.caller.workspace != nil:
		return unauthenticated()
	case c.account != c.caller.account:
		return permissionDenied("Invalid Request")
	}
	return nil
}
