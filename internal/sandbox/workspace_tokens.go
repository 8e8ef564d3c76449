// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

const maxTokens = 600

// accessToken is a personal access token (api: tokens). Its value is kept
// nowhere but in the index of bearers.
type accessToken struct {
	id      string
	comment string
	created time.Time
	expires time.Time
}

type createToken struct {
	Comment         string   `json:"comment"`
	LifetimeSeconds int64    `json:"lifetime_seconds"`
	Scopes          []string `json:"scopes"`
	Autoscope       bool     `json:"autoscope_enabled"`
}

type tokenInfo struct {
	TokenID      string `json:"token_id"`
	Comment      string `json:"comment,omitempty"`
	CreationTime int64  `json:"creation_time"`
	ExpiryTime   int64  `json:"expiry_time"`
}

type managedTokenInfo struct {
	tokenInfo
	CreatedByID       int64  `json:"created_by_id"`
	CreatedByUsername string `json:"created_by_username"`
	OwnerID           int64  `json:"owner_id"`
	WorkspaceID       int64  `json:"workspace_id"`
}

func (t *accessToken) info() tokenInfo {
	return tokenInfo{TokenID: t.id, Comment: t.comment, CreationTime: millis(t.created), ExpiryTime: millis(t.expires)}
}

func (e *emulator) tokenRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST /api/2.0/token/create", e.api(createAccessToken))
	mux.HandleFunc("POST /api/2.0/token/delete", e.api(revokeToken))
	mux.HandleFunc("GET /api/2.0/token/list", e.api(listTokens))
	mux.HandleFunc("GET /api/2.0/token-management/tokens", e.api(listManagedTokens))
	mux.HandleFunc("GET /api/2.0/token-management/tokens/{token_id}", e.api(getManagedToken))
	mux.HandleFunc("DELETE /api/2.0/token-management/tokens/{token_id}", e.api(func(c *call) (any, error) {
		return nil, c.dropToken(c.r.PathValue("token_id"))
	}))
	mux.HandleFunc("GET "+tokenACLPath, e.api(getTokenACL))
	mux.HandleFunc("PUT "+tokenACLPath, e.api(setTokenACL))
	mux.HandleFunc("PATCH "+tokenACLPath, e.api(setTokenACL))
	mux.HandleFunc("GET "+tokenACLPath+"/permissionLevels", e.api(tokenLevels))
}

// liveTokens drops what has expired.
func (ws *workspace) liveTokens(now time.Time) []*accessToken {
	ws.tokens = slices.DeleteFunc(ws.tokens, func(t *accessToken) bool { return !now.Before(t.expires) })
	return ws.tokens
}

func (ws *workspace) has(pat *accessToken) bool { return slices.Contains(ws.tokens, pat) }

func (ws *workspace) maxLifetime() time.Duration {
	days, err := strconv.Atoi(ws.conf["maxTokenLifetimeDays"])
	if err != nil || days <= 0 {
		days = 730
	}
	return time.Duration(days) * 24 * time.Hour
}

func createAccessToken(c *call) (any, error) {
	var req createToken
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	longest := c.workspace.maxLifetime()
	lifetime := time.Duration(req.LifetimeSeconds) * time.Second
	if lifetime == 0 {
		lifetime = longest
	}
	switch {
	case c.workspace.conf["enableTokensConfig"] == "false":
		return nil, apiErrorf(http.StatusNotFound, "FEATURE_DISABLED", "Token authentication is disabled for this workspace")
	// That a longer lifetime is refused, not cut, is the stricter reading.
	case lifetime < 0 || lifetime > longest:
		return nil, invalidParameter("lifetime_seconds must be at most %d in this workspace", int64(longest.Seconds()))
	case len(c.workspace.liveTokens(c.now)) >= maxTokens:
		return nil, apiErrorf(http.StatusBadRequest, "QUOTA_EXCEEDED", "The user has reached the limit of %d tokens", maxTokens)
	}
	created := &accessToken{id: randomHex(32), comment: req.Comment, created: c.now, expires: c.now.Add(lifetime)}
	c.workspace.tokens = append(c.workspace.tokens, created)
	value := c.e.issue(&bearer{
		account: c.account, workspace: c.workspace, clientID: c.caller.clientID, expires: created.expires, pat: created,
	}, "dapi", 16)
	return map[string]any{"token_value": value, "token_info": created.info()}, nil
}

func revokeToken(c *call) (any, error) {
	var req struct {
		TokenID string `json:"token_id"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if err := require(text("token_id", req.TokenID)); err != nil {
		return nil, err
	}
	return nil, c.dropToken(req.TokenID)
}

func (c *call) findToken(id string) (*accessToken, error) {
	for _, t := range c.workspace.liveTokens(c.now) {
		if t.id == id {
			return t, nil
		}
	}
	return nil, doesNotExist("Token %s does not exist", id)
}

func (c *call) dropToken(id string) error {
	found, err := c.findToken(id)
	if err != nil {
		return err
	}
	c.workspace.tokens = slices.DeleteFunc(c.workspace.tokens, func(t *accessToken) bool { return t == found })
	return nil
}

// listTokens leaves the key out where there is no token.
func listTokens(c *call) (any, error) {
	var infos []tokenInfo
	for _, t := range c.workspace.liveTokens(c.now) {
		infos = append(infos, t.info())
	}
	if infos == nil {
		return nil, nil
	}
	return map[string]any{"token_infos": infos}, nil
}

func (c *call) managed(t *accessToken) managedTokenInfo {
	return managedTokenInfo{
		tokenInfo: t.info(), CreatedByID: c.account.principalID, CreatedByUsername: c.account.ClientID,
		OwnerID: c.account.principalID, WorkspaceID: c.workspace.id,
	}
}

func listManagedTokens(c *call) (any, error) {
	var infos []managedTokenInfo
	for _, t := range c.workspace.liveTokens(c.now) {
		infos = append(infos, c.managed(t))
	}
	if infos == nil {
		return nil, nil
	}
	return map[string]any{"token_infos": infos}, nil
}

func getManagedToken(c *call) (any, error) {
	found, err := c.findToken(c.r.PathValue("token_id"))
	if err != nil {
		return nil, err
	}
	return map[string]any{"token_info": c.managed(found)}, nil
}
