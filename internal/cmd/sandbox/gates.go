// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"io"
	"net"
	"sync"
)

// gates forward connections from one kind of socket to another.
type gates struct {
	group sync.WaitGroup

	mu     sync.Mutex
	open   map[io.Closer]struct{}
	closed bool
}

func newGates() *gates { return &gates{open: map[io.Closer]struct{}{}} }

func (g *gates) hold(c io.Closer) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		_ = c.Close()
		return false
	}
	g.open[c] = struct{}{}
	return true
}

func (g *gates) release(c io.Closer) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.open, c)
	_ = c.Close()
}

func (g *gates) close() {
	g.mu.Lock()
	g.closed = true
	for c := range g.open {
		_ = c.Close()
	}
	g.mu.Unlock()
	g.group.Wait()
}

// forward leads every connection of a listener to an address.
func (g *gates) forward(ctx context.Context, l net.Listener, network, address string) {
	if !g.hold(l) {
		return
	}
	g.group.Go(func() {
		defer g.release(l)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			g.group.Go(func() { g.join(ctx, conn, network, address) })
		}
	})
}

func (g *gates) join(ctx context.Context, from net.Conn, network, address string) {
	if !g.hold(from) {
		return
	}
	defer g.release(from)
	var dialer net.Dialer
	to, err := dialer.DialContext(ctx, network, address)
	if err != nil || !g.hold(to) {
		return
	}
	defer g.release(to)
	var both sync.WaitGroup
	both.Go(func() { pour(to, from) })
	both.Go(func() { pour(from, to) })
	both.Wait()
}

// pour copies one direction, and passes its end on.
func pour(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	if half, ok := to.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}
