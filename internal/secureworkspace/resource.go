// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

// Package secureworkspace is the resource hardbricks_secure_workspace: one
// Databricks workspace on AWS with everything it needs, hardened and read back.
package secureworkspace

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/steps"
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

// clock is the provider's, or the real one before the provider is configured.
func (r *secureWorkspace) clock() steps.Clock {
	if r.provider == nil || r.provider.Clock == nil {
		return steps.RealClock{}
	}
	return r.provider.Clock
}

// now is the time by which waivers are judged.
func (r *secureWorkspace) now() time.Time { return r.clock().Now() }
