// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// reach says how to answer a caller that does not get as far as the workspace.
func (c *call) reach() func(http.ResponseWriter) {
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	ws := c.workspace
	if !ws.hasRun(c.now) {
		return func(w http.ResponseWriter) {
			apiErrorf(http.StatusServiceUnavailable, "TEMPORARILY_UNAVAILABLE",
				"The service at %s is temporarily unavailable", c.r.URL.Path).write(w)
		}
	}
	if c.r.URL.Path == "/login.html" {
		return func(w http.ResponseWriter) { _, _ = fmt.Fprintln(w, "<html><body>Sign in</body></html>") }
	}
	if !c.account.caller.InVPC && !c.publicAccess(ws) {
		return func(w http.ResponseWriter) {
			http.Redirect(w, c.r, "/login.html?error=private-link-validation-error", http.StatusFound)
		}
	}
	if c.guarded() && ws.enforcesLists() && blocked(ws.lists, c.account.caller.Address) {
		return func(w http.ResponseWriter) { ws.blockedError(c.account.caller.Address).write(w) }
	}
	return nil
}

// publicAccess: without private access settings a workspace is public.
func (c *call) publicAccess(ws *workspace) bool {
	id := ws.ref(refPrivateAccess, c.now)
	if id == "" {
		return true
	}
	found, err := c.account.private.get(c.now, id)
	return err != nil || found.PublicAccessEnabled
}

// guarded: IP access lists guard the APIs and the token endpoint. Discovery is
// not known to be guarded.
func (c *call) guarded() bool {
	path := c.r.URL.Path
	return strings.HasPrefix(path, "/api/") || strings.HasSuffix(path, "/v1/token")
}

func (ws *workspace) blockedError(address netip.Addr) *apiError {
	return apiErrorf(http.StatusForbidden, "403",
		"Source IP address: %s is blocked by Databricks IP ACL for workspace: %d", address, ws.id)
}

// admit checks, with the account locked, what depends on the workspace's settings.
func (c *call) admit() error {
	ws := c.workspace
	if ws == nil {
		return nil
	}
	if pat := c.caller.pat; pat != nil && (ws.conf["enableTokensConfig"] == "false" || !ws.has(pat)) {
		return unauthenticated()
	}
	if err := c.admitOwner(); err != nil {
		return err
	}
	c.header.Set("X-Databricks-Org-Id", fmt.Sprint(ws.id))
	return nil
}
