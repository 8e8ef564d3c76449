// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package rules_test

import (
	"slices"
	"testing"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/rules"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// today is the day of the fake clock.
var today = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// plain is a workspace of profile standard that only warnings speak of.
func plain() *spec.Workspace {
	return &spec.Workspace{
		Profile: spec.Known(spec.Standard), Name: spec.Known("finance"), Region: spec.Known("eu-west-1"), Tier: spec.Known("ENTERPRISE"),
		Credentials: spec.Known(spec.Credentials{CredentialsID: spec.Known("c")}),
		Storage:     spec.Known(spec.Storage{StorageConfigurationID: spec.Known("s")}),
		Network:     spec.Known(spec.Network{NetworkID: spec.Known("n")}),
		Baseline:    spec.Baseline{},
	}
}

func key(arn spec.Value[string]) spec.Value[spec.Key] { return spec.Known(spec.Key{ARN: arn}) }

func severityOf(report rules.Report, id string) rules.Severity {
	for _, f := range report.Findings {
		if f.Rule.ID == id {
			return f.Severity
		}
	}
	return rules.Silent
}

func isDeferred(report rules.Report, id string) bool {
	return slices.ContainsFunc(report.Deferred, func(d rules.Deferred) bool { return d.Rule.ID == id })
}

// TestRegionKeysIsTriState walks the rule that a hard region fact decides
// through every state of its inputs: unknown is neither a pass nor a failure.
func TestRegionKeysIsTriState(t *testing.T) {
	t.Parallel()
	const id = "HB-REG-002"
	arn := spec.Known("arn:aws:kms:us-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab")
	services := func(k spec.Value[spec.Key]) spec.Value[spec.Encryption] {
		return spec.Known(spec.Encryption{ManagedServices: k})
	}
	storage := func(k spec.Value[spec.Key]) spec.Value[spec.Encryption] {
		return spec.Known(spec.Encryption{WorkspaceStorage: k})
	}
	tests := map[string]struct {
		region     spec.Value[string]
		encryption spec.Value[spec.Encryption]
		fails      bool
		deferred   bool
	}{
		"managed services key":       {spec.Known("us-west-1"), services(key(arn)), true, false},
		"workspace storage key":      {spec.Known("us-west-1"), storage(key(arn)), true, false},
		"key of unknown ARN":         {spec.Known("us-west-1"), services(key(spec.Unknown[string]())), true, false},
		"no keys":                    {spec.Known("us-west-1"), spec.Null[spec.Encryption](), false, false},
		"keys not written":           {spec.Known("us-west-1"), services(spec.Null[spec.Key]()), false, false},
		"unknown encryption":         {spec.Known("us-west-1"), spec.Unknown[spec.Encryption](), false, true},
		"unknown key":                {spec.Known("us-west-1"), services(spec.Unknown[spec.Key]()), false, true},
		"unknown region with key":    {spec.Unknown[string](), services(key(arn)), false, true},
		"unknown region without key": {spec.Unknown[string](), spec.Null[spec.Encryption](), false, false},
		"other region":               {spec.Known("eu-west-1"), services(key(arn)), false, false},
		"other region, unknown key":  {spec.Known("eu-west-1"), spec.Unknown[spec.Encryption](), false, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := plain()
			w.Region, w.Encryption = tt.region, tt.encryption
			report := rules.Evaluate(w, today)
			if got := severityOf(report, id) == rules.Error; got != tt.fails || isDeferred(report, id) != tt.deferred {
				t.Errorf("fails = %v, deferred = %v; want %v, %v", got, isDeferred(report, id), tt.fails, tt.deferred)
			}
		})
	}
}

func TestSeverityByProfile(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		profile spec.Value[spec.Profile]
		tier    string
		want    rules.Severity
		waits   bool
	}{
		"high":                    {spec.Known(spec.High), "ENTERPRISE", rules.Error, false},
		"standard":                {spec.Known(spec.Standard), "ENTERPRISE", rules.Warning, false},
		"standard, tier lacks it": {spec.Known(spec.Standard), "PREMIUM", rules.Silent, false},
		"high, tier lacks it":     {spec.Known(spec.High), "PREMIUM", rules.Error, false},
		"unknown profile":         {spec.Unknown[spec.Profile](), "ENTERPRISE", rules.Silent, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := plain()
			w.Profile, w.Tier = tt.profile, spec.Known(tt.tier)
			report := rules.Evaluate(w, today)
			if got := severityOf(report, "HB-ENC-002"); got != tt.want || isDeferred(report, "HB-ENC-002") != tt.waits {
				t.Errorf("severity = %v, deferred = %v; want %v, %v", got, isDeferred(report, "HB-ENC-002"), tt.want, tt.waits)
			}
		})
	}
}

