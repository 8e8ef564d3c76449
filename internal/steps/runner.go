// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// Event tells an observer that a step began or ended.
type Event struct {
	Step string
	// Outcome is empty when the step begins.
	Outcome Outcome
	Err     error
}

// Run runs steps in the order of their dependencies; those that do not depend
// on each other run side by side. After the first failure no further step
// begins. The ledger holds every step in the order given, also on failure; the
// error joins one [Error] for each failed step.
func Run(ctx context.Context, all []Step, observe func(Event)) (Ledger, error) {
	if err := check(all); err != nil {
		return nil, err
	}
	r := &runner{observe: observe, ended: map[string]chan struct{}{}, ledger: make(Ledger, len(all))}
	for _, s := range all {
		r.ended[s.ID] = make(chan struct{})
	}
	var wg sync.WaitGroup
	for i, s := range all {
		wg.Go(func() {
			defer close(r.ended[s.ID])
			r.run(ctx, i, s)
		})
	}
	wg.Wait()
	return r.ledger, errors.Join(r.errs...)
}

// check refuses a step that comes after one not listed before it, which also
// rules out cycles.
func check(all []Step) error {
	seen := map[string]bool{}
	for _, s := range all {
		for _, before := range s.After {
			if !seen[before] {
				return fmt.Errorf("steps: %s comes after %s, which is not listed before it", s.ID, before)
			}
		}
		if seen[s.ID] {
			return fmt.Errorf("steps: %s is listed twice", s.ID)
		}
		seen[s.ID] = true
	}
	return nil
}

type runner struct {
	observe func(Event)
	ended   map[string]chan struct{}

	mu     sync.Mutex
	ledger Ledger
	errs   []error
}

func (r *runner) run(ctx context.Context, i int, s Step) {
	for _, before := range s.After {
		<-r.ended[before]
	}
	if s.Skip {
		r.end(i, Entry{Step: s.ID, Outcome: Skipped}, nil)
		return
	}
	if r.failed() || ctx.Err() != nil {
		r.end(i, Entry{Step: s.ID, Outcome: Pending}, r.interrupted(ctx, s.ID))
		return
	}
	r.tell(Event{Step: s.ID})
	found, err := converge(ctx, s)
	entry := Entry{Step: s.ID, Outcome: Done, ObjectID: found.ObjectID, Owned: found.Owned}
	if err != nil {
		entry.Outcome = Failed
		err = &Error{Step: s.ID, Err: err}
	}
	r.end(i, entry, err)
}

// converge observes, and ensures where needed. What Ensure made is returned also
// beside its error, so that an object that exists is never forgotten.
func converge(ctx context.Context, s Step) (Observation, error) {
	found, err := s.Observe(ctx)
	if err != nil || found.Converged || s.Ensure == nil {
		return found, err
	}
	made, err := s.Ensure(ctx)
	if made.ObjectID == "" {
		made.ObjectID, made.Owned = found.ObjectID, found.Owned
	}
	return made, err
}

// interrupted returns the error of a step that a cancelled run kept from
// beginning, once for the whole run.
func (r *runner) interrupted(ctx context.Context, step string) error {
	if ctx.Err() == nil || r.failed() {
		return nil
	}
	return &Error{Step: step, Err: fmt.Errorf("not begun: %w", context.Cause(ctx))}
}

func (r *runner) failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.errs) > 0
}

func (r *runner) end(i int, e Entry, err error) {
	r.mu.Lock()
	r.ledger[i] = e
	if err != nil {
		r.errs = append(r.errs, err)
	}
	r.mu.Unlock()
	r.tell(Event{Step: e.Step, Outcome: e.Outcome, Err: err})
}

func (r *runner) tell(e Event) {
	if r.observe != nil {
		r.observe(e)
	}
}

// Destroy destroys what a ledger says is owned, in reverse order, and stops at
// the first failure. It returns the ledger of what is left.
func Destroy(ctx context.Context, all []Step, ledger Ledger, observe func(Event)) (Ledger, error) {
	r := &runner{observe: observe}
	left := append(Ledger{}, ledger...)
	for _, s := range slices.Backward(all) {
		for _, entry := range ledger {
			if s.Destroy == nil || entry.Step != s.ID || !entry.Owned || entry.ObjectID == "" {
				continue
			}
			r.tell(Event{Step: s.ID})
			if err := s.Destroy(ctx, entry); err != nil {
				return left, &Error{Step: s.ID, Err: err}
			}
			left = slices.DeleteFunc(left, func(e Entry) bool { return e == entry })
			r.tell(Event{Step: s.ID, Outcome: Done})
		}
	}
	return left, nil
}
