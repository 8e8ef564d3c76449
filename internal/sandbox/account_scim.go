// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

const scimListSchema = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

func (e *emulator) accountSCIMRoutes(mux *http.ServeMux) {
	for kind := range accountSCIMKinds() {
		path := accountPath + "/scim/v2/" + kind
		of := func(h func(*call, string) (any, error)) http.HandlerFunc {
			return e.scimAPI(func(c *call) (any, error) { return h(c, kind) })
		}
		mux.HandleFunc("POST "+path, of(createPrincipal))
		mux.HandleFunc("GET "+path, of(listPrincipals))
		mux.HandleFunc("GET "+path+"/{id}", of(getPrincipal))
		mux.HandleFunc("PUT "+path+"/{id}", of(replacePrincipal))
		mux.HandleFunc("PATCH "+path+"/{id}", of(patchPrincipal))
		mux.HandleFunc("DELETE "+path+"/{id}", of(deletePrincipal))
	}
}

func (c *call) pathPrincipal(kind string) (*accountPrincipal, error) {
	id := c.r.PathValue("id")
	if found := c.account.scim.find(id); found != nil && found.kind == kind {
		return found, nil
	}
	return nil, scimErrorf(http.StatusNotFound, "", "%s with id %s not found.", accountSCIMKinds()[kind].label, id)
}

// createPrincipal: ids are the service's, and so are application ids on AWS: a
// client that asks for one is refused (?), as is one that leaves out the name
// of a service principal (?).
func createPrincipal(c *call, kind string) (any, error) {
	body := map[string]any{}
	if err := c.decodeSCIM(&body); err != nil {
		return nil, err
	}
	attrs, err := accountSCIMKinds()[kind].read(body)
	if err != nil {
		return nil, err
	}
	created := &accountPrincipal{kind: kind, id: strconv.FormatInt(randomID(), 10), attrs: attrs}
	if _, has := attrs["active"]; !has && kind != accountGroups {
		attrs["active"] = true
	}
	if kind == accountServicePrincipals {
		switch {
		case created.text("applicationId") != "":
			return nil, scimErrorf(http.StatusBadRequest, "mutability", "Attribute applicationId cannot be set")
		case created.text("displayName") == "":
			return nil, scimErrorf(http.StatusBadRequest, "invalidValue", "Attribute displayName is required")
		}
		attrs["applicationId"] = uuid.NewString()
	}
	if err := c.account.scim.complete(created); err != nil {
		return nil, err
	}
	c.account.scim.principals = append(c.account.scim.principals, created)
	return c.scimView(created), nil
}

// scimView is a principal on the wire.
func (c *call) scimView(p *accountPrincipal) map[string]any {
	kind, scim := accountSCIMKinds()[p.kind], c.account.scim
	out := maps.Clone(p.attrs)
	maps.DeleteFunc(out, func(_ string, value any) bool { list, ok := value.([]any); return ok && len(list) == 0 })
	out["schemas"] = []string{scimSchemaPrefix + kind.resource}
	out["id"], out["account_id"] = p.id, c.account.ID
	if p.kind == accountGroups {
		out["meta"] = map[string]any{"resourceType": kind.resource}
	}
	var groups []any
	for _, group := range scim.groupsOf(p.id) {
		groups = append(groups, map[string]any{
			"value": group.id, "display": group.text("displayName"), "type": "direct", "$ref": accountGroups + "/" + group.id,
		})
	}
	if groups != nil {
		out["groups"] = groups
	}
	if ids := p.values("members"); len(ids) > 0 {
		out["members"] = scim.memberViews(ids)
	}
	return out
}

func (d *accountDirectory) memberViews(ids []string) []any {
	var out []any
	for _, id := range ids {
		if member := d.find(id); member != nil {
			out = append(out, map[string]any{
				"value": id, "display": member.text("displayName"), "$ref": member.kind + "/" + id,
			})
		}
	}
	return out
}

