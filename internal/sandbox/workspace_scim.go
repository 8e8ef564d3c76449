// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

const (
	scimPath            = "/api/2.0/preview/scim/v2/"
	principalErrorURN   = "urn:ietf:params:scim:api:messages:2.0:Error"
	principalListURN    = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	principalPatchURN   = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	principalCoreURN    = "urn:ietf:params:scim:schemas:core:2.0:"
	principalPageLength = 100
)

// principalError is an error in the envelope of SCIM (api: error parsing).
type principalError struct {
	status         int
	scimType, text string
}

func (e *principalError) Error() string { return strings.TrimSpace(e.scimType + " " + e.text) }

func principalErrorf(status int, scimType, text string) *principalError {
	return &principalError{status: status, scimType: scimType, text: text}
}

func (e *principalError) write(w http.ResponseWriter) {
	body := map[string]any{"schemas": []string{principalErrorURN}, "detail": e.text, "status": strconv.Itoa(e.status)}
	if e.scimType != "" {
		body["scimType"] = e.scimType
	}
	writeJSON(w, e.status, body)
}

// scim makes a route like api, whose errors about the request are SCIM's own.
func (e *emulator) scim(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := callOf(r)
		c.r, c.header = r, w.Header()
		answer, err := c.answer(h)
		var own *principalError
		var other *apiError
		switch {
		case errors.As(err, &own):
			own.write(w)
		case errors.As(err, &other) && other.Code == "MALFORMED_REQUEST":
			principalErrorf(other.Status, "invalidSyntax", other.Message).write(w)
		default:
			c.write(w, answer, err)
		}
	}
}

// scimRoutes serves Me, users, groups and service principals (api: workspace
// SCIM). Clients learn the id of the workspace from the X-Databricks-Org-Id
// header of Me.
func (e *emulator) scimRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+scimPath+"Me", e.scim(func(c *call) (any, error) {
		p := c.workspace.objects.byLogin(c.caller.clientID)
		if p == nil {
			// The account knows who it is, the workspace does not.
			p = &principal{Kind: kindService, ApplicationID: c.caller.clientID, Active: true}
		}
		return c.project(c.workspace.objects.meOf(p)), nil
	}))
	for _, kind := range []string{kindUser, kindGroup, kindService} {
		path := scimPath + kind
		mux.HandleFunc("GET "+path, e.scim(func(c *call) (any, error) { return c.listPrincipals(kind) }))
		mux.HandleFunc("POST "+path, e.scim(func(c *call) (any, error) { return c.createPrincipal(kind) }))
		one := func(method string, h func(*call, *principal) (any, error)) {
			mux.HandleFunc(method+" "+path+"/{id}", e.scim(func(c *call) (any, error) {
				p := c.workspace.objects.byID(c.r.PathValue("id"))
				if p == nil || p.Kind != kind {
					return nil, principalErrorf(http.StatusNotFound, "", singular(kind)+" with id "+c.r.PathValue("id")+" not found.")
				}
				return h(c, p)
			}))
		}
		one("GET", func(c *call, p *principal) (any, error) { return c.project(c.workspace.objects.resource(p)), nil })
		one("PUT", (*call).replacePrincipal)
		one("PATCH", (*call).patchPrincipal)
		one("DELETE", (*call).deletePrincipal)
	}
}

func singular(kind string) string {
	switch kind {
	case kindUser:
		return "User"
	case kindService:
		return "ServicePrincipal"
	}
	return "Group"
}

func (c *call) createPrincipal(kind string) (any, error) {
	var req principalResource
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	p := &principal{ID: numericID(), Kind: kind}
	if kind != kindGroup {
		p.Active = true
	}
	if kind == kindService {
		p.ApplicationID = uuid.NewString()
	}
	if err := c.workspace.objects.take(p, &req); err != nil {
		return nil, err
	}
	c.workspace.objects.Principals = append(c.workspace.objects.Principals, p)
	return c.workspace.objects.resource(p), nil
}

// replacePrincipal answers PUT: what it leaves out is gone. The names by which
// users and service principals log in stay.
func (c *call) replacePrincipal(p *principal) (any, error) {
	var req principalResource
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	next := &principal{ID: p.ID, Kind: p.Kind, BuiltIn: p.BuiltIn, UserName: p.UserName, ApplicationID: p.ApplicationID}
	if err := c.workspace.objects.take(next, &req); err != nil {
		return nil, err
	}
	return c.store(p, next)
}

// store puts a changed principal in the place of what it was.
func (c *call) store(p, next *principal) (any, error) {
	if p.BuiltIn && next.DisplayName != p.DisplayName {
		return nil, principalErrorf(http.StatusBadRequest, "mutability", "The group "+p.DisplayName+" cannot be renamed")
	}
	*p = *next
	c.workspace.revokeForbidden()
	return c.workspace.objects.resource(p), nil
}

func (c *call) deletePrincipal(p *principal) (any, error) {
	if p.BuiltIn {
		return nil, principalErrorf(http.StatusBadRequest, "mutability", "The group "+p.DisplayName+" cannot be deleted")
	}
	c.workspace.removePrincipal(p)
	return nil, nil
}

// take reads a request into a principal, strictly.
func (o *workspaceObjects) take(p *principal, req *principalResource) error {
	if err := req.check(p.Kind); err != nil {
		return err
	}
	if req.UserName != "" {
		p.UserName = req.UserName
	}
	if req.ApplicationID != "" {
		p.ApplicationID = req.ApplicationID
	}
	p.DisplayName, p.ExternalID = req.DisplayName, req.ExternalID
	if p.DisplayName == "" {
		p.DisplayName = p.UserName
	}
	if req.Name != nil {
		p.GivenName, p.FamilyName = req.Name.GivenName, req.Name.FamilyName
	}
	if p.Kind != kindGroup && req.Active != nil {
		p.Active = *req.Active
	}
	p.Entitlements, p.Roles, p.Members = values(req.Entitlements), values(req.Roles), values(req.Members)
	return o.checkPrincipal(p)
}

func (o *workspaceObjects) checkPrincipal(p *principal) error {
	for _, name := range p.Entitlements {
		if !slices.Contains(entitlements, name) {
			return principalErrorf(http.StatusBadRequest, "invalidValue", "Entitlement "+name+" is not valid")
		}
	}
	for _, id := range p.Members {
		if o.byID(id) == nil {
			return principalErrorf(http.StatusBadRequest, "invalidValue", "Member with id "+id+" does not exist")
		}
	}
	if other := o.byName(p.Kind, p.name()); other != nil && other.ID != p.ID {
		return principalErrorf(http.StatusConflict, "uniqueness", taken(p))
	}
	return nil
}

func taken(p *principal) string {
	switch p.Kind {
	case kindUser:
		return "User with username " + p.UserName + " already exists."
	case kindService:
		return "Service principal with application ID " + p.ApplicationID + " already exists."
	}
	return "Group with name " + p.DisplayName + " already exists."
}
