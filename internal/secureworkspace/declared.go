// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import (
	"fmt"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/baseline"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/tfutil"
)

// describe turns a configuration, a plan or a state into the description that
// rules and steps read. It keeps null and unknown.
func describe(r tfutil.Reader) *spec.Workspace {
	profile := r.String("security_profile")
	return &spec.Workspace{
		Profile:      retype(profile, func(s string) spec.Profile { return spec.Profile(s) }),
		Name:         r.String("workspace_name"),
		Region:       r.String("aws_region"),
		Tier:         r.String("pricing_tier"),
		RunnerAccess: r.String("runner_access"),
		MetastoreID:  r.String("metastore_id"),
		// Only the provider knows it, so it is unknown until a plan.
		RunnerAddresses: spec.Unknown[[]string](),
		Credentials: tfutil.Nested(r, "credentials", func(o tfutil.Reader) spec.Credentials {
			return spec.Credentials{RoleARN: o.String("role_arn"), CredentialsID: o.String("credentials_id")}
		}),
		Storage: tfutil.Nested(r, "storage", func(o tfutil.Reader) spec.Storage {
			return spec.Storage{BucketName: o.String("bucket_name"), RoleARN: o.String("role_arn"), StorageConfigurationID: o.String("storage_configuration_id")}
		}),
		Network:       tfutil.Nested(r, "network", describeNetwork),
		Encryption:    tfutil.Nested(r, "encryption", describeEncryption),
		PrivateAccess: tfutil.Nested(r, "private_access", describePrivateAccess),
		IPAccess: tfutil.Nested(r, "ip_access", func(o tfutil.Reader) spec.IPAccess {
			return spec.IPAccess{Enforced: o.Bool("enforced"), Allow: o.StringLists("allow"), Block: o.StringLists("block")}
		}),
		Baseline: describeBaseline(r),
		Waivers:  describeWaivers(r),
	}
}

func describeNetwork(o tfutil.Reader) spec.Network {
	return spec.Network{
		VPCID: o.String("vpc_id"), SubnetIDs: o.Strings("subnet_ids"), SecurityGroupIDs: o.Strings("security_group_ids"), NetworkID: o.String("network_id"),
		PrivateLink: tfutil.Nested(o, "private_link", func(l tfutil.Reader) spec.PrivateLink {
			return spec.PrivateLink{
				RestAPI:        tfutil.Nested(l, "rest_api", describeEndpoint),
				DataplaneRelay: tfutil.Nested(l, "dataplane_relay", describeEndpoint),
			}
		}),
	}
}

func describeEndpoint(o tfutil.Reader) spec.Endpoint {
	return spec.Endpoint{AWSVPCEndpointID: o.String("aws_vpc_endpoint_id"), VPCEndpointID: o.String("vpc_endpoint_id")}
}

func describeEncryption(o tfutil.Reader) spec.Encryption {
	key := func(k tfutil.Reader) spec.Key {
		return spec.Key{ARN: k.String("key_arn"), CustomerManagedKeyID: k.String("customer_managed_key_id")}
	}
	return spec.Encryption{ManagedServices: tfutil.Nested(o, "managed_services", key), WorkspaceStorage: tfutil.Nested(o, "workspace_storage", key)}
}

func describePrivateAccess(o tfutil.Reader) spec.PrivateAccess {
	return spec.PrivateAccess{
		PublicAccessEnabled: o.Bool("public_access_enabled"), Level: o.String("private_access_level"),
		AllowedVPCEndpointIDs: o.Strings("allowed_vpc_endpoint_ids"), PrivateAccessSettingsID: o.String("private_access_settings_id"),
	}
}

func describeBaseline(r tfutil.Reader) spec.Baseline {
	object := r.Object("baseline")
	all := spec.Baseline{}
	for _, s := range baseline.Settings() {
		all[s.Key] = object.Text(s.Key)
	}
	return all
}

func describeWaivers(r tfutil.Reader) spec.Value[[]spec.Waiver] {
	return retype(r.Objects("waivers"), func(all []tfutil.Reader) []spec.Waiver {
		var waivers []spec.Waiver
		for _, w := range all {
			waivers = append(waivers, spec.Waiver{Rule: w.String("rule"), Reason: w.String("reason"), Approver: w.String("approver"), Expires: w.String("expires")})
		}
		return waivers
	})
}

// retype converts a value, keeping null, unknown and path.
func retype[A, B any](v spec.Value[A], convert func(A) B) spec.Value[B] {
	out := spec.Null[B]()
	if a, known := v.Get(); known {
		out = spec.Known(convert(a))
	} else if v.IsUnknown() {
		out = spec.Unknown[B]()
	}
	return out.At(v.Path())
}

// attributeOf turns canonical text into an attribute's value.
func attributeOf(s baseline.Setting, text string) (attr.Value, error) {
	switch s.Kind {
	case baseline.Bool:
		v, err := strconv.ParseBool(text)
		return types.BoolValue(v), err
	case baseline.Int:
		v, err := strconv.ParseInt(text, 10, 64)
		return types.Int64Value(v), err
	case baseline.Text:
		return types.StringValue(text), nil
	}
	return nil, fmt.Errorf("setting %s has an unknown kind", s.Key)
}

// nullOf returns the null value of a setting's attribute.
func nullOf(s baseline.Setting) attr.Value {
	switch s.Kind {
	case baseline.Bool:
		return types.BoolNull()
	case baseline.Int:
		return types.Int64Null()
	default:
		return types.StringNull()
	}
}
