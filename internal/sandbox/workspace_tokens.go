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
	// owner is whose token it is, and creator who made it, by user name or
	// application id.
	owner, creator string
	scopes         []string
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

	Scopes []string `json:"scopes,omitempty"`
}

type managedTokenInfo struct {
	tokenInfo
	CreatedByID       int64  `json:"created_by_id"`
	CreatedByUsername string `json:"created_by_username"`
	OwnerID           int64  `json:"owner_id"`
	WorkspaceID       int64  `json:"workspace_id"`
}

func (t *accessToken) info() tokenInfo {
	return tokenInfo{TokenID: t.id, Comment: t.comment, CreationTime: millis(t.created), ExpiryTime: millis(t.expires), Scopes: t.scopes}
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
	e.tokenManagementRoutes(mux)
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
	return c.newToken(req, c.caller.clientID)
}

// newToken makes a token for its owner, which may be another than the caller.
func (c *call) newToken(req createToken, owner string) (any, error) {
	longest := c.workspace.maxLifetime()
	lifetime := time.Duration(req.LifetimeSeconds) * time.Second
	if lifetime == 0 {
		lifetime = longest
	}
	switch {
	case c.workspace.conf["enableTokensConfig"] == "false":
		return nil, apiErrorf(http.StatusNotFound, "FEATURE_DISABLED", "Token authentication is disabled for this workspace")
	case !c.workspace.mayUseTokens(owner):
		return nil, permissionDenied("%s is not authorized to use personal access tokens in this workspace", owner)
	// That a longer lifetime is refused, not cut, is the stricter reading. The
	// seconds are compared, because a duration of so many may not exist.
	case req.LifetimeSeconds < 0 || req.LifetimeSeconds > int64(longest.Seconds()):
		return nil, invalidParameter("lifetime_seconds must be at most %d in this workspace", int64(longest.Seconds()))
	case len(c.tokensOf(owner)) >= maxTokens:
		return nil, apiErrorf(http.StatusBadRequest, "QUOTA_EXCEEDED", "The user has reached the limit of %d tokens", maxTokens)
	}
	created := &accessToken{
		id: randomHex(32), comment: req.Comment, created: c.now, expires: c.now.Add(lifetime),
		owner: owner, creator: c.caller.clientID, scopes: req.Scopes,
	}
	c.workspace.tokens = append(c.workspace.tokens, created)
	value := c.e.issue(&bearer{
		account: c.account, workspace: c.workspace, clientID: owner, expires: created.expires, pat: created,
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
	if err := c.ownToken(req.TokenID); err != nil {
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
	for _, t := range c.tokensOf(c.caller.clientID) {
		infos = append(infos, t.info())
	}
	if infos == nil {
		return nil, nil
	}
	return map[string]any{"token_infos": infos}, nil
}

func (c *call) managed(t *accessToken) managedTokenInfo {
	return managedTokenInfo{
		tokenInfo: t.info(), CreatedByID: c.numberOf(t.creator), CreatedByUsername: t.creator,
		OwnerID: c.numberOf(t.owner), WorkspaceID: c.workspace.id,
	}
}

func listManagedTokens(c *call) (any, error) {
	query := c.r.URL.Query()
	var infos []managedTokenInfo
	for _, t := range c.workspace.liveTokens(c.now) {
		info := c.managed(t)
		if by := query.Get("created_by_username"); by != "" && by != info.CreatedByUsername {
			continue
		}
		if by := query.Get("created_by_id"); by != "" && by != strconv.FormatInt(info.CreatedByID, 10) {
			continue
		}
		infos = append(infos, info)
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
