// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"net/netip"
	"slices"
	"time"
)

func (c *control) accountControlRoutes() {
	c.handle("POST /accounts", func(*http.Request) (any, error) { return describeAccount(c.s.NewAccount()), nil })
	c.handle("PATCH /accounts/{account_id}", func(r *http.Request) (any, error) {
		var req struct {
			CallerAddress    *netip.Addr `json:"caller_address"`
			CallerInVPC      *bool       `json:"caller_in_vpc"`
			PricingTier      *string     `json:"pricing_tier"`
			FailProvisioning *string     `json:"fail_provisioning"`
		}
		if err := read(r, &req); err != nil {
			return nil, err
		}
		if req.PricingTier != nil && !slices.Contains(pricingTiers, *req.PricingTier) {
			return nil, invalidParameter("pricing_tier is one of %v", pricingTiers)
		}
		return nil, c.s.withHolder(r.PathValue("account_id"), 0, func(a *account, _ any) error {
			set(&a.caller.Address, req.CallerAddress)
			set(&a.caller.InVPC, req.CallerInVPC)
			set(&a.tier, req.PricingTier)
			if req.FailProvisioning != nil {
				a.nextFailure = networkFault{kind: "subnet", text: *req.FailProvisioning}
			}
			return nil
		})
	})
	c.handle("PUT /vpc-endpoints/{id}", func(r *http.Request) (any, error) {
		var req struct {
			ServiceName string `json:"service_name"`
		}
		if err := read(r, &req); err != nil {
			return nil, err
		}
		c.s.DeclareEndpoint(r.PathValue("id"), req.ServiceName)
		return nil, nil
	})
}

const controlWorkspace = "/accounts/{account_id}/workspaces/{workspace_id}"

func (c *control) objectRoutes() {
	for _, holder := range []string{"/accounts/{account_id}", controlWorkspace} {
		c.handle("GET "+holder+"/objects", inHolder(func(_ *http.Request, account string, workspace int64) (any, error) {
			found, err := c.s.Objects(account, workspace)
			return map[string]any{"objects": found}, err
		}))
		c.handle("PATCH "+holder+"/objects/{kind}/{id}", inHolder(func(r *http.Request, account string, workspace int64) (any, error) {
			var patch map[string]any
			if err := read(r, &patch); err != nil {
				return nil, err
			}
			return nil, c.s.EditObject(account, workspace, r.PathValue("kind"), r.PathValue("id"), patch)
		}))
		c.handle("DELETE "+holder+"/objects/{kind}/{id}", inHolder(func(r *http.Request, account string, workspace int64) (any, error) {
			return nil, c.s.DeleteObject(account, workspace, r.PathValue("kind"), r.PathValue("id"))
		}))
	}
	c.handle("PATCH "+controlWorkspace, inHolder(func(r *http.Request, account string, workspace int64) (any, error) {
		var edit WorkspaceEdit
		if err := read(r, &edit); err != nil {
			return nil, err
		}
		return nil, c.s.EditWorkspace(account, workspace, edit)
	}))
	c.handle("PATCH "+controlWorkspace+"/conf", inHolder(c.editConf))
	c.handle("PUT "+controlWorkspace+"/conf-delay", inHolder(c.delayConf))
	c.handle("PUT "+controlWorkspace+"/settings/{type}", inHolder(c.editSetting))
}

// inHolder reads the account and the workspace in the path.
func inHolder(h func(r *http.Request, account string, workspace int64) (any, error)) controlHandler {
	return func(r *http.Request) (any, error) {
		workspace, err := parseWorkspace(r.PathValue("workspace_id"))
		if err != nil {
			return nil, err
		}
		return h(r, r.PathValue("account_id"), workspace)
	}
}

func (c *control) editConf(r *http.Request, account string, workspace int64) (any, error) {
	var values map[string]*string
	if err := read(r, &values); err != nil {
		return nil, err
	}
	if err := c.hasWorkspace(account, workspace); err != nil {
		return nil, err
	}
	for key := range values {
		if err := checkKeys([]string{key}); err != nil {
			return nil, err
		}
	}
	for key, value := range values {
		c.s.SetConf(account, workspace, key, value)
	}
	return nil, nil
}

func (c *control) delayConf(r *http.Request, account string, workspace int64) (any, error) {
	var req struct {
		Delay span `json:"delay"`
	}
	if err := read(r, &req); err != nil {
		return nil, err
	}
	if err := c.hasWorkspace(account, workspace); err != nil {
		return nil, err
	}
	c.s.SetConfDelay(account, workspace, time.Duration(req.Delay))
	return nil, nil
}

func (c *control) editSetting(r *http.Request, account string, workspace int64) (any, error) {
	var payload map[string]any
	if err := read(r, &payload); err != nil {
		return nil, err
	}
	if err := c.hasWorkspace(account, workspace); err != nil {
		return nil, err
	}
	kind, ok := settingTypes[r.PathValue("type")]
	if !ok {
		return nil, doesNotExist("There is no setting type %s", r.PathValue("type"))
	}
	if err := kind.shape.check(kind.payload, deepCopy(payload)); err != nil {
		return nil, err
	}
	c.s.SetSetting(account, workspace, r.PathValue("type"), payload)
	return nil, nil
}

// hasWorkspace checks what the functions for tests take for granted; workspaces
// never leave the list that these look in.
func (c *control) hasWorkspace(accountID string, workspaceID int64) error {
	return c.s.withHolder(accountID, workspaceID, func(*account, any) error { return nil })
}
