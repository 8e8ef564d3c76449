// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// createRule is the body of POST private-endpoint-rules. The fields of other
// clouds are known, and refused.
type createRule struct {
	DomainNames     []string `json:"domain_names"`
	EndpointService string   `json:"endpoint_service"`
	ErrorMessage    string   `json:"error_message"`
	GroupID         string   `json:"group_id"`
	ResourceID      string   `json:"resource_id"`
	ResourceNames   []string `json:"resource_names"`
}

func s3Service(region string) string { return "com.amazonaws." + region + ".s3" }

var customerService = regexp.MustCompile(`^com\.amazonaws\.vpce\.([a-z0-9-]+)\.vpce-svc-[0-9a-f]{8,17}$`)

func (req *createRule) validate(rule *endpointRule) error {
	switch {
	case req.GroupID != "" || req.ResourceID != "":
		return invalidParameter("resource_id and group_id are not for accounts on AWS")
	case req.ErrorMessage != "":
		return invalidParameter("error_message cannot be set")
	case req.EndpointService == "":
		return missing("endpoint_service")
	}
	return rule.validate()
}

// validate checks what a rule is towards: buckets of S3, or domain names behind
// a service of the customer, of the region of the configuration. That there is
// nothing else is the stricter reading.
func (rule *endpointRule) validate() error {
	customer := customerService.FindStringSubmatch(rule.EndpointService)
	switch {
	case rule.forS3() && len(rule.DomainNames) > 0:
		return invalidParameter("domain_names are for private endpoints to a service of your own")
	case rule.forS3():
		return checkBuckets(rule.ResourceNames)
	case customer == nil:
		return invalidParameter("endpoint_service %q is neither %s nor a service of your own", rule.EndpointService, s3Service(rule.region))
	case customer[1] != rule.region:
		return invalidParameter("endpoint_service %s is not in region %s", rule.EndpointService, rule.region)
	case len(rule.ResourceNames) > 0:
		return invalidParameter("resource_names are for private endpoints to S3")
	}
	return checkDomains(rule.DomainNames)
}

func checkBuckets(names []string) error {
	for _, name := range names {
		if !bucketName.MatchString(name) {
			return invalidParameter("resource_names: %q is not a valid bucket name", name)
		}
	}
	return checkNames("resource_names", names)
}

var domainName = regexp.MustCompile(`^(\*\.)?([0-9A-Za-z]([0-9A-Za-z-]{0,61}[0-9A-Za-z])?\.)+[A-Za-z][0-9A-Za-z-]{0,61}[0-9A-Za-z]$`)

func checkDomains(names []string) error {
	for _, name := range names {
		if !domainName.MatchString(name) {
			return invalidParameter("domain_names: %q is not a domain name", name)
		}
	}
	if len(names) > maxRuleDomains {
		return invalidParameter("domain_names holds more than %d names", maxRuleDomains)
	}
	return checkNames("domain_names", names)
}

func checkNames(name string, values []string) error {
	if len(values) == 0 {
		return missing(name)
	}
	if repeats(values) {
		return invalidParameter("%s names something twice", name)
	}
	return nil
}

// ruleFields are the fields that an update mask may name.
var ruleFields = []string{"domain_names", "enabled", "resource_names"}

type updateRule struct {
	DomainNames   []string `json:"domain_names"`
	Enabled       bool     `json:"enabled"`
	ErrorMessage  string   `json:"error_message"`
	ResourceNames []string `json:"resource_names"`
}

// updateEndpointRule answers PATCH. What the mask names and the body leaves out
// is false or empty: clients drop such values.
func updateEndpointRule(c *call) (any, error) {
	found, err := c.pathRule()
	if err != nil {
		return nil, err
	}
	mask, req, err := c.readRuleUpdate()
	if err != nil {
		return nil, err
	}
	if found.Deactivated {
		return nil, invalidState("Private endpoint rule %s is deactivated and cannot be updated", found.RuleID)
	}
	changed := *found
	for _, name := range mask {
		switch name {
		case "domain_names":
			changed.DomainNames = req.DomainNames
		case "resource_names":
			changed.ResourceNames = req.ResourceNames
		case "enabled":
			if !found.forS3() {
				return nil, invalidParameter("enabled is for private endpoints to S3")
			}
			changed.Enabled = &req.Enabled
		}
	}
	if err := changed.validate(); err != nil {
		return nil, err
	}
	changed.UpdatedTime = millis(c.now)
	*found = changed
	return c.ruleView(found), nil
}

func (c *call) readRuleUpdate() ([]string, *updateRule, error) {
	raw := c.r.URL.Query().Get("update_mask")
	if raw == "" {
		return nil, nil, invalidParameter("Update mask must be specified.")
	}
	mask := strings.Split(raw, ",")
	for _, name := range mask {
		if !slices.Contains(ruleFields, name) {
			return nil, nil, invalidParameter("Update mask names %s, which cannot be updated", name)
		}
	}
	var req updateRule
	var sent map[string]json.RawMessage
	if err := c.decode(&req); err != nil {
		return nil, nil, err
	}
	if err := c.decode(&sent); err != nil {
		return nil, nil, err
	}
	for name := range sent {
		if !slices.Contains(mask, name) {
			return nil, nil, invalidParameter("%s is not in the update mask", name)
		}
	}
	return mask, &req, nil
}
