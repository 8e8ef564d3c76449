// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"net/netip"
	"slices"

	"github.com/google/uuid"
)

const accountListsPath = accountPath + "/ip-access-lists"

// accountListRoutes serves the IP access lists of the account, which are those
// of a workspace in all but what they guard (api: account IP access lists).
func (e *emulator) accountListRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+accountListsPath, e.api(withAccountLists(listAccountLists)))
	mux.HandleFunc("POST "+accountListsPath, e.api(withAccountLists(createAccountList)))
	mux.HandleFunc("GET "+accountListsPath+"/{list_id}", e.api(withAccountLists(func(c *call) (any, error) {
		found, err := c.pathAccountList()
		if err != nil {
			return nil, err
		}
		return map[string]any{"ip_access_list": found}, nil
	})))
	mux.HandleFunc("PUT "+accountListsPath+"/{list_id}", e.api(withAccountLists(updateAccountList)))
	mux.HandleFunc("PATCH "+accountListsPath+"/{list_id}", e.api(withAccountLists(updateAccountList)))
	mux.HandleFunc("DELETE "+accountListsPath+"/{list_id}", e.api(withAccountLists(deleteAccountList)))
	mux.HandleFunc("GET "+accountListSetting, e.api(getListSetting))
	mux.HandleFunc("PATCH "+accountListSetting, e.api(updateListSetting))
	mux.HandleFunc("DELETE "+accountListSetting, e.api(deleteListSetting))
}

// withAccountLists refuses tiers without lists, as a workspace does (?).
func withAccountLists(h handler) handler {
	return func(c *call) (any, error) {
		if c.account.tier != tierEnterprise {
			return nil, apiErrorf(http.StatusNotFound, "FEATURE_DISABLED",
				"IP access list is not available in the pricing tier of this account")
		}
		return h(c)
	}
}

// listAccountLists leaves the key out where there is no list (W).
func listAccountLists(c *call) (any, error) {
	if len(c.account.net.lists) == 0 {
		return nil, nil
	}
	return map[string]any{"ip_access_lists": c.account.net.lists}, nil
}

func (c *call) pathAccountList() (*accessList, error) {
	id := c.r.PathValue("list_id")
	for _, list := range c.account.net.lists {
		if list.ListID == id {
			return list, nil
		}
	}
	return nil, doesNotExist("Can't find an IP access list with id: %s.", id)
}

func createAccountList(c *call) (any, error) {
	var req createAccessList
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if err := require(text("label", req.Label), text("list_type", req.ListType),
		field{"ip_addresses", len(req.IPAddresses) > 0}); err != nil {
		return nil, err
	}
	now := millis(c.now)
	created := &accessList{
		ListID: uuid.NewString(), Label: req.Label, ListType: req.ListType, IPAddresses: req.IPAddresses, Enabled: true,
		CreatedAt: now, CreatedBy: c.account.principalID, UpdatedAt: now, UpdatedBy: c.account.principalID,
	}
	if err := c.putAccountList(created); err != nil {
		return nil, err
	}
	return map[string]any{"ip_access_list": created}, nil
}

// updateAccountList answers PUT, which needs every field, and PATCH, which does not.
func updateAccountList(c *call) (any, error) {
	old, err := c.pathAccountList()
	if err != nil {
		return nil, err
	}
	var req updateAccessList
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if c.r.Method == http.MethodPut {
		if err := require(field{"label", req.Label != nil}, field{"list_type", req.ListType != nil},
			field{"ip_addresses", req.IPAddresses != nil}, field{"enabled", req.Enabled != nil}); err != nil {
			return nil, err
		}
	}
	changed := *old
	set(&changed.Label, req.Label)
	set(&changed.ListType, req.ListType)
	set(&changed.IPAddresses, req.IPAddresses)
	set(&changed.Enabled, req.Enabled)
	changed.UpdatedAt, changed.UpdatedBy = millis(c.now), c.account.principalID
	return nil, c.putAccountList(&changed)
}

// putAccountList checks and stores a list, in the place of one with the same id.
func (c *call) putAccountList(list *accessList) error {
	if err := oneOf("list_type", list.ListType, "ALLOW", "BLOCK"); err != nil {
		return err
	}
	for _, value := range list.IPAddresses {
		if _, err := parsePrefix(value); err != nil {
			return invalidParameter("%q is not an IPv4 address or CIDR", value)
		}
	}
	list.AddressCount = len(list.IPAddresses)
	after, total := []*accessList{}, list.AddressCount
	for _, other := range c.account.net.lists {
		if other.ListID == list.ListID {
			continue
		}
		if other.Label == list.Label && other.ListType == list.ListType {
			return apiErrorf(http.StatusBadRequest, "RESOURCE_ALREADY_EXISTS",
				"IP access list with type (%s) and label (%s) already exists", list.ListType, list.Label)
		}
		total += other.AddressCount
		after = append(after, other)
	}
	if total > maxListValues {
		return apiErrorf(http.StatusBadRequest, "QUOTA_EXCEEDED",
			"IP access lists of an account hold at most %d IP addresses and CIDRs", maxListValues)
	}
	return c.useAccountLists(append(after, list), c.account.net.enforcesLists())
}

func deleteAccountList(c *call) (any, error) {
	found, err := c.pathAccountList()
	if err != nil {
		return nil, err
	}
	rest := slices.DeleteFunc(slices.Clone(c.account.net.lists), func(list *accessList) bool { return list == found })
	return nil, c.useAccountLists(rest, c.account.net.enforcesLists())
}

// useAccountLists stores lists unless they would lock the caller out.
func (c *call) useAccountLists(lists []*accessList, enforce bool) error {
	if enforce && blocked(lists, c.account.caller.Address) {
		return wouldLockOut(c.account.caller.Address)
	}
	c.account.net.lists = lists
	return nil
}

// reachAccount says how to answer a caller whom the account's lists keep out.
// The service takes minutes to enforce a change; the sandbox does so at once.
func (c *call) reachAccount() func(http.ResponseWriter) {
	if c.account == nil || !c.guarded() {
		return nil
	}
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	address := c.account.caller.Address
	if !c.account.net.enforcesLists() || !blocked(c.account.net.lists, address) {
		return nil
	}
	return c.account.blockedError(address).write
}

// blockedError has the text of a workspace, which is all that is known (?).
func (a *account) blockedError(address netip.Addr) *apiError {
	return apiErrorf(http.StatusForbidden, "403",
		"Source IP address: %s is blocked by Databricks IP ACL for account: %s", address, a.ID)
}
