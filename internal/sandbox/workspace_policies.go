// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// clusterPolicy is a cluster policy (api: cluster policies).
type clusterPolicy struct {
	PolicyID  string `json:"policy_id"`
	CreatedAt int64  `json:"created_at_timestamp"`
	Creator   string `json:"creator_user_name,omitempty"`
	IsDefault bool   `json:"is_default,omitempty"`
	policyFields
}

// policyFields are what clients say of a policy.
type policyFields struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Definition  string          `json:"definition,omitempty"`
	FamilyID    string          `json:"policy_family_id,omitempty"`
	Overrides   string          `json:"policy_family_definition_overrides,omitempty"`
	MaxClusters int64           `json:"max_clusters_per_user,omitempty"`
	Libraries   []policyLibrary `json:"libraries,omitempty"`
}

// policyLibrary names one library, in one of these ways.
type policyLibrary struct {
	Egg          string         `json:"egg,omitempty"`
	Jar          string         `json:"jar,omitempty"`
	Whl          string         `json:"whl,omitempty"`
	Requirements string         `json:"requirements,omitempty"`
	PyPI         *policyPackage `json:"pypi,omitempty"`
	Cran         *policyPackage `json:"cran,omitempty"`
	Maven        *policyMaven   `json:"maven,omitempty"`
}

type policyPackage struct {
	Package string `json:"package"`
	Repo    string `json:"repo,omitempty"`
}

type policyMaven struct {
	Coordinates string   `json:"coordinates"`
	Exclusions  []string `json:"exclusions,omitempty"`
	Repo        string   `json:"repo,omitempty"`
}

func (l policyLibrary) check() error {
	ways := 0
	for _, set := range []bool{
		l.Egg != "", l.Jar != "", l.Whl != "", l.Requirements != "",
		l.PyPI != nil && l.PyPI.Package != "", l.Cran != nil && l.Cran.Package != "", l.Maven != nil && l.Maven.Coordinates != "",
	} {
		if set {
			ways++
		}
	}
	if ways != 1 {
		return invalidParameter("Each library names one of egg, jar, whl, requirements, pypi, cran and maven")
	}
	return nil
}

const policyPath = "/api/2.0/policies/clusters/"

func (e *emulator) policyRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST "+policyPath+"create", e.api(withPolicies(createPolicy)))
	mux.HandleFunc("POST "+policyPath+"edit", e.api(withPolicies(editPolicy)))
	mux.HandleFunc("POST "+policyPath+"delete", e.api(withPolicies(deletePolicy)))
	mux.HandleFunc("GET "+policyPath+"list", e.api(withPolicies(listPolicies)))
	mux.HandleFunc("GET "+policyPath+"get", e.api(withPolicies(func(c *call) (any, error) {
		return c.findPolicy(c.r.URL.Query().Get("policy_id"))
	})))
	mux.HandleFunc("GET "+familyPath, e.api(withPolicies(listFamilies)))
	mux.HandleFunc("GET "+familyPath+"/{policy_family_id}", e.api(withPolicies(getFamily)))
}

// withPolicies refuses workspaces whose tier has no policies.
func withPolicies(h handler) handler {
	return func(c *call) (any, error) {
		if c.workspace.tier != tierEnterprise && c.workspace.tier != "PREMIUM" {
			return nil, apiErrorf(http.StatusBadRequest, "FEATURE_DISABLED",
				"ACLs for cluster-policy are disabled or not available in this tier")
		}
		return h(c)
	}
}

func (o *workspaceObjects) policy(id string) *clusterPolicy {
	for _, p := range o.Policies {
		if p.PolicyID == id {
			return p
		}
	}
	return nil
}

func (c *call) findPolicy(id string) (*clusterPolicy, error) {
	if err := require(text("policy_id", id)); err != nil {
		return nil, err
	}
	if p := c.workspace.objects.policy(id); p != nil {
		return p, nil
	}
	return nil, doesNotExist("Can't find a cluster policy with id: %s.", id)
}

func listPolicies(c *call) (any, error) {
	query := c.r.URL.Query()
	column, order := cmp.Or(query.Get("sort_column"), "POLICY_CREATION_TIME"), cmp.Or(query.Get("sort_order"), "DESC")
	if column != "POLICY_CREATION_TIME" && column != "POLICY_NAME" || order != "ASC" && order != "DESC" {
		return nil, invalidParameter("Policies cannot be sorted by %s %s", column, order)
	}
	list := slices.Clone(c.workspace.objects.Policies)
	slices.SortStableFunc(list, func(a, b *clusterPolicy) int {
		if order == "DESC" {
			a, b = b, a
		}
		if column == "POLICY_NAME" {
			return strings.Compare(a.Name, b.Name)
		}
		return cmp.Compare(a.CreatedAt, b.CreatedAt)
	})
	return map[string]any{"policies": list}, nil
}

