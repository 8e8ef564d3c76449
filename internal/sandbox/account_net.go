// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
)

// accountNet is what an account knows of logs, serverless egress, network
// policies and IP access lists. The account's lock guards it.
type accountNet struct {
	logs     *collection[logDelivery]
	rules    *collection[endpointRule]
	policies *collection[networkPolicy]
	direct   *collection[directEndpoint]
	lists    []*accessList
	// enforce is the setting that says whether the lists are enforced.
	enforce setting
}

func newAccountNet() accountNet {
	n := accountNet{
		logs:     newCollection[logDelivery]("Log delivery configuration"),
		rules:    newCollection[endpointRule]("Private endpoint rule"),
		policies: newCollection[networkPolicy]("Network policy"),
		direct:   newCollection[directEndpoint]("Endpoint"),
		enforce:  setting{etag: randomHex(12)},
	}
	n.policies.items = append(n.policies.items, &item[networkPolicy]{id: defaultPolicy, value: newDefaultPolicy()})
	return n
}

func (e *emulator) accountNetRoutes(mux *http.ServeMux) {
	e.logDeliveryRoutes(mux)
	e.usageRoutes(mux)
	e.endpointRuleRoutes(mux)
	e.networkPolicyRoutes(mux)
	e.accountListRoutes(mux)
	e.directEndpointRoutes(mux)
}

// netPageSize is the length of a page where the caller does not say. The
// service's own is not known; a short one makes clients follow the tokens.
const netPageSize = 10

// pageOfItems is the envelope of lists that come in pages. An empty list has
// no key (W).
type pageOfItems[T any] struct {
	Items []T    `json:"items,omitempty"`
	Next  string `json:"next_page_token,omitempty"`
}

// answerPage answers the page of a list that the request asks for.
func answerPage[T any](c *call, all []T) (any, error) {
	page, next, err := cutPage(c, all, netPageSize)
	return pageOfItems[T]{Items: page, Next: next}, err
}

// cutPage cuts out the page that the request's token stands for. Tokens are
// opaque to clients: here they hold the position at which the page begins.
func cutPage[T any](c *call, all []T, size int) (page []T, next string, err error) {
	start := 0
	if token := c.r.URL.Query().Get("page_token"); token != "" {
		position, err := base64.RawURLEncoding.DecodeString(token)
		if err == nil {
			start, err = strconv.Atoi(string(position))
		}
		if err != nil || start < 1 {
			return nil, "", invalidParameter("page_token is not one that the service handed out")
		}
	}
	// What the token pointed at may have been deleted since.
	start = min(start, len(all))
	end := min(start+size, len(all))
	if end < len(all) {
		next = base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(end)))
	}
	return all[start:end], next, nil
}

// oneOf checks a required enumeration.
func oneOf(path, value string, values ...string) error {
	switch {
	case value == "":
		return missing(path)
	case !slices.Contains(values, value):
		return invalidParameter("%s: %s is not one of %v", path, value, values)
	}
	return nil
}
