// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"

	"github.com/elazarl/goproxy"
	"golang.org/x/sync/errgroup"
)

// frontend is what listens: the proxy, the account API over plain HTTP, and
// the TLS server behind intercepted connections.
type frontend struct {
	s         *Sandbox
	conns     *connSet
	hijacked  *hijackListener
	servers   []*http.Server
	transport *http.Transport
	aws       http.Handler
	dial      func(ctx context.Context, network, address string) (net.Conn, error)
}

// newFrontend makes a frontend whose dialling ends with the context.
func newFrontend(ctx context.Context, s *Sandbox) *frontend {
	dialer := &net.Dialer{Timeout: 30 * time.Second}
	dial := func(_ context.Context, network, address string) (net.Conn, error) {
		return dialer.DialContext(ctx, network, address)
	}
	f := &frontend{s: s, dial: dial, conns: newConnSet(), hijacked: newHijackListener(), transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	f.aws = f.forwardToMoto()
	return f
}

func (f *frontend) serve(group *errgroup.Group, account, proxy net.Listener) {
	intercepted := tls.NewListener(f.hijacked, &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"http/1.1"},
		GetCertificate: f.certificate,
	})
	f.listen(group, account, http.HandlerFunc(f.plain))
	f.listen(group, proxy, f.proxyHandler())
	f.listen(group, intercepted, http.HandlerFunc(f.intercepted))
}

func (f *frontend) listen(group *errgroup.Group, l net.Listener, h http.Handler) {
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          log.New(f.s.log, "", 0),
		ConnState:         f.conns.track,
	}
	f.servers = append(f.servers, srv)
	group.Go(func() error {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
}

func (f *frontend) close() error {
	var errs []error
	for _, srv := range f.servers {
		errs = append(errs, srv.Close())
	}
	errs = append(errs, f.hijacked.Close())
	f.conns.closeAll()
	f.transport.CloseIdleConnections()
	return errors.Join(errs...)
}

func (f *frontend) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	host := hello.ServerName
	if named, ok := hello.Conn.(*namedConn); ok && host == "" {
		host = named.host
	}
	return f.s.ca.leaf(host)
}

// proxyHandler is the proxy proper: it decides which hosts are intercepted,
// which are tunnelled, and refuses the rest.
func (f *frontend) proxyHandler() http.Handler {
	p := goproxy.NewProxyHttpServer()
	p.Logger = log.New(io.Discard, "", 0)
	// Tunnels may go through the caller's own proxy, which goproxy finds out.
	p.Tr = &http.Transport{Proxy: http.ProxyFromEnvironment, DialContext: f.dial}
	p.OnRequest().HandleConnect(goproxy.FuncHttpsHandler(func(hostport string, _ *goproxy.ProxyCtx) (*goproxy.ConnectAction, string) {
		switch host := hostOnly(hostport); {
		case isRegistry(host):
			return goproxy.OkConnect, hostport
		case f.answersFor(host):
			return &goproxy.ConnectAction{Action: goproxy.ConnectHijack, Hijack: f.intercept}, hostport
		default:
			return &goproxy.ConnectAction{Action: goproxy.ConnectHijack, Hijack: f.refuse}, hostport
		}
	}))
	// goproxy would dial the target of a proxied plain HTTP request; here such
	// requests are answered like intercepted ones, or refused.
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodConnect:
			p.ServeHTTP(w, r)
		case r.URL.IsAbs() && isAWS(hostOnly(r.Host)):
			f.intercepted(w, r)
		default:
			f.refused(w, r)
		}
	})
}

func (f *frontend) answersFor(host string) bool {
	_, workspace := deploymentOf(host)
	return host == accountHost || workspace || isAWS(host)
}

// intercept hands a CONNECT tunnel to the TLS server.
func (f *frontend) intercept(r *http.Request, client net.Conn, _ *goproxy.ProxyCtx) {
	if _, err := io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		_ = client.Close()
		return
	}
	f.hijacked.push(&namedConn{Conn: client, host: hostOnly(r.URL.Host)})
}

