// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// unity is what a metastore holds, as far as hardening goes. The account's lock
// guards it. All of it is plain data, so that it can be kept in a file.
type unity struct {
	Schemas    map[string]string             `json:"schemas"`
	Allowlists map[string]*artifactAllowlist `json:"allowlists"`
	Bindings   map[string][]workspaceBinding `json:"bindings"`
	Catalogs   []*catalog                    `json:"catalogs"`
}

const unityPath = "/api/2.1/unity-catalog/"

func (e *emulator) unityRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+unityPath+"metastore_summary", e.api(func(c *call) (any, error) { return c.currentMetastore() }))
	mux.HandleFunc("GET "+unityPath+"current-metastore-assignment", e.api(func(c *call) (any, error) {
		if _, err := c.currentMetastore(); err != nil {
			return nil, err
		}
		return c.workspace.metastore, nil
	}))
	mux.HandleFunc("GET "+unityPath+"metastores/{metastore_id}", e.api(func(c *call) (any, error) {
		return c.account.metastores.get(c.now, c.r.PathValue("metastore_id"))
	}))
	mux.HandleFunc("PUT "+unityPath+"workspaces/{workspace_id}/metastore", e.api(assignHere))
	mux.HandleFunc("PATCH "+unityPath+"workspaces/{workspace_id}/metastore", e.api(changeAssignment))
	mux.HandleFunc("DELETE "+unityPath+"workspaces/{workspace_id}/metastore", e.api(unassignHere))
	e.systemSchemaRoutes(mux)
	e.allowlistRoutes(mux)
	e.bindingRoutes(mux)
	e.catalogRoutes(mux)
}

// currentMetastore is the metastore of the workspace; without one, Unity
// Catalog has nothing to say. The text is the account API's.
func (c *call) currentMetastore() (*metastore, error) {
	if c.workspace.metastore == nil {
		return nil, apiErrorf(http.StatusNotFound, "METASTORE_DOES_NOT_EXIST", "No metastore assigned for the current workspace.")
	}
	return c.account.metastores.get(c.now, c.workspace.metastore.MetastoreID)
}

// currentUnity is what the workspace's metastore holds.
func (c *call) currentUnity() (*unity, *metastore, error) {
	found, err := c.currentMetastore()
	if err != nil {
		return nil, nil, err
	}
	return c.unityOf(found), found, nil
}

func (c *call) unityOf(m *metastore) *unity {
	a := c.account
	if a.unity == nil {
		a.unity = map[string]*unity{}
	}
	if a.unity[m.MetastoreID] == nil {
		a.unity[m.MetastoreID] = &unity{
			Schemas: initialSchemas(), Allowlists: map[string]*artifactAllowlist{}, Bindings: map[string][]workspaceBinding{},
			Catalogs: []*catalog{newCatalog("system", "SYSTEM_CATALOG", m, c)},
		}
	}
	return a.unity[m.MetastoreID]
}

type assignmentRequest struct {
	MetastoreID    string `json:"metastore_id"`
	DefaultCatalog string `json:"default_catalog_name"`
}

// assignHere assigns a metastore from within the account's workspaces.
func assignHere(c *call) (any, error) {
	ws, err := c.pathWorkspace()
	if err != nil {
		return nil, err
	}
	var req assignmentRequest
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if err := require(text("metastore_id", req.MetastoreID)); err != nil {
		return nil, err
	}
	return nil, c.assign(ws, req)
}

// changeAssignment changes what it names of an assignment.
func changeAssignment(c *call) (any, error) {
	ws, err := c.pathWorkspace()
	if err != nil {
		return nil, err
	}
	var req assignmentRequest
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if ws.metastore == nil {
		return nil, doesNotExist("No metastore assigned for the current workspace.")
	}
	if req.MetastoreID == "" {
		req.MetastoreID = ws.metastore.MetastoreID
	}
	if req.DefaultCatalog == "" {
		req.DefaultCatalog = ws.metastore.DefaultCatalogName
	}
	return nil, c.assign(ws, req)
}

func (c *call) assign(ws *workspace, req assignmentRequest) error {
	found, err := c.account.metastores.get(c.now, req.MetastoreID)
	if err != nil {
		return err
	}
	if found.Region != ws.region {
		return invalidParameter("Metastore %s is in region %s, workspace %d in %s", found.MetastoreID, found.Region, ws.id, ws.region)
	}
	ws.metastore = &metastoreAssignment{MetastoreID: found.MetastoreID, DefaultCatalogName: req.DefaultCatalog, WorkspaceID: ws.id}
	return nil
}

