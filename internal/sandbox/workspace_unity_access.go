// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// artifactAllowlist is what users may load, of one type (api: Unity Catalog).
type artifactAllowlist struct {
	Matchers    []artifactMatcher `json:"artifact_matchers"`
	CreatedAt   int64             `json:"created_at"`
	CreatedBy   string            `json:"created_by"`
	MetastoreID string            `json:"metastore_id"`
}

type artifactMatcher struct {
	Artifact  string `json:"artifact"`
	MatchType string `json:"match_type"`
}

var artifactTypes = []string{"INIT_SCRIPT", "LIBRARY_JAR", "LIBRARY_MAVEN"}

func (e *emulator) allowlistRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+unityPath+"artifact-allowlists/{type}", e.api(func(c *call) (any, error) {
		u, _, err := c.pathAllowlist()
		if err != nil || u.Allowlists[c.r.PathValue("type")] == nil {
			return nil, err
		}
		return u.Allowlists[c.r.PathValue("type")], nil
	}))
	mux.HandleFunc("PUT "+unityPath+"artifact-allowlists/{type}", e.api(setAllowlist))
}

func (c *call) pathAllowlist() (*unity, *metastore, error) {
	if typ := c.r.PathValue("type"); !slices.Contains(artifactTypes, typ) {
		return nil, nil, invalidParameter("%q is not one of %v", typ, artifactTypes)
	}
	return c.currentUnity()
}

func setAllowlist(c *call) (any, error) {
	u, m, err := c.pathAllowlist()
	if err != nil {
		return nil, err
	}
	// The rest is what the service answers, and clients may send back.
	var req struct {
		artifactAllowlist
		Matchers *[]artifactMatcher `json:"artifact_matchers"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if err := require(field{"artifact_matchers", req.Matchers != nil}); err != nil {
		return nil, err
	}
	for _, matcher := range *req.Matchers {
		if err := require(text("artifact", matcher.Artifact), text("match_type", matcher.MatchType)); err != nil {
			return nil, err
		}
		if matcher.MatchType != "PREFIX_MATCH" {
			return nil, invalidParameter("match_type %q is not PREFIX_MATCH", matcher.MatchType)
		}
	}
	next := &artifactAllowlist{Matchers: *req.Matchers, CreatedAt: millis(c.now), CreatedBy: c.caller.clientID, MetastoreID: m.MetastoreID}
	u.Allowlists[c.r.PathValue("type")] = next
	if len(next.Matchers) == 0 {
		delete(u.Allowlists, c.r.PathValue("type"))
	}
	return next, nil
}

// workspaceBinding lets a workspace use a securable (api: Unity Catalog).
type workspaceBinding struct {
	WorkspaceID int64  `json:"workspace_id"`
	BindingType string `json:"binding_type,omitempty"`
}

const (
	bindReadWrite = "BINDING_TYPE_READ_WRITE"
	bindReadOnly  = "BINDING_TYPE_READ_ONLY"
)

var bindable = []string{"catalog", "credential", "external_location", "storage_credential"}

func (e *emulator) bindingRoutes(mux *http.ServeMux) {
	path, old := unityPath+"bindings/{type}/{name}", unityPath+"workspace-bindings/catalogs/{name}"
	mux.HandleFunc("GET "+path, e.api(listBindings))
	mux.HandleFunc("PATCH "+path, e.api(updateBindings))
	mux.HandleFunc("GET "+old, e.api(func(c *call) (any, error) { return c.oldBindings() }))
	mux.HandleFunc("PATCH "+old, e.api(updateOldBindings))
}

// pathSecurable is the key of the securable in the path; the old routes know
// catalogs alone.
func (c *call) pathSecurable() (*unity, string, error) {
	u, err := c.catalogs()
	if err != nil {
		return nil, "", err
	}
	typ, name := c.r.PathValue("type"), c.r.PathValue("name")
	if typ == "" {
		typ = "catalog"
	}
	if !slices.Contains(bindable, typ) {
		return nil, "", invalidParameter("securable_type %q is not one of %v", typ, bindable)
	}
	key := typ + "/" + name
	if slices.Contains(c.workspace.objects.Declared, key) || typ == "catalog" && u.catalog(name) != nil {
		return u, key, nil
	}
	code := strings.ToUpper(typ) + "_DOES_NOT_EXIST"
	return nil, "", apiErrorf(http.StatusNotFound, code, "%s '%s' does not exist.", typ, name)
}

func listBindings(c *call) (any, error) {
	u, key, err := c.pathSecurable()
	if err != nil {
		return nil, err
	}
	page, next, err := pageOf(c, u.Bindings[key], "max_results")
	if err != nil {
		return nil, err
	}
	return withNext(map[string]any{"bindings": page}, next), nil
}

func updateBindings(c *call) (any, error) {
	u, key, err := c.pathSecurable()
	if err != nil {
		return nil, err
	}
	var req struct {
		Add    []workspaceBinding `json:"add"`
		Remove []workspaceBinding `json:"remove"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if err := c.bind(u, key, req.Add, req.Remove); err != nil {
		return nil, err
	}
	return map[string]any{"bindings": u.Bindings[key]}, nil
}

// bind takes bindings away, then adds others: a workspace has one to a
// securable, of the type that was added last.
func (c *call) bind(u *unity, key string, add, remove []workspaceBinding) error {
	for i, b := range add {
		switch {
		case b.BindingType == "":
			add[i].BindingType = bindReadWrite
		case b.BindingType != bindReadWrite && b.BindingType != bindReadOnly:
			return invalidParameter("%q is not a binding type", b.BindingType)
		case b.BindingType == bindReadOnly && !strings.HasPrefix(key, "catalog/"):
			return invalidParameter("Only catalogs can be bound for reading alone")
		}
		if !c.account.hasWorkspace(b.WorkspaceID) {
			return doesNotExist("Workspace %s does not exist", strconv.FormatInt(b.WorkspaceID, 10))
		}
	}
	next := slices.Clone(u.Bindings[key])
	for _, b := range slices.Concat(remove, add) {
		next = slices.DeleteFunc(next, func(old workspaceBinding) bool { return old.WorkspaceID == b.WorkspaceID })
	}
	u.Bindings[key] = append(next, add...)
	return nil
}

func (a *account) hasWorkspace(id int64) bool {
	return slices.ContainsFunc(a.workspaces, func(ws *workspace) bool { return ws.id == id && ws.alive() })
}

func (c *call) oldBindings() (any, error) {
	u, key, err := c.pathSecurable()
	if err != nil {
		return nil, err
	}
	ids := []int64{}
	for _, b := range u.Bindings[key] {
		ids = append(ids, b.WorkspaceID)
	}
	return map[string]any{"workspaces": ids}, nil
}

func updateOldBindings(c *call) (any, error) {
	u, key, err := c.pathSecurable()
	if err != nil {
		return nil, err
	}
	var req struct {
		Assign   []int64 `json:"assign_workspaces"`
		Unassign []int64 `json:"unassign_workspaces"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if err := c.bind(u, key, bindings(req.Assign), bindings(req.Unassign)); err != nil {
		return nil, err
	}
	return c.oldBindings()
}

func bindings(ids []int64) []workspaceBinding {
	var out []workspaceBinding
	for _, id := range ids {
		out = append(out, workspaceBinding{WorkspaceID: id})
	}
	return out
}
