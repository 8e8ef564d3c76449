// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"time"

	"github.com/google/uuid"
)

// The states of the connection of a private endpoint rule.
const (
	connectionCreating    = "CREATING"
	connectionPending     = "PENDING"
	connectionEstablished = "ESTABLISHED"
	connectionExpired     = "EXPIRED"
)

// The service's terms (api: network connectivity configs, connection_state and rule delete).
const (
	acceptTerm = 14 * 24 * time.Hour
	purgeTerm  = 24 * time.Hour
)

// The limits that the vendor's pages on serverless PrivateLink give (D). That
// deactivated rules count until they are purged is the stricter reading (?).
const (
	maxRegionNCCs   = 10
	maxRegionRules  = 30
	maxRuleDomains  = 10
	endpointRuleKey = "private_endpoint_rule_id"
)

// endpointRule is a private endpoint rule of a network connectivity
// configuration (api: network connectivity configs).
type endpointRule struct {
	AccountID       string   `json:"account_id"`
	NCCID           string   `json:"network_connectivity_config_id"`
	RuleID          string   `json:"rule_id"`
	ConnectionState string   `json:"connection_state"`
	CreationTime    int64    `json:"creation_time"`
	UpdatedTime     int64    `json:"updated_time"`
	Deactivated     bool     `json:"deactivated"`
	DeactivatedAt   int64    `json:"deactivated_at,omitempty"`
	DomainNames     []string `json:"domain_names,omitempty"`
	Enabled         *bool    `json:"enabled,omitempty"`
	EndpointService string   `json:"endpoint_service"`
	ErrorMessage    string   `json:"error_message,omitempty"`
	ResourceNames   []string `json:"resource_names,omitempty"`
	VPCEndpointID   string   `json:"vpc_endpoint_id,omitempty"`

	region    string
	createdAt time.Time
	// forced is the state that a test set.
	forced string
}

const endpointRulesPath = accountPath + "/network-connectivity-configs/{network_connectivity_config_id}/private-endpoint-rules"

func (e *emulator) endpointRuleRoutes(mux *http.ServeMux) {
	one := endpointRulesPath + "/{" + endpointRuleKey + "}"
	mux.HandleFunc("POST "+endpointRulesPath, e.api(withRules(createEndpointRule)))
	mux.HandleFunc("GET "+endpointRulesPath, e.api(withRules(listEndpointRules)))
	mux.HandleFunc("GET "+one, e.api(withRules(func(c *call) (any, error) {
		found, err := c.pathRule()
		if err != nil {
			return nil, err
		}
		return c.ruleView(found), nil
	})))
	mux.HandleFunc("PATCH "+one, e.api(withRules(updateEndpointRule)))
	mux.HandleFunc("DELETE "+one, e.api(withRules(deleteEndpointRule)))
}

// withRules refuses tiers that have no private endpoint rules (W), reads
// included, and configurations that do not exist.
func withRules(h handler) handler {
	return func(c *call) (any, error) {
		switch c.account.tier {
		case tierEnterprise, "DEDICATED", "OEM_CORE":
		default:
			return nil, permissionDenied("Feature cannot be accessed. Account %s does not have one of required pricing tier(s) %s, DEDICATED, OEM_CORE.",
				c.account.ID, tierEnterprise)
		}
		if _, err := c.account.connect.get(c.now, c.r.PathValue("network_connectivity_config_id")); err != nil {
			return nil, err
		}
		return h(c)
	}
}

// pathRule returns the rule of the path, which must be one of the
// configuration of the path.
func (c *call) pathRule() (*endpointRule, error) {
	id := c.r.PathValue(endpointRuleKey)
	found, err := c.account.net.rules.get(c.now, id)
	if err == nil && found.NCCID != c.r.PathValue("network_connectivity_config_id") {
		return nil, doesNotExist("Private endpoint rule %s does not exist", id)
	}
	return found, err
}

// rulesOf returns the rules of a configuration.
func (c *call) rulesOf(nccID string) []*endpointRule {
	found := []*endpointRule{}
	for _, rule := range c.account.net.rules.list(c.now) {
		if rule.NCCID == nccID {
			found = append(found, c.ruleView(rule))
		}
	}
	return found
}

func listEndpointRules(c *call) (any, error) {
	return answerPage(c, c.rulesOf(c.r.PathValue("network_connectivity_config_id")))
}

