// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const maxBody = 16 << 20

type emulatorConfig struct {
	now       func() time.Time
	provision time.Duration
	linger    time.Duration
	aws       *awsView
}

// emulator holds all accounts. Its own lock is for the indexes alone; each
// account has one for what it holds.
type emulator struct {
	emulatorConfig
	accountAPI   *http.ServeMux
	workspaceAPI *http.ServeMux

	mu          sync.Mutex
	accounts    map[string]*account
	workspaces  map[int64]*workspace
	deployments map[string]*workspace
	tokens      map[string]*bearer
}

func newEmulator(cfg emulatorConfig) *emulator {
	e := &emulator{
		emulatorConfig: cfg,
		accountAPI:     http.NewServeMux(),
		workspaceAPI:   http.NewServeMux(),
		accounts:       map[string]*account{},
		workspaces:     map[int64]*workspace{},
		deployments:    map[string]*workspace{},
		tokens:         map[string]*bearer{},
	}
	e.accountRoutes()
	e.workspaceRoutes()
	return e
}

func (e *emulator) accountRoutes() {
	mux := e.accountAPI
	e.oidcRoutes(mux)
	e.credentialRoutes(mux)
	e.storageRoutes(mux)
	e.networkRoutes(mux)
	e.endpointRoutes(mux)
	e.keyRoutes(mux)
	e.privateAccessRoutes(mux)
	e.accountWorkspaceRoutes(mux)
	e.connectivityRoutes(mux)
	e.accountNetRoutes(mux)
	e.metastoreRoutes(mux)
	mux.HandleFunc("/", notFound)
}

func (e *emulator) workspaceRoutes() {
	mux := e.workspaceAPI
	e.oidcRoutes(mux)
	e.confRoutes(mux)
	e.accessListRoutes(mux)
	e.settingRoutes(mux)
	e.tokenRoutes(mux)
	e.scimRoutes(mux)
	mux.HandleFunc("/", notFound)
}

func notFound(w http.ResponseWriter, r *http.Request) { endpointNotFound(r).write(w) }

const accountPath = "/api/2.0/accounts/{account_id}"

// serveDatabricks answers a request to a Databricks host, or, where host is
// empty, to the plain HTTP API.
func (s *Sandbox) serveDatabricks(w http.ResponseWriter, r *http.Request, host, base string) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		malformed("reading the body: %s", err).write(w)
		return
	}
	c := &call{e: s.em, body: body, base: base, now: s.em.now()}
	failure := s.em.resolve(c, r, host)
	entry := s.reqs.begin(c.describe(r, body))
	c.onCaller = func(clientID string) { s.reqs.update(entry, func(q *Request) { q.Caller = clientID }) }
	rec := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	defer func() { s.reqs.end(entry, rec.status) }()

	if r.URL.Path == canaryPath {
		_, _ = io.WriteString(rec, s.proof)
		return
	}
	handle := func(w http.ResponseWriter) {
		if failure != nil {
			failure(w)
			return
		}
		s.em.dispatch(w, withCall(r, c), c)
	}
	pause(r.Context(), time.Duration(s.latency.Load()))
	if fault, ok := s.faults.take(entry.AccountID, r.Method, r.URL.Path); ok {
		s.strike(rec, r, fault, handle)
		return
	}
	handle(rec)
}

// strike makes a fault happen.
func (s *Sandbox) strike(w *statusWriter, r *http.Request, f Fault, handle func(http.ResponseWriter)) {
	pause(r.Context(), f.Delay)
	switch {
	case f.AcceptThenDrop:
		handle(&discardWriter{header: http.Header{}})
		w.status = 0
		panic(http.ErrAbortHandler)
	case f.Drop:
		w.status = 0
		panic(http.ErrAbortHandler)
	case f.Status != 0:
		writeFault(w, f)
	default:
		handle(w)
	}
}

// discardWriter swallows an answer.
type discardWriter struct {
	header http.Header
	bytes.Buffer
}

func (w *discardWriter) Header() http.Header { return w.header }
func (w *discardWriter) WriteHeader(int)     {}

// resolve finds out which account and workspace a request is for. It returns
// how to answer where there is nothing to dispatch to.
func (e *emulator) resolve(c *call, r *http.Request, host string) func(http.ResponseWriter) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if id, ok := accountInPath(r.URL.Path); ok {
		c.account = e.accounts[id]
	}
	name, onWorkspaceHost := deploymentOf(host)
	header := r.Header.Get(workspaceHeader)
	switch {
	case onWorkspaceHost:
		return e.resolveDeployment(c, name, header)
	// On the accounts host the header selects nothing: that it might is a weak
	// fact, and workspace calls that go there by mistake should be seen.
	case host == "" && header != "" && c.account == nil:
		return e.resolveHeader(c, header)
	}
	return nil
}

func (e *emulator) resolveDeployment(c *call, name, header string) func(http.ResponseWriter) {
	ws := e.deployments[name]
	if ws == nil {
		// The real name does not resolve, which no client takes for a missing object.
		return func(w http.ResponseWriter) {
			http.Error(w, "the sandbox has no workspace with the deployment name "+name+"\n", http.StatusBadGateway)
		}
	}
	if header != "" && header != strconv.FormatInt(ws.id, 10) {
		return func(w http.ResponseWriter) {
			invalidParameter("%s names another workspace than the host", workspaceHeader).write(w)
		}
	}
	c.workspace, c.account = ws, ws.account
	return nil
}

func (e *emulator) resolveHeader(c *call, header string) func(http.ResponseWriter) {
	id, err := strconv.ParseInt(header, 10, 64)
	ws := e.workspaces[id]
	if err != nil || ws == nil {
		return func(w http.ResponseWriter) {
			http.Error(w, "the sandbox has no workspace "+header+"\n", http.StatusBadGateway)
		}
	}
	c.workspace, c.account = ws, ws.account
	return nil
}

func accountInPath(path string) (string, bool) {
	for _, prefix := range []string{"/api/2.0/accounts/", "/api/2.1/accounts/", "/oidc/accounts/", "/api/networking/v1/accounts/"} {
		if rest, ok := strings.CutPrefix(path, prefix); ok {
			id, _, _ := strings.Cut(rest, "/")
			return id, true
		}
	}
	return "", false
}

func (e *emulator) dispatch(w http.ResponseWriter, r *http.Request, c *call) {
	if c.workspace == nil {
		if answer := c.reachAccount(); answer != nil {
			answer(w)
			return
		}
		e.accountAPI.ServeHTTP(w, r)
		return
	}
	if answer := c.reach(); answer != nil {
		answer(w)
		return
	}
	e.workspaceAPI.ServeHTTP(w, r)
}

// describe makes the log entry of a call.
func (c *call) describe(r *http.Request, body []byte) Request {
	q := Request{
		Service: ServiceAccount, Method: r.Method, Host: r.Host, Path: r.URL.Path,
		Query: r.URL.RawQuery, Body: redact(r.URL.Path, body),
	}
	if c.workspace != nil {
		q.Service, q.WorkspaceID = ServiceWorkspace, c.workspace.id
	}
	if strings.HasPrefix(r.URL.Path, "/oidc/") || r.URL.Path == wellKnownConfig {
		q.Service = ServiceOIDC
	}
	if c.account != nil {
		q.AccountID = c.account.ID
	} else if id, ok := accountInPath(r.URL.Path); ok {
		q.AccountID = id
	}
	return q
}
