// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"

	"github.com/google/uuid"
)

const previewAccountPath = "/api/2.0/preview/accounts/{account_id}"

// governance is what an account knows of identities, settings and Unity
// Catalog, besides its metastores. The account's lock guards it.
type governance struct {
	scim     *accountDirectory
	settings map[string]*setting
	// preferences are those of users, by user id and name.
	preferences map[string]map[string]any
	// storageCredentials are by metastore id.
	storageCredentials map[string][]*accountStorageCredential
	// assignments are the permissions of principals, by workspace id.
	assignments map[int64][]*accountAssignment
	// secrets have the hashes of secrets alone: they are good after a restart too.
	secrets    []*accountSecret `state:"keep"`
	federation []*accountFederationPolicy
	ruleSets   map[string]*accountRuleSet
}

func newGovernance() governance {
	return governance{
		scim:               &accountDirectory{},
		settings:           map[string]*setting{},
		preferences:        map[string]map[string]any{},
		storageCredentials: map[string][]*accountStorageCredential{},
		assignments:        map[int64][]*accountAssignment{},
		ruleSets:           map[string]*accountRuleSet{},
	}
}

// govern lets the account's own service principal in.
func (a *account) govern() { a.scim.addAdministrator(a) }

func (e *emulator) governanceRoutes(mux *http.ServeMux) {
	e.accountSettingRoutes(mux)
	e.accountSettingV2Routes(mux)
	e.accountStorageCredentialRoutes(mux)
	e.accountAssignmentRoutes(mux)
	e.accountSCIMRoutes(mux)
	e.accountSecretRoutes(mux)
	e.accountFederationRoutes(mux)
	e.accountRuleSetRoutes(mux)
}

// admitPrincipal refuses a principal that is gone, and, on the account plane,
// one that does not administer the account (api: common rules, permissions).
// Who the account's directory never knew is for the workspace to judge.
func (c *call) admitPrincipal() error {
	scim := c.account.scim
	who := scim.application(c.caller.clientID)
	switch {
	case who == nil && scim.removed(c.caller.clientID), who != nil && !who.active():
		return unauthenticated()
	case c.workspace != nil:
		return c.admitToWorkspace(who)
	case who == nil || !scim.administers(who):
		return permissionDenied("This API is disabled for users without account admin status")
	}
	return nil
}

// admitToWorkspace: the directory's principals need an assignment to the
// workspace, unless they administer the account. The text is ours.
func (c *call) admitToWorkspace(who *accountPrincipal) error {
	if who == nil || c.account.scim.administers(who) || c.account.assigned(c.workspace.id, who.id) {
		return nil
	}
	return permissionDenied("Service principal %s is not assigned to workspace %d", c.caller.clientID, c.workspace.id)
}

// accountPage cuts a page out of a list. Tokens are opaque, and bound to no
// more than a position: that they must go with the same parameters is the
// client's duty.
func accountPage[T any](c *call, items []T, size int) (page []T, next string, err error) {
	query := c.r.URL.Query()
	if raw := query.Get("page_size"); raw != "" && raw != "0" {
		asked, err := strconv.Atoi(raw)
		if err != nil || asked < 0 {
			return nil, "", invalidParameter("page_size %q is not a positive number", raw)
		}
		size = min(asked, 1000)
	}
	from := 0
	if token := query.Get("page_token"); token != "" {
		plain, err := base64.RawURLEncoding.DecodeString(token)
		if from, _ = strconv.Atoi(string(plain)); err != nil || from <= 0 || from > len(items) {
			return nil, "", invalidParameter("page_token is invalid")
		}
	}
	to := min(from+size, len(items))
	if to < len(items) {
		next = base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(to)))
	}
	return items[from:to], next, nil
}

// forget takes everything away that a principal had.
func (a *account) forget(id string) {
	a.dropSecrets(func(s *accountSecret) bool { return s.owner == id })
	a.federation = slices.DeleteFunc(a.federation, func(p *accountFederationPolicy) bool { return p.owner == id })
	for ws, all := range a.assignments {
		a.assignments[ws] = slices.DeleteFunc(all, func(g *accountAssignment) bool { return g.principal == id })
	}
	delete(a.preferences, id)
}

// accountEtag makes an etag.
func accountEtag() string { return base64.StdEncoding.EncodeToString([]byte(uuid.NewString())) }
