// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package spec

import (
	"fmt"
	"strings"
)

// Step is one step of a path: an attribute name, or a key of a map, or an index
// of a list.
type Step struct {
	Attribute string
	Key       string
	Index     int
	Kind      StepKind
}

// StepKind tells what a step goes into.
type StepKind uint8

// The kinds of steps.
const (
	AttributeStep StepKind = iota
	KeyStep
	IndexStep
)

// Path is the way to a value from the root of a resource.
type Path []Step

// Root returns the path of a top-level attribute.
func Root(attribute string) Path { return Path{{Attribute: attribute}} }

// Attr returns the path of an attribute below this one.
func (p Path) Attr(attribute string) Path { return p.with(Step{Attribute: attribute}) }

// AtKey returns the path of a map's element.
func (p Path) AtKey(key string) Path { return p.with(Step{Key: key, Kind: KeyStep}) }

// AtIndex returns the path of a list's element.
func (p Path) AtIndex(i int) Path { return p.with(Step{Index: i, Kind: IndexStep}) }

// with copies, so that two paths never share the array behind them.
func (p Path) with(s Step) Path { return append(append(Path{}, p...), s) }

// String writes the path as HCL would, for instance `ip_access.allow["office"]`.
func (p Path) String() string {
	var b strings.Builder
	for _, s := range p {
		switch s.Kind {
		case AttributeStep:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.Attribute)
		case KeyStep:
			fmt.Fprintf(&b, "[%q]", s.Key)
		case IndexStep:
			fmt.Fprintf(&b, "[%d]", s.Index)
		}
	}
	return b.String()
}
