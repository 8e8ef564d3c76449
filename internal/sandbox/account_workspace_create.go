// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"context"
	"slices"
	"strings"
)

// createWorkspaceRequest is the body of POST workspaces.
type createWorkspaceRequest struct {
	owned
	WorkspaceName          string            `json:"workspace_name"`
	DeploymentName         string            `json:"deployment_name"`
	AWSRegion              string            `json:"aws_region"`
	Cloud                  string            `json:"cloud"`
	PricingTier            string            `json:"pricing_tier"`
	ComputeMode            string            `json:"compute_mode"`
	CustomTags             map[string]string `json:"custom_tags"`
	IsNoPublicIPEnabled    *bool             `json:"is_no_public_ip_enabled"`
	CredentialsID          string            `json:"credentials_id"`
	StorageConfigurationID string            `json:"storage_configuration_id"`
	NetworkID              string            `json:"network_id"`
	ManagedServicesKeyID   string            `json:"managed_services_customer_managed_key_id"`
	StorageKeyID           string            `json:"storage_customer_managed_key_id"`
	PrivateAccessID        string            `json:"private_access_settings_id"`
	ConnectivityID         string            `json:"network_connectivity_config_id"`
}

func (req *createWorkspaceRequest) serverless() bool { return req.ComputeMode == "SERVERLESS" }

// tier is the account's where the request names none (api: workspaces).
func (req *createWorkspaceRequest) tier(c *call) string {
	if req.PricingTier == "" {
		return c.account.tier
	}
	return req.PricingTier
}

func (req *createWorkspaceRequest) refs() map[string]string {
	return map[string]string{
		refCredentials:     req.CredentialsID,
		refStorage:         req.StorageConfigurationID,
		refNetwork:         req.NetworkID,
		refManagedServices: req.ManagedServicesKeyID,
		refStorageKey:      req.StorageKeyID,
		refPrivateAccess:   req.PrivateAccessID,
		refConnectivity:    req.ConnectivityID,
	}
}

var pricingTiers = []string{"STANDARD", "PREMIUM", tierEnterprise, "DEDICATED"}

// validate does not compare names: that they are unique is not known, and a
// service that lets two workspaces have one name is the harder one for a client
// that must not make a second.
func (req *createWorkspaceRequest) validate(c *call) error {
	if err := require(text("workspace_name", req.WorkspaceName), text("aws_region", req.AWSRegion)); err != nil {
		return err
	}
	switch {
	case req.DeploymentName != "":
		return malformed("Deployment name cannot be used until a deployment name prefix is defined")
	case !knownRegion(req.AWSRegion):
		return invalidParameter("%s is not a region", req.AWSRegion)
	case req.Cloud != "" && req.Cloud != "aws":
		return invalidParameter("cloud %q is not that of the account", req.Cloud)
	case !slices.Contains(pricingTiers, req.tier(c)):
		return invalidParameter("%q is not a pricing tier", req.PricingTier)
	case !slices.Contains([]string{"", "HYBRID", "SERVERLESS"}, req.ComputeMode):
		return invalidParameter("%q is not a compute mode", req.ComputeMode)
	}
	if err := checkTags(req.CustomTags); err != nil {
		return err
	}
	if err := req.checkCompute(); err != nil {
		return err
	}
	return req.checkReferences(c)
}

func (req *createWorkspaceRequest) checkCompute() error {
	if !req.serverless() {
		return require(text(refCredentials, req.CredentialsID), text(refStorage, req.StorageConfigurationID))
	}
	if req.CredentialsID+req.StorageConfigurationID+req.NetworkID != "" {
		return invalidParameter("A workspace with the compute mode SERVERLESS has no credentials, storage configuration or network")
	}
	return nil
}

func checkTags(tags map[string]string) error {
	for key, value := range tags {
		if key == "" || len(key) > 127 || len(value) > 255 {
			return invalidParameter("custom_tags: a key has 1 to 127 characters, a value at most 255")
		}
	}
	return nil
}

func (req *createWorkspaceRequest) checkReferences(c *call) error {
	enterprise := req.tier(c) == tierEnterprise && c.account.tier == tierEnterprise
	if !enterprise && req.PrivateAccessID+req.ManagedServicesKeyID+req.StorageKeyID != "" {
		return permissionDenied("Feature cannot be accessed. Account %s does not have one of required pricing tier(s) %s.", c.account.ID, tierEnterprise)
	}
	return c.checkReferences(req.AWSRegion, req.refs(), nil)
}

