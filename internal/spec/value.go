// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

// Package spec describes a workspace in plain Go, every value of it known, null
// or unknown. Rules read it; it knows neither Terraform nor an SDK.
package spec

// state tells known, null and unknown apart. The zero value is null, as an
// attribute that nobody wrote is.
type state uint8

const (
	stateNull state = iota
	stateUnknown
	stateKnown
)

// Value is a value of a configuration with the path it stands at: known, null
// (not written) or unknown (not decided before apply). Unknown is never null.
type Value[T any] struct {
	v     T
	state state
	path  Path
}

// Known returns a known value.
func Known[T any](v T) Value[T] { return Value[T]{v: v, state: stateKnown} }

// Null returns a value that is not written.
func Null[T any]() Value[T] { return Value[T]{} }

// Unknown returns a value that is decided during apply.
func Unknown[T any]() Value[T] { return Value[T]{state: stateUnknown} }

// At returns the value as it stands at a path.
func (v Value[T]) At(p Path) Value[T] {
	v.path = p
	return v
}

// Path returns where the value stands in the configuration.
func (v Value[T]) Path() Path { return v.path }

// Get returns the value and whether it is known.
func (v Value[T]) Get() (T, bool) { return v.v, v.state == stateKnown }

// IsNull says whether the value is not written.
func (v Value[T]) IsNull() bool { return v.state == stateNull }

// IsUnknown says whether the value is decided during apply.
func (v Value[T]) IsUnknown() bool { return v.state == stateUnknown }
