// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// The bounds of a waiver.
const (
	minReasonLength   = 20
	maxWaiverDays     = 365
	waiverDateLayout  = time.DateOnly
	waiverDateExample = "2027-01-31"
)

// ActiveWaiver is a waiver in force.
type ActiveWaiver struct {
	Rule, Reason, Approver, Expires string
}

// The rules about waivers themselves. They are in the catalogue so that their
// IDs are documented and never used again; the engine fills them in, since they
// depend on the answers of the others.
var (
	waiverUnknown = Rule{
		ID: "HB-WVR-001", Title: "Waiver names a rule that cannot be waived", Class: Platform, Paths: []string{"waivers"},
		Rationale:   "A waiver that does nothing is false comfort, and platform rules state what no approval can change.",
		Remediation: "Name a policy rule of the rule catalogue by its exact ID, or remove the waiver.",
		Controls:    []string{"DBX-ANY-GOV-05"}, Source: "architecture guide, exceptions are auditable and approved",
	}
	waiverMalformed = Rule{
		ID: "HB-WVR-002", Title: "Waiver is incomplete", Class: Platform, Paths: []string{"waivers"},
		Rationale:   "An exception must be auditable: who approved it, why, and until when.",
		Remediation: fmt.Sprintf("Give a reason of at least %d characters, an approver, and an expiry date such as %q at most %d days ahead.", minReasonLength, waiverDateExample, maxWaiverDays),
		Controls:    []string{"DBX-ANY-GOV-05"}, Source: "architecture guide, exceptions are auditable and approved",
	}
	waiverExpired = Rule{
		ID: "HB-WVR-003", Title: "Waiver has expired", Class: Policy, Guidance: spec.Consider, Paths: []string{"waivers"},
		Rationale:   "The approval is over, so the rule applies again.",
		Remediation: "Fix what the rule finds and remove the waiver, or have it approved again with a later date.",
		Controls:    []string{"DBX-ANY-GOV-05"}, Source: "architecture guide, exceptions are auditable and approved",
	}
	waiverUnused = Rule{
		ID: "HB-WVR-004", Title: "Waiver is not needed", Class: Policy, Guidance: spec.Consider, Paths: []string{"waivers"},
		Rationale:   "A waiver that stays behind would hide the next violation of the same rule.",
		Remediation: "Remove the waiver.",
		Controls:    []string{"DBX-ANY-GOV-05"}, Source: "architecture guide, exceptions are auditable and approved",
	}
	waiverActive = Rule{
		ID: "HB-WVR-005", Title: "Rule is waived", Class: Policy, Guidance: spec.Consider, Paths: []string{"waivers"},
		Rationale:   "The workspace is weaker than its profile asks for, by approval.",
		Remediation: "Fix what the rule finds before the waiver expires.",
		Controls:    []string{"DBX-ANY-GOV-05"}, Source: "architecture guide, exceptions are auditable and approved",
	}
)

func waiverRules() []Rule {
	return []Rule{waiverUnknown, waiverMalformed, waiverExpired, waiverUnused, waiverActive}
}

// waiverSet is the waivers of one workspace, judged.
type waiverSet struct {
	inForce  map[string]waiverEntry
	problems []Finding
	used     map[string]bool
	// pending are rules whose waiver is not fully known; anyPending says that
	// a waiver's rule itself is not known.
	pending    map[string]bool
	anyPending bool
}

type waiverEntry struct {
	ActiveWaiver
	path spec.Path
}

func readWaivers(w *spec.Workspace, now time.Time) *waiverSet {
	set := &waiverSet{inForce: map[string]waiverEntry{}, used: map[string]bool{}, pending: map[string]bool{}, anyPending: w.Waivers.IsUnknown()}
	declared, _ := w.Waivers.Get()
	for _, d := range declared {
		set.read(d, now)
	}
	return set
}

