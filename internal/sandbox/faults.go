// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"context"
	"path"
	"sync"
	"time"
)

// Fault is something that goes wrong once.
type Fault struct {
	// AccountID, Method and Path say which requests count. Empty matches any.
	// Path is a pattern as of [path.Match], where * does not match a slash, or a
	// template: {anything} stands for * there.
	AccountID, Method, Path string
	// Nth is which of those requests goes wrong, from 1. Zero means the first.
	Nth int
	// Times is how many in a row go wrong from there on. Zero means one.
	Times int
	// Status is what is answered instead; the request is not carried out.
	Status int
	// Body is the body of that answer. Empty means the one that the service
	// was observed to send with this status.
	Body string
	// Delay is waited, by the real clock, before the request is handled. A fault
	// with nothing but a delay is carried out after it.
	Delay time.Duration
	// Drop closes the connection instead of handling the request.
	Drop bool
	// AcceptThenDrop handles the request, and closes the connection instead of
	// answering.
	AcceptThenDrop bool
	// SlowBody is how long the body of the answer takes to arrive, in pieces.
	SlowBody time.Duration
	// Kill calls [Config.Kill] and drops the connection: before the request is
	// handled, or, with AcceptThenDrop, after it.
	Kill bool
}

type armedFault struct {
	Fault
	id, seen, struck int
}

type faultList struct {
	mu     sync.Mutex
	armed  []*armedFault
	lastID int
}

// SetLatency makes every answer of Databricks take that much longer, by the
// real clock.
func (s *Sandbox) SetLatency(d time.Duration) { s.latency.Store(int64(d)) }

// pause waits unless the context ends first.
func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// FailNext arms a fault, and returns a number by which [Sandbox.Disarm] knows
// it. It strikes once, unless it says how many times.
func (s *Sandbox) FailNext(f Fault) int {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.lastID++
	s.faults.armed = append(s.faults.armed, &armedFault{Fault: f, id: s.faults.lastID})
	return s.faults.lastID
}

// take counts a request and returns the fault that strikes it, if any.
func (l *faultList) take(accountID, method, urlPath string) (Fault, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, f := range l.armed {
		if !f.matches(accountID, method, urlPath) {
			continue
		}
		f.seen++
		if f.seen < f.Nth {
			continue
		}
		if f.struck++; f.struck >= f.Times {
			l.armed = append(l.armed[:i:i], l.armed[i+1:]...)
		}
		return f.Fault, true
	}
	return Fault{}, false
}

func (f *armedFault) matches(accountID, method, urlPath string) bool {
	if f.AccountID != "" && f.AccountID != accountID || f.Method != "" && f.Method != method {
		return false
	}
	if f.Path == "" {
		return true
	}
	ok, err := path.Match(pattern(f.Path), urlPath)
	return err == nil && ok
}
