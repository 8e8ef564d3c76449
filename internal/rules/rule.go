// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

// Package rules holds the security rules as values, and the engine that asks
// them about a declared workspace. It knows neither Terraform nor an SDK.
package rules

import (
	"fmt"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// Severity is how much a finding weighs.
type Severity uint8

// The severities, in rising order.
const (
	Silent Severity = iota
	Warning
	Error
)

// Class says who stands behind a rule.
type Class string

// The classes. A platform rule states what the service refuses, or what this
// provider refuses outright, and cannot be waived; a policy rule can.
const (
	Platform Class = "platform"
	Policy   Class = "policy"
)

// Rule is one security rule. IDs are never used again.
type Rule struct {
	ID    string
	Title string
	Class Class
	// Guidance decides the severity in each profile (see [Rule.Severity]).
	Guidance spec.Guidance
	// TierFeature is the key of the tier matrix that the remedy needs: where
	// the tier lacks it, a warning is silent. Empty: every tier has it.
	TierFeature string
	// Paths are the attributes the rule speaks of, for the docs.
	Paths []string
	// Controls are ids of controls.csv, Threats its threat categories.
	Controls, Threats []string
	// Rationale says why it matters, Remediation how to fix it, Source where
	// the requirement comes from.
	Rationale, Remediation, Source string
	// Check reports its findings to the input; see [Input].
	Check func(in *Input)
}

// Severity returns the rule's severity in a profile: what the guides put under
// "most deployments" is an error in both, "highly secure" an error in high and a
// warning in standard, "consider" a warning.
func (r Rule) Severity(p spec.Profile) Severity {
	switch {
	case r.Class == Platform || r.Guidance == spec.MostDeployments:
		return Error
	case r.Guidance == spec.HighlySecure && p == spec.High:
		return Error
	default:
		return Warning
	}
}

// Finding is one place where a configuration breaks a rule.
type Finding struct {
	Rule     Rule
	Severity Severity
	Path     spec.Path
	// Found is what stands there, Required what the rule asks for.
	Found, Required string
}

// Summary is the static, unique title of the finding with the rule's ID.
func (f Finding) Summary() string { return fmt.Sprintf("%s (%s)", f.Rule.Title, f.Rule.ID) }

// Detail says where, what was found, what is required, why, and how to fix it.
func (f Finding) Detail() string {
	d := fmt.Sprintf("Attribute: %s\nFound: %s.\nRequired: %s.\nWhy: %s\nFix: %s", f.Path, f.Found, f.Required, f.Rule.Rationale, f.Rule.Remediation)
	if f.Rule.Source != "" {
		d += "\nSource: " + f.Rule.Source + "."
	}
	return d
}

// Input is what a rule sees: a workspace whose values may be unknown. Reading
// an unknown value through [Known] defers the rule's answer, so that unknown is
// neither a pass nor a failure.
type Input struct {
	Workspace *spec.Workspace

	findings []Finding
	deferred []spec.Path
}

// Fail reports a finding.
func (in *Input) Fail(at spec.Path, found, required string) {
	in.findings = append(in.findings, Finding{Path: at, Found: found, Required: required})
}

// Known returns a value and whether it is known; an unknown value is noted, so
// that the rule counts as deferred unless it fails for another reason.
func Known[T any](in *Input, v spec.Value[T]) (T, bool) {
	if v.IsUnknown() {
		in.deferred = append(in.deferred, v.Path())
	}
	return v.Get()
}

// Absent says whether a value is certainly not written; an unknown value is
// noted as in [Known].
func Absent[T any](in *Input, v spec.Value[T]) bool {
	if v.IsUnknown() {
		in.deferred = append(in.deferred, v.Path())
	}
	return v.IsNull()
}
