// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package databricks

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	sdk "github.com/databricks/databricks-sdk-go"
	"github.com/databricks/databricks-sdk-go/client"
	"github.com/databricks/databricks-sdk-go/config"
	"github.com/databricks/databricks-sdk-go/service/catalog"
	"github.com/databricks/databricks-sdk-go/service/provisioning"
	"github.com/databricks/databricks-sdk-go/useragent"
)

// The API's own objects, by the names that the rest of the provider uses.
type (
	// Credential is a credential configuration.
	Credential = provisioning.Credential
	// StorageConfiguration is a storage configuration.
	StorageConfiguration = provisioning.StorageConfiguration
	// Network is a network configuration.
	Network = provisioning.Network
	// VPCEndpoint is a registered VPC endpoint.
	VPCEndpoint = provisioning.VpcEndpoint
	// CustomerManagedKey is a registered key.
	CustomerManagedKey = provisioning.CustomerManagedKey
	// PrivateAccessSettings are private access settings.
	PrivateAccessSettings = provisioning.PrivateAccessSettings
	// WorkspaceInfo is a workspace as the account knows it.
	WorkspaceInfo = provisioning.Workspace
	// WorkspaceRequest is what a workspace is created from.
	WorkspaceRequest = provisioning.CreateWorkspaceRequest
	// PricingTier is a pricing tier.
	PricingTier = provisioning.PricingTier
)

// IsRunning says whether a workspace is ready for use.
func IsRunning(w *WorkspaceInfo) bool {
	return w.WorkspaceStatus == provisioning.WorkspaceStatusRunning
}

// IsStuck says whether a workspace is in a state that it does not leave by
// itself, so that waiting is of no use.
func IsStuck(w *WorkspaceInfo) bool {
	switch w.WorkspaceStatus {
	case provisioning.WorkspaceStatusNotProvisioned, provisioning.WorkspaceStatusProvisioning, provisioning.WorkspaceStatusRunning:
		return false
	case provisioning.WorkspaceStatusFailed, provisioning.WorkspaceStatusBanned, provisioning.WorkspaceStatusCancelling:
		return true
	}
	// A status that is not known (CANCELLED was seen) is no progress either.
	return true
}

// Account is a client of one Databricks account. It is safe for use by several
// goroutines.
type Account struct {
	sdk *sdk.AccountClient
	cfg *config.Config

	mu         sync.Mutex
	workspaces map[int64]*Workspace
}

// setProduct names this provider in the user agent of every call.
var setProduct sync.Once

// NewAccount returns a client of the configured account, or an error that wraps
// [ErrNoCredentials] where nothing is configured to authenticate with. It makes
// no call.
func NewAccount(c Config, version string) (*Account, error) {
	cfg, err := c.resolve()
	if err != nil {
		return nil, err
	}
	setProduct.Do(func() { useragent.WithProduct("terraform-provider-hardbricks", version) })
	return newAccount(cfg)
}

func newAccount(cfg *config.Config) (*Account, error) {
	account, err := sdk.NewAccountClient((*sdk.Config)(cfg))
	if err != nil {
		return nil, err
	}
	return &Account{sdk: account, cfg: cfg, workspaces: map[int64]*Workspace{}}, nil
}

// ID returns the account id.
func (a *Account) ID() string { return a.cfg.AccountID }

// Host returns the account host.
func (a *Account) Host() string { return a.cfg.Host }

// Principal names who authenticates, for messages.
func (a *Account) Principal() string {
	if a.cfg.ClientID != "" {
		return "service principal " + a.cfg.ClientID
	}
	return "the caller authenticated by " + a.cfg.AuthType
}

// WorkspaceURL returns the address of a deployment in this account's shard.
func (a *Account) WorkspaceURL(deployment string) string {
	return "https://" + deployment + accountHosts[a.cfg.Host]
}

