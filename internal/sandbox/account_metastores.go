// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// metastore is a Unity Catalog metastore (api: metastores, assignments).
type metastore struct {
	MetastoreID       string `json:"metastore_id"`
	Name              string `json:"name"`
	Region            string `json:"region"`
	Cloud             string `json:"cloud"`
	GlobalMetastoreID string `json:"global_metastore_id"`
	StorageRoot       string `json:"storage_root,omitempty"`
	Owner             string `json:"owner"`
	DeltaSharingScope string `json:"delta_sharing_scope"`
	PrivilegeModel    string `json:"privilege_model_version"`
	ExternalAccess    bool   `json:"external_access_enabled"`
	CreatedAt         int64  `json:"created_at"`
	CreatedBy         string `json:"created_by"`
	UpdatedAt         int64  `json:"updated_at"`
	UpdatedBy         string `json:"updated_by"`

	SharingTokenLifetime      int64  `json:"delta_sharing_recipient_token_lifetime_in_seconds"`
	SharingOrganization       string `json:"delta_sharing_organization_name,omitempty"`
	StorageRootCredentialID   string `json:"storage_root_credential_id,omitempty"`
	StorageRootCredentialName string `json:"storage_root_credential_name,omitempty"`
}

type createMetastoreRequest struct {
	MetastoreInfo *struct {
		Name           string `json:"name"`
		Region         string `json:"region"`
		StorageRoot    string `json:"storage_root"`
		ExternalAccess bool   `json:"external_access_enabled"`
	} `json:"metastore_info"`
}

type metastoreAssignment struct {
	MetastoreID        string `json:"metastore_id"`
	DefaultCatalogName string `json:"default_catalog_name,omitempty"`
	WorkspaceID        int64  `json:"workspace_id"`
}

type assignRequest struct {
	MetastoreAssignment *metastoreAssignment `json:"metastore_assignment"`
}

func (e *emulator) metastoreRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+accountPath+"/metastores", e.api(func(c *call) (any, error) {
		return map[string]any{"metastores": c.account.metastores.list(c.now)}, nil
	}))
	mux.HandleFunc("POST "+accountPath+"/metastores", e.api(createMetastore))
	mux.HandleFunc("GET "+accountPath+"/metastores/{metastore_id}", e.api(func(c *call) (any, error) {
		found, err := c.account.metastores.get(c.now, c.r.PathValue("metastore_id"))
		if err != nil {
			return nil, err
		}
		return map[string]any{"metastore_info": found}, nil
	}))
	e.metastoreUpdateRoutes(mux)
	mux.HandleFunc("GET "+accountPath+"/metastores/{metastore_id}/workspaces", e.api(listAssignments))
	mux.HandleFunc("GET "+accountPath+"/workspaces/{workspace_id}/metastore", e.api(getAssignment))
	mux.HandleFunc("POST "+accountPath+"/workspaces/{workspace_id}/metastores/{metastore_id}", e.api(assignMetastore))
	mux.HandleFunc("PUT "+accountPath+"/workspaces/{workspace_id}/metastores/{metastore_id}", e.api(assignMetastore))
	mux.HandleFunc("DELETE "+accountPath+"/workspaces/{workspace_id}/metastores/{metastore_id}", e.api(unassignMetastore))
}

// MetastoreID returns the metastore of an account in a region, which it makes
// the first time: accounts have one for each region.
func (s *Sandbox) MetastoreID(accountID, region string) string {
	a := s.account(accountID)
	a.mu.Lock()
	defer a.mu.Unlock()
	now := s.em.now()
	if found := a.metastoreIn(region); found != nil {
		return found.MetastoreID
	}
	created := a.newMetastore("metastore_"+region, region, millis(now))
	_ = a.metastores.add(now, created.MetastoreID, "", created)
	return created.MetastoreID
}

func (a *account) metastoreIn(region string) *metastore {
	for _, i := range a.metastores.items {
		if i.value.Region == region {
			return i.value
		}
	}
	return nil
}

func (a *account) newMetastore(name, region string, at int64) *metastore {
	id := uuid.NewString()
	return &metastore{
		MetastoreID: id, Name: name, Region: region, Cloud: "aws", GlobalMetastoreID: "aws:" + region + ":" + id,
		Owner: a.ClientID, DeltaSharingScope: "INTERNAL", PrivilegeModel: "1.0", CreatedAt: at, CreatedBy: a.ClientID, UpdatedAt: at,
		UpdatedBy: a.ClientID, SharingTokenLifetime: sharingLifetime,
	}
}