// TestErrorsInBothProfilesDoNotWait shows that an unknown profile does not hold
// back what every profile refuses.
func TestErrorsInBothProfilesDoNotWait(t *testing.T) {
	t.Parallel()
	w := plain()
	w.Profile = spec.Unknown[spec.Profile]()
	w.Baseline["max_token_lifetime_days"] = spec.Known("366")
	if got := severityOf(rules.Evaluate(w, today), "HB-TOK-001"); got != rules.Error {
		t.Errorf("severity = %v, want an error", got)
	}
}

func TestRunnerOutsideTheListWaitsForUnknownEntries(t *testing.T) {
	t.Parallel()
	w := plain()
	w.RunnerAddresses = spec.Known([]string{"203.0.113.10"})
	list := func(entries ...spec.Value[string]) spec.Value[spec.IPAccess] {
		return spec.Known(spec.IPAccess{Allow: spec.Known(map[string]spec.AddressList{"office": spec.Known(entries)})})
	}
	w.IPAccess = list(spec.Known("198.51.100.0/24"))
	if severityOf(rules.Evaluate(w, today), "HB-IPA-008") != rules.Error {
		t.Error("a runner outside all lists must be an error")
	}
	w.IPAccess = list(spec.Known("198.51.100.0/24"), spec.Unknown[string]())
	if report := rules.Evaluate(w, today); severityOf(report, "HB-IPA-008") != rules.Silent || !isDeferred(report, "HB-IPA-008") {
		t.Error("an unknown entry may yet hold the runner")
	}
}

func waiver(rule, expires string) spec.Waiver {
	return spec.Waiver{
		Rule: spec.Known(rule), Reason: spec.Known("the service team has no key until March"),
		Approver: spec.Known("ciso@example.com"), Expires: spec.Known(expires),
	}
}

func TestWaivers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		waiver spec.Waiver
		// want are the IDs with their severity; HB-ENC-002 is the rule that
		// finds something.
		want   map[string]rules.Severity
		active bool
	}{
		"in force":           {waiver("HB-ENC-002", "2026-11-23"), map[string]rules.Severity{"HB-ENC-002": rules.Silent, "HB-WVR-005": rules.Warning}, true},
		"expired":            {waiver("HB-ENC-002", "2026-11-22"), map[string]rules.Severity{"HB-ENC-002": rules.Error, "HB-WVR-003": rules.Warning}, false},
		"too far ahead":      {waiver("HB-ENC-002", "2027-11-25"), map[string]rules.Severity{"HB-ENC-002": rules.Error, "HB-WVR-002": rules.Error}, false},
		"no date":            {waiver("HB-ENC-002", "soon"), map[string]rules.Severity{"HB-ENC-002": rules.Error, "HB-WVR-002": rules.Error}, false},
		"unknown rule":       {waiver("HB-ENC-999", "2026-12-31"), map[string]rules.Severity{"HB-ENC-002": rules.Error, "HB-WVR-001": rules.Error}, false},
		"wildcard":           {waiver("HB-ENC-*", "2026-12-31"), map[string]rules.Severity{"HB-ENC-002": rules.Error, "HB-WVR-001": rules.Error}, false},
		"platform rule":      {waiver("HB-REG-002", "2026-12-31"), map[string]rules.Severity{"HB-ENC-002": rules.Error, "HB-WVR-001": rules.Error}, false},
		"waiver rule":        {waiver("HB-WVR-005", "2026-12-31"), map[string]rules.Severity{"HB-WVR-001": rules.Error}, false},
		"not needed":         {waiver("HB-BAS-006", "2026-12-31"), map[string]rules.Severity{"HB-ENC-002": rules.Error, "HB-WVR-004": rules.Warning}, true},
		"approver not known": {unknownApprover(), map[string]rules.Severity{"HB-ENC-002": rules.Silent, "HB-ENC-003": rules.Error}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := plain()
			w.Profile = spec.Known(spec.High)
			w.Waivers = spec.Known([]spec.Waiver{tt.waiver})
			report := rules.Evaluate(w, today)
			for id, want := range tt.want {
				if got := severityOf(report, id); got != want {
					t.Errorf("%s has severity %v, want %v", id, got, want)
				}
			}
			if active := len(report.ActiveWaivers) == 1; active != tt.active {
				t.Errorf("active waivers = %v, want active = %v", report.ActiveWaivers, tt.active)
			}
		})
	}
}

func unknownApprover() spec.Waiver {
	w := waiver("HB-ENC-002", "2026-12-31")
	w.Approver = spec.Unknown[string]()
	return w
}

// TestPlatformRuleCannotBeWaived shows that the mission's refusal stands.
func TestPlatformRuleCannotBeWaived(t *testing.T) {
	t.Parallel()
	w := plain()
	w.Region = spec.Known("us-west-1")
	w.Encryption = spec.Known(spec.Encryption{ManagedServices: key(spec.Unknown[string]())})
	w.Waivers = spec.Known([]spec.Waiver{waiver("HB-REG-002", "2026-12-31")})
	report := rules.Evaluate(w, today)
	if severityOf(report, "HB-REG-002") != rules.Error || severityOf(report, "HB-WVR-001") != rules.Error {
		t.Errorf("findings = %+v", report.Findings)
	}
}