// checkReferences checks what a workspace refers to; self is the workspace
// itself, where it exists.
func (c *call) checkReferences(region string, refs map[string]string, self *workspace) error {
	if id := refs[refCredentials]; id != "" {
		if _, err := c.account.credentials.get(c.now, id); err != nil {
			return malformed("Invalid credentialsId: %s", id)
		}
	}
	if id := refs[refStorage]; id != "" {
		if _, err := c.account.storage.get(c.now, id); err != nil {
			return malformed("Invalid storageConfigurationId: %s", id)
		}
	}
	if err := c.checkKey(refs[refManagedServices], useManagedServices, region); err != nil {
		return err
	}
	if err := c.checkKey(refs[refStorageKey], useStorage, region); err != nil {
		return err
	}
	if err := c.checkConnection(region, refs); err != nil {
		return err
	}
	return c.checkNetwork(region, refs, self)
}

// checkConnection: private access settings and connectivity belong to a region.
func (c *call) checkConnection(region string, refs map[string]string) error {
	if id := refs[refPrivateAccess]; id != "" {
		found, err := c.account.private.get(c.now, id)
		if err != nil {
			return malformed("Invalid privateAccessSettingsId: %s", id)
		}
		if found.Region != region {
			return malformed("Private access settings %s are of region %s, the workspace of %s", id, found.Region, region)
		}
	}
	if id := refs[refConnectivity]; id != "" {
		found, err := c.account.connect.get(c.now, id)
		if err != nil {
			return malformed("Invalid networkConnectivityConfigId: %s", id)
		}
		if found.Region != region {
			return malformed("Network connectivity configuration %s is of region %s, the workspace of %s", id, found.Region, region)
		}
	}
	return nil
}

// checkNetwork: a network is for one workspace, and one with endpoints needs
// private access settings. That its endpoints must be available already is the
// stricter reading.
func (c *call) checkNetwork(region string, refs map[string]string, self *workspace) error {
	id := refs[refNetwork]
	if id == "" {
		return nil
	}
	found, err := c.account.networks.get(c.now, id)
	if err != nil {
		return malformed("Invalid networkId: %s", id)
	}
	users := c.account.users(c.now, refNetwork, id)
	for _, user := range append(users.active, users.former...) {
		if self == nil || user != self.id {
			return malformed("Network %s is already attached to workspace %d", id, user)
		}
	}
	for _, endpointID := range found.VPCEndpoints.ids() {
		endpoint, err := c.account.endpoints.get(c.now, endpointID)
		switch {
		case err != nil:
			return malformed("Invalid vpcEndpointId: %s", endpointID)
		case endpoint.Region != region:
			return malformed("VPC endpoint %s is in region %s, the workspace in %s", endpointID, endpoint.Region, region)
		case endpoint.at(c.now).State != "available":
			return malformed("VPC endpoint %s is not available: its state is %s", endpointID, endpoint.at(c.now).State)
		}
	}
	if found.VPCEndpoints != nil && refs[refPrivateAccess] == "" {
		return malformed("Private access settings are required for a workspace whose network %s has VPC endpoints", id)
	}
	return nil
}

// The checks that fail when the role cannot be used (api: workspaces, create errors).
const (
	customerVPCChecks = "Spot Cancellation, Create Placement Group, Delete Tags, Describe Availability Zones, Describe Instances, " +
		"Describe Instance Status, Describe Placement Group, Describe Route Tables, Describe Security Groups, Describe Spot Instances, " +
		"Describe Spot Price History, Describe Subnets, Describe Volumes, Describe Vpcs, Request Spot Instances"
	managedVPCChecks = "Create Internet Gateway, Create VPC, Delete VPC, Allocate Address, Release Address, Delete Nat Gateway, " +
		"Delete Vpc Endpoints, Create Route Table, Disassociate Route Table"
)

// checkAWS stands for the checks of the role and the bucket that the service
// makes when a workspace is created.
func (c *call) checkAWS(req *createWorkspaceRequest) error {
	if req.serverless() {
		return nil
	}
	credentials, err := c.account.credentials.get(c.now, req.CredentialsID)
	if err != nil {
		return err
	}
	storage, err := c.account.storage.get(c.now, req.StorageConfigurationID)
	if err != nil {
		return err
	}
	return c.outside(func(ctx context.Context) error {
		role, err := c.e.aws.trusts(ctx, c.account.ID, credentials.AWSCredentials.STSRole.RoleARN, c.now, databricks)
		if err != nil {
			return err
		}
		if !role {
			checks := customerVPCChecks
			if req.NetworkID == "" {
				checks = managedVPCChecks
			}
			return malformed("Failed credentials validation checks: %s", checks)
		}
		refused, err := c.e.aws.refusedByBucket(ctx, c.account.ID, req.AWSRegion, storage.RootBucketInfo.BucketName)
		if err == nil && len(refused) > 0 {
			return malformed("Failed storage configuration validation checks: %s -- Access Denied", strings.Join(refused, ", "))
		}
		return err
	})
}
