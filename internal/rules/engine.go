// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package rules

import (
	"slices"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/facts"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// Deferred is a rule that could not be answered because an input is unknown.
type Deferred struct {
	Rule  Rule
	Paths []spec.Path
}

// Report is the answer of all rules about one workspace.
type Report struct {
	// Findings holds what is not waived, waiver problems among it.
	Findings []Finding
	Deferred []Deferred
	// ActiveWaivers are the waivers in force, by rule.
	ActiveWaivers []ActiveWaiver
	// WaiversPending says that a waiver is not known yet, so that there may be
	// more of them.
	WaiversPending bool
}

// Failed says whether any finding is an error.
func (r Report) Failed() bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Severity == Error })
}

// Evaluate asks every rule about a workspace. The time decides which waivers
// are in force.
func Evaluate(w *spec.Workspace, now time.Time) Report {
	return evaluate(All(), w, now)
}

func evaluate(all []Rule, w *spec.Workspace, now time.Time) Report {
	var report Report
	answers := map[string]answer{}
	waivers := readWaivers(w, now)
	for _, rule := range all {
		a := ask(rule, w)
		answers[rule.ID] = a
		if len(a.deferred) > 0 && len(a.findings) == 0 {
			report.Deferred = append(report.Deferred, Deferred{Rule: rule, Paths: a.deferred})
			continue
		}
		if len(a.findings) > 0 && rule.Class == Policy && waivers.waive(rule.ID) {
			continue
		}
		if len(a.findings) > 0 && rule.Class == Policy && waivers.mayWaive(rule.ID) {
			report.Deferred = append(report.Deferred, Deferred{Rule: rule, Paths: []spec.Path{w.Waivers.Path()}})
			continue
		}
		report.Findings = append(report.Findings, a.findings...)
	}
	report.Findings = append(report.Findings, waivers.findings(answers)...)
	report.ActiveWaivers, report.WaiversPending = waivers.active(), waivers.anyPending || len(waivers.pending) > 0
	return report
}

// answer is what one rule says of one workspace.
type answer struct {
	findings []Finding
	deferred []spec.Path
}

func ask(rule Rule, w *spec.Workspace) answer {
	in := &Input{Workspace: w}
	rule.Check(in)
	severity, known := severityOf(rule, w)
	if len(in.findings) > 0 && !known {
		return answer{deferred: append(in.deferred, w.Profile.Path())}
	}
	var a answer
	for _, f := range in.findings {
		f.Rule, f.Severity = rule, severity
		if severity > Silent {
			a.findings = append(a.findings, f)
		}
	}
	a.deferred = in.deferred
	return a
}

// severityOf returns a rule's severity for a workspace, and false where it
// depends on a profile that is not known yet.
func severityOf(rule Rule, w *spec.Workspace) (Severity, bool) {
	profile, known := w.Profile.Get()
	if !known {
		inStandard, inHigh := rule.Severity(spec.Standard), rule.Severity(spec.High)
		return inStandard, inStandard == Error && inHigh == Error
	}
	severity := rule.Severity(profile)
	tier, tierKnown := w.Tier.Get()
	if severity == Warning && rule.TierFeature != "" && tierKnown && !facts.TierHas(tier, rule.TierFeature) {
		severity = Silent
	}
	return severity, true
}
