// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package rules

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/facts"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// arn is a parsed Amazon Resource Name.
type arn struct{ partition, service, region, account, resource string }

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

// parseARN takes an ARN apart: arn:partition:service:region:account:resource.
func parseARN(text string) (arn, error) {
	f := strings.SplitN(text, ":", 6)
	if len(f) != 6 || f[0] != "arn" {
		return arn{}, errors.New("it does not read arn:partition:service:region:account:resource")
	}
	a := arn{f[1], f[2], f[3], f[4], f[5]}
	if !accountID.MatchString(a.account) {
		return arn{}, fmt.Errorf("account %q is not 12 digits", a.account)
	}
	return a, nil
}

// arnRules judge the shape of ARNs.
func arnRules() []Rule {
	return []Rule{
		{
			ID: "HB-ARN-001", Title: "Role ARN is malformed", Class: Platform, Paths: []string{"credentials.role_arn", "storage.role_arn"},
			Controls: []string{"DBX-AWS-IAM-17"}, Rationale: "Databricks assumes the role by this name; it can only fail.",
			Remediation: "Use the role's ARN, for instance aws_iam_role.cross_account.arn.", Source: "AWS IAM identifiers",
			Check: checkRoleARNs,
		},
		{
			ID: "HB-ARN-002", Title: "Key ARN is malformed", Class: Platform,
			Paths:    []string{"encryption.managed_services.key_arn", "encryption.workspace_storage.key_arn"},
			Controls: []string{"DBX-AWS-ENC-01", "DBX-AWS-ENC-02"}, Rationale: "Databricks uses the key by this name; it can only fail.",
			Remediation: "Use the key's ARN (an alias is no key), for instance aws_kms_key.storage.arn.", Source: "AWS KMS identifiers",
			Check: checkKeyARNs,
		},
	}
}

func checkRoleARNs(in *Input) {
	if c, ok := Known(in, in.Workspace.Credentials); ok {
		checkARN(in, c.RoleARN, "iam", "role/", "arn:aws:iam::123456789012:role/cross-account")
	}
	if s, ok := Known(in, in.Workspace.Storage); ok {
		checkARN(in, s.RoleARN, "iam", "role/", "arn:aws:iam::123456789012:role/storage")
	}
}

func checkKeyARNs(in *Input) {
	e, ok := Known(in, in.Workspace.Encryption)
	if !ok {
		return
	}
	for _, v := range []spec.Value[spec.Key]{e.ManagedServices, e.WorkspaceStorage} {
		if key, ok := Known(in, v); ok {
			checkARN(in, key.ARN, "kms", "key/", "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab")
		}
	}
}

func checkARN(in *Input, v spec.Value[string], service, kind, example string) {
	text, ok := Known(in, v)
	if !ok {
		return
	}
	required := "an ARN such as " + example
	a, err := parseARN(text)
	name := strings.TrimPrefix(a.resource, kind)
	switch {
	case err != nil:
		in.Fail(v.Path(), fmt.Sprintf("%q: %v", text, err), required)
	case a.service != service || name == a.resource || name == "" || (a.region == "") != (service == "iam"):
		in.Fail(v.Path(), fmt.Sprintf("%q, which names no %s %s", text, service, strings.TrimSuffix(kind, "/")), required)
	default:
		checkPartition(in, v, a, text)
	}
}

// checkPartition compares an ARN's partition with that of the workspace's region.
func checkPartition(in *Input, v spec.Value[string], a arn, text string) {
	name, ok := Known(in, in.Workspace.Region)
	region, listed := facts.Lookup(name)
	if ok && listed && a.partition != region.Partition {
		in.Fail(v.Path(), fmt.Sprintf("%q in partition %q and aws_region = %q", text, a.partition, name), fmt.Sprintf("partition %q", region.Partition))
	}
}
