// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"slices"
)

const (
	sharingInternal = "INTERNAL"
	sharingExternal = "INTERNAL_AND_EXTERNAL"
	// sharingLifetime is the default of the lifetime of recipient tokens.
	sharingLifetime = 31536000
)

// updateMetastoreRequest has pointers for what stays as it is where it is not there.
type updateMetastoreRequest struct {
	MetastoreInfo *struct {
		Organization   *string `json:"delta_sharing_organization_name"`
		TokenLifetime  *int64  `json:"delta_sharing_recipient_token_lifetime_in_seconds"`
		Scope          *string `json:"delta_sharing_scope"`
		ExternalAccess *bool   `json:"external_access_enabled"`
		Owner          *string `json:"owner"`
		PrivilegeModel *string `json:"privilege_model_version"`
		RootCredential *string `json:"storage_root_credential_id"`
	} `json:"metastore_info"`
}

func (e *emulator) metastoreUpdateRoutes(mux *http.ServeMux) {
	mux.HandleFunc("PUT "+accountPath+"/metastores/{metastore_id}", e.api(updateMetastore))
	mux.HandleFunc("DELETE "+accountPath+"/metastores/{metastore_id}", e.api(deleteMetastore))
}

func updateMetastore(c *call) (any, error) {
	found, err := c.account.metastores.get(c.now, c.r.PathValue("metastore_id"))
	if err != nil {
		return nil, err
	}
	var req updateMetastoreRequest
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	info, next := req.MetastoreInfo, *found
	if info == nil {
		return nil, missing("metastore_info")
	}
	take(&next.SharingOrganization, info.Organization)
	take(&next.DeltaSharingScope, info.Scope)
	take(&next.ExternalAccess, info.ExternalAccess)
	take(&next.Owner, info.Owner)
	take(&next.PrivilegeModel, info.PrivilegeModel)
	if err := checkSharing(found, info.Scope, info.TokenLifetime); err != nil {
		return nil, err
	}
	take(&next.SharingTokenLifetime, info.TokenLifetime)
	if next.Owner == "" {
		return nil, invalidParameter("owner must not be empty")
	}
	if err := c.rootCredential(&next, info.RootCredential); err != nil {
		return nil, err
	}
	next.UpdatedAt, next.UpdatedBy = millis(c.now), c.caller.clientID
	*found = next
	return map[string]any{"metastore_info": found}, nil
}

// checkSharing: the scope and the lifetime go together (api: metastores,
// sharing). The official provider sends the default lifetime alone, which
// changes nothing; the stricter reading is to refuse any other alone.
func checkSharing(found *metastore, scope *string, lifetime *int64) error {
	switch {
	case scope != nil && !slices.Contains([]string{sharingInternal, sharingExternal}, *scope):
		return invalidParameter("delta_sharing_scope %q is not one of [%s %s]", *scope, sharingInternal, sharingExternal)
	case lifetime != nil && *lifetime < 0:
		return invalidParameter("delta_sharing_recipient_token_lifetime_in_seconds must not be negative")
	case scope != nil && *scope == sharingExternal && lifetime == nil:
		return missing("metastore_info.delta_sharing_recipient_token_lifetime_in_seconds")
	case scope == nil && lifetime != nil && *lifetime != found.SharingTokenLifetime:
		return missing("metastore_info.delta_sharing_scope")
	}
	return nil
}

// rootCredential: the root credential is one of the metastore's own.
func (c *call) rootCredential(next *metastore, id *string) error {
	if id == nil {
		return nil
	}
	for _, credential := range c.account.storageCredentials[next.MetastoreID] {
		if credential.ID == *id {
			next.StorageRootCredentialID, next.StorageRootCredentialName = credential.ID, credential.Name
			return nil
		}
	}
	return doesNotExist("Storage Credential '%s' does not exist.", *id)
}

// deleteMetastore needs force for a metastore that is not empty. That a
// metastore with workspaces needs it too is the stricter reading (?).
func deleteMetastore(c *call) (any, error) {
	found, err := c.account.metastores.get(c.now, c.r.PathValue("metastore_id"))
	if err != nil {
		return nil, err
	}
	id := found.MetastoreID
	var assigned []*workspace
	for _, ws := range c.account.workspaces {
		if ws.alive() && ws.metastore != nil && ws.metastore.MetastoreID == id {
			assigned = append(assigned, ws)
		}
	}
	if c.r.URL.Query().Get("force") != "true" {
		if n := len(c.account.storageCredentials[id]); n > 0 {
			return nil, invalidState("Metastore '%s' is not empty. The metastore has %d catalog(s), %d storage credential(s), "+
				"%d share(s) and %d recipient(s)", id, 0, n, 0, 0)
		}
		if len(assigned) > 0 {
			return nil, invalidState("Metastore '%s' is assigned to workspace %d", id, assigned[0].id)
		}
	}
	for _, ws := range assigned {
		ws.metastore = nil
	}
	delete(c.account.storageCredentials, id)
	c.account.metastores.remove(c.now, id, c.now)
	return nil, nil
}
