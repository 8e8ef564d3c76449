// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

// Package baseline is the catalogue of hardened workspace settings as data: for
// each its secure value, the control it serves, and where it is read and
// written. Values are canonical text: "true", "false", a decimal number, or the
// text itself.
package baseline

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/facts"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// Kind is the type of a setting's value.
type Kind uint8

// The kinds of values.
const (
	Bool Kind = iota
	Int
	Text
)

// Setting is one hardened setting of a workspace.
type Setting struct {
	// Key is the attribute's name under `baseline`.
	Key string
	// Description says what the setting does, for the schema and the docs.
	Description string
	Kind        Kind
	// Secure is the value that the profiles default to; both hold the same
	// value where one is given for Standard only.
	Secure map[spec.Profile]string
	// Controls are the ids of controls.csv that the setting serves.
	Controls []string
	// RuleID is the rule that judges a value other than the secure one; empty
	// where a rule of its own does.
	RuleID   string
	Guidance spec.Guidance
	// TierFeature is the key of facts' tier matrix that the setting needs; empty
	// where every tier has it.
	TierFeature string
	// Why says what happens without the setting.
	Why   string
	Store Store
}

// Store says where a setting lives: one key of workspace-conf, or one field of
// a setting of the settings API.
type Store struct {
	ConfKey string
	API     *APISetting
}

// APISetting is a field of a setting at
// /api/2.0/settings/types/{Type}/names/default (settings v1, etags).
type APISetting struct {
	Type string
	// Payload and Field are the path of the value in the body.
	Payload, Field string
	// Wire holds the JSON value of each canonical value.
	Wire map[string]any
}

// FieldMask returns the mask that a write of the setting names.
func (a APISetting) FieldMask() string { return a.Payload + "." + a.Field }

// Canonical returns the canonical text of a value as the API gave it, and
// whether there is one.
func (a APISetting) Canonical(body map[string]any) (string, bool) {
	payload, _ := body[a.Payload].(map[string]any)
	got, present := payload[a.Field]
	if !present {
		// The service leaves false out of some payloads; an absent payload
		// is another matter and stays unknown.
		return "false", payload != nil && a.Wire["false"] == false
	}
	for text, wire := range a.Wire {
		if wire == got {
			return text, true
		}
	}
	return "", false
}

// Default returns the secure value of a setting under a profile and a pricing
// tier, and false where the tier does not have the setting.
func (s Setting) Default(p spec.Profile, tier string) (string, bool) {
	if s.TierFeature != "" && !facts.TierHas(tier, s.TierFeature) {
		return "", false
	}
	if v, ok := s.Secure[p]; ok {
		return v, true
	}
	v, ok := s.Secure[spec.Standard]
	return v, ok
}

// TokenLifetimeBound returns the longest lifetime in days of a token that a
// profile accepts (control DBX-ANY-IAM-11).
func TokenLifetimeBound(p spec.Profile) int {
	if p == spec.High {
		return 90
	}
	return 365
}

// IsSecure says whether a value is as secure as the guides ask: the strictest
// profile's value, or a token lifetime within the profile's bound.
func (s Setting) IsSecure(p spec.Profile, value string) bool {
	if s.Key == MaxTokenLifetimeDays {
		days, err := strconv.Atoi(value)
		return err == nil && days >= 1 && days <= TokenLifetimeBound(p)
	}
	return value == s.Strictest()
}

// Strictest returns the secure value of profile high.
func (s Setting) Strictest() string {
	if v, ok := s.Secure[spec.High]; ok {
		return v
	}
	return s.Secure[spec.Standard]
}

// Normalize returns the canonical text of a workspace-conf value, or an error
// that says what it is not.
func (s Setting) Normalize(raw string) (string, error) {
	switch s.Kind {
	case Bool:
		v, err := strconv.ParseBool(strings.ToLower(raw))
		if err != nil {
			return "", fmt.Errorf("%q is not a boolean", raw)
		}
		return strconv.FormatBool(v), nil
	case Int:
		v, err := strconv.Atoi(raw)
		if err != nil {
			return "", fmt.Errorf("%q is not a whole number", raw)
		}
		return strconv.Itoa(v), nil
	default:
		return raw, nil
	}
}

// ByKey returns a setting by its attribute name.
func ByKey(key string) (Setting, bool) {
	for _, s := range settings {
		if s.Key == key {
			return s, true
		}
	}
	return Setting{}, false
}

// Settings returns the catalogue in a fixed order.
func Settings() []Setting { return append([]Setting(nil), settings...) }

// ConfKeys returns the workspace-conf keys of the catalogue.
func ConfKeys() []string {
	var keys []string
	for _, s := range settings {
		if s.Store.ConfKey != "" {
			keys = append(keys, s.Store.ConfKey)
		}
	}
	return keys
}