func (s *waiverSet) read(d spec.Waiver, now time.Time) {
	id, known := d.Rule.Get()
	if !known {
		s.anyPending = s.anyPending || d.Rule.IsUnknown()
		return
	}
	if rule, ok := ByID(id); !ok || rule.Class != Policy || isWaiverRule(id) {
		s.problem(waiverUnknown, d.Rule.Path(), fmt.Sprintf("rule %q", id), "the ID of a policy rule")
		return
	}
	reason, approver, expires, ok := waiverTexts(d)
	if !ok {
		s.pending[id] = true
		return
	}
	if problem := waiverProblem(reason, approver, expires, now); problem != "" {
		s.problem(waiverMalformed, d.Rule.Path(), problem, "reason, approver and expiry date")
		return
	}
	if date, _ := time.Parse(waiverDateLayout, expires); !now.Before(date.AddDate(0, 0, 1)) {
		s.problem(waiverExpired, d.Expires.Path(), fmt.Sprintf("the waiver of %s expired on %s", id, expires), "a date in the future")
		return
	}
	s.inForce[id] = waiverEntry{ActiveWaiver{Rule: id, Reason: reason, Approver: approver, Expires: expires}, d.Rule.Path()}
}

// waiverTexts returns false where a text is unknown: such a waiver may come into
// force, so the rule's own finding waits for it.
func waiverTexts(d spec.Waiver) (reason, approver, expires string, ok bool) {
	if d.Reason.IsUnknown() || d.Approver.IsUnknown() || d.Expires.IsUnknown() {
		return "", "", "", false
	}
	reason, _ = d.Reason.Get()
	approver, _ = d.Approver.Get()
	expires, _ = d.Expires.Get()
	return reason, approver, expires, true
}

func waiverProblem(reason, approver, expires string, now time.Time) string {
	date, err := time.Parse(waiverDateLayout, expires)
	switch {
	case utf8.RuneCountInString(strings.TrimSpace(reason)) < minReasonLength:
		return fmt.Sprintf("a reason of %d characters", utf8.RuneCountInString(strings.TrimSpace(reason)))
	case strings.TrimSpace(approver) == "":
		return "no approver"
	case err != nil:
		return fmt.Sprintf("expiry %q, which is no date", expires)
	case date.After(now.AddDate(0, 0, maxWaiverDays)):
		return fmt.Sprintf("expiry %s, more than %d days ahead", expires, maxWaiverDays)
	}
	return ""
}

func (s *waiverSet) problem(rule Rule, at spec.Path, found, required string) {
	s.problems = append(s.problems, Finding{Rule: rule, Severity: rule.Severity(spec.Standard), Path: at, Found: found, Required: required})
}

// waive says whether a waiver of the rule is in force, and notes its use.
func (s *waiverSet) waive(id string) bool {
	_, ok := s.inForce[id]
	s.used[id] = s.used[id] || ok
	return ok
}

// mayWaive says whether a waiver that is not known yet could be of this rule.
func (s *waiverSet) mayWaive(id string) bool { return s.anyPending || s.pending[id] }

// findings returns what is to be said of the waivers themselves: problems,
// those in use, and those that no rule needs. A deferred rule may need its
// waiver yet.
func (s *waiverSet) findings(answers map[string]answer) []Finding {
	found := s.problems
	for _, id := range s.ids() {
		e := s.inForce[id]
		switch {
		case s.used[id]:
			found = append(found, Finding{Rule: waiverActive, Severity: Warning, Path: e.path,
				Found: fmt.Sprintf("%s is waived until %s by %s: %s", id, e.Expires, e.Approver, e.Reason), Required: "no waiver"})
		case len(answers[id].deferred) == 0:
			found = append(found, Finding{Rule: waiverUnused, Severity: Warning, Path: e.path,
				Found: fmt.Sprintf("%s finds nothing to waive", id), Required: "no waiver"})
		}
	}
	return found
}

// active returns all waivers in force, needed or not, so that the answer does
// not depend on what rules find.
func (s *waiverSet) active() []ActiveWaiver {
	var active []ActiveWaiver
	for _, id := range s.ids() {
		active = append(active, s.inForce[id].ActiveWaiver)
	}
	return active
}

func (s *waiverSet) ids() []string {
	ids := make([]string, 0, len(s.inForce))
	for id := range s.inForce {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func isWaiverRule(id string) bool { return strings.HasPrefix(id, "HB-WVR-") }
