// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package rules

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// maxAddresses is how many addresses and ranges the lists of one workspace may
// hold together (API contract, IP access lists).
const maxAddresses = 1000

// ipAccessRules judge the IP access lists.
func ipAccessRules() []Rule {
	const guide = "AWS security best practices guide, IP access lists"
	rule := func(id, title, why, fix string, class Class, check func(*Input)) Rule {
		return Rule{
			ID: id, Title: title, Class: class, Guidance: spec.HighlySecure, Paths: []string{"ip_access.allow", "ip_access.block"},
			Controls: []string{"DBX-ANY-NET-12"}, Threats: []string{"ATO", "EXF"},
			Rationale: why, Remediation: fix, Source: guide, Check: check,
		}
	}
	// A landing zone may know its runners only later, so this one only warns.
	undeclared := rule("HB-IPA-009", "Nothing says which addresses must stay allowed",
		"Without runner_addresses, a list that locks out the machine that runs Terraform is not found at plan.",
		"Set runner_addresses on the provider.", Policy, checkRunnerDeclared)
	undeclared.Guidance = spec.Consider
	return []Rule{
		rule("HB-IPA-001", "Allow list is open to the internet",
			"An allow list that holds every address restricts nobody and gives false comfort.",
			"List the public addresses of your offices, VPNs and runners.", Platform, checkOpen),
		rule("HB-IPA-002", "IP access list holds a private range",
			"Databricks sees public source addresses only, so the entry never matches; a list of nothing else locks everybody out.",
			"List the public addresses that the private ones are translated to.", Platform,
			eachAddress(func(in *Input, e address) {
				if e.ok && !isPublic(e.prefix) {
					in.Fail(e.at, e.text+", which is not a public range", "public IPv4 addresses")
				}
			})),
		rule("HB-IPA-003", "IP access list holds an IPv6 address",
			"IP access lists take IPv4 only.", "List IPv4 addresses and ranges.", Platform,
			eachAddress(func(in *Input, e address) {
				if e.ok && !e.prefix.Addr().Is4() {
					in.Fail(e.at, e.text, "an IPv4 address or CIDR range")
				}
			})),
		rule("HB-IPA-004", "IP access list entry is malformed",
			"Databricks refuses the whole list.", "Write an address such as 203.0.113.10 or a range such as 203.0.113.0/24.", Platform,
			eachAddress(func(in *Input, e address) {
				if !e.ok {
					in.Fail(e.at, fmt.Sprintf("%q", e.text), "an IPv4 address or CIDR range")
				}
			})),
		rule("HB-IPA-005", "IP access lists are too long",
			"Databricks takes at most 1,000 addresses and ranges over all lists of a workspace.", "Merge ranges, or let users come through fewer addresses.", Platform, checkCount),
		rule("HB-IPA-006", "IP access lists are enforced without an allow list",
			"Without an allow list every address that is not blocked is let in, so enforcement restricts nobody.",
			"Declare ip_access.allow with at least one address.", Platform, checkEnforcedEmpty),
		rule("HB-IPA-007", "IP access lists are declared but not enforced",
			"Lists have no effect until they are enforced.", "Remove ip_access.enforced = false.", Policy, checkNotEnforced),
		rule("HB-IPA-008", "IP access lists would lock out the runner",
			"The machine that runs Terraform could neither finish nor undo what it began.",
			"Add the runner's address to an allow list and take it off the block lists, or correct the provider's runner_addresses.", Platform, checkRunner),
		undeclared,
	}
}

// address is one entry of a list.
type address struct {
	at     spec.Path
	text   string
	prefix netip.Prefix
	ok     bool
}

// eachAddress makes a check of all known entries of both kinds of lists.
func eachAddress(check func(*Input, address)) func(*Input) {
	return func(in *Input) {
		access, ok := Known(in, in.Workspace.IPAccess)
		if !ok {
			return
		}
		for _, lists := range []spec.Value[map[string]spec.AddressList]{access.Allow, access.Block} {
			for _, e := range addresses(in, lists) {
				check(in, e)
			}
		}
	}
}

// addresses returns all known entries of a map of lists, in the order of names.
func addresses(in *Input, lists spec.Value[map[string]spec.AddressList]) []address {
	named, _ := Known(in, lists)
	var all []address
	for _, name := range slices.Sorted(maps.Keys(named)) {
		entries, _ := Known(in, named[name])
		for _, v := range entries {
			if text, ok := Known(in, v); ok {
				prefix, err := parseRange(text)
				all = append(all, address{at: named[name].Path(), text: text, prefix: prefix, ok: err == nil})
			}
		}
	}
	return all
}

// parseRange reads an address or a CIDR range.
func parseRange(text string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}

// notPublic are the IPv4 ranges that never reach Databricks as a source address
// (IANA special-purpose registry; RFC 1918, 6598, 1122, 3927, 5771, 1112).
var notPublic = func() []netip.Prefix {
	var all []netip.Prefix
	for _, p := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4",
	} {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}()

func isPublic(p netip.Prefix) bool {
	return !slices.ContainsFunc(notPublic, func(private netip.Prefix) bool {
		return p.Addr().Is4() && private.Bits() <= p.Bits() && private.Contains(p.Addr())
	})
}

