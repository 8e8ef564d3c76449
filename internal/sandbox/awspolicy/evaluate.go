// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package awspolicy

import (
	"slices"
	"strings"
)

// Request is what a caller from another account wants to do.
type Request struct {
	// Account is the account of the caller.
	Account string
	// ARN is the caller itself. Empty means one of the account whose name is not
	// known: only statements about the whole account, or about everyone, are
	// about it.
	ARN string
	// Action is what is done, such as s3:GetObject.
	Action string
	// Resource is what it is done to. Trust policies name none.
	Resource string
	// Context holds the condition keys, in lower case, that the request carries.
	Context map[string]string
}

// Allows says whether the policy lets the request through: a statement allows
// it, and none denies it.
func (d Document) Allows(r Request) bool {
	allowed := false
	for _, s := range d.statements {
		denies := s.effect == "Deny"
		if !s.covers(r) || !s.conditionsHold(r, denies) {
			continue
		}
		if denies {
			return false
		}
		allowed = true
	}
	return allowed
}

func (s statement) covers(r Request) bool {
	return s.isAbout(r) && s.hasAction(r.Action) && s.hasResource(r.Resource)
}

// isAbout: NotPrincipal is for Deny alone; with Allow it would let in everyone
// else, which is no way to let Databricks in.
func (s statement) isAbout(r Request) bool {
	switch {
	case s.principals != nil:
		return s.principals.include(r)
	case s.outsiders != nil:
		return s.effect == "Deny" && !s.outsiders.include(r)
	}
	return false
}

// include: an account, or its root, stands for everyone in it.
func (p *principals) include(r Request) bool {
	if p.everyone {
		return true
	}
	return slices.ContainsFunc(p.aws, func(name string) bool {
		account, root := strings.CutSuffix(name, ":root")
		return name == "*" || name == r.Account || name == r.ARN && name != "" ||
			root && strings.HasSuffix(account, ":iam::"+r.Account)
	})
}

func (s statement) hasAction(action string) bool {
	same := func(pattern string) bool { return like(strings.ToLower(pattern), strings.ToLower(action)) }
	if len(s.otherActions) > 0 {
		return !slices.ContainsFunc(s.otherActions, same)
	}
	return slices.ContainsFunc(s.actions, same)
}

func (s statement) hasResource(resource string) bool {
	same := func(pattern string) bool { return like(pattern, resource) }
	switch {
	case resource == "":
		return true
	case len(s.others) > 0:
		return !slices.ContainsFunc(s.others, same)
	}
	return slices.ContainsFunc(s.resources, same)
}

// like matches a pattern in which * stands for any text and ? for one byte.
func like(pattern, text string) bool {
	star, retry := -1, 0
	p := 0
	for t := 0; t < len(text); {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, retry = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			retry++
			p, t = star+1, retry
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
