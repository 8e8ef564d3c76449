// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package steps_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/steps"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeClock moves on by what is waited for.
type fakeClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) Wait(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err()
}

// world records what steps did.
type world struct {
	mu   sync.Mutex
	done []string
}

func (w *world) step(id string, after ...string) steps.Step {
	return steps.Step{
		ID: id, After: after,
		Observe: func(context.Context) (steps.Observation, error) { return steps.Observation{}, nil },
		Ensure: func(context.Context) (steps.Observation, error) {
			w.note("ensure " + id)
			return steps.Observation{Converged: true, ObjectID: "id-" + id, Owned: true}, nil
		},
		Destroy: func(_ context.Context, e steps.Entry) error {
			w.note("destroy " + e.ObjectID)
			return nil
		},
	}
}

func (w *world) note(s string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done = append(w.done, s)
}

func TestRunKeepsOrder(t *testing.T) {
	t.Parallel()
	w := &world{}
	all := []steps.Step{w.step("a"), w.step("b"), w.step("c", "a", "b"), w.step("d", "c")}
	ledger, err := steps.Run(t.Context(), all, nil)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Index(w.done, "ensure c") != 2 || slices.Index(w.done, "ensure d") != 3 {
		t.Errorf("order was %v", w.done)
	}
	for i, want := range []string{"a", "b", "c", "d"} {
		if e := ledger[i]; e.Step != want || e.Outcome != steps.Done || e.ObjectID != "id-"+want || !e.Owned {
			t.Errorf("entry %d = %+v", i, e)
		}
	}
}

func TestRunIndependentStepsSideBySide(t *testing.T) {
	t.Parallel()
	w := &world{}
	a, b := w.step("a"), w.step("b")
	met := make(chan struct{})
	a.Ensure = func(context.Context) (steps.Observation, error) { met <- struct{}{}; return steps.Observation{}, nil }
	b.Ensure = func(context.Context) (steps.Observation, error) { <-met; return steps.Observation{}, nil }
	if _, err := steps.Run(t.Context(), []steps.Step{a, b}, nil); err != nil {
		t.Fatal(err)
	}
}

func TestRunFailureStopsAndRemembersWhatExists(t *testing.T) {
	t.Parallel()
	w := &world{}
	broken := w.step("b", "a")
	cause := errors.New("half made")
	broken.Ensure = func(context.Context) (steps.Observation, error) {
		return steps.Observation{ObjectID: "id-b", Owned: true}, cause
	}
	ledger, err := steps.Run(t.Context(), []steps.Step{w.step("a"), broken, w.step("c", "b")}, nil)
	var failed *steps.Error
	if !errors.As(err, &failed) || failed.Step != "b" || !errors.Is(err, cause) {
		t.Fatalf("error = %v", err)
	}
	want := steps.Ledger{
		{Step: "a", Outcome: steps.Done, ObjectID: "id-a", Owned: true},
		{Step: "b", Outcome: steps.Failed, ObjectID: "id-b", Owned: true},
		{Step: "c", Outcome: steps.Pending},
	}
	if !slices.Equal(ledger, want) {
		t.Errorf("ledger = %+v, want %+v", ledger, want)
	}
}

func TestRunConvergedChangesNothing(t *testing.T) {
	t.Parallel()
	w := &world{}
	s := w.step("a")
	s.Observe = func(context.Context) (steps.Observation, error) {
		return steps.Observation{Converged: true, ObjectID: "there"}, nil
	}
	ledger, err := steps.Run(t.Context(), []steps.Step{s}, nil)
	if err != nil || len(w.done) != 0 || ledger[0].ObjectID != "there" || ledger[0].Owned {
		t.Errorf("ledger = %+v, error = %v, calls = %v", ledger, err, w.done)
	}
}

func TestRunCancelledSaysSo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := &world{}
	_, err := steps.Run(ctx, []steps.Step{w.step("a"), w.step("b", "a")}, nil)
	if !errors.Is(err, context.Canceled) || len(w.done) != 0 {
		t.Errorf("error = %v, calls = %v", err, w.done)
	}
}

func TestRunRefusesUnknownDependency(t *testing.T) {
	t.Parallel()
	w := &world{}
	if _, err := steps.Run(t.Context(), []steps.Step{w.step("a", "z")}, nil); err == nil {
		t.Error("want an error")
	}
}

func TestDestroyReversesAndKeepsWhatIsNotOwned(t *testing.T) {
	t.Parallel()
	w := &world{}
	all := []steps.Step{w.step("a"), w.step("b", "a"), w.step("c", "b")}
	ledger := steps.Ledger{
		{Step: "a", ObjectID: "id-a", Owned: true}, {Step: "b", ObjectID: "id-b"}, {Step: "c", ObjectID: "id-c", Owned: true},
	}
	left, err := steps.Destroy(t.Context(), all, ledger, nil)
	if err != nil || !slices.Equal(w.done, []string{"destroy id-c", "destroy id-a"}) {
		t.Errorf("calls = %v, error = %v", w.done, err)
	}
	if len(left) != 1 || left[0].Step != "b" {
		t.Errorf("left = %+v", left)
	}
}

func TestDestroyStopsAtFailure(t *testing.T) {
	t.Parallel()
	w := &world{}
	stuck := w.step("b", "a")
	stuck.Destroy = func(context.Context, steps.Entry) error { return errors.New("in use") }
	ledger := steps.Ledger{{Step: "a", ObjectID: "id-a", Owned: true}, {Step: "b", ObjectID: "id-b", Owned: true}}
	left, err := steps.Destroy(t.Context(), []steps.Step{w.step("a"), stuck}, ledger, nil)
	if err == nil || len(left) != 2 || len(w.done) != 0 {
		t.Errorf("left = %+v, error = %v, calls = %v", left, err, w.done)
	}
}

func TestRetry(t *testing.T) {
	t.Parallel()
	passing, final := errors.New("not yet"), errors.New("never")
	tests := map[string]struct {
		answers []error
		want    error
		calls   int
	}{
		"at once":        {[]error{nil}, nil, 1},
		"after a while":  {[]error{passing, passing, nil}, nil, 3},
		"final at once":  {[]error{final}, final, 1},
		"budget used up": {slices.Repeat([]error{passing}, 100), passing, 0},
		"final later":    {[]error{passing, final}, final, 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls := 0
			err := steps.Retry(t.Context(), &fakeClock{}, time.Minute,
				func(err error) bool { return errors.Is(err, passing) },
				func(context.Context) error { calls++; return tt.answers[calls-1] })
			if !errors.Is(err, tt.want) || (tt.calls > 0 && calls != tt.calls) || calls >= 100 {
				t.Errorf("error = %v after %d calls, want %v after %d", err, calls, tt.want, tt.calls)
			}
		})
	}
}

func TestUntilSaysWhatItSawLast(t *testing.T) {
	t.Parallel()
	err := steps.Until(t.Context(), &fakeClock{}, time.Minute, func(context.Context) (bool, string, error) {
		return false, "PROVISIONING", nil
	})
	if err == nil || !strings.Contains(err.Error(), "PROVISIONING") || !strings.Contains(err.Error(), "1m0s") {
		t.Errorf("error = %v", err)
	}
}