func TestConsideredRulesOnlyWarn(t *testing.T) {
	t.Parallel()
	w := plain()
	w.Profile = spec.Known(spec.High)
	w.Baseline["automatic_cluster_update"] = spec.Known("false")
	w.IPAccess = spec.Known(spec.IPAccess{Allow: spec.Known(map[string]spec.AddressList{"office": spec.Known([]spec.Value[string]{spec.Known("203.0.113.0/24")})})})
	report := rules.Evaluate(w, today)
	for _, id := range []string{"HB-BAS-013", "HB-IPA-009"} {
		if got := severityOf(report, id); got != rules.Warning {
			t.Errorf("%s has severity %v, want a warning", id, got)
		}
	}
	w.Profile, w.Tier = spec.Known(spec.Standard), spec.Known("PREMIUM")
	w.Baseline["max_token_lifetime_days"] = spec.Known("90")
	if got := severityOf(rules.Evaluate(w, today), "HB-TIR-005"); got != rules.Warning {
		t.Errorf("HB-TIR-005 has severity %v, want a warning: the sources disagree on the tier", got)
	}
}

// TestObjectFormsAreTriState covers a module that passes one of two on as a null
// which is not known yet.
func TestObjectFormsAreTriState(t *testing.T) {
	t.Parallel()
	const id = "HB-OBJ-001"
	null, unknown, some := spec.Null[string](), spec.Unknown[string](), spec.Known("x")
	tests := map[string]struct {
		part, id        spec.Value[string]
		fails, deferred bool
	}{
		"part":             {some, null, false, false},
		"id":               {null, some, false, false},
		"both":             {some, some, true, false},
		"neither":          {null, null, true, false},
		"part, id unknown": {some, unknown, false, true},
		"id, part unknown": {unknown, some, false, true},
		"one unknown":      {unknown, null, false, true},
		"both unknown":     {unknown, unknown, false, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := plain()
			w.Credentials = spec.Known(spec.Credentials{RoleARN: tt.part, CredentialsID: tt.id})
			report := rules.Evaluate(w, today)
			if got := severityOf(report, id) == rules.Error; got != tt.fails || isDeferred(report, id) != tt.deferred {
				t.Errorf("fails = %v, deferred = %v; want %v, %v", got, isDeferred(report, id), tt.fails, tt.deferred)
			}
		})
	}
}

// TestRunnerIsJudgedByMeaning covers lists that let the runner in by other ways
// than one entry that holds it.
func TestRunnerIsJudgedByMeaning(t *testing.T) {
	t.Parallel()
	list := func(entries ...string) spec.Value[map[string]spec.AddressList] {
		var values []spec.Value[string]
		for _, e := range entries {
			values = append(values, spec.Known(e))
		}
		return spec.Known(map[string]spec.AddressList{"office": spec.Known(values)})
	}
	null := spec.Null[map[string]spec.AddressList]()
	tests := map[string]struct {
		runner   string
		access   string
		enforced spec.Value[bool]
		allow    spec.Value[map[string]spec.AddressList]
		block    spec.Value[map[string]spec.AddressList]
		fails    bool
	}{
		"held by one":        {"203.0.113.10", "public", spec.Known(true), list("203.0.113.0/24"), null, false},
		"held by two halves": {"203.0.113.0/24", "public", spec.Known(true), list("203.0.113.0/25", "203.0.113.128/25"), null, false},
		"held in part":       {"203.0.113.0/24", "public", spec.Known(true), list("203.0.113.0/25"), null, true},
		"held by none":       {"203.0.113.10", "public", spec.Known(true), list("198.51.100.0/24"), null, true},
		"blocked in part":    {"203.0.113.0/24", "public", spec.Known(true), list("203.0.113.0/24"), list("203.0.113.7"), true},
		"not enforced":       {"203.0.113.10", "public", spec.Known(false), list("198.51.100.0/24"), null, false},
		"over PrivateLink":   {"203.0.113.10", "private", spec.Known(true), list("198.51.100.0/24"), null, false},
		"unset access":       {"203.0.113.10", "", spec.Null[bool](), list("198.51.100.0/24"), null, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := plain()
			w.RunnerAddresses = spec.Known([]string{tt.runner})
			if tt.access != "" {
				w.RunnerAccess = spec.Known(tt.access)
			}
			w.IPAccess = spec.Known(spec.IPAccess{Enforced: tt.enforced, Allow: tt.allow, Block: tt.block})
			if got := severityOf(rules.Evaluate(w, today), "HB-IPA-008") == rules.Error; got != tt.fails {
				t.Errorf("fails = %v, want %v", got, tt.fails)
			}
		})
	}
}