// ruleView fills in the state of the connection.
func (c *call) ruleView(rule *endpointRule) *endpointRule {
	out := *rule
	out.ConnectionState = rule.state(c.now, c.e.provision)
	if out.ConnectionState == connectionCreating {
		out.VPCEndpointID = ""
	}
	return &out
}

// state follows the clock. Endpoints of S3 need nobody's consent; those of a
// service of the customer wait for it, which the sandbox's
// [Sandbox.SetRuleState] gives or refuses.
func (rule *endpointRule) state(now time.Time, provision time.Duration) string {
	age := now.Sub(rule.createdAt)
	switch {
	case rule.forced != "":
		return rule.forced
	case age < provision/5:
		return connectionCreating
	case rule.forS3() && age >= provision:
		return connectionEstablished
	case !rule.forS3() && age >= acceptTerm:
		return connectionExpired
	}
	return connectionPending
}

func (rule *endpointRule) forS3() bool { return rule.EndpointService == s3Service(rule.region) }

func createEndpointRule(c *call) (any, error) {
	ncc, err := c.account.connect.get(c.now, c.r.PathValue("network_connectivity_config_id"))
	if err != nil {
		return nil, err
	}
	var req createRule
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	created := &endpointRule{
		AccountID: c.account.ID, NCCID: ncc.ID, RuleID: uuid.NewString(),
		CreationTime: millis(c.now), UpdatedTime: millis(c.now), DomainNames: req.DomainNames,
		EndpointService: req.EndpointService, ResourceNames: req.ResourceNames,
		VPCEndpointID: "vpce-" + randomHex(9)[:17], region: ncc.Region, createdAt: c.now,
	}
	if created.forS3() {
		enabled := true
		created.Enabled = &enabled
	}
	if err := req.validate(created); err != nil {
		return nil, err
	}
	if err := c.checkRuleRoom(created); err != nil {
		return nil, err
	}
	return c.ruleView(created), c.account.net.rules.add(c.now, created.RuleID, "", created)
}

// checkRuleRoom refuses a second rule for a service, and one too many. The
// observed text is that of another cloud, whose rules name a resource (W).
func (c *call) checkRuleRoom(created *endpointRule) error {
	inRegion := 0
	for _, other := range c.account.net.rules.list(c.now) {
		if other.region == created.region {
			inRegion++
		}
		if other.NCCID == created.NCCID && other.EndpointService == created.EndpointService && !other.Deactivated {
			return apiErrorf(http.StatusBadRequest, "ALREADY_EXISTS",
				"Private endpoint %s to endpoint service %s already exists under rule %s. "+
					"Please use the existing private endpoint rule or delete it before creating a new one.",
				other.VPCEndpointID, other.EndpointService, other.RuleID)
		}
	}
	if inRegion >= maxRegionRules {
		return apiErrorf(http.StatusBadRequest, "QUOTA_EXCEEDED",
			"The account has %d private endpoints in region %s, which is the limit", inRegion, created.region)
	}
	return nil
}

// deleteEndpointRule deletes rules that nobody has accepted at once, and
// deactivates others; they are there, and listed, until they are purged.
func deleteEndpointRule(c *call) (any, error) {
	found, err := c.pathRule()
	if err != nil {
		return nil, err
	}
	switch found.state(c.now, c.e.provision) {
	case connectionPending, connectionExpired:
		c.account.net.rules.remove(c.now, found.RuleID, c.now)
		return c.ruleView(found), nil
	}
	if !found.Deactivated {
		found.Deactivated, found.DeactivatedAt, found.UpdatedTime = true, millis(c.now), millis(c.now)
		c.account.net.rules.remove(c.now, found.RuleID, c.now.Add(purgeTerm))
	}
	return c.ruleView(found), nil
}

// SetRuleState sets the state of the connection of a private endpoint rule, as
// the owner of the service would by accepting or rejecting it: ESTABLISHED,
// REJECTED, DISCONNECTED, EXPIRED or CREATE_FAILED, which has a message.
func (s *Sandbox) SetRuleState(accountID, ruleID, state, message string) {
	a := s.account(accountID)
	a.mu.Lock()
	defer a.mu.Unlock()
	found, err := a.net.rules.get(s.em.now(), ruleID)
	if err != nil {
		panic("sandbox: " + err.Error())
	}
	found.forced, found.ErrorMessage = state, message
}
