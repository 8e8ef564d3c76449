// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"fmt"
	"maps"
	"net/http"
)

// workspaceView is a workspace on the wire (api: workspaces).
type workspaceView struct {
	AccountID              string            `json:"account_id"`
	WorkspaceID            int64             `json:"workspace_id"`
	WorkspaceName          string            `json:"workspace_name"`
	DeploymentName         string            `json:"deployment_name"`
	AWSRegion              string            `json:"aws_region"`
	Cloud                  string            `json:"cloud"`
	PricingTier            string            `json:"pricing_tier"`
	ComputeMode            string            `json:"compute_mode"`
	StorageMode            string            `json:"storage_mode"`
	CreationTime           int64             `json:"creation_time"`
	CustomTags             map[string]string `json:"custom_tags,omitempty"`
	WorkspaceStatus        string            `json:"workspace_status"`
	WorkspaceStatusMessage string            `json:"workspace_status_message"`
	IsNoPublicIPEnabled    bool              `json:"is_no_public_ip_enabled"`

	CredentialsID          string `json:"credentials_id,omitempty"`
	StorageConfigurationID string `json:"storage_configuration_id,omitempty"`
	NetworkID              string `json:"network_id,omitempty"`
	ManagedServicesKeyID   string `json:"managed_services_customer_managed_key_id,omitempty"`
	StorageKeyID           string `json:"storage_customer_managed_key_id,omitempty"`
	PrivateAccessID        string `json:"private_access_settings_id,omitempty"`
	ConnectivityID         string `json:"network_connectivity_config_id,omitempty"`
}

func (c *call) view(ws *workspace) workspaceView {
	compute, storage := "HYBRID", "CUSTOMER_HOSTED"
	if ws.serverless {
		compute, storage = "SERVERLESS", "DEFAULT_STORAGE"
	}
	ref := func(name string) string { return ws.ref(name, c.now) }
	return workspaceView{
		AccountID: c.account.ID, WorkspaceID: ws.id, WorkspaceName: ws.name, DeploymentName: ws.deployment,
		AWSRegion: ws.region, Cloud: "aws", PricingTier: ws.tier, ComputeMode: compute, StorageMode: storage,
		CreationTime: millis(ws.createdAt), CustomTags: maps.Clone(ws.tags), IsNoPublicIPEnabled: true,
		WorkspaceStatus: ws.status(c.now), WorkspaceStatusMessage: ws.statusMessage(c.now),
		CredentialsID: ref(refCredentials), StorageConfigurationID: ref(refStorage), NetworkID: ref(refNetwork),
		ManagedServicesKeyID: ref(refManagedServices), StorageKeyID: ref(refStorageKey),
		PrivateAccessID: ref(refPrivateAccess), ConnectivityID: ref(refConnectivity),
	}
}

func (e *emulator) accountWorkspaceRoutes(mux *http.ServeMux) {
	e.crud(mux, "/workspaces", "workspace_id", createWorkspace, listWorkspaces, getWorkspace, deleteWorkspace)
	mux.HandleFunc("PATCH "+accountPath+"/workspaces/{workspace_id}", e.api(updateWorkspace))
}

func listWorkspaces(c *call) (any, error) {
	views := []workspaceView{}
	for _, ws := range c.account.workspaces {
		if ws.alive() {
			views = append(views, c.view(ws))
		}
	}
	return views, nil
}

func getWorkspace(c *call) (any, error) {
	ws, err := c.pathWorkspace()
	if err != nil {
		return nil, err
	}
	return c.view(ws), nil
}

// createWorkspace answers at once; provisioning goes on.
func createWorkspace(c *call) (any, error) {
	var req createWorkspaceRequest
	if err := c.decodeOwned(&req); err != nil {
		return nil, err
	}
	if err := req.validate(c); err != nil {
		return nil, err
	}
	if err := c.checkAWS(&req); err != nil {
		return nil, err
	}
	fault, err := c.provisioningFault(req.AWSRegion, req.refs())
	if err != nil {
		return nil, err
	}
	// The account was let go of while AWS was asked.
	if err := req.checkReferences(c); err != nil {
		return nil, err
	}
	ws := c.newWorkspace(&req, fault)
	c.account.workspaces = append(c.account.workspaces, ws)
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	c.e.workspaces[ws.id], c.e.deployments[ws.deployment] = ws, ws
	return c.view(ws), nil
}

func (c *call) newWorkspace(req *createWorkspaceRequest, fault networkFault) *workspace {
	if c.account.nextFailure.kind != "" {
		fault, c.account.nextFailure = c.account.nextFailure, networkFault{}
	}
	ws := &workspace{
		account: c.account, id: randomID(), name: req.WorkspaceName,
		deployment: fmt.Sprintf("dbc-%s-%s", randomHex(4), randomHex(2)),
		region:     req.AWSRegion, tier: req.tier(c), serverless: req.serverless(),
		tags: maps.Clone(req.CustomTags), refs: req.refs(), linger: c.e.linger,
		createdAt: c.now, readyAt: c.now.Add(c.e.provision), failure: fault,
		conf: initialConf(), settings: map[string]*setting{}, tokenACL: initialTokenACL(),
		objects: newWorkspaceObjects(c.account.Account, c.account.principalID),
	}
	if ws.failure.kind == "" {
		ws.ranAt = ws.readyAt
	}
	c.account.inherit(ws)
	return ws
}

// deleteWorkspace answers at once, and GET answers 404 from then on; what the
// workspace referred to stays in use for a while.
func deleteWorkspace(c *call) (any, error) {
	ws, err := c.pathWorkspace()
	if err != nil {
		return nil, err
	}
	view := c.view(ws)
	ws.deletedAt = c.now
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	delete(c.e.workspaces, ws.id)
	delete(c.e.deployments, ws.deployment)
	return view, nil
}
