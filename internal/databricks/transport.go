// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package databricks

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// How long a connection may take before a host counts as unreachable. A read of
// an unreachable workspace must cost no more than five seconds.
const dialTimeout = 4 * time.Second

// UnreachableError says that no connection to a host came about, so that no
// request was sent. The SDK would repeat the attempt for minutes.
type UnreachableError struct{ Host, Reason string }

// Error is worded so that the SDK does not take it for a passing fault.
func (e *UnreachableError) Error() string {
	return fmt.Sprintf("%s cannot be reached: %s", e.Host, e.Reason)
}

// UnconfirmedError says that a creating request was sent, and that nobody knows
// whether it took effect. Repeating it could create an object twice.
type UnconfirmedError struct{ Method, Path, Reason string }

// Error is worded so that the SDK does not take it for a passing fault.
func (e *UnconfirmedError) Error() string {
	return fmt.Sprintf("the outcome of %s %s is unknown: %s", e.Method, e.Path, e.Reason)
}

// transport decides which faults the SDK may repeat. It repeats any call on
// 503, reset and timeout, also one that creates; and it repeats a failed
// connection for minutes.
type transport struct{ base http.RoundTripper }

func newTransport() http.RoundTripper {
	return &transport{base: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		TLSHandshakeTimeout:   dialTimeout,
		MaxIdleConns:          100,
		MaxIdleConnsPerHost:   4,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
	}}
}

// RoundTrip sends a request.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := t.base.RoundTrip(r)
	creates := r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/api/")
	switch {
	case err != nil && notSent(err):
		return nil, &UnreachableError{Host: r.URL.Host, Reason: harmless(err)}
	case err != nil && creates && r.Context().Err() == nil:
		return nil, &UnconfirmedError{Method: r.Method, Path: r.URL.Path, Reason: harmless(err)}
	case err == nil && creates && response.StatusCode == http.StatusServiceUnavailable:
		defer response.Body.Close()
		return nil, &UnconfirmedError{Method: r.Method, Path: r.URL.Path, Reason: "the service answered 503"}
	}
	return response, err
}

// CloseIdleConnections lets clients release what they hold.
func (t *transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// notSent says whether the connection itself failed.
func notSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect")
}

// harmless rewords the texts by which the SDK recognises faults to repeat.
func harmless(err error) string {
	return strings.NewReplacer(
		"connection refused", "the connection was refused",
		"connection reset by peer", "the connection was reset",
		"i/o timeout", "no answer in time",
		"TLS handshake timeout", "no TLS handshake in time",
	).Replace(err.Error())
}