// projected applies attributes and excludedAttributes. Names that the kind
// does not have select nothing: clients ask accounts for entitlements.
func (c *call) projected(view map[string]any) map[string]any {
	query := c.r.URL.Query()
	only, without := scimNames(query.Get("attributes")), scimNames(query.Get("excludedAttributes"))
	maps.DeleteFunc(view, func(name string, _ any) bool {
		name = strings.ToLower(name)
		if name == "id" || name == "schemas" {
			return false
		}
		return len(only) > 0 && !slices.Contains(only, name) || slices.Contains(without, name)
	})
	return view
}

func scimNames(list string) []string {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		name, _, _ = strings.Cut(strings.TrimSpace(name), ".")
		if name != "" {
			names = append(names, strings.ToLower(name))
		}
	}
	return names
}

func getPrincipal(c *call, kind string) (any, error) {
	found, err := c.pathPrincipal(kind)
	if err != nil {
		return nil, err
	}
	return c.projected(c.scimView(found)), nil
}

func listPrincipals(c *call, kind string) (any, error) {
	query := c.r.URL.Query()
	matching, err := c.scimMatching(kind, query.Get("filter"))
	if err != nil {
		return nil, err
	}
	if by := query.Get("sortBy"); by != "" {
		slices.SortStableFunc(matching, func(a, b map[string]any) int {
			return cmp.Compare(strings.Join(scimTexts(a, by), " "), strings.Join(scimTexts(b, by), " "))
		})
	}
	switch query.Get("sortOrder") {
	case "", "ascending":
	case "descending":
		slices.Reverse(matching)
	default:
		return nil, scimErrorf(http.StatusBadRequest, "invalidValue", "sortOrder must be ascending or descending")
	}
	start, err := scimNumber(query.Get("startIndex"), 1)
	if err != nil {
		return nil, err
	}
	count, err := scimNumber(query.Get("count"), 10000)
	if err != nil {
		return nil, err
	}
	start = max(start, 1)
	from := min(start-1, len(matching))
	page := matching[from:min(from+min(count, len(matching)), len(matching))]
	for i := range page {
		page[i] = c.projected(page[i])
	}
	body := map[string]any{
		"schemas": []string{scimListSchema}, "totalResults": len(matching), "startIndex": start, "itemsPerPage": len(page),
	}
	// Without results the key is left out, which is harder on clients (api: common rules, empty list).
	if len(page) > 0 {
		body["Resources"] = page
	}
	return body, nil
}

func scimNumber(raw string, dflt int) (int, error) {
	if raw == "" {
		return dflt, nil
	}
	n, err := strconv.Atoi(raw)
	if err != nil || n < 0 {
		return 0, scimErrorf(http.StatusBadRequest, "invalidValue", "%q is not a number", raw)
	}
	return n, nil
}

func (c *call) scimMatching(kind, filter string) ([]map[string]any, error) {
	var anyOf [][]scimTerm
	if filter != "" {
		var err error
		if anyOf, err = parseSCIMFilter(filter); err != nil {
			return nil, err
		}
	}
	var out []map[string]any
	for _, p := range c.account.scim.ofKind(kind) {
		view := c.scimView(p)
		if anyOf == nil || slices.ContainsFunc(anyOf, func(all []scimTerm) bool {
			return !slices.ContainsFunc(all, func(t scimTerm) bool { return !t.matches(scimTexts(view, t.attr)) })
		}) {
			out = append(out, view)
		}
	}
	return out, nil
}

// scimTexts are the texts of an attribute, which filters compare.
func scimTexts(view map[string]any, attr string) []string {
	name, _, _ := strings.Cut(attr, ".")
	for key, value := range view {
		if !strings.EqualFold(key, name) {
			continue
		}
		switch v := value.(type) {
		case string:
			return []string{v}
		case bool:
			return []string{strconv.FormatBool(v)}
		case []any:
			return (&accountPrincipal{attrs: view}).values(key)
		}
	}
	return nil
}
