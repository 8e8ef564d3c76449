// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package rules

import (
	"fmt"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// encryptionRules judge the customer-managed keys.
func encryptionRules() []Rule {
	const guide = "AWS security best practices guide, customer-managed keys"
	return []Rule{
		{
			ID: "HB-ENC-001", Title: "Key is in another region than the workspace", Class: Platform,
			Paths:       []string{"encryption.managed_services.key_arn", "encryption.workspace_storage.key_arn", "aws_region"},
			Controls:    []string{"DBX-AWS-ENC-01", "DBX-AWS-ENC-02"},
			Rationale:   "A workspace can only use keys of its own region; Databricks finds out when it provisions, minutes into the apply.",
			Remediation: "Create the key in the workspace's region.",
			Source:      guide, Check: checkKeyRegion,
		},
		keyRule("HB-ENC-002", "managed_services", "DBX-AWS-ENC-01",
			"Notebooks, secrets and query results in the control plane are then encrypted with a key that you cannot revoke.",
			func(e spec.Encryption) spec.Value[spec.Key] { return e.ManagedServices }),
		keyRule("HB-ENC-003", "workspace_storage", "DBX-AWS-ENC-02",
			"The root bucket and cluster volumes are then encrypted with a key that you cannot revoke.",
			func(e spec.Encryption) spec.Value[spec.Key] { return e.WorkspaceStorage }),
	}
}

// keyRule asks for one of the two keys.
func keyRule(id, attribute, control, why string, pick func(spec.Encryption) spec.Value[spec.Key]) Rule {
	return Rule{
		ID: id, Title: "Workspace has no customer-managed key for " + attribute, Class: Policy, Guidance: spec.HighlySecure,
		TierFeature: "customer_managed_keys", Paths: []string{"encryption." + attribute}, Controls: []string{control}, Threats: []string{"VEN", "EXF"},
		Rationale: why, Remediation: "Declare encryption." + attribute + " with the ARN of a KMS key of yours.",
		Source: "AWS security best practices guide, highly secure deployments",
		Check: func(in *Input) {
			at := spec.Root("encryption").Attr(attribute)
			if Absent(in, in.Workspace.Encryption) {
				in.Fail(at, "no encryption", "a customer-managed key")
				return
			}
			if e, ok := Known(in, in.Workspace.Encryption); ok && Absent(in, pick(e)) {
				in.Fail(at, "no "+attribute, "a customer-managed key")
			}
		},
	}
}

func checkKeyRegion(in *Input) {
	e, ok := Known(in, in.Workspace.Encryption)
	if !ok {
		return
	}
	for _, v := range []spec.Value[spec.Key]{e.ManagedServices, e.WorkspaceStorage} {
		key, given := Known(in, v)
		if !given {
			continue
		}
		text, okARN := Known(in, key.ARN)
		a, err := parseARN(text)
		if !okARN || err != nil {
			continue
		}
		region, okRegion := Known(in, in.Workspace.Region)
		if okRegion && a.region != region {
			in.Fail(key.ARN.Path(), fmt.Sprintf("a key in %q and aws_region = %q", a.region, region), fmt.Sprintf("a key in %q", region))
		}
	}
}
