// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package databricks

import (
	"context"

	"github.com/databricks/databricks-sdk-go/service/provisioning"
)

// The use cases of a customer-managed key.
const (
	ManagedServicesUse = string(provisioning.KeyUseCaseManagedServices)
	StorageUse         = string(provisioning.KeyUseCaseStorage)
)

// Credentials lists the credential configurations of the account.
func (a *Account) Credentials(ctx context.Context) ([]Credential, error) {
	return a.sdk.Credentials.List(ctx)
}

// GetCredential returns a credential configuration.
func (a *Account) GetCredential(ctx context.Context, id string) (*Credential, error) {
	return a.sdk.Credentials.GetByCredentialsId(ctx, id)
}

// CreateCredential registers a cross-account role.
func (a *Account) CreateCredential(ctx context.Context, name, roleARN string) (*Credential, error) {
	return a.sdk.Credentials.Create(ctx, provisioning.CreateCredentialRequest{
		CredentialsName: name,
		AwsCredentials:  provisioning.CreateCredentialAwsCredentials{StsRole: &provisioning.CreateCredentialStsRole{RoleArn: roleARN}},
	})
}

// DeleteCredential deletes a credential configuration.
func (a *Account) DeleteCredential(ctx context.Context, id string) error {
	_, err := a.sdk.Credentials.DeleteByCredentialsId(ctx, id)
	return err
}

// StorageConfigurations lists the storage configurations of the account.
func (a *Account) StorageConfigurations(ctx context.Context) ([]StorageConfiguration, error) {
	return a.sdk.Storage.List(ctx)
}

// GetStorageConfiguration returns a storage configuration.
func (a *Account) GetStorageConfiguration(ctx context.Context, id string) (*StorageConfiguration, error) {
	return a.sdk.Storage.GetByStorageConfigurationId(ctx, id)
}

// CreateStorageConfiguration registers a root bucket, and the role for its
// default catalog where one is given.
func (a *Account) CreateStorageConfiguration(ctx context.Context, name, bucket, roleARN string) (*StorageConfiguration, error) {
	return a.sdk.Storage.Create(ctx, provisioning.CreateStorageConfigurationRequest{
		StorageConfigurationName: name, RoleArn: roleARN, RootBucketInfo: provisioning.RootBucketInfo{BucketName: bucket},
	})
}

// DeleteStorageConfiguration deletes a storage configuration.
func (a *Account) DeleteStorageConfiguration(ctx context.Context, id string) error {
	_, err := a.sdk.Storage.DeleteByStorageConfigurationId(ctx, id)
	return err
}

// VPCEndpoints lists the registered VPC endpoints of the account.
func (a *Account) VPCEndpoints(ctx context.Context) ([]VPCEndpoint, error) {
	return a.sdk.VpcEndpoints.List(ctx)
}

// GetVPCEndpoint returns a registered VPC endpoint.
func (a *Account) GetVPCEndpoint(ctx context.Context, id string) (*VPCEndpoint, error) {
	return a.sdk.VpcEndpoints.GetByVpcEndpointId(ctx, id)
}

// RegisterVPCEndpoint registers a VPC endpoint of AWS.
func (a *Account) RegisterVPCEndpoint(ctx context.Context, name, awsID, region string) (*VPCEndpoint, error) {
	return a.sdk.VpcEndpoints.Create(ctx, provisioning.CreateVpcEndpointRequest{
		VpcEndpointName: name, AwsVpcEndpointId: awsID, Region: region,
	})
}

// DeleteVPCEndpoint deletes a registration; the AWS endpoint stays.
func (a *Account) DeleteVPCEndpoint(ctx context.Context, id string) error {
	_, err := a.sdk.VpcEndpoints.DeleteByVpcEndpointId(ctx, id)
	return err
}

// Networks lists the network configurations of the account.
func (a *Account) Networks(ctx context.Context) ([]Network, error) { return a.sdk.Networks.List(ctx) }

// GetNetwork returns a network configuration.
func (a *Account) GetNetwork(ctx context.Context, id string) (*Network, error) {
	return a.sdk.Networks.GetByNetworkId(ctx, id)
}

// NetworkParts are what a network configuration is made of; the endpoints are
// ids of registrations, empty without PrivateLink.
type NetworkParts struct {
	Name, VPCID                 string
	SubnetIDs, SecurityGroupIDs []string
	RestAPI, DataplaneRelay     string
}

