// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

// Package steps runs the ordered steps of a composite resource: each observes,
// and changes something only where what it observed differs from what is
// declared. It knows neither Terraform nor an SDK.
package steps

import (
	"context"
	"fmt"
	"slices"
)

// Outcome is how a step ended.
type Outcome string

// The outcomes that stand in a ledger.
const (
	// Done: what the step stands for is there, as declared.
	Done Outcome = "done"
	// Failed: the step ended in an error.
	Failed Outcome = "failed"
	// Pending: the step was not tried, since one before it failed.
	Pending Outcome = "pending"
	// Skipped: the configuration does not ask for the step.
	Skipped Outcome = "skipped"
	// Superseded: another object took the place of this one, which is still to
	// be deleted.
	Superseded Outcome = "superseded"
)

// Entry is one step's line in the ledger.
type Entry struct {
	Step    string
	Outcome Outcome
	// ObjectID is the id of the object the step stands for, if it has one.
	ObjectID string
	// Owned says whether this resource made the object, and so may delete it.
	Owned bool
}

// Ledger is what became of each step, in their order.
type Ledger []Entry

// Succeed returns the ledger of a run with what an earlier run left: objects of
// steps that the run did not come to, and, as superseded, owned objects whose
// place another one took. Nothing that is owned is ever forgotten.
func (l Ledger) Succeed(prior Ledger) Ledger {
	all := append(Ledger{}, l...)
	for _, before := range prior {
		i := slices.IndexFunc(all, func(e Entry) bool { return e.Step == before.Step })
		switch {
		case before.ObjectID == "":
		case i >= 0 && all[i].ObjectID == "" && before.Outcome != Superseded:
			all[i].ObjectID, all[i].Owned = before.ObjectID, before.Owned
		case before.Owned && (i < 0 || all[i].ObjectID != before.ObjectID):
			before.Outcome = Superseded
			all = append(all, before)
		}
	}
	return all
}

// With returns the entries of an outcome.
func (l Ledger) With(outcome Outcome) Ledger {
	return slices.DeleteFunc(append(Ledger{}, l...), func(e Entry) bool { return e.Outcome != outcome })
}

// Find returns a step's entry, or an empty one.
func (l Ledger) Find(step string) Entry {
	for _, e := range l {
		if e.Step == step {
			return e
		}
	}
	return Entry{Step: step}
}

// Observation is what a step found, or what it made.
type Observation struct {
	// Converged says that nothing is left to do.
	Converged bool
	ObjectID  string
	Owned     bool
}

// Step is one step. Observe is read-only; Ensure is called only where Observe
// did not find convergence, and is idempotent; Destroy tolerates absence and is
// called for owned objects only. A step with Skip set is not run.
type Step struct {
	ID    string
	After []string
	Skip  bool

	Observe func(ctx context.Context) (Observation, error)
	Ensure  func(ctx context.Context) (Observation, error)
	Destroy func(ctx context.Context, e Entry) error
}

// Error is the failure of one step.
type Error struct {
	Step string
	Err  error
}

// Error names the step and its cause.
func (e *Error) Error() string { return fmt.Sprintf("step %s: %v", e.Step, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