// Workspace returns a client of one workspace of the account. It makes no call.
func (a *Account) Workspace(id int64, deployment string) (*Workspace, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if w, ok := a.workspaces[id]; ok {
		return w, nil
	}
	w, err := a.newWorkspace(id, deployment)
	if err == nil {
		a.workspaces[id] = w
	}
	return w, err
}

// FreshWorkspace returns a client that shares no connection with any other, so
// that what it sees is what a new caller would see. It makes no call.
func (a *Account) FreshWorkspace(id int64, deployment string) (*Workspace, error) {
	return a.newWorkspace(id, deployment)
}

// newWorkspace builds a client with connections of its own.
func (a *Account) newWorkspace(id int64, deployment string) (*Workspace, error) {
	cfg := &config.Config{
		Host: a.WorkspaceURL(deployment), WorkspaceID: strconv.FormatInt(id, 10),
		Credentials: accountCredentials{account: a.cfg}, AuthType: "account",
	}
	settle(cfg)
	c, err := client.New(cfg)
	if err != nil {
		return nil, fmt.Errorf("client of workspace %d: %w", id, err)
	}
	return &Workspace{id: id, host: cfg.Host, client: c, transport: cfg.HTTPTransport}, nil
}

// Workspaces lists all workspaces of the account.
func (a *Account) Workspaces(ctx context.Context) ([]WorkspaceInfo, error) {
	return a.sdk.Workspaces.List(ctx)
}

// GetWorkspace returns a workspace by its id.
func (a *Account) GetWorkspace(ctx context.Context, id int64) (*WorkspaceInfo, error) {
	return a.sdk.Workspaces.GetByWorkspaceId(ctx, id)
}

// CreateWorkspace begins to create a workspace and returns at once.
func (a *Account) CreateWorkspace(ctx context.Context, r WorkspaceRequest) (*WorkspaceInfo, error) {
	wait, err := a.sdk.Workspaces.Create(ctx, r)
	if err != nil {
		return nil, err
	}
	return wait.Response, nil
}

// DeleteWorkspace begins to delete a workspace and returns at once.
func (a *Account) DeleteWorkspace(ctx context.Context, id int64) error {
	_, err := a.sdk.Workspaces.DeleteByWorkspaceId(ctx, id)
	return err
}

// TagWorkspace replaces a workspace's custom tags; the service ignores an empty
// map.
func (a *Account) TagWorkspace(ctx context.Context, id int64, tags map[string]string) error {
	_, err := a.sdk.Workspaces.Update(ctx, provisioning.UpdateWorkspaceRequest{
		WorkspaceId: id, UpdateMask: "custom_tags", CustomerFacingWorkspace: WorkspaceInfo{CustomTags: tags},
	})
	return err
}

// BindNetworkConnectivity gives a workspace a network connectivity
// configuration; the binding can be switched but never removed.
func (a *Account) BindNetworkConnectivity(ctx context.Context, id int64, config string) error {
	_, err := a.sdk.Workspaces.Update(ctx, provisioning.UpdateWorkspaceRequest{
		WorkspaceId: id, UpdateMask: "network_connectivity_config_id",
		CustomerFacingWorkspace: WorkspaceInfo{NetworkConnectivityConfigId: config},
	})
	return err
}

// Metastore returns the id of the metastore assigned to a workspace, empty where
// there is none.
func (a *Account) Metastore(ctx context.Context, id int64) (string, error) {
	got, err := a.sdk.MetastoreAssignments.GetByWorkspaceId(ctx, id)
	if IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if got.MetastoreAssignment == nil {
		return "", nil
	}
	return got.MetastoreAssignment.MetastoreId, nil
}

// AssignMetastore assigns a metastore to a workspace.
func (a *Account) AssignMetastore(ctx context.Context, id int64, metastore string) error {
	_, err := a.sdk.MetastoreAssignments.Create(ctx, catalog.AccountsCreateMetastoreAssignment{
		WorkspaceId: id, MetastoreId: metastore,
		MetastoreAssignment: &catalog.CreateMetastoreAssignment{MetastoreId: metastore, WorkspaceId: id},
	})
	return err
}