// CreateNetwork registers a VPC with its subnets, security groups and endpoints.
func (a *Account) CreateNetwork(ctx context.Context, p NetworkParts) (*Network, error) {
	r := provisioning.CreateNetworkRequest{
		NetworkName: p.Name, VpcId: p.VPCID, SubnetIds: p.SubnetIDs, SecurityGroupIds: p.SecurityGroupIDs,
	}
	if p.RestAPI != "" {
		r.VpcEndpoints = &provisioning.NetworkVpcEndpoints{RestApi: []string{p.RestAPI}, DataplaneRelay: []string{p.DataplaneRelay}}
	}
	return a.sdk.Networks.Create(ctx, r)
}

// DeleteNetwork deletes a network configuration.
func (a *Account) DeleteNetwork(ctx context.Context, id string) error {
	_, err := a.sdk.Networks.DeleteByNetworkId(ctx, id)
	return err
}

// CustomerManagedKeys lists the registered keys of the account.
func (a *Account) CustomerManagedKeys(ctx context.Context) ([]CustomerManagedKey, error) {
	return a.sdk.EncryptionKeys.List(ctx)
}

// GetCustomerManagedKey returns a registered key.
func (a *Account) GetCustomerManagedKey(ctx context.Context, id string) (*CustomerManagedKey, error) {
	return a.sdk.EncryptionKeys.GetByCustomerManagedKeyId(ctx, id)
}

// RegisterCustomerManagedKey registers a KMS key for one use.
func (a *Account) RegisterCustomerManagedKey(ctx context.Context, keyARN, use string) (*CustomerManagedKey, error) {
	return a.sdk.EncryptionKeys.Create(ctx, provisioning.CreateCustomerManagedKeyRequest{
		AwsKeyInfo: &provisioning.CreateAwsKeyInfo{KeyArn: keyARN}, UseCases: []provisioning.KeyUseCase{provisioning.KeyUseCase(use)},
	})
}

// DeleteCustomerManagedKey deletes a registration; the KMS key stays.
func (a *Account) DeleteCustomerManagedKey(ctx context.Context, id string) error {
	_, err := a.sdk.EncryptionKeys.DeleteByCustomerManagedKeyId(ctx, id)
	return err
}

// PrivateAccess lists the private access settings of the account.
func (a *Account) PrivateAccess(ctx context.Context) ([]PrivateAccessSettings, error) {
	return a.sdk.PrivateAccess.List(ctx)
}

// GetPrivateAccess returns private access settings.
func (a *Account) GetPrivateAccess(ctx context.Context, id string) (*PrivateAccessSettings, error) {
	return a.sdk.PrivateAccess.GetByPrivateAccessSettingsId(ctx, id)
}

// PrivateAccessParts are what private access settings are made of.
type PrivateAccessParts struct {
	Name, Region, Level string
	Public              bool
	AllowedEndpoints    []string
}

// CreatePrivateAccess creates private access settings.
func (a *Account) CreatePrivateAccess(ctx context.Context, p PrivateAccessParts) (*PrivateAccessSettings, error) {
	return a.sdk.PrivateAccess.Create(ctx, provisioning.CreatePrivateAccessSettingsRequest{
		PrivateAccessSettingsName: p.Name, Region: p.Region, PrivateAccessLevel: provisioning.PrivateAccessLevel(p.Level),
		PublicAccessEnabled: p.Public, AllowedVpcEndpointIds: p.AllowedEndpoints,
		// The SDK leaves false out unless told otherwise, and the service must not guess.
		ForceSendFields: []string{"PublicAccessEnabled"},
	})
}

// ReplacePrivateAccess makes private access settings what they should be. It
// affects every workspace that they are attached to, within minutes.
func (a *Account) ReplacePrivateAccess(ctx context.Context, id string, p PrivateAccessParts) error {
	_, err := a.sdk.PrivateAccess.Replace(ctx, provisioning.ReplacePrivateAccessSettingsRequest{
		PrivateAccessSettingsId: id,
		CustomerFacingPrivateAccessSettings: provisioning.PrivateAccessSettings{
			PrivateAccessSettingsName: p.Name, Region: p.Region, PrivateAccessLevel: provisioning.PrivateAccessLevel(p.Level),
			PublicAccessEnabled: p.Public, AllowedVpcEndpointIds: p.AllowedEndpoints, ForceSendFields: []string{"PublicAccessEnabled"},
		},
	})
	return err
}

// DeletePrivateAccess deletes private access settings.
func (a *Account) DeletePrivateAccess(ctx context.Context, id string) error {
	_, err := a.sdk.PrivateAccess.DeleteByPrivateAccessSettingsId(ctx, id)
	return err
}
