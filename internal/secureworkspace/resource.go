// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

// Package secureworkspace is the resource hardbricks_secure_workspace: one
// Databricks workspace on AWS with everything it needs, hardened and read back.
package secureworkspace

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/tfutil"
)

var (
	_ resource.ResourceWithConfigure      = (*secureWorkspace)(nil)
	_ resource.ResourceWithValidateConfig = (*secureWorkspace)(nil)
	_ resource.ResourceWithModifyPlan     = (*secureWorkspace)(nil)
)

type secureWorkspace struct {
	provider *tfutil.ProviderData
}

// New returns the resource.
func New() resource.Resource { return &secureWorkspace{} }

// Metadata names the resource.
func (r *secureWorkspace) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_secure_workspace"
}

// Configure takes the provider's data.
func (r *secureWorkspace) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.provider = tfutil.Configured(req.ProviderData, &resp.Diagnostics)
}
