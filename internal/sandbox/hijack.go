// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net"
	"sync"
)

// hijackListener is a listener whose connections are handed to it.
type hijackListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newHijackListener() *hijackListener {
	return &hijackListener{conns: make(chan net.Conn), done: make(chan struct{})}
}

func (l *hijackListener) push(conn net.Conn) {
	select {
	case l.conns <- conn:
	case <-l.done:
		_ = conn.Close()
	}
}

// Accept returns the next connection.
func (l *hijackListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close makes Accept return.
func (l *hijackListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr returns an address for show: the connections came in elsewhere.
func (l *hijackListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
