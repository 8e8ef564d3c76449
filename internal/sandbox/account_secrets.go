// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

const (
	// accountSecretLifetime is the default, and the longest (?).
	accountSecretLifetime = 63072000 * time.Second
	// accountSecretLimit is how many secrets a service principal can have (?).
	accountSecretLimit = 5
)

// accountSecret is an OAuth secret of a service principal. Its value is known
// once, to the client that made it: the sandbox keeps the hash alone.
type accountSecret struct {
	owner, id, hash string
	created         time.Time
	// expires is zero for the secret that the sandbox itself hands out.
	expires time.Time
}

// accountSecretView is a secret on the wire (api: service-principal secrets).
type accountSecretView struct {
	ID         string `json:"id"`
	Secret     string `json:"secret,omitempty"`
	SecretHash string `json:"secret_hash"`
	Status     string `json:"status"`
	CreateTime string `json:"create_time"`
	UpdateTime string `json:"update_time"`
	ExpireTime string `json:"expire_time,omitempty"`
}

// handedOut: the sandbox itself hands the secret out.
func (s *accountSecret) handedOut() bool { return s.expires.IsZero() }

func (s *accountSecret) valid(now time.Time) bool {
	return s.handedOut() || now.Before(s.expires)
}

func (s *accountSecret) view(now time.Time) accountSecretView {
	out := accountSecretView{
		ID: s.id, SecretHash: s.hash, Status: "ACTIVE",
		CreateTime: accountTime(s.created), UpdateTime: accountTime(s.created),
	}
	if !s.handedOut() {
		out.ExpireTime = accountTime(s.expires)
	}
	if !s.valid(now) {
		out.Status = "EXPIRED"
	}
	return out
}

func accountTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func accountSecretHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func (e *emulator) accountSecretRoutes(mux *http.ServeMux) {
	path := accountPath + "/servicePrincipals/{service_principal_id}/credentials/secrets"
	mux.HandleFunc("POST "+path, e.api(createAccountSecret))
	mux.HandleFunc("GET "+path, e.api(listAccountSecrets))
	mux.HandleFunc("DELETE "+path+"/{secret_id}", e.api(deleteAccountSecret))
}

// pathServicePrincipal returns the service principal that the path names by
// its numeric id.
func (c *call) pathServicePrincipal() (*accountPrincipal, error) {
	id := c.r.PathValue("service_principal_id")
	if found := c.account.scim.find(id); found != nil && found.kind == accountServicePrincipals {
		return found, nil
	}
	return nil, doesNotExist("Service principal %s does not exist", id)
}

func (g *governance) secretsOf(owner string) []*accountSecret {
	var out []*accountSecret
	for _, s := range g.secrets {
		if s.owner == owner {
			out = append(out, s)
		}
	}
	return out
}

var accountLifetime = regexp.MustCompile(`^[0-9]{1,9}s$`)

// secretLifetime reads the lifetime, whole seconds with an s.
func (c *call) secretLifetime() (time.Duration, error) {
	var req struct {
		Lifetime string `json:"lifetime"`
	}
	if len(c.body) > 0 {
		if err := c.decode(&req); err != nil {
			return 0, err
		}
	}
	if req.Lifetime == "" {
		return accountSecretLifetime, nil
	}
	seconds, _ := strconv.Atoi(strings.TrimSuffix(req.Lifetime, "s"))
	lifetime := time.Duration(seconds) * time.Second
	if !accountLifetime.MatchString(req.Lifetime) || lifetime <= 0 || lifetime > accountSecretLifetime {
		return 0, invalidParameter("lifetime %q must be from 1s to 63072000s", req.Lifetime)
	}
	return lifetime, nil
}

func createAccountSecret(c *call) (any, error) {
	owner, err := c.pathServicePrincipal()
	if err != nil {
		return nil, err
	}
	lifetime, err := c.secretLifetime()
	if err != nil {
		return nil, err
	}
	if len(c.account.secretsOf(owner.id)) >= accountSecretLimit {
		return nil, apiErrorf(http.StatusBadRequest, "QUOTA_EXCEEDED",
			"Service principal %s cannot have more than %d secrets", owner.id, accountSecretLimit)
	}
	secret := "dose" + randomHex(16)
	created := &accountSecret{
		owner: owner.id, id: uuid.NewString(), hash: accountSecretHash(secret), created: c.now, expires: c.now.Add(lifetime),
	}
	c.account.secrets = append(c.account.secrets, created)
	view := created.view(c.now)
	view.Secret = secret
	return view, nil
}

func listAccountSecrets(c *call) (any, error) {
	owner, err := c.pathServicePrincipal()
	if err != nil {
		return nil, err
	}
	views := []accountSecretView{}
	for _, s := range c.account.secretsOf(owner.id) {
		views = append(views, s.view(c.now))
	}
	page, next, err := accountPage(c, views, 100)
	if err != nil {
		return nil, err
	}
	return map[string]any{"secrets": page, "next_page_token": next}, nil
}

func deleteAccountSecret(c *call) (any, error) {
	owner, err := c.pathServicePrincipal()
	if err != nil {
		return nil, err
	}
	id := c.r.PathValue("secret_id")
	if !c.account.dropSecrets(func(s *accountSecret) bool { return s.owner == owner.id && s.id == id }) {
		return nil, doesNotExist("Secret %s does not exist", id)
	}
	return nil, nil
}

// dropSecrets says whether there were any. With the secret that the sandbox
// hands out, those of earlier starts go too.
func (a *account) dropSecrets(match func(*accountSecret) bool) bool {
	before := len(a.secrets)
	a.secrets = slices.DeleteFunc(a.secrets, func(s *accountSecret) bool {
		if !match(s) {
			return false
		}
		if s.handedOut() {
			a.trusted = nil
		}
		return true
	})
	return len(a.secrets) < before
}

// knows says whether a secret is one of an active service principal.
func (a *account) knows(now time.Time, clientID, secret string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	who := a.scim.application(clientID)
	if who == nil || !who.active() {
		return false
	}
	if clientID == a.ClientID && a.trusts(secret) {
		return true
	}
	hash := accountSecretHash(secret)
	return slices.ContainsFunc(a.secretsOf(who.id), func(s *accountSecret) bool { return s.hash == hash && s.valid(now) })
}
