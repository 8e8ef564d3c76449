// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (e *emulator) tokenManagementRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST /api/2.0/token-management/on-behalf-of/tokens", e.api(createOboToken))
	mux.HandleFunc("PATCH /api/2.0/token-management/tokens/{token_id}", e.api(func(c *call) (any, error) {
		found, err := c.updateToken()
		if err != nil {
			return nil, err
		}
		return c.managed(found), nil
	}))
	mux.HandleFunc("PATCH /api/2.0/token/{token_id}", e.api(func(c *call) (any, error) {
		if err := c.ownToken(c.r.PathValue("token_id")); err != nil {
			return nil, err
		}
		_, err := c.updateToken()
		return nil, err
	}))
}

// createOboToken makes a token for a service principal of the workspace.
func createOboToken(c *call) (any, error) {
	var req struct {
		createToken
		ApplicationID string `json:"application_id"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if err := require(text("application_id", req.ApplicationID)); err != nil {
		return nil, err
	}
	p := c.workspace.objects.byName(kindService, req.ApplicationID)
	if p == nil {
		return nil, doesNotExist("Service principal %s does not exist", req.ApplicationID)
	}
	return c.newToken(req.createToken, p.ApplicationID)
}

// tokenFields is a token as clients send it back; two of its fields can be changed.
type tokenFields struct {
	managedTokenInfo
	AutoscopeState string   `json:"autoscope_state"`
	BackfillScopes []string `json:"backfill_scopes"`
	InferredScopes []string `json:"inferred_scopes"`
	LastUsedDay    int64    `json:"last_used_day"`
}

func (c *call) updateToken() (*accessToken, error) {
	var req struct {
		Token      *tokenFields `json:"token"`
		UpdateMask string       `json:"update_mask"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if err := require(field{"token", req.Token != nil}, text("update_mask", req.UpdateMask)); err != nil {
		return nil, err
	}
	found, err := c.findToken(c.r.PathValue("token_id"))
	if err != nil {
		return nil, err
	}
	names := strings.Split(req.UpdateMask, ",")
	for _, name := range names {
		if name != "comment" && name != "scopes" {
			return nil, invalidParameter("update_mask: %q cannot be updated", name)
		}
	}
	if slices.Contains(names, "comment") {
		found.comment = req.Token.Comment
	}
	if slices.Contains(names, "scopes") {
		found.scopes = req.Token.Scopes
	}
	return found, nil
}

// tokensOf lists what one principal has.
func (c *call) tokensOf(owner string) []*accessToken {
	var out []*accessToken
	for _, t := range c.workspace.liveTokens(c.now) {
		if t.owner == owner {
			out = append(out, t)
		}
	}
	return out
}

// ownToken refuses a token of someone else as if there were none.
func (c *call) ownToken(id string) error {
	found, err := c.findToken(id)
	if err == nil && found.owner != c.caller.clientID {
		return doesNotExist("Token %s does not exist", id)
	}
	return err
}

// numberOf is the id of a principal, or zero for one that is gone.
func (c *call) numberOf(login string) int64 {
	p := c.workspace.objects.byLogin(login)
	if p == nil {
		return 0
	}
	id, err := strconv.ParseInt(p.ID, 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// mayUseTokens says whether the token permissions let a principal have tokens:
// by its name, or by a group that it is in.
func (ws *workspace) mayUseTokens(login string) bool {
	p := ws.objects.byLogin(login)
	if p == nil || !p.Active {
		return false
	}
	return slices.ContainsFunc(ws.tokenACL, func(g tokenGrant) bool {
		return g.principal() == grantFor(p) || g.GroupName != "" && ws.objects.belongs(p, g.GroupName)
	})
}

// revokeForbidden takes their tokens from all who may not have any: removing a
// permission revokes at once (api: tokens), the caller's own token included.
func (ws *workspace) revokeForbidden() {
	ws.tokens = slices.DeleteFunc(ws.tokens, func(t *accessToken) bool { return !ws.mayUseTokens(t.owner) })
}

// The routes that a token of someone who is no administrator opens. What else
// members may read is left out, which is the stricter reading.
var openToMembers = []string{scimPath + "Me", "/api/2.0/token/", "/api/2.0/secrets/"}

// admitOwner checks, with the account locked, what the owner of a personal
// access token may do.
func (c *call) admitOwner() error {
	if c.caller.pat == nil || c.workspace.objects.isAdmin(c.caller.pat.owner) {
		return nil
	}
	for _, prefix := range openToMembers {
		if strings.HasPrefix(c.r.URL.Path, prefix) {
			return nil
		}
	}
	return permissionDenied("Only workspace admins can access %s %s", c.r.Method, c.r.URL.Path)
}
