// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"strconv"
)

// scimRoutes serves Me alone (api: workspace SCIM). Clients learn the id of
// the workspace from the X-Databricks-Org-Id header of the answer.
func (e *emulator) scimRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/2.0/preview/scim/v2/Me", e.api(func(c *call) (any, error) {
		return map[string]any{
			"schemas":     []string{"urn:ietf:params:scim:schemas:core:2.0:User"},
			"id":          strconv.FormatInt(c.account.principalID, 10),
			"userName":    c.account.ClientID,
			"displayName": c.account.ServicePrincipal,
			"active":      true,
			"groups":      []map[string]any{{"display": "admins", "type": "direct", "value": "1"}},
		}, nil
	}))
}
