// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package tfutil

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/databricks"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/steps"
)

// ProviderData is what the provider hands to its resources.
type ProviderData struct {
	// Account is nil where nothing is configured to authenticate with, or where
	// the configuration is not known yet; NoAccount then says which.
	Account   *databricks.Account
	NoAccount string

	Profile         spec.Value[spec.Profile]
	RunnerAddresses spec.Value[[]string]
	Clock           steps.Clock
	Claims          *Claims
	Handover        *Handover
}

// Configured returns the provider's data as a resource's Configure got it. It is
// nil before the provider is configured.
func Configured(data any, diags *diag.Diagnostics) *ProviderData {
	if data == nil {
		return nil
	}
	p, ok := data.(*ProviderData)
	if !ok {
		diags.AddError("Unexpected provider data (HB-BUG-001)", fmt.Sprintf("Got %T. This is a bug in the provider; please report it.", data))
	}
	return p
}
