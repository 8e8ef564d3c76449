// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package rules

import (
	"fmt"
	"strconv"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/baseline"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// apiMaxTokenDays is the longest token lifetime that the API accepts (API
// contract, workspace-conf).
const apiMaxTokenDays = 730

// tokenRules judge personal access tokens.
func tokenRules() []Rule {
	common := Rule{
		Class: Policy, Guidance: spec.MostDeployments, Paths: []string{"baseline." + baseline.MaxTokenLifetimeDays},
		Controls: []string{"DBX-ANY-IAM-11"}, Threats: []string{"ATO"},
		Rationale: "A leaked token works until it expires.",
		Source:    "AWS security best practices guide, token management",
	}
	bound := common
	bound.ID, bound.Title = "HB-TOK-001", "Token lifetime is beyond the profile's bound"
	bound.Remediation = fmt.Sprintf("Set it between 1 and %d days in profile high, %d in standard.",
		baseline.TokenLifetimeBound(spec.High), baseline.TokenLifetimeBound(spec.Standard))
	bound.Check = checkTokenLifetime
	limit := common
	limit.ID, limit.Title, limit.Class = "HB-TOK-003", "Token lifetime is outside what the service accepts", Platform
	limit.Remediation = fmt.Sprintf("Set it between 1 and %d days.", apiMaxTokenDays)
	limit.Check = func(in *Input) {
		if days, ok := tokenDays(in); ok && (days < 1 || days > apiMaxTokenDays) {
			failTokenDays(in, days, apiMaxTokenDays)
		}
	}
	return []Rule{bound, limit}
}

func checkTokenLifetime(in *Input) {
	days, ok := tokenDays(in)
	if !ok || days <= baseline.TokenLifetimeBound(spec.High) {
		return
	}
	// Beyond the wider bound it fails in every profile; between the two, the
	// profile decides.
	most := baseline.TokenLifetimeBound(spec.Standard)
	if days <= most {
		profile, known := Known(in, in.Workspace.Profile)
		if !known || profile != spec.High {
			return
		}
		most = baseline.TokenLifetimeBound(profile)
	}
	failTokenDays(in, days, most)
}

func tokenDays(in *Input) (int, bool) {
	text, ok := Known(in, in.Workspace.Baseline[baseline.MaxTokenLifetimeDays])
	if !ok {
		return 0, false
	}
	days, err := strconv.Atoi(text)
	return days, err == nil
}

func failTokenDays(in *Input, days, most int) {
	at := in.Workspace.Baseline[baseline.MaxTokenLifetimeDays].Path()
	in.Fail(at, fmt.Sprintf("%d days", days), fmt.Sprintf("1 to %d days", most))
}
