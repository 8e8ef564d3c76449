// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"cmp"
	"crypto/rand"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

func sortedKeys[K cmp.Ordered, V any](m map[K]V) iter.Seq[K] {
	return slices.Values(slices.Sorted(maps.Keys(m)))
}

func (c *control) observationRoutes() {
	c.handle("GET /requests", func(r *http.Request) (any, error) {
		q := r.URL.Query()
		filter := RequestFilter{
			Method: q.Get("method"), Service: q.Get("service"), AccountID: q.Get("account"), PathPrefix: q.Get("path_prefix"),
		}
		for name := range q {
			if !slices.Contains([]string{"method", "service", "account", "path_prefix", "since"}, name) {
				return nil, invalidParameter("%s is no filter of requests", name)
			}
		}
		if raw := q.Get("since"); raw != "" {
			since, err := strconv.Atoi(raw)
			if err != nil {
				return nil, invalidParameter("since is the seq of a request")
			}
			filter.Since = since
		}
		return map[string]any{"requests": append([]Request{}, c.s.FilterRequests(filter)...)}, nil
	})
	c.handle("GET /clock", func(*http.Request) (any, error) { return map[string]any{"now": c.s.Now()}, nil })
	c.handle("POST /clock", func(r *http.Request) (any, error) {
		var req struct {
			Advance span `json:"advance"`
		}
		if err := read(r, &req); err != nil {
			return nil, err
		}
		return map[string]any{"now": c.s.AdvanceClock(time.Duration(req.Advance))}, nil
	})
}

func (c *control) stateRoutes() {
	c.handle("POST /state", func(*http.Request) (any, error) { return nil, c.s.SaveState() })
	c.handle("POST /snapshots", func(r *http.Request) (any, error) {
		var req struct {
			Accounts []string `json:"accounts"`
		}
		if err := read(r, &req); err != nil {
			return nil, err
		}
		taken, err := c.s.Snapshot(req.Accounts...)
		if err != nil {
			return nil, invalidParameter("%s", err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		id := rand.Text()
		c.snapshots[id] = taken
		return map[string]string{"id": id}, nil
	})
	c.handle("POST /snapshots/{id}/restore", func(r *http.Request) (any, error) {
		taken, err := c.snapshot(r)
		if err != nil {
			return nil, err
		}
		return nil, c.s.Restore(taken)
	})
	c.handle("DELETE /snapshots/{id}", func(r *http.Request) (any, error) {
		_, err := c.snapshot(r)
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.snapshots, r.PathValue("id"))
		return nil, err
	})
}

func (c *control) snapshot(r *http.Request) (*Snapshot, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if taken := c.snapshots[r.PathValue("id")]; taken != nil {
		return taken, nil
	}
	return nil, doesNotExist("There is no snapshot %s", r.PathValue("id"))
}