func createPolicy(c *call) (any, error) {
	var req policyFields
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	created := &clusterPolicy{PolicyID: strings.ToUpper(randomHex(8)), CreatedAt: millis(c.now), Creator: c.caller.clientID}
	if err := c.workspace.objects.takePolicy(created, req); err != nil {
		return nil, err
	}
	c.workspace.objects.Policies = append(c.workspace.objects.Policies, created)
	return map[string]any{"policy_id": created.PolicyID}, nil
}

// editPolicy replaces what clients say of a policy, whole.
func editPolicy(c *call) (any, error) {
	var req struct {
		PolicyID string `json:"policy_id"`
		policyFields
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	found, err := c.findPolicy(req.PolicyID)
	if err != nil {
		return nil, err
	}
	// A default policy stays in its family under its name; what differs from the
	// family is said in the overrides.
	if found.IsDefault && (req.FamilyID != found.FamilyID || req.Name != found.Name) {
		return nil, invalidParameter("The default policy %s keeps its name and its policy family", found.Name)
	}
	return nil, c.workspace.objects.takePolicy(found, req.policyFields)
}

func deletePolicy(c *call) (any, error) {
	var req struct {
		PolicyID string `json:"policy_id"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	found, err := c.findPolicy(req.PolicyID)
	if err != nil {
		return nil, err
	}
	if found.IsDefault {
		return nil, invalidParameter("The default policy %s cannot be deleted", found.Name)
	}
	o := c.workspace.objects
	o.Policies = slices.DeleteFunc(o.Policies, func(p *clusterPolicy) bool { return p == found })
	delete(o.Grants, "cluster-policies/"+found.PolicyID)
	return nil, nil
}

// takePolicy checks fields and stores them, with the definition that a family
// and its overrides make.
func (o *workspaceObjects) takePolicy(p *clusterPolicy, f policyFields) error {
	if err := require(text("name", f.Name)); err != nil {
		return err
	}
	for _, other := range o.Policies {
		if other.Name == f.Name && other.PolicyID != p.PolicyID {
			return apiErrorf(http.StatusBadRequest, "RESOURCE_ALREADY_EXISTS", "Policy with name %s already exists", f.Name)
		}
	}
	for _, library := range f.Libraries {
		if err := library.check(); err != nil {
			return err
		}
	}
	switch {
	case len(f.Name) > 100:
		return invalidParameter("The name of a policy has 1 to 100 characters")
	case f.MaxClusters < 0:
		return invalidParameter("max_clusters_per_user must be greater than 0")
	case f.FamilyID == "" && f.Overrides != "":
		return invalidParameter("policy_family_definition_overrides needs policy_family_id")
	case f.FamilyID != "" && f.Definition != "":
		return invalidParameter("definition cannot be used with policy_family_id; use policy_family_definition_overrides")
	}
	definition, err := f.effective()
	if err != nil {
		return err
	}
	p.policyFields = f
	p.Definition = definition
	return nil
}

func (f policyFields) effective() (string, error) {
	if f.FamilyID == "" {
		_, err := parseDefinition("definition", f.Definition)
		return f.Definition, err
	}
	family, ok := policyFamilies[f.FamilyID]
	if !ok {
		return "", doesNotExist("Policy family %s does not exist", f.FamilyID)
	}
	if f.Overrides == "" {
		return family.Definition, nil
	}
	over, err := parseDefinition("policy_family_definition_overrides", f.Overrides)
	if err != nil {
		return "", err
	}
	merged, err := parseDefinition("definition", family.Definition)
	if err != nil {
		return "", err
	}
	maps.Copy(merged, over)
	encoded, err := json.Marshal(merged)
	return string(encoded), err
}

var ruleTypes = []string{"fixed", "forbidden", "allowlist", "blocklist", "regex", "range", "unlimited"}

// parseDefinition reads the JSON text that holds the rules of a policy.
func parseDefinition(name, raw string) (map[string]map[string]any, error) {
	if err := require(text(name, raw)); err != nil {
		return nil, err
	}
	var rules map[string]map[string]any
	if err := json.Unmarshal([]byte(raw), &rules); err != nil {
		return nil, invalidParameter("%s is not a JSON object of rules", name)
	}
	for attribute, rule := range rules {
		if kind, ok := rule["type"].(string); !ok || !slices.Contains(ruleTypes, kind) {
			return nil, invalidParameter("%s: the type of the rule for %q is not one of %v", name, attribute, ruleTypes)
		}
	}
	return rules, nil
}
