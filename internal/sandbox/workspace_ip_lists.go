// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"net/netip"
	"slices"

	"github.com/google/uuid"
)

const maxListValues = 1000

// accessList is an IP access list (api: IP access lists).
type accessList struct {
	ListID       string   `json:"list_id"`
	Label        string   `json:"label"`
	ListType     string   `json:"list_type"`
	IPAddresses  []string `json:"ip_addresses"`
	AddressCount int      `json:"address_count"`
	Enabled      bool     `json:"enabled"`
	CreatedAt    int64    `json:"created_at"`
	CreatedBy    int64    `json:"created_by"`
	UpdatedAt    int64    `json:"updated_at"`
	UpdatedBy    int64    `json:"updated_by"`
}

type createAccessList struct {
	Label       string   `json:"label"`
	ListType    string   `json:"list_type"`
	IPAddresses []string `json:"ip_addresses"`
}

type updateAccessList struct {
	Label       *string   `json:"label"`
	ListType    *string   `json:"list_type"`
	IPAddresses *[]string `json:"ip_addresses"`
	Enabled     *bool     `json:"enabled"`
	ListID      string    `json:"list_id"`
}

const listsPath = "/api/2.0/ip-access-lists"

func (e *emulator) accessListRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+listsPath, e.api(withLists(listAccessLists)))
	mux.HandleFunc("POST "+listsPath, e.api(withLists(createList)))
	mux.HandleFunc("GET "+listsPath+"/{list_id}", e.api(withLists(getAccessList)))
	mux.HandleFunc("PUT "+listsPath+"/{list_id}", e.api(withLists(updateList)))
	mux.HandleFunc("PATCH "+listsPath+"/{list_id}", e.api(withLists(updateList)))
	mux.HandleFunc("DELETE "+listsPath+"/{list_id}", e.api(withLists(deleteList)))
}

// withLists refuses workspaces whose tier has no lists.
func withLists(h handler) handler {
	return func(c *call) (any, error) {
		if c.workspace.tier != tierEnterprise {
			return nil, apiErrorf(http.StatusNotFound, "FEATURE_DISABLED",
				"IP access list is not available in the pricing tier of this workspace")
		}
		return h(c)
	}
}

// listAccessLists leaves the key out where there is no list, which clients
// must be ready for.
func listAccessLists(c *call) (any, error) {
	if len(c.workspace.lists) == 0 {
		return nil, nil
	}
	return map[string]any{"ip_access_lists": c.workspace.lists}, nil
}

func getAccessList(c *call) (any, error) {
	found, err := c.pathList()
	if err != nil {
		return nil, err
	}
	return map[string]any{"ip_access_list": found}, nil
}

func (c *call) pathList() (*accessList, error) {
	id := c.r.PathValue("list_id")
	for _, list := range c.workspace.lists {
		if list.ListID == id {
			return list, nil
		}
	}
	return nil, doesNotExist("Can't find an IP access list with id: %s.", id)
}

func createList(c *call) (any, error) {
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
	if err := c.putList(created); err != nil {
		return nil, err
	}
	return map[string]any{"ip_access_list": created}, nil
}

// updateList answers PUT, which needs every field, and PATCH, which does not.
func updateList(c *call) (any, error) {
	old, err := c.pathList()
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
	return nil, c.putList(&changed)
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// putList checks and stores a list, in the place of one with the same id.
func (c *call) putList(list *accessList) error {
	if list.ListType != "ALLOW" && list.ListType != "BLOCK" {
		return invalidParameter("%q is not a list type", list.ListType)
	}
	for _, value := range list.IPAddresses {
		if _, err := parsePrefix(value); err != nil {
			return invalidParameter("%q is not an IPv4 address or CIDR", value)
		}
	}
	list.AddressCount = len(list.IPAddresses)
	after, total := []*accessList{}, list.AddressCount
	for _, other := range c.workspace.lists {
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
			"IP access lists of a workspace hold at most %d IP addresses and CIDRs", maxListValues)
	}
	return c.useLists(append(after, list))
}

// useLists stores lists unless they are enforced and would lock the caller out.
func (c *call) useLists(lists []*accessList) error {
	if c.workspace.enforcesLists() && blocked(lists, c.account.caller.Address) {
		return wouldLockOut(c.account.caller.Address)
	}
	c.workspace.lists = lists
	return nil
}

// wouldLockOut has the code of the service's documentation; the text is ours.
func wouldLockOut(address netip.Addr) error {
	return invalidState("The IP access lists would block your own IP address %s", address)
}

func deleteList(c *call) (any, error) {
	found, err := c.pathList()
	if err != nil {
		return nil, err
	}
	rest := slices.DeleteFunc(slices.Clone(c.workspace.lists), func(list *accessList) bool { return list == found })
	return nil, c.useLists(rest)
}

func (ws *workspace) enforcesLists() bool { return ws.conf["enableIpAccessLists"] == "true" }

// parsePrefix reads an address or a CIDR; the lists know IPv4 alone.
func parsePrefix(value string) (netip.Prefix, error) {
	prefix, err := netip.ParsePrefix(value)
	if err != nil {
		address, err := netip.ParseAddr(value)
		if err != nil {
			return netip.Prefix{}, err
		}
		prefix = netip.PrefixFrom(address, address.BitLen())
	}
	if !prefix.Addr().Is4() {
		return netip.Prefix{}, invalidParameter("%q is not IPv4", value)
	}
	return prefix.Masked(), nil
}

// blocked: block lists win; without an allow list everyone is allowed.
func blocked(lists []*accessList, address netip.Addr) bool {
	allows, allowed := false, false
	for _, list := range lists {
		if !list.Enabled {
			continue
		}
		hit := slices.ContainsFunc(list.IPAddresses, func(value string) bool {
			prefix, err := parsePrefix(value)
			return err == nil && prefix.Contains(address)
		})
		if list.ListType == "BLOCK" && hit {
			return true
		}
		if list.ListType == "ALLOW" {
			allows, allowed = true, allowed || hit
		}
	}
	return allows && !allowed
}
