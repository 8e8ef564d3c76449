// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// The variables that lead a program inside to the control API.
const (
	controlVar      = "HARDBRICKS_SANDBOX_CONTROL"
	controlTokenVar = "HARDBRICKS_SANDBOX_CONTROL_TOKEN"
)

// maxControlBody is the most that a control request may say.
const maxControlBody = 1 << 20

// control is the control API.
type control struct {
	s           *Sandbox
	addr, token string
	mux         *http.ServeMux

	mu        sync.Mutex
	snapshots map[string]*Snapshot
}

// controlHandler handles a control request. A nil answer is 204.
type controlHandler func(r *http.Request) (any, error)

func newControl(s *Sandbox) *control {
	c := &control{s: s, token: rand.Text() + rand.Text(), mux: http.NewServeMux(), snapshots: map[string]*Snapshot{}}
	c.observationRoutes()
	c.faultRoutes()
	c.stateRoutes()
	c.accountControlRoutes()
	c.objectRoutes()
	return c
}

func (s *Sandbox) serveControl(ctx context.Context, lc net.ListenConfig) error {
	s.control = newControl(s)
	listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("the control API cannot listen on the loopback interface: %w", err)
	}
	s.control.addr = listener.Addr().String()
	s.front.listen(&s.group, listener, s.control)
	return nil
}

// ControlURL returns the address of the control API.
func (s *Sandbox) ControlURL() string { return "http://" + s.control.addr }

// ControlToken returns the token that the control API wants, as in
// "Authorization: Bearer TOKEN".
func (s *Sandbox) ControlToken() string { return s.control.token }

// ServeHTTP answers who knows the token. The Host is checked so that a web
// page cannot reach it under a name of its own.
func (c *control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, port, _ := net.SplitHostPort(c.addr)
	if r.Host != c.addr && r.Host != "localhost:"+port {
		apiErrorf(http.StatusForbidden, "PERMISSION_DENIED", "The control API is %s, not %s", c.addr, r.Host).write(w)
		return
	}
	if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+c.token)) != 1 {
		w.Header().Set("WWW-Authenticate", "Bearer")
		apiErrorf(http.StatusUnauthorized, "UNAUTHENTICATED", "The control API wants the token in %s", controlTokenVar).write(w)
		return
	}
	c.mux.ServeHTTP(w, r)
}

// handle registers a route.
func (c *control) handle(pattern string, h controlHandler) {
	c.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxControlBody)
		answer, err := h(r)
		var failure *apiError
		switch {
		case errors.As(err, &failure):
			failure.write(w)
		case err != nil:
			apiErrorf(http.StatusInternalServerError, "INTERNAL_ERROR", "%s", err).write(w)
		case answer == nil:
			w.WriteHeader(http.StatusNoContent)
		default:
			writeJSON(w, http.StatusOK, answer)
		}
	})
}

// read reads the body of a control request strictly.
func read(r *http.Request, into any) error {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return malformed("The body is not what %s %s takes: %s", r.Method, r.URL.Path, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return malformed("The body holds more than one value")
	}
	return nil
}

// span is a duration that reads like "1m30s".
type span time.Duration

// MarshalText writes a duration.
func (d span) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads a duration; negative ones are none.
func (d *span) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err == nil && parsed < 0 {
		err = errors.New("a duration cannot be negative")
	}
	*d = span(parsed)
	return err
}