func createMetastore(c *call) (any, error) {
	var req createMetastoreRequest
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	info := req.MetastoreInfo
	if info == nil {
		return nil, missing("metastore_info")
	}
	if err := require(text("metastore_info.name", info.Name), text("metastore_info.region", info.Region)); err != nil {
		return nil, err
	}
	if c.account.metastoreIn(info.Region) != nil {
		return nil, apiErrorf(http.StatusBadRequest, "QUOTA_EXCEEDED",
			"This account with id %s has reached the limit for metastores in region %s", c.account.ID, info.Region)
	}
	created := c.account.newMetastore(info.Name, info.Region, millis(c.now))
	who := c.caller.clientID
	created.ExternalAccess, created.Owner, created.CreatedBy, created.UpdatedBy = info.ExternalAccess, who, who, who
	if info.StorageRoot != "" {
		// The service puts the metastore's id after the root.
		created.StorageRoot = strings.TrimSuffix(info.StorageRoot, "/") + "/" + created.MetastoreID
	}
	if err := c.account.metastores.add(c.now, created.MetastoreID, info.Name, created); err != nil {
		return nil, err
	}
	return map[string]any{"metastore_info": created}, nil
}

func listAssignments(c *call) (any, error) {
	id := c.r.PathValue("metastore_id")
	if _, err := c.account.metastores.get(c.now, id); err != nil {
		return nil, err
	}
	ids := []int64{}
	for _, ws := range c.account.workspaces {
		if ws.alive() && ws.metastore != nil && ws.metastore.MetastoreID == id {
			ids = append(ids, ws.id)
		}
	}
	return map[string]any{"workspace_ids": ids}, nil
}

func getAssignment(c *call) (any, error) {
	ws, err := c.pathWorkspace()
	if err != nil {
		return nil, err
	}
	if ws.metastore == nil {
		return nil, doesNotExist("No metastore assigned for the current workspace.")
	}
	return map[string]any{"metastore_assignment": ws.metastore}, nil
}

// assignMetastore is idempotent for the metastore that is assigned already.
// POST of another one is refused: changing it is what PUT is for.
func assignMetastore(c *call) (any, error) {
	ws, err := c.pathWorkspace()
	if err != nil {
		return nil, err
	}
	found, err := c.account.metastores.get(c.now, c.r.PathValue("metastore_id"))
	if err != nil {
		return nil, err
	}
	var req assignRequest
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	body := req.MetastoreAssignment
	switch {
	case body == nil:
		return nil, missing("metastore_assignment")
	case body.MetastoreID == "" && c.r.Method == http.MethodPost:
		return nil, missing("metastore_assignment.metastore_id")
	case body.MetastoreID != "" && body.MetastoreID != found.MetastoreID, body.WorkspaceID != 0 && body.WorkspaceID != ws.id:
		return nil, invalidParameter("metastore_assignment in the body is not that of the path")
	case found.Region != ws.region:
		return nil, invalidParameter("Metastore %s is in region %s, workspace %d in %s", found.MetastoreID, found.Region, ws.id, ws.region)
	case c.r.Method == http.MethodPost && ws.metastore != nil && ws.metastore.MetastoreID != found.MetastoreID:
		return nil, apiErrorf(http.StatusConflict, "ALREADY_EXISTS", "Workspace %d is already assigned to metastore %s", ws.id, ws.metastore.MetastoreID)
	case ws.status(c.now) != statusRunning:
		return nil, invalidState("Workspace %d is not running", ws.id)
	}
	if c.r.Method == http.MethodPut && body.DefaultCatalogName == "" && ws.metastore != nil {
		body.DefaultCatalogName = ws.metastore.DefaultCatalogName
	}
	ws.metastore = &metastoreAssignment{MetastoreID: found.MetastoreID, DefaultCatalogName: body.DefaultCatalogName, WorkspaceID: ws.id}
	return nil, nil
}

func unassignMetastore(c *call) (any, error) {
	ws, err := c.pathWorkspace()
	if err != nil {
		return nil, err
	}
	if ws.metastore == nil || ws.metastore.MetastoreID != c.r.PathValue("metastore_id") {
		return nil, doesNotExist("Workspace %d is not assigned to metastore %s", ws.id, c.r.PathValue("metastore_id"))
	}
	ws.metastore = nil
	return nil, nil
}

// pathWorkspace returns the workspace that the path names.
func (c *call) pathWorkspace() (*workspace, error) {
	raw := c.r.PathValue("workspace_id")
	id, err := strconv.ParseInt(raw, 10, 64)
	if err == nil {
		for _, ws := range c.account.workspaces {
			if ws.id == id && ws.alive() {
				return ws, nil
			}
		}
	}
	return nil, doesNotExist("Workspace %s does not exist", raw)
}
