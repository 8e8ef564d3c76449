// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

type accountOIDCPolicy struct {
	Issuer       string   `json:"issuer"`
	Audiences    []string `json:"audiences,omitempty"`
	Subject      string   `json:"subject,omitempty"`
	SubjectClaim string   `json:"subject_claim,omitempty"`
	JWKSJSON     string   `json:"jwks_json,omitempty"`
	JWKSURI      string   `json:"jwks_uri,omitempty"`
}

// accountFederationPolicy is a federation policy of the account or of one of
// its service principals (api: federation).
type accountFederationPolicy struct {
	Name               string             `json:"name"`
	PolicyID           string             `json:"policy_id"`
	UID                string             `json:"uid"`
	Description        string             `json:"description,omitempty"`
	ServicePrincipalID int64              `json:"service_principal_id,omitempty"`
	OIDCPolicy         *accountOIDCPolicy `json:"oidc_policy"`
	CreateTime         string             `json:"create_time"`
	UpdateTime         string             `json:"update_time"`

	// owner is the SCIM id of the service principal, empty for the account's own.
	owner string
}

func (e *emulator) accountFederationRoutes(mux *http.ServeMux) {
	for _, parent := range []string{accountPath, accountPath + "/servicePrincipals/{service_principal_id}"} {
		path := parent + "/federationPolicies"
		mux.HandleFunc("POST "+path, e.api(createFederationPolicy))
		mux.HandleFunc("GET "+path, e.api(listFederationPolicies))
		// Policy ids can have slashes.
		mux.HandleFunc("GET "+path+"/{policy_id...}", e.api(func(c *call) (any, error) { return c.pathFederationPolicy() }))
		mux.HandleFunc("PATCH "+path+"/{policy_id...}", e.api(updateFederationPolicy))
		mux.HandleFunc("DELETE "+path+"/{policy_id...}", e.api(deleteFederationPolicy))
	}
}

// federationOwner returns whose policies the path is about, and their parent's name.
func (c *call) federationOwner() (owner, parent string, err error) {
	parent = "accounts/" + c.account.ID
	if c.r.PathValue("service_principal_id") == "" {
		return "", parent, nil
	}
	found, err := c.pathServicePrincipal()
	if err != nil {
		return "", "", err
	}
	return found.id, parent + "/servicePrincipals/" + found.id, nil
}

func (c *call) pathFederationPolicy() (*accountFederationPolicy, error) {
	owner, _, err := c.federationOwner()
	if err != nil {
		return nil, err
	}
	id := c.r.PathValue("policy_id")
	for _, p := range c.account.federation {
		if p.owner == owner && p.PolicyID == id {
			return p, nil
		}
	}
	return nil, doesNotExist("Federation policy %s does not exist", id)
}

var accountPolicyID = regexp.MustCompile(`^[a-z0-9-]+(/[a-z0-9-]+)*$`)

func createFederationPolicy(c *call) (any, error) {
	owner, parent, err := c.federationOwner()
	if err != nil {
		return nil, err
	}
	var req accountFederationPolicy
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	id := c.r.URL.Query().Get("policy_id")
	if id == "" {
		id = uuid.NewString()
	}
	if !accountPolicyID.MatchString(id) {
		return nil, invalidParameter("policy_id %q can have lowercase letters, digits, hyphens and slashes alone", id)
	}
	if req.Name != "" && req.Name != parent+"/federationPolicies/"+id {
		return nil, invalidParameter("name in the body is not that of the path")
	}
	if slices.ContainsFunc(c.account.federation, func(p *accountFederationPolicy) bool { return p.owner == owner && p.PolicyID == id }) {
		return nil, apiErrorf(http.StatusConflict, "ALREADY_EXISTS", "Federation policy %s already exists", id)
	}
	now := accountTime(c.now)
	created := &accountFederationPolicy{
		Name: parent + "/federationPolicies/" + id, PolicyID: id, UID: uuid.NewString(), Description: req.Description,
		OIDCPolicy: req.OIDCPolicy, CreateTime: now, UpdateTime: now, owner: owner,
	}
	created.ServicePrincipalID, _ = strconv.ParseInt(owner, 10, 64)
	if err := created.complete(c.account.ID); err != nil {
		return nil, err
	}
	c.account.federation = append(c.account.federation, created)
	return created, nil
}

