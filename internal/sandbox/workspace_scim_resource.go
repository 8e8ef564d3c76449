// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// complexValue is one value of a SCIM attribute that has several.
type complexValue struct {
	Display string `json:"display,omitempty"`
	Primary bool   `json:"primary,omitempty"`
	Ref     string `json:"$ref,omitempty"`
	Type    string `json:"type,omitempty"`
	Value   string `json:"value,omitempty"`
}

type principalName struct {
	FamilyName string `json:"familyName,omitempty"`
	GivenName  string `json:"givenName,omitempty"`
}

type principalMeta struct {
	ResourceType string `json:"resourceType,omitempty"`
}

// principalResource is a principal on the wire.
type principalResource struct {
	Schemas       []string       `json:"schemas,omitempty"`
	ID            string         `json:"id,omitempty"`
	UserName      string         `json:"userName,omitempty"`
	ApplicationID string         `json:"applicationId,omitempty"`
	DisplayName   string         `json:"displayName,omitempty"`
	ExternalID    string         `json:"externalId,omitempty"`
	Active        *bool          `json:"active,omitempty"`
	Name          *principalName `json:"name,omitempty"`
	Meta          *principalMeta `json:"meta,omitempty"`
	Emails        []complexValue `json:"emails,omitempty"`
	Entitlements  []complexValue `json:"entitlements,omitempty"`
	Roles         []complexValue `json:"roles,omitempty"`
	Members       []complexValue `json:"members,omitempty"`
	Groups        []complexValue `json:"groups,omitempty"`
}

// check compares a request with what its kind has. Groups that a principal is
// in, emails and ids are the service's own: clients send them back, in vain.
func (r *principalResource) check(kind string) error {
	for _, urn := range r.Schemas {
		if urn != principalCoreURN+singular(kind) && !strings.HasPrefix(urn, "urn:ietf:params:scim:schemas:extension:workspace:2.0:") {
			return principalErrorf(http.StatusBadRequest, "invalidValue", "Schema "+urn+" is not that of a "+singular(kind))
		}
	}
	foreign := func(name string) error {
		return principalErrorf(http.StatusBadRequest, "invalidSyntax", name+" is not an attribute of a "+singular(kind))
	}
	switch {
	case kind == kindGroup && r.DisplayName == "":
		return principalErrorf(http.StatusBadRequest, "invalidValue", "Missing required parameters: displayName")
	case kind == kindUser && !strings.Contains(r.UserName, "@"):
		return principalErrorf(http.StatusBadRequest, "invalidValue", "userName must be an email address")
	case kind != kindUser && r.UserName != "":
		return foreign("userName")
	case kind != kindService && r.ApplicationID != "":
		return foreign("applicationId")
	case kind == kindGroup && r.Active != nil:
		return foreign("active")
	case kind != kindUser && r.Name != nil:
		return foreign("name")
	case kind != kindGroup && len(r.Members) > 0:
		return foreign("members")
	}
	return nil
}

// values drops what is empty, which clients send for none, and what repeats.
func values(from []complexValue) []string {
	var out []string
	for _, v := range from {
		if v.Value != "" && !slices.Contains(out, v.Value) {
			out = append(out, v.Value)
		}
	}
	return out
}

func complexValues(from []string) []complexValue {
	var out []complexValue
	for _, v := range from {
		out = append(out, complexValue{Value: v})
	}
	return out
}

// resource is a principal as it is answered.
func (o *workspaceObjects) resource(p *principal) *principalResource {
	r := &principalResource{
		Schemas: []string{principalCoreURN + singular(p.Kind)}, ID: p.ID, UserName: p.UserName, ApplicationID: p.ApplicationID,
		DisplayName: p.DisplayName, ExternalID: p.ExternalID,
		Entitlements: complexValues(p.Entitlements), Roles: complexValues(p.Roles),
	}
	if p.Kind == kindGroup {
		r.Meta = &principalMeta{ResourceType: "WorkspaceGroup"}
	} else {
		r.Active = &p.Active
	}
	if p.Kind == kindUser {
		r.Emails = []complexValue{{Value: p.UserName, Type: "work", Primary: true}}
		if p.GivenName != "" || p.FamilyName != "" {
			r.Name = &principalName{GivenName: p.GivenName, FamilyName: p.FamilyName}
		}
	}
	if p.Kind == kindGroup {
		for _, id := range o.membersOf(p) {
			if m := o.byID(id); m != nil {
				r.Members = append(r.Members, complexValue{Display: m.DisplayName, Value: id, Ref: m.Kind + "/" + id})
			}
		}
	}
	for _, g := range o.groupsOf(p) {
		r.Groups = append(r.Groups, complexValue{Display: g.DisplayName, Value: g.ID, Type: "direct", Ref: kindGroup + "/" + g.ID})
	}
	return r
}

// meOf is the caller: a service principal is a user there, whose name is its
// application id.
func (o *workspaceObjects) meOf(p *principal) *principalResource {
	r := o.resource(p)
	if p.Kind == kindService {
		r.Schemas, r.UserName, r.ApplicationID = []string{principalCoreURN + "User"}, p.ApplicationID, ""
	}
	return r
}

// always are the attributes that no projection takes away.
var always = []string{"id", "schemas", "displayName", "userName", "applicationId"}

// project keeps what attributes asks for and drops what excludedAttributes names.
func (c *call) project(r *principalResource) any {
	query := c.r.URL.Query()
	wanted, unwanted := csv(query.Get("attributes")), csv(query.Get("excludedAttributes"))
	if len(wanted)+len(unwanted) == 0 {
		return r
	}
	fields := map[string]json.RawMessage{}
	encoded, err := json.Marshal(r)
	if err != nil || json.Unmarshal(encoded, &fields) != nil {
		return r
	}
	for name := range fields {
		drop := contains(unwanted, name) || len(wanted) > 0 && !contains(wanted, name)
		if drop && !slices.Contains(always, name) {
			delete(fields, name)
		}
	}
	return fields
}

func csv(raw string) []string {
	var out []string
	for name := range strings.SplitSeq(raw, ",") {
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// contains compares names as SCIM does, without regard to case; a path counts
// for the attribute that it begins with.
func contains(list []string, name string) bool {
	return slices.ContainsFunc(list, func(item string) bool {
		top, _, _ := strings.Cut(item, ".")
		return strings.EqualFold(top, name)
	})
}