// checkOpen fails where the allow lists together hold half of all addresses or
// more: 0.0.0.0/0 written as one range or as several.
func checkOpen(in *Input) {
	access, ok := Known(in, in.Workspace.IPAccess)
	if !ok {
		return
	}
	const half = uint64(1) << 31
	var ranges []netip.Prefix
	for _, e := range addresses(in, access.Allow) {
		if e.ok && e.prefix.Addr().Is4() {
			ranges = append(ranges, e.prefix.Masked())
		}
	}
	if size := unionSize(ranges); size >= half {
		in.Fail(access.Allow.Path(), fmt.Sprintf("ranges that together hold %d of 4294967296 addresses", size), "the addresses that you use")
	}
}

// unionSize counts the addresses in the union of IPv4 ranges. Ranges are either
// nested or apart, so one that another holds is left out.
func unionSize(ranges []netip.Prefix) uint64 {
	var total uint64
	for i, p := range ranges {
		held := slices.ContainsFunc(ranges[:i], func(q netip.Prefix) bool { return q == p }) ||
			slices.ContainsFunc(ranges, func(q netip.Prefix) bool { return q.Bits() < p.Bits() && q.Contains(p.Addr()) })
		if !held {
			total += uint64(1) << (32 - p.Bits())
		}
	}
	return total
}

func checkCount(in *Input) {
	access, ok := Known(in, in.Workspace.IPAccess)
	if !ok {
		return
	}
	if n := len(addresses(in, access.Allow)) + len(addresses(in, access.Block)); n > maxAddresses {
		in.Fail(in.Workspace.IPAccess.Path(), fmt.Sprintf("%d entries", n), fmt.Sprintf("at most %d", maxAddresses))
	}
}

func checkEnforcedEmpty(in *Input) {
	access, ok := Known(in, in.Workspace.IPAccess)
	if !ok || access.Allow.IsUnknown() {
		return
	}
	if enforced, known := Known(in, access.Enforced); known && !enforced {
		return
	}
	named, _ := access.Allow.Get()
	for _, list := range named {
		if entries, known := Known(in, list); !known || len(entries) > 0 {
			return
		}
	}
	in.Fail(in.Workspace.IPAccess.Path().Attr("allow"), "enforced lists without an allowed address", "at least one allowed address")
}

func checkNotEnforced(in *Input) {
	access, ok := Known(in, in.Workspace.IPAccess)
	if !ok {
		return
	}
	if enforced, known := Known(in, access.Enforced); known && !enforced {
		in.Fail(access.Enforced.Path(), "enforced = false", "enforced lists")
	}
}

func checkRunner(in *Input) {
	access, ok := Known(in, in.Workspace.IPAccess)
	runners, declared := Known(in, in.Workspace.RunnerAddresses)
	if !ok || !declared || !reachedPublicly(in) {
		return
	}
	if enforced, on := Known(in, access.Enforced); on && !enforced {
		return
	}
	allow, block := addresses(in, access.Allow), addresses(in, access.Block)
	for _, text := range runners {
		runner, err := parseRange(text)
		if err != nil {
			continue
		}
		switch {
		case holds(block, runner, true):
			in.Fail(access.Block.Path(), fmt.Sprintf("runner address %s is blocked", text), "no block list that holds it")
		case !deferredLists(access) && !holds(allow, runner, false):
			in.Fail(access.Allow.Path(), fmt.Sprintf("runner address %s is not allowed", text), "an allow list that holds it")
		}
	}
}

// deferredLists says whether an allow list may yet gain entries.
func deferredLists(access spec.IPAccess) bool {
	if access.Allow.IsUnknown() {
		return true
	}
	named, _ := access.Allow.Get()
	for _, list := range named {
		entries, _ := list.Get()
		if list.IsUnknown() || slices.ContainsFunc(entries, spec.Value[string].IsUnknown) {
			return true
		}
	}
	return false
}

// reachedPublicly says whether the runner comes over public addresses, which the
// lists are about. Unset means so.
func reachedPublicly(in *Input) bool {
	way, set := Known(in, in.Workspace.RunnerAccess)
	return !in.Workspace.RunnerAccess.IsUnknown() && (!set || way == "public")
}

// holds says whether the entries together hold the runner's range wholly, or, if
// that is enough, in part.
func holds(entries []address, runner netip.Prefix, partly bool) bool {
	var inside []netip.Prefix
	for _, e := range entries {
		switch {
		case !e.ok || !e.prefix.Overlaps(runner):
		case partly, e.prefix.Bits() <= runner.Bits():
			return true
		default:
			inside = append(inside, e.prefix.Masked())
		}
	}
	return runner.Addr().Is4() && unionSize(inside) == uint64(1)<<(32-runner.Bits())
}

func checkRunnerDeclared(in *Input) {
	if _, ok := Known(in, in.Workspace.IPAccess); ok && Absent(in, in.Workspace.RunnerAddresses) {
		in.Fail(in.Workspace.IPAccess.Path(), "ip_access without the provider's runner_addresses", "the addresses of the machines that run Terraform")
	}
}