func refusal(host string) string {
	return fmt.Sprintf("the sandbox refuses %s: only emulated Databricks hosts, *.amazonaws.com and provider registries can be reached from inside it\n", host)
}

func (f *frontend) refuse(r *http.Request, client net.Conn, _ *goproxy.ProxyCtx) {
	defer func() { _ = client.Close() }()
	host := hostOnly(r.URL.Host)
	entry := f.s.reqs.begin(Request{Method: r.Method, Host: host, Service: ServiceRefused})
	f.s.reqs.end(entry, http.StatusForbidden)
	f.s.log.printf("refused a connection to %s", host)
	text := refusal(host)
	_, _ = fmt.Fprintf(client, "HTTP/1.1 403 Refused by the sandbox\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(text), text)
}

func (f *frontend) refused(w http.ResponseWriter, r *http.Request) {
	host := hostOnly(r.Host)
	entry := f.s.reqs.begin(Request{Method: r.Method, Host: host, Path: r.URL.Path, Service: ServiceRefused})
	f.s.reqs.end(entry, http.StatusForbidden)
	f.s.log.printf("refused a request to %s", host)
	http.Error(w, refusal(host), http.StatusForbidden)
}

// intercepted answers requests to emulated hosts.
func (f *frontend) intercepted(w http.ResponseWriter, r *http.Request) {
	switch host := hostOnly(r.Host); {
	case isAWS(host):
		f.serveAWS(w, r)
	case f.answersFor(host):
		f.s.serveDatabricks(w, r, host, "https://"+host)
	default:
		f.refused(w, r)
	}
}

// plain answers the account API over plain HTTP. The Host is checked so that a
// web page cannot reach it under a name of its own.
func (f *frontend) plain(w http.ResponseWriter, r *http.Request) {
	if !isLoopback(hostOnly(r.Host)) {
		f.refused(w, r)
		return
	}
	f.s.serveDatabricks(w, r, "", "http://"+r.Host)
}

func (f *frontend) serveAWS(w http.ResponseWriter, r *http.Request) {
	entry := f.s.reqs.begin(Request{Method: r.Method, Host: r.Host, Path: r.URL.Path, Service: ServiceAWS})
	rec := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	defer func() { f.s.reqs.end(entry, rec.status) }()
	if f.s.moto == nil {
		http.Error(rec, "the sandbox runs without AWS\n", http.StatusBadGateway)
		return
	}
	f.aws.ServeHTTP(rec, r)
}

// forwardToMoto keeps the Host header: moto tells services, regions and
// buckets apart by it.
func (f *frontend) forwardToMoto() http.Handler {
	if f.s.moto == nil {
		return http.NotFoundHandler()
	}
	target := &url.URL{Scheme: "http", Host: f.s.moto.addr}
	return &httputil.ReverseProxy{
		Transport: f.transport,
		ErrorLog:  log.New(f.s.log, "", 0),
		Rewrite: func(pr *httputil.ProxyRequest) {
			pr.SetURL(target)
			pr.Out.Host = pr.In.Host
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			if !errors.Is(err, context.Canceled) {
				f.s.log.printf("moto did not answer: %v", err)
			}
			http.Error(w, "moto did not answer: "+err.Error(), http.StatusBadGateway)
		},
	}
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the writer below.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// namedConn is a tunnel that remembers which host the client asked for.
type namedConn struct {
	net.Conn
	host string
}

// connSet closes connections that their server has let go of: tunnels outlive
// http.Server.Close.
type connSet struct {
	mu     sync.Mutex
	conns  map[net.Conn]struct{}
	closed bool
}

func newConnSet() *connSet { return &connSet{conns: map[net.Conn]struct{}{}} }

func (c *connSet) track(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateNew, http.StateHijacked:
		if c.closed {
			_ = conn.Close()
			return
		}
		c.conns[conn] = struct{}{}
	case http.StateClosed:
		delete(c.conns, conn)
	case http.StateActive, http.StateIdle:
	}
}

func (c *connSet) closeAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for conn := range c.conns {
		_ = conn.Close()
	}
	clear(c.conns)
}
