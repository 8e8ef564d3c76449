// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import (
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Shapes of AWS ids, and of bucket names (API contract, storage configurations).
var (
	vpcID      = regexp.MustCompile(`^vpc-[0-9a-f]{8,17}$`)
	subnetID   = regexp.MustCompile(`^subnet-[0-9a-f]{8,17}$`)
	groupID    = regexp.MustCompile(`^sg-[0-9a-f]{8,17}$`)
	endpointID = regexp.MustCompile(`^vpce-[0-9a-f]{8,17}$`)
	bucketName = regexp.MustCompile(`^[0-9a-z][-0-9a-z.]{1,61}[0-9a-z]$`)
	uuid       = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
)

// objectID is the id of an account object: given to use one that exists, or
// filled in with the id of the one that was made.
func objectID(kind string) schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true, Computed: true,
		Description:   "Id of an existing " + kind + " to use instead of making one; it is never deleted. Otherwise the id of the one that was made.",
		Validators:    []validator.String{matches(uuid, "an id of the Databricks account")},
		PlanModifiers: []planmodifier.String{stringplanmodifier.UseNonNullStateForUnknown()},
	}
}

func matches(shape *regexp.Regexp, what string) validator.String {
	return stringvalidator.RegexMatches(shape, "must be "+what)
}

// addObjects adds the account objects: each given by what it holds, or by the
// id of one that exists.
func addObjects(attributes map[string]schema.Attribute) {
	attributes["credentials"] = schema.SingleNestedAttribute{
		Required: true, Description: "Cross-account credential: `role_arn`, or `credentials_id` to share an existing one.",
		Attributes: map[string]schema.Attribute{
			"role_arn":       schema.StringAttribute{Optional: true, Description: "ARN of the cross-account IAM role."},
			"credentials_id": objectID("credential configuration"),
		},
	}
	attributes["storage"] = schema.SingleNestedAttribute{
		Required: true, Description: "Root storage: `bucket_name`, or `storage_configuration_id` to share an existing one.",
		Attributes: map[string]schema.Attribute{
			"bucket_name": schema.StringAttribute{Optional: true, Description: "Name of the root S3 bucket.",
				Validators: []validator.String{matches(bucketName, "a name of an S3 bucket")}},
			"role_arn":                 schema.StringAttribute{Optional: true, Description: "ARN of the role for the workspace catalog in the same bucket."},
			"storage_configuration_id": objectID("storage configuration"),
		},
	}
	attributes["network"] = networkAttribute()
	attributes["encryption"] = schema.SingleNestedAttribute{
		Optional: true, Description: "Customer-managed keys.",
		Attributes: map[string]schema.Attribute{
			"managed_services":  keyAttribute("notebooks, secrets and query results in the control plane"),
			"workspace_storage": keyAttribute("the root bucket and cluster volumes"),
		},
	}
	attributes["private_access"] = privateAccessAttribute()
}

func networkAttribute() schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional: true, Description: "Customer-managed VPC: its parts, or `network_id` of an existing network configuration that no workspace uses.",
		Attributes: map[string]schema.Attribute{
			"vpc_id": schema.StringAttribute{Optional: true, Description: "Id of the VPC.", Validators: []validator.String{matches(vpcID, "an id of a VPC")}},
			"subnet_ids": schema.SetAttribute{
				Optional: true, ElementType: types.StringType, Description: "Ids of at least two private subnets in different availability zones, used by no other workspace.",
				Validators: []validator.Set{setvalidator.SizeAtLeast(2), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(matches(subnetID, "an id of a subnet"))},
			},
			"security_group_ids": schema.SetAttribute{
				Optional: true, ElementType: types.StringType, Description: "Ids of one to five security groups.",
				Validators: []validator.Set{setvalidator.SizeBetween(1, 5), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(matches(groupID, "an id of a security group"))},
			},
			"private_link": schema.SingleNestedAttribute{
				Optional: true, Description: "Back-end PrivateLink: the VPC endpoints of both services.",
				Attributes: map[string]schema.Attribute{
					"rest_api":        endpointAttribute("REST API"),
					"dataplane_relay": endpointAttribute("secure cluster connectivity relay"),
				},
			},
			"network_id": objectID("network configuration"),
		},
	}
}

func endpointAttribute(service string) schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional: true, Description: "Endpoint of the " + service + ": `aws_vpc_endpoint_id`, or `vpc_endpoint_id` of an existing registration.",
		Attributes: map[string]schema.Attribute{
			"aws_vpc_endpoint_id": schema.StringAttribute{Optional: true, Description: "Id of the VPC endpoint in AWS. An endpoint that is registered already is used as it is.",
				Validators: []validator.String{matches(endpointID, "an id of a VPC endpoint")}},
			"vpc_endpoint_id": objectID("VPC endpoint registration"),
		},
	}
}

func keyAttribute(use string) schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional: true, Description: "Key for " + use + ": `key_arn`, or `customer_managed_key_id` of an existing registration.",
		Attributes: map[string]schema.Attribute{
			"key_arn":                 schema.StringAttribute{Optional: true, Description: "ARN of the KMS key, in the workspace's region. A key that is registered already is used as it is."},
			"customer_managed_key_id": objectID("key registration"),
		},
	}
}

func privateAccessAttribute() schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional: true, Description: "Private access settings: what they hold, or `private_access_settings_id` to share existing ones. They can be exchanged, but never removed.",
		Attributes: map[string]schema.Attribute{
			"public_access_enabled": schema.BoolAttribute{Optional: true, Computed: true, Description: "Whether the workspace can be reached over public addresses. Defaults to false."},
			"private_access_level": schema.StringAttribute{Optional: true, Computed: true,
				Description: "Which endpoints may connect: `ACCOUNT` (the default), all registered in the account, or `ENDPOINT`, those of `allowed_vpc_endpoint_ids`.",
				Validators:  []validator.String{stringvalidator.OneOf("ACCOUNT", "ENDPOINT")}},
			"allowed_vpc_endpoint_ids": schema.SetAttribute{Optional: true, ElementType: types.StringType,
				Description: "Registration ids of the endpoints that may connect, with level `ENDPOINT`.",
				Validators:  []validator.Set{setvalidator.NoNullValues(), setvalidator.ValueStringsAre(matches(uuid, "an id of a VPC endpoint registration"))}},
			"private_access_settings_id": objectID("private access settings"),
		},
	}
}
