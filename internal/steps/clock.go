// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package steps

import (
	"context"
	"time"
)

// Clock is the time that steps live by; tests bring their own.
type Clock interface {
	Now() time.Time
	// Wait returns after a duration, or early with the context's error.
	Wait(ctx context.Context, d time.Duration) error
}

// RealClock is the time of this machine.
type RealClock struct{}

// Now returns the present time.
func (RealClock) Now() time.Time { return time.Now() }

// Wait waits on a timer.
func (RealClock) Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
