// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"sync/atomic"
	"time"
)

// offsetClock is the sandbox's clock: another one, and how far it was moved.
type offsetClock struct {
	Clock
	offset atomic.Int64
}

// Now returns the time that the sandbox goes by.
func (c *offsetClock) Now() time.Time { return c.Clock.Now().Add(time.Duration(c.offset.Load())) }

// Now returns the time by the sandbox's clock.
func (s *Sandbox) Now() time.Time { return s.clock.Now() }

// AdvanceClock moves the sandbox's clock forward, and returns the time that it
// shows then. Negative durations are nothing: objects that were made later
// than now have no meaning.
func (s *Sandbox) AdvanceClock(d time.Duration) time.Time {
	s.clock.offset.Add(int64(max(d, 0)))
	s.touch()
	return s.clock.Now()
}
