// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package rules

import (
	"fmt"
	"strings"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/facts"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// regionRules judge a region and what may be used in it.
func regionRules() []Rule {
	return []Rule{
		{
			ID: "HB-REG-001", Title: "Region cannot hold a workspace", Class: Platform, Paths: []string{"aws_region"},
			Controls:    []string{"DBX-AWS-NET-19"},
			Rationale:   "Databricks refuses to create a workspace in a region that it does not serve, after the AWS objects were built there.",
			Remediation: "Choose one of the supported regions.",
			Source:      "Databricks documentation, supported regions, as of " + facts.RegionsAsOf(),
			Check:       checkRegion,
		},
		{
			ID: "HB-REG-002", Title: "Customer-managed keys are refused in this region", Class: Platform,
			Paths:       []string{"encryption.managed_services", "encryption.workspace_storage", "aws_region"},
			Controls:    []string{"DBX-AWS-NET-20"},
			Rationale:   "The sources disagree on whether Databricks supports customer-managed keys there; a workspace built on a wrong guess would have to be built again, or run without its keys.",
			Remediation: "Choose another region for a workspace that needs its own keys. This rule cannot be waived.",
			Source:      "region facts as of " + facts.RegionsAsOf(),
			Check:       checkRegionKeys,
		},
	}
}

func checkRegion(in *Input) {
	name, ok := Known(in, in.Workspace.Region)
	if !ok {
		return
	}
	if r, known := facts.Lookup(name); !known || !r.Supported {
		in.Fail(in.Workspace.Region.Path(), fmt.Sprintf("region %q", name), "one of "+strings.Join(facts.SupportedRegions(), ", "))
	}
}

func checkRegionKeys(in *Input) {
	name, known := in.Workspace.Region.Get()
	region, listed := facts.Lookup(name)
	if known && (!listed || region.CustomerManagedKeys.Decision == facts.Supported) {
		return
	}
	e, ok := Known(in, in.Workspace.Encryption)
	if !ok {
		return
	}
	for _, k := range []struct {
		name string
		key  spec.Value[spec.Key]
	}{{"managed_services", e.ManagedServices}, {"workspace_storage", e.WorkspaceStorage}} {
		key, given := Known(in, k.key)
		if !given {
			continue
		}
		// With a key given, the answer hangs on the region alone.
		if _, ok := Known(in, in.Workspace.Region); !ok {
			continue
		}
		in.Fail(k.key.Path(),
			fmt.Sprintf("encryption.%s = %s together with aws_region = %q", k.name, describeKey(key), name),
			fmt.Sprintf("no customer-managed key in %s (decision: %s)%s", name, region.CustomerManagedKeys.Decision, reason(region)))
	}
}

func reason(r facts.Region) string {
	if r.CustomerManagedKeys.Reason == "" {
		return ""
	}
	return ". " + strings.TrimSuffix(r.CustomerManagedKeys.Reason, ".")
}

// describeKey names a key by what the user wrote.
func describeKey(k spec.Key) string {
	if arn, ok := k.ARN.Get(); ok {
		return fmt.Sprintf("%q", arn)
	}
	if id, ok := k.CustomerManagedKeyID.Get(); ok {
		return fmt.Sprintf("%q", id)
	}
	return "a key known after apply"
}
