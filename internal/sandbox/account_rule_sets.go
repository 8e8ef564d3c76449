// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

type accountGrantRule struct {
	Principals []string `json:"principals,omitempty"`
	Role       string   `json:"role"`
}

// accountRuleSet says who has which roles on a resource (api: rule sets).
type accountRuleSet struct {
	Etag       string             `json:"etag"`
	GrantRules []accountGrantRule `json:"grant_rules,omitempty"`
	Name       string             `json:"name"`
}

// putRuleSetRequest has pointers where empty and absent differ.
type putRuleSetRequest struct {
	Name    string `json:"name"`
	RuleSet *struct {
		Etag       *string            `json:"etag"`
		GrantRules []accountGrantRule `json:"grant_rules"`
		Name       string             `json:"name"`
	} `json:"rule_set"`
}

// accountRoles are the roles of a kind of resource. Those of service
// principals and groups are documented; that the account has these alone is a
// guess (?).
func accountRoles(kind string) []string {
	switch kind {
	case accountServicePrincipals:
		return []string{"roles/servicePrincipal.manager", "roles/servicePrincipal.user"}
	case accountGroups:
		return []string{"roles/group.manager"}
	}
	return []string{"roles/marketplace.admin", "roles/billing.admin", "roles/tagPolicy.creator", "roles/tagPolicy.manager"}
}

func (e *emulator) accountRuleSetRoutes(mux *http.ServeMux) {
	path := previewAccountPath + "/access-control"
	mux.HandleFunc("GET "+path+"/assignable-roles", e.api(listAssignableRoles))
	mux.HandleFunc("GET "+path+"/rule-sets", e.api(getRuleSet))
	mux.HandleFunc("PUT "+path+"/rule-sets", e.api(putRuleSet))
}

// ruleSetKind returns the kind of the resource that a name is about; empty is
// the account itself. Service principals go by their application ids.
func (c *call) ruleSetKind(resource string) (string, error) {
	rest, ok := strings.CutPrefix(resource, "accounts/"+c.account.ID)
	if !ok {
		return "", invalidParameter("%q does not name a resource of account %s", resource, c.account.ID)
	}
	if rest == "" {
		return "", nil
	}
	if id, ok := strings.CutPrefix(rest, "/servicePrincipals/"); ok {
		if c.account.scim.application(id) == nil {
			return "", doesNotExist("Service principal %s does not exist", id)
		}
		return accountServicePrincipals, nil
	}
	if id, ok := strings.CutPrefix(rest, "/groups/"); ok {
		if found := c.account.scim.find(id); found == nil || found.kind != accountGroups {
			return "", doesNotExist("Group %s does not exist", id)
		}
		return accountGroups, nil
	}
	return "", invalidParameter("%q does not name an account, a group or a service principal", resource)
}

func listAssignableRoles(c *call) (any, error) {
	resource := c.r.URL.Query().Get("resource")
	if err := require(text("resource", resource)); err != nil {
		return nil, err
	}
	// Here service principals go by either id.
	parent := "accounts/" + c.account.ID + "/servicePrincipals/"
	if id, ok := strings.CutPrefix(resource, parent); ok {
		if found := c.account.scim.find(id); found != nil {
			resource = parent + found.text("applicationId")
		}
	}
	kind, err := c.ruleSetKind(resource)
	if err != nil {
		return nil, err
	}
	var roles []map[string]string
	for _, role := range accountRoles(kind) {
		roles = append(roles, map[string]string{"name": role})
	}
	return map[string]any{"roles": roles}, nil
}

// ruleSet returns a rule set, which every resource has from the first time on.
func (c *call) ruleSet(name string) (*accountRuleSet, string, error) {
	resource, ok := strings.CutSuffix(name, "/ruleSets/default")
	if !ok {
		return nil, "", invalidParameter("%q is not the name of a rule set", name)
	}
	kind, err := c.ruleSetKind(resource)
	if err != nil {
		return nil, "", err
	}
	found := c.account.ruleSets[name]
	if found == nil {
		found = &accountRuleSet{Etag: accountEtag(), Name: name}
		c.account.ruleSets[name] = found
	}
	return found, kind, nil
}

// getRuleSet needs an etag, which can be empty: any other asks for something
// at least as fresh, which everything is.
func getRuleSet(c *call) (any, error) {
	query := c.r.URL.Query()
	if err := require(text("name", query.Get("name")), field{"etag", query.Has("etag")}); err != nil {
		return nil, err
	}
	found, _, err := c.ruleSet(query.Get("name"))
	if err != nil {
		return nil, err
	}
	return found, nil
}

// putRuleSet replaces the rules. It needs the last etag.
func putRuleSet(c *call) (any, error) {
	var req putRuleSetRequest
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if err := require(text("name", req.Name), field{"rule_set", req.RuleSet != nil}); err != nil {
		return nil, err
	}
	if err := require(text("rule_set.name", req.RuleSet.Name), field{"rule_set.etag", req.RuleSet.Etag != nil}); err != nil {
		return nil, err
	}
	if req.RuleSet.Name != req.Name {
		return nil, invalidParameter("rule_set.name is not the name of the request")
	}
	found, kind, err := c.ruleSet(req.Name)
	if err != nil {
		return nil, err
	}
	if err := checkGrantRules(kind, req.RuleSet.GrantRules); err != nil {
		return nil, err
	}
	if *req.RuleSet.Etag != found.Etag {
		return nil, apiErrorf(http.StatusConflict, "RESOURCE_CONFLICT", "Conflict with another RuleSet operation")
	}
	found.Etag, found.GrantRules = accountEtag(), req.RuleSet.GrantRules
	return found, nil
}

// checkGrantRules checks the form of the principals alone: whether the service
// looks them up is not known.
func checkGrantRules(kind string, rules []accountGrantRule) error {
	for _, rule := range rules {
		if !slices.Contains(accountRoles(kind), rule.Role) {
			return invalidParameter("role %q is not one of %v", rule.Role, accountRoles(kind))
		}
		for _, principal := range rule.Principals {
			of, name, _ := strings.Cut(principal, "/")
			if !slices.Contains([]string{"users", "groups", "servicePrincipals"}, of) || name == "" {
				return invalidParameter("principal %q is not users/…, groups/… or servicePrincipals/…", principal)
			}
		}
	}
	return nil
}
