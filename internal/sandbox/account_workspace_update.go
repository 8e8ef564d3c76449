// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// updatable are the fields that an update mask may name (api: workspaces,
// column "mutable"); whether a change is possible depends on the state too.
var updatable = []string{
	refCredentials, refStorage, refNetwork, refManagedServices, refStorageKey, refPrivateAccess, refConnectivity, "custom_tags",
}

// immutable are the fields that clients may send and nobody can change.
var immutable = []string{
	"workspace_name", "deployment_name", "aws_region", "pricing_tier", "compute_mode", "cloud", "is_no_public_ip_enabled",
	"workspace_status", "workspace_status_message", "expected_workspace_status", "creation_time", "storage_mode", "location", "network",
}

// identity are the fields that may be repeated in a body without being in the mask.
var identity = []string{"account_id", "workspace_id"}

// updateWorkspace answers PATCH. A mask is required, as newer servers do.
func updateWorkspace(c *call) (any, error) {
	ws, err := c.pathWorkspace()
	if err != nil {
		return nil, err
	}
	mask, body, err := c.readUpdate()
	if err != nil {
		return nil, err
	}
	changes, tags, err := readChanges(mask, body)
	if err != nil {
		return nil, err
	}
	fault, err := c.provisioningFault(ws.region, c.refsToTry(ws, changes))
	if err != nil {
		return nil, err
	}
	// The account was let go of while AWS was asked.
	if ws, err = c.pathWorkspace(); err != nil {
		return nil, err
	}
	status := ws.status(c.now)
	if status != statusRunning && status != statusFailed {
		return nil, invalidState("Workspace %d is %s and cannot be updated", ws.id, status)
	}
	if err := c.checkChanges(ws, status, changes); err != nil {
		return nil, err
	}
	c.apply(ws, status, changes, fault)
	// An empty map changes nothing: tags cannot be cleared.
	if len(tags) > 0 {
		ws.tags = tags
	}
	return c.view(ws), nil
}

func (c *call) readUpdate() ([]string, map[string]json.RawMessage, error) {
	raw := c.r.URL.Query().Get("update_mask")
	if raw == "" {
		return nil, nil, invalidParameter("Update mask must be specified.")
	}
	mask := strings.Split(raw, ",")
	for _, name := range mask {
		switch {
		case slices.Contains(immutable, name):
			return nil, nil, invalidParameter("Update mask names %s, which cannot be updated", name)
		case !slices.Contains(updatable, name):
			return nil, nil, invalidParameter("Update mask names %s, which is not a field of a workspace", name)
		}
	}
	var body map[string]json.RawMessage
	if err := c.decode(&body); err != nil {
		return nil, nil, err
	}
	for name := range body {
		switch {
		case slices.Contains(mask, name) || slices.Contains(identity, name):
		case slices.Contains(updatable, name) || slices.Contains(immutable, name):
			return nil, nil, invalidParameter("%s is not in the update mask", name)
		default:
			return nil, nil, malformed("Could not parse request object: unknown field %q", name)
		}
	}
	return mask, body, nil
}

func readChanges(mask []string, body map[string]json.RawMessage) (map[string]string, map[string]string, error) {
	changes, tags := map[string]string{}, map[string]string{}
	for _, name := range mask {
		var err error
		if name == "custom_tags" {
			if raw, ok := body[name]; ok {
				err = json.Unmarshal(raw, &tags)
			}
		} else {
			changes[name], err = readID(body[name])
		}
		if err != nil {
			return nil, nil, malformed("Could not parse request object: %s: %s", name, err)
		}
	}
	return changes, tags, checkTags(tags)
}

func readID(raw json.RawMessage) (string, error) {
	var id *string
	if len(raw) == 0 {
		return "", nil
	}
	if err := json.Unmarshal(raw, &id); err != nil || id == nil {
		return "", err
	}
	return *id, nil
}

// checkChanges drops what changes nothing, and checks the rest by the state.
func (c *call) checkChanges(ws *workspace, status string, changes map[string]string) error {
	refs := maps.Clone(ws.refs)
	for name, id := range changes {
		old := ws.ref(name, c.now)
		if id == old {
			delete(changes, name)
			continue
		}
		if err := ws.mutable(name, old, id, status, ws.hasRun(c.now)); err != nil {
			return err
		}
		refs[name] = id
	}
	if ws.tier != tierEnterprise && changes[refPrivateAccess]+changes[refManagedServices]+changes[refStorageKey] != "" {
		return permissionDenied("Feature cannot be accessed. Account %s does not have one of required pricing tier(s) %s.", c.account.ID, tierEnterprise)
	}
	return c.checkReferences(ws.region, refs, ws)
}

// mutable says whether a reference can change (api: workspaces, column "mutable").
func (ws *workspace) mutable(name, old, id, status string, hasRun bool) error {
	running := status == statusRunning
	switch {
	case id == "" && name == refPrivateAccess:
		return invalidParameter("cannot remove private access setting from workspace")
	case id == "":
		return invalidParameter("%s cannot be removed from a workspace", name)
	case name == refStorage && running:
		return invalidState("The storage configuration of a running workspace cannot be changed")
	case name == refNetwork && running && old == "":
		return invalidState("A running workspace in a Databricks-managed VPC cannot be moved to a customer-managed one")
	case name == refStorageKey && running && old != "":
		return invalidState("The storage key of a running workspace can be added, not changed")
	case name == refStorageKey && !running && hasRun:
		return invalidState("The storage key of a failed workspace that was running cannot be changed")
	}
	return nil
}

// apply makes the changes. A running workspace moves to another network in the
// background; a failed one is provisioned again, as is one whose VPC is
// managed by Databricks. A change to a network that is no good silently comes
// to nothing (api: workspaces, PATCH effect), and so does one to a key that
// cannot be used, of which nothing is known (?).
func (c *call) apply(ws *workspace, status string, changes map[string]string, fault networkFault) {
	managed := ws.ref(refNetwork, c.now) == ""
	for name, id := range changes {
		if status == statusRunning && fault.kind == keyFault && (name == refManagedServices || name == refStorageKey) {
			continue
		}
		if name == refNetwork && status == statusRunning {
			if fault.kind == "" {
				ws.moving = &networkMove{to: id, at: c.now.Add(c.e.linger)}
			}
			continue
		}
		ws.point(name, id, c.now)
	}
	_, role := changes[refCredentials]
	_, key := changes[refStorageKey]
	switch {
	case len(changes) > 0 && status == statusFailed:
		ws.failure = fault
		ws.readyAt = c.now.Add(c.e.provision)
		if ws.ranAt.IsZero() && fault.kind == "" {
			ws.ranAt = ws.readyAt
		}
	case managed && (role || key):
		ws.readyAt = c.now.Add(c.e.provision)
	}
}
