// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"slices"
)

// catalog is a catalog, as far as who may use it goes.
type catalog struct {
	Name        string `json:"name"`
	FullName    string `json:"full_name"`
	Type        string `json:"catalog_type"`
	Securable   string `json:"securable_type"`
	Isolation   string `json:"isolation_mode"`
	Owner       string `json:"owner"`
	MetastoreID string `json:"metastore_id"`
	CreatedAt   int64  `json:"created_at"`
	CreatedBy   string `json:"created_by"`
	UpdatedAt   int64  `json:"updated_at"`
	UpdatedBy   string `json:"updated_by"`
}

func newCatalog(name, typ string, m *metastore, c *call) *catalog {
	now := millis(c.now)
	return &catalog{
		Name: name, FullName: name, Type: typ, Securable: "CATALOG", Isolation: "OPEN", Owner: c.caller.clientID,
		MetastoreID: m.MetastoreID, CreatedAt: now, CreatedBy: c.caller.clientID, UpdatedAt: now, UpdatedBy: c.caller.clientID,
	}
}

// catalogRoutes serves what there is to read of catalogs, and their isolation;
// catalogs are not made here.
func (e *emulator) catalogRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+unityPath+"catalogs", e.api(listCatalogs))
	mux.HandleFunc("GET "+unityPath+"catalogs/{name}", e.api(func(c *call) (any, error) { return c.pathCatalog() }))
	mux.HandleFunc("PATCH "+unityPath+"catalogs/{name}", e.api(updateCatalog))
}

func (u *unity) catalog(name string) *catalog {
	for _, found := range u.Catalogs {
		if found.Name == name {
			return found
		}
	}
	return nil
}

// catalogs makes the workspace's default catalog the first time that it is looked for.
func (c *call) catalogs() (*unity, error) {
	u, m, err := c.currentUnity()
	if err != nil {
		return nil, err
	}
	if name := c.workspace.metastore.DefaultCatalogName; name != "" && name != "hive_metastore" && u.catalog(name) == nil {
		u.Catalogs = append(u.Catalogs, newCatalog(name, "MANAGED_CATALOG", m, c))
	}
	return u, nil
}

// listCatalogs leaves out isolated catalogs that are not bound to the workspace.
func listCatalogs(c *call) (any, error) {
	u, err := c.catalogs()
	if err != nil {
		return nil, err
	}
	var seen []*catalog
	for _, found := range u.Catalogs {
		if c.sees(u, found) {
			seen = append(seen, found)
		}
	}
	page, next, err := pageOf(c, seen, "max_results")
	if err != nil {
		return nil, err
	}
	return withNext(map[string]any{"catalogs": page}, next), nil
}

func (c *call) sees(u *unity, found *catalog) bool {
	return found.Isolation != "ISOLATED" || slices.ContainsFunc(u.Bindings["catalog/"+found.Name], func(b workspaceBinding) bool {
		return b.WorkspaceID == c.workspace.id
	})
}

func (c *call) pathCatalog() (*catalog, error) {
	u, err := c.catalogs()
	if err != nil {
		return nil, err
	}
	found := u.catalog(c.r.PathValue("name"))
	switch {
	case found == nil:
		return nil, apiErrorf(http.StatusNotFound, "CATALOG_DOES_NOT_EXIST", "Catalog '%s' does not exist.", c.r.PathValue("name"))
	case !c.sees(u, found):
		return nil, permissionDenied("Catalog '%s' is not accessible in current workspace", found.Name)
	}
	return found, nil
}

// updateCatalog changes the isolation mode and the owner. An isolated catalog
// is bound to the workspace that isolates it.
func updateCatalog(c *call) (any, error) {
	found, err := c.pathCatalog()
	if err != nil {
		return nil, err
	}
	var req struct {
		Isolation *string `json:"isolation_mode"`
		Owner     *string `json:"owner"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if req.Isolation != nil && *req.Isolation != "OPEN" && *req.Isolation != "ISOLATED" {
		return nil, invalidParameter("isolation_mode %q is not one of OPEN and ISOLATED", *req.Isolation)
	}
	if found.Type == "SYSTEM_CATALOG" {
		return nil, permissionDenied("Catalog '%s' cannot be changed", found.Name)
	}
	set(&found.Owner, req.Owner)
	set(&found.Isolation, req.Isolation)
	found.UpdatedAt, found.UpdatedBy = millis(c.now), c.caller.clientID
	if found.Isolation == "ISOLATED" {
		u, _, err := c.currentUnity()
		if err != nil {
			return nil, err
		}
		if key := "catalog/" + found.Name; len(u.Bindings[key]) == 0 {
			u.Bindings[key] = []workspaceBinding{{WorkspaceID: c.workspace.id, BindingType: bindReadWrite}}
		}
	}
	return found, nil
}
