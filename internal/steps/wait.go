// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package steps

import (
	"context"
	"fmt"
	"time"
)

// The pauses between two looks: short at first, since most waits are short, and
// bounded, so that the end of a long wait is noticed within seconds.
const (
	firstPause = 500 * time.Millisecond
	maxPause   = 4 * time.Second
)

// Until looks until it is done, fails, or the budget is used up. The look
// returns a status for the error of a wait that ran out.
func Until(ctx context.Context, c Clock, budget time.Duration, look func(context.Context) (done bool, status string, err error)) error {
	deadline := c.Now().Add(budget)
	for pause := firstPause; ; pause = min(pause*2, maxPause) {
		done, status, err := look(ctx)
		if done || err != nil {
			return err
		}
		if !c.Now().Add(pause).Before(deadline) {
			return fmt.Errorf("gave up after %s; last seen: %s", budget, status)
		}
		if err := c.Wait(ctx, pause); err != nil {
			return fmt.Errorf("interrupted while waiting; last seen: %s: %w", status, err)
		}
	}
}

// Retry calls until success, an error that is not retriable, or the end of the
// budget. Only errors that are known to pass by themselves are retriable.
func Retry(ctx context.Context, c Clock, budget time.Duration, retriable func(error) bool, call func(context.Context) error) error {
	var last error
	err := Until(ctx, c, budget, func(ctx context.Context) (bool, string, error) {
		last = call(ctx)
		if last == nil {
			return true, "", nil
		}
		if !retriable(last) {
			return false, "", last
		}
		return false, last.Error(), nil
	})
	if err != nil && last != nil && !retriable(last) {
		return last
	}
	if err != nil && last != nil {
		return fmt.Errorf("%w (%w)", last, err)
	}
	return err
}