// complete checks a policy and fills in the documented defaults.
func (p *accountFederationPolicy) complete(accountID string) error {
	if p.OIDCPolicy == nil {
		return missing("oidc_policy")
	}
	policy := *p.OIDCPolicy
	if err := require(text("oidc_policy.issuer", policy.Issuer)); err != nil {
		return err
	}
	issuer, err := url.Parse(policy.Issuer)
	switch {
	case err != nil || issuer.Scheme != "https" || issuer.Host == "":
		return invalidParameter("oidc_policy.issuer must be an https URL")
	case p.owner == "" && policy.Subject != "":
		return invalidParameter("oidc_policy.subject must not be specified for account federation policies")
	case p.owner != "" && policy.Subject == "":
		return missing("oidc_policy.subject")
	case slices.Contains(policy.Audiences, ""):
		return invalidParameter("oidc_policy.audiences must not be empty")
	}
	if len(policy.Audiences) == 0 {
		policy.Audiences = []string{accountID}
	}
	if policy.SubjectClaim == "" {
		policy.SubjectClaim = "sub"
	}
	p.OIDCPolicy = &policy
	return nil
}

func listFederationPolicies(c *call) (any, error) {
	owner, _, err := c.federationOwner()
	if err != nil {
		return nil, err
	}
	all := []*accountFederationPolicy{}
	for _, p := range c.account.federation {
		if p.owner == owner {
			all = append(all, p)
		}
	}
	page, next, err := accountPage(c, all, 100)
	if err != nil {
		return nil, err
	}
	return map[string]any{"policies": page, "next_page_token": next}, nil
}

// updateFederationPolicy takes over what the mask names: all for "*", and what
// is set in the body where there is none.
func updateFederationPolicy(c *call) (any, error) {
	found, err := c.pathFederationPolicy()
	if err != nil {
		return nil, err
	}
	var req accountFederationPolicy
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if req.Name != "" && req.Name != found.Name {
		return nil, invalidParameter("name in the body is not that of the path")
	}
	next := *found
	if next.OIDCPolicy != nil {
		policy := *next.OIDCPolicy
		next.OIDCPolicy = &policy
	}
	for _, path := range req.mask(c.r.URL.Query().Get("update_mask")) {
		if err := next.take(&req, path); err != nil {
			return nil, err
		}
	}
	if err := next.complete(c.account.ID); err != nil {
		return nil, err
	}
	next.UpdateTime = accountTime(c.now)
	*found = next
	return found, nil
}

func (p *accountFederationPolicy) mask(mask string) []string {
	if mask != "" && mask != "*" {
		return strings.Split(mask, ",")
	}
	var paths []string
	if mask == "*" || p.Description != "" {
		paths = append(paths, "description")
	}
	if mask == "*" || p.OIDCPolicy != nil {
		paths = append(paths, "oidc_policy")
	}
	return paths
}

func (p *accountFederationPolicy) take(from *accountFederationPolicy, path string) error {
	policy := from.OIDCPolicy
	if policy == nil {
		policy = &accountOIDCPolicy{}
	}
	switch path {
	case "description":
		p.Description = from.Description
	case "oidc_policy":
		p.OIDCPolicy = policy
	case "oidc_policy.issuer":
		p.OIDCPolicy.Issuer = policy.Issuer
	case "oidc_policy.audiences":
		p.OIDCPolicy.Audiences = policy.Audiences
	case "oidc_policy.subject":
		p.OIDCPolicy.Subject = policy.Subject
	case "oidc_policy.subject_claim":
		p.OIDCPolicy.SubjectClaim = policy.SubjectClaim
	case "oidc_policy.jwks_json":
		p.OIDCPolicy.JWKSJSON = policy.JWKSJSON
	case "oidc_policy.jwks_uri":
		p.OIDCPolicy.JWKSURI = policy.JWKSURI
	default:
		return invalidParameter("update_mask: there is no %q", path)
	}
	return nil
}

func deleteFederationPolicy(c *call) (any, error) {
	found, err := c.pathFederationPolicy()
	if err != nil {
		return nil, err
	}
	c.account.federation = slices.DeleteFunc(c.account.federation, func(p *accountFederationPolicy) bool { return p == found })
	return nil, nil
}
