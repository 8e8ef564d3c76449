// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package spec

// Profile is a security profile: how much of the guides is required.
type Profile string

// The profiles: what the guides put under "most deployments", and what they put
// under "highly secure".
const (
	Standard Profile = "standard"
	High     Profile = "high"
)

// Workspace is a declared or observed workspace. Nested objects are values of
// their own, since each may be null or unknown as a whole.
type Workspace struct {
	Profile         Value[Profile]
	Name            Value[string]
	Region          Value[string]
	Tier            Value[string]
	RunnerAccess    Value[string]
	RunnerAddresses Value[[]string]
	MetastoreID     Value[string]
	Credentials     Value[Credentials]
	Storage         Value[Storage]
	Network         Value[Network]
	Encryption      Value[Encryption]
	PrivateAccess   Value[PrivateAccess]
	IPAccess        Value[IPAccess]
	Baseline        Baseline
	Waivers         Value[[]Waiver]
}

// Baseline holds the hardened settings by key, each in the canonical text of
// package baseline ("true", "30").
type Baseline map[string]Value[string]

// Credentials is the cross-account credential: a role, or an existing id.
type Credentials struct {
	RoleARN       Value[string]
	CredentialsID Value[string]
}

// Storage is the root storage: a bucket, or an existing id.
type Storage struct {
	BucketName             Value[string]
	RoleARN                Value[string]
	StorageConfigurationID Value[string]
}

// Network is the customer-managed VPC: its parts, or an existing id.
type Network struct {
	VPCID            Value[string]
	SubnetIDs        Value[[]Value[string]]
	SecurityGroupIDs Value[[]Value[string]]
	PrivateLink      Value[PrivateLink]
	NetworkID        Value[string]
}

// PrivateLink holds the two back-end endpoints.
type PrivateLink struct {
	RestAPI        Value[Endpoint]
	DataplaneRelay Value[Endpoint]
}

// Endpoint is a VPC endpoint: its AWS id, or the id of an existing registration.
type Endpoint struct {
	AWSVPCEndpointID Value[string]
	VPCEndpointID    Value[string]
}

// Encryption holds the two customer-managed keys.
type Encryption struct {
	ManagedServices  Value[Key]
	WorkspaceStorage Value[Key]
}

// Key is a customer-managed key: its ARN, or the id of an existing registration.
type Key struct {
	ARN                  Value[string]
	CustomerManagedKeyID Value[string]
}

// PrivateAccess is the private access settings: what they hold, or an existing id.
type PrivateAccess struct {
	PublicAccessEnabled     Value[bool]
	Level                   Value[string]
	AllowedVPCEndpointIDs   Value[[]Value[string]]
	PrivateAccessSettingsID Value[string]
}

// IPAccess is the IP access lists by the name their user gave them, and whether
// they are enforced.
type IPAccess struct {
	Enforced Value[bool]
	Allow    Value[map[string]AddressList]
	Block    Value[map[string]AddressList]
}

// AddressList is the addresses and CIDR ranges of one list.
type AddressList = Value[[]Value[string]]

// Waiver accepts one policy rule's finding for a time.
type Waiver struct {
	Rule     Value[string]
	Reason   Value[string]
	Approver Value[string]
	Expires  Value[string]
}

// Guidance says where the security guides put a control, which decides how
// severe its absence is in each profile.
type Guidance string

// The places in the guides: "most deployments", "highly secure", and what they
// ask to evaluate or to consider.
const (
	MostDeployments Guidance = "most"
	HighlySecure    Guidance = "high"
	Consider        Guidance = "consider"
)
