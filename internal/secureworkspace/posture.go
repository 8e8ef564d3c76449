// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import (
	"maps"
	"slices"
	"strings"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/baseline"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/databricks"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/facts"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/rules"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// controlStatus is the state of one security control.
type controlStatus string

// The states of a control, from best to worst.
const (
	notApplicable controlStatus = "not_applicable"
	enforced      controlStatus = "enforced"
	waived        controlStatus = "waived"
	notEnforced   controlStatus = "not_enforced"
	unverifiable  controlStatus = "unverifiable"
	drifted       controlStatus = "drifted"
)

var worse = []controlStatus{notApplicable, enforced, waived, notEnforced, unverifiable, drifted}

// posture is the state of each control by its id. A control that several
// settings serve has the state of the worst.
type posture map[string]controlStatus

func (p posture) set(status controlStatus, controls ...string) {
	for _, c := range controls {
		if now, known := p[c]; !known || slices.Index(worse, now) < slices.Index(worse, status) {
			p[c] = status
		}
	}
}

// withStatus returns the ids of the controls in a state, sorted.
func (p posture) withStatus(status controlStatus) []string {
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(p)) {
		if p[id] == status {
			ids = append(ids, id)
		}
	}
	return ids
}

// assess compares what was read last with what is declared. Only what was read
// back counts as enforced.
func (r *run) assess() posture {
	r.mu.Lock()
	seen, info := r.seen, r.info
	r.mu.Unlock()
	a := assessment{posture: posture{}, run: r, seen: seen, info: info, waivers: r.waivers()}
	a.network()
	a.keys()
	a.addresses()
	a.access()
	for _, s := range baseline.Settings() {
		a.posture.set(a.setting(s), s.Controls...)
	}
	return a.posture
}

// waivers returns the rules with a waiver in force.
func (r *run) waivers() map[string]bool {
	ids := map[string]bool{}
	for _, w := range rules.Evaluate(r.declared, r.clock.Now()).ActiveWaivers {
		ids[w.Rule] = true
	}
	return ids
}

type assessment struct {
	posture posture
	run     *run
	seen    observed
	info    *databricks.WorkspaceInfo
	waivers map[string]bool
}

// weak is the state of a control that nobody asked for, or asked for less of.
func (a assessment) weak(rule string) controlStatus {
	if a.waivers[rule] {
		return waived
	}
	return notEnforced
}

// tierLacks says whether the pricing tier does not have a feature.
func (a assessment) tierLacks(feature string) bool {
	return feature != "" && !facts.TierHas(text(a.run.declared.Tier), feature)
}

// unreadable says whether the workspace's own API gave no answer.
func (a assessment) unreadable() bool { return a.seen.unread != nil || !a.run.reachesWorkspace() }

func (a assessment) network() {
	n, declared := a.run.declared.Network.Get()
	status := enforced
	switch {
	case !declared:
		status = a.weak("HB-NET-001")
	case a.seen.unreadAccount != nil:
		status = unverifiable
	case a.info.NetworkId == "" || a.info.NetworkId != a.run.id(stepNetwork):
		status = drifted
	}
	a.posture.set(status, "DBX-AWS-NET-01")

	hasEndpoints := a.seen.network != nil && a.seen.network.VpcEndpoints != nil &&
		len(a.seen.network.VpcEndpoints.RestApi) > 0 && len(a.seen.network.VpcEndpoints.DataplaneRelay) > 0
	switch {
	case a.tierLacks("private_link"):
		status = notApplicable
	case declared && a.seen.unreadAccount != nil:
		status = unverifiable
	case hasEndpoints && status == enforced:
	case !n.PrivateLink.IsNull():
		status = drifted
	default:
		status = a.weak("HB-NET-004")
	}
	a.posture.set(status, "DBX-AWS-NET-06")
}

func (a assessment) keys() {
	for _, k := range []struct {
		declared                 bool
		step, got, control, rule string
	}{
		{!servicesKeyOf(a.run.declared).IsNull(), stepServicesKey, a.info.ManagedServicesCustomerManagedKeyId, "DBX-AWS-ENC-01", "HB-ENC-002"},
		{!storageKeyOf(a.run.declared).IsNull(), stepStorageKey, a.info.StorageCustomerManagedKeyId, "DBX-AWS-ENC-02", "HB-ENC-003"},
	} {
		status := drifted
		switch {
		case a.tierLacks("customer_managed_keys"):
			status = notApplicable
		case !k.declared:
			status = a.weak(k.rule)
		case k.got != "" && k.got == a.run.id(k.step):
			status = enforced
		}
		a.posture.set(status, k.control)
	}
}

// access judges front-end access: private, or public for allowed addresses. It
// comes after addresses, whose state decides about public access.
func (a assessment) access() {
	p, declared := a.run.declared.PrivateAccess.Get()
	status := a.weak("HB-PAC-004")
	switch {
	case a.tierLacks("private_link"):
		status = notApplicable
	case !declared:
	case a.seen.unreadAccount != nil:
		status = unverifiable
	case a.seen.access == nil || a.info.PrivateAccessSettingsId != a.run.id(stepPrivateAccess), a.accessDiffers(p):
		status = drifted
	case !a.seen.access.PublicAccessEnabled:
		status = enforced
	case a.posture["DBX-ANY-NET-12"] != notEnforced:
		// The allow list is what restricts then.
		status = a.posture["DBX-ANY-NET-12"]
	}
	a.posture.set(status, "DBX-AWS-NET-07")
}

// accessDiffers says whether private access settings that were declared by what
// they hold are something else now.
func (a assessment) accessDiffers(p spec.PrivateAccess) bool {
	return !known(p.PrivateAccessSettingsID) && accessDiffers(p, a.seen.access)
}

func (a assessment) addresses() {
	lists, declared := a.run.declared.IPAccess.Get()
	wantEnforced, _ := lists.Enforced.Get()
	isEnforced := strings.EqualFold(a.seen.conf[baseline.IPAccessListsConf], "true")
	status := enforced
	switch {
	case a.tierLacks("ip_access_lists"):
		status = notApplicable
	case !declared:
		status = a.weak("HB-PAC-004")
	case a.unreadable():
		status = unverifiable
	case isEnforced != wantEnforced, !compareLists(wantedLists(a.run.declared), a.seen.lists).empty():
		status = drifted
	case !wantEnforced:
		status = a.weak("HB-IPA-007")
	}
	a.posture.set(status, "DBX-ANY-NET-12")
}

func (a assessment) setting(s baseline.Setting) controlStatus {
	profile, known := a.run.declared.Profile.Get()
	if !known {
		profile = spec.Standard
	}
	want, managed := a.run.declared.Baseline[s.Key].Get()
	got, read := a.seen.value(s)
	switch {
	case a.tierLacks(s.TierFeature):
		return notApplicable
	case a.unreadable():
		return unverifiable
	case managed && (!read || got != want):
		return drifted
	case read && s.IsSecure(profile, got):
		return enforced
	}
	return a.weak(s.RuleID)
}