func unassignHere(c *call) (any, error) {
	ws, err := c.pathWorkspace()
	if err != nil {
		return nil, err
	}
	id := c.r.URL.Query().Get("metastore_id")
	switch {
	case id == "":
		return nil, invalidParameter("Missing required field: metastore_id")
	case ws.metastore == nil || ws.metastore.MetastoreID != id:
		return nil, doesNotExist("Workspace %d is not assigned to metastore %s", ws.id, id)
	}
	ws.metastore = nil
	return nil, nil
}

// The states of a system schema.
const (
	schemaAvailable = "AVAILABLE"
	schemaEnabled   = "ENABLE_COMPLETED"
	schemaManaged   = "MANAGED"
)

// initialSchemas: billing is enabled, and information_schema managed, by
// Databricks; the others are there to opt in.
func initialSchemas() map[string]string {
	return map[string]string{
		"access": schemaAvailable, "billing": schemaEnabled, "compute": schemaAvailable, "information_schema": schemaManaged,
		"lakeflow": schemaAvailable, "marketplace": schemaAvailable, "query": schemaAvailable, "serving": schemaAvailable,
		"storage": schemaAvailable,
	}
}

type systemSchema struct {
	Schema string `json:"schema"`
	State  string `json:"state"`
}

func (e *emulator) systemSchemaRoutes(mux *http.ServeMux) {
	path := unityPath + "metastores/{metastore_id}/systemschemas"
	mux.HandleFunc("GET "+path, e.api(listSchemas))
	mux.HandleFunc("PUT "+path+"/{schema}", e.api(func(c *call) (any, error) { return c.switchSchema(schemaEnabled) }))
	mux.HandleFunc("DELETE "+path+"/{schema}", e.api(func(c *call) (any, error) { return c.switchSchema(schemaAvailable) }))
}

// pathUnity is that of the metastore in the path, which has to be the workspace's own.
func (c *call) pathUnity() (*unity, error) {
	u, m, err := c.currentUnity()
	if err == nil && m.MetastoreID != c.r.PathValue("metastore_id") {
		return nil, doesNotExist("Metastore '%s' does not exist.", c.r.PathValue("metastore_id"))
	}
	return u, err
}

func listSchemas(c *call) (any, error) {
	u, err := c.pathUnity()
	if err != nil {
		return nil, err
	}
	var all []systemSchema
	for name, state := range u.Schemas {
		all = append(all, systemSchema{Schema: name, State: state})
	}
	slices.SortFunc(all, func(a, b systemSchema) int { return strings.Compare(a.Schema, b.Schema) })
	page, next, err := pageOf(c, all, "max_results")
	if err != nil {
		return nil, err
	}
	return withNext(map[string]any{"schemas": page}, next), nil
}

// switchSchema enables or disables a schema. What Databricks keeps to itself is
// refused with the text that was observed; doing it again is, too (?).
func (c *call) switchSchema(to string) (any, error) {
	u, err := c.pathUnity()
	if err != nil {
		return nil, err
	}
	if len(c.body) > 0 {
		var req struct {
			CatalogName string `json:"catalog_name"`
		}
		if err := c.decode(&req); err != nil {
			return nil, err
		}
	}
	name, verb := c.r.PathValue("schema"), "enabled"
	if to == schemaAvailable {
		verb = "disabled"
	}
	state, known := u.Schemas[name]
	switch {
	case !known:
		return nil, apiErrorf(http.StatusNotFound, "SCHEMA_DOES_NOT_EXIST", "System schema '%s' does not exist.", name)
	case name == "billing" || state == schemaManaged:
		return nil, invalidParameter("%s system schema can only be %s by Databricks", name, verb)
	case state == to && to == schemaEnabled:
		return nil, apiErrorf(http.StatusBadRequest, "SCHEMA_ALREADY_EXISTS", "Schema '%s' already exists", name)
	case state == to:
		return nil, apiErrorf(http.StatusNotFound, "SCHEMA_DOES_NOT_EXIST", "Schema '%s' does not exist.", name)
	}
	u.Schemas[name] = to
	return nil, nil
}
