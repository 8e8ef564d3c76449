// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"net/netip"
	"sync"

	"github.com/google/uuid"
)

// The pricing tiers of accounts and workspaces.
const tierEnterprise = "ENTERPRISE"

// Account is an isolated Databricks account and the service principal that
// administers it.
type Account struct {
	// ID is the account id.
	ID string
	// ClientID and ClientSecret are OAuth credentials of the service principal.
	ClientID, ClientSecret string
	// MetastoreID is the account's metastore in us-east-1. For other regions see
	// [Sandbox.MetastoreID].
	MetastoreID string
	// ServicePrincipal is the display name of the service principal.
	ServicePrincipal string
}

// Caller is where the requests to an account seem to come from.
type Caller struct {
	// Address is the source address, which IP access lists look at.
	Address netip.Addr
	// InVPC says that requests arrive over a registered VPC endpoint, which
	// private access settings look at.
	InVPC bool
}

// account is the state of one account.
type account struct {
	Account

	mu          sync.Mutex
	tier        string
	caller      Caller
	principalID int64
	credentials *collection[credential]
	storage     *collection[storageConfiguration]
	networks    *collection[network]
	endpoints   *collection[vpcEndpoint]
	keys        *collection[customerManagedKey]
	private     *collection[privateAccess]
	connect     *collection[connectivity]
	net         accountNet
	metastores  *collection[metastore]
	workspaces  []*workspace
	// nextFailure is why the next workspace will fail to provision.
	nextFailure networkFault
}

// NewAccount makes a further account, which shares nothing with the others.
func (s *Sandbox) NewAccount() Account {
	a := &account{
		Account: Account{
			ID:               uuid.NewString(),
			ClientID:         uuid.NewString(),
			ClientSecret:     "dose" + randomHex(16),
			ServicePrincipal: "sandbox administrator",
		},
		tier:        tierEnterprise,
		caller:      Caller{Address: netip.MustParseAddr(defaultCallerAPI), InVPC: true},
		principalID: randomID(),
		credentials: newCollection[credential]("Credential configuration"),
		storage:     newCollection[storageConfiguration]("Storage configuration"),
		networks:    newCollection[network]("Network configuration"),
		endpoints:   newCollection[vpcEndpoint]("VPC endpoint configuration"),
		keys:        newCollection[customerManagedKey]("Customer managed key"),
		private:     newCollection[privateAccess]("Private access settings"),
		connect:     newCollection[connectivity]("Network connectivity configuration"),
		net:         newAccountNet(),
		metastores:  newCollection[metastore]("Metastore"),
	}
	s.em.mu.Lock()
	s.em.accounts[a.ID] = a
	s.em.mu.Unlock()
	a.MetastoreID = s.MetastoreID(a.ID, "us-east-1")
	return a.Account
}

// account returns an account that the sandbox made; asking for another is a
// mistake in the calling test.
func (s *Sandbox) account(id string) *account {
	s.em.mu.Lock()
	defer s.em.mu.Unlock()
	a := s.em.accounts[id]
	if a == nil {
		panic("sandbox: there is no account " + id)
	}
	return a
}

// SetCaller changes where the requests to an account and its workspaces seem
// to come from. At first that is 203.0.113.10, inside the VPC.
func (s *Sandbox) SetCaller(accountID string, caller Caller) {
	a := s.account(accountID)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.caller = caller
}

// SetTier changes the pricing tier of an account, which is ENTERPRISE at first.
func (s *Sandbox) SetTier(accountID, tier string) {
	a := s.account(accountID)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tier = tier
}

// FailProvisioning makes the next workspace of an account end as FAILED with a
// message, and its network configuration as BROKEN.
func (s *Sandbox) FailProvisioning(accountID, message string) {
	a := s.account(accountID)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.nextFailure = networkFault{kind: "subnet", text: message}
}

// needEnterprise refuses what the account's tier does not have (api: common rules).
func (a *account) needEnterprise() error {
	if a.tier == tierEnterprise {
		return nil
	}
	return permissionDenied("Feature cannot be accessed. Account %s does not have one of required pricing tier(s) %s.", a.ID, tierEnterprise)
}

// enterprise wraps routes of which even the list needs the tier.
func enterprise(h handler) handler {
	return func(c *call) (any, error) {
		if err := c.account.needEnterprise(); err != nil {
			return nil, err
		}
		return h(c)
	}
}

// crud registers the routes that the account families have in common.
func (e *emulator) crud(mux *http.ServeMux, path, id string, create, list, get, del handler) {
	mux.HandleFunc("POST "+accountPath+path, e.api(create))
	mux.HandleFunc("GET "+accountPath+path, e.api(list))
	mux.HandleFunc("GET "+accountPath+path+"/{"+id+"}", e.api(get))
	mux.HandleFunc("DELETE "+accountPath+path+"/{"+id+"}", e.api(del))
}
