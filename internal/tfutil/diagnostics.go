// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package tfutil

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/databricks"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/rules"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// attributeOf returns the top-level attribute of a path. Terraform finds the
// source line of a top-level attribute only; for one nested in it, it would show
// the first line of the resource. The text names the whole path.
func attributeOf(p spec.Path) path.Path {
	if len(p) == 0 {
		return path.Empty()
	}
	return path.Root(p[0].Attribute)
}

// AddFindings adds one diagnostic for each finding of the rules.
func AddFindings(diags *diag.Diagnostics, report rules.Report) {
	AddErrors(diags, report)
	for _, f := range report.Findings {
		if f.Severity == rules.Warning {
			diags.AddAttributeWarning(attributeOf(f.Path), f.Summary(), f.Detail())
		}
	}
}

// AddErrors adds one diagnostic for each finding that is an error.
func AddErrors(diags *diag.Diagnostics, report rules.Report) {
	for _, f := range report.Findings {
		if f.Severity == rules.Error {
			diags.AddAttributeError(attributeOf(f.Path), f.Summary(), f.Detail())
		}
	}
}

// AddDeferred adds one notice that lists the rules which wait for values that
// are known during apply only.
func AddDeferred(diags *diag.Diagnostics, report rules.Report) {
	if len(report.Deferred) == 0 {
		return
	}
	var ids, paths []string
	for _, d := range report.Deferred {
		ids = append(ids, d.Rule.ID)
		for _, p := range d.Paths {
			paths = append(paths, p.String())
		}
	}
	slices.Sort(paths)
	diags.AddWarning("Rules wait for values that are known after apply (HB-CHK-001)", fmt.Sprintf(
		"Not checked yet: %s.\nUnknown: %s.\nThe rules are asked again during apply, before anything is written; the apply fails if one of them finds something.",
		strings.Join(ids, ", "), strings.Join(slices.Compact(paths), ", ")))
}

// AddAPIError adds an error of the Databricks API: what was tried, what it says,
// what follows from it, and what to do where that is known.
func AddAPIError(diags *diag.Diagnostics, summary, tried string, account *databricks.Account, err error, consequences ...string) {
	diags.AddError(summary, tried+": "+strings.TrimSpace(err.Error())+strings.Join(consequences, "")+advice(account, err))
}

func advice(account *databricks.Account, err error) string {
	switch {
	case databricks.IsUnauthenticated(err) && account != nil:
		return fmt.Sprintf("\nWhy: %s refused %s for account %s.\nFix: check client_id, client_secret and account_id; the service principal must be an account admin.",
			account.Host(), account.Principal(), account.ID())
	case databricks.IsDenied(err) && account != nil:
		return fmt.Sprintf("\nWhy: %s may not do this in account %s, or the account id is wrong.\nFix: check account_id, and make the service principal an account admin.",
			account.Principal(), account.ID())
	case databricks.IsUnreachable(err):
		return "\nWhy: no connection came about, so nothing was sent.\nFix: check the network, the proxy variables (HTTPS_PROXY, NO_PROXY) and the host of the provider configuration."
	case databricks.IsUnconfirmed(err):
		return "\nWhy: the service may or may not have created the object; sending the request again could create it twice.\nFix: run apply again; it looks for the object first."
	case databricks.IsPropagating(err):
		return "\nWhy: Databricks could not use the AWS role or bucket within the time that new IAM and bucket policies take to spread.\nFix: check the role's trust and permissions, the bucket policy, and organization policies that keep outside principals away."
	}
	return ""
}
