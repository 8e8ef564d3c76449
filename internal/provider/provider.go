// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

// Package provider is the Terraform provider: its configuration, and the
// registry of everything in it.
package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/secureworkspace"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/steps"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/tfutil"
)

var _ provider.Provider = (*hardbricks)(nil)

type hardbricks struct {
	version  string
	clock    steps.Clock
	claims   tfutil.Claims
	handover tfutil.Handover
}

// New returns a constructor of the provider. The version is semantic, and stands
// in the user agent of every call. A nil clock is the real one.
func New(version string, clock steps.Clock) func() provider.Provider {
	if clock == nil {
		clock = steps.RealClock{}
	}
	return func() provider.Provider { return &hardbricks{version: version, clock: clock} }
}

// Metadata names the provider.
func (p *hardbricks) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "hardbricks"
	resp.Version = p.version
}

// Resources lists the resources.
func (p *hardbricks) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{secureworkspace.New}
}

// DataSources lists the data sources.
func (p *hardbricks) DataSources(context.Context) []func() datasource.DataSource { return nil }
