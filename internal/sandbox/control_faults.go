// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"path"
	"strconv"
	"time"
)

// wireFault is a [Fault] on the wire.
type wireFault struct {
	ID             int    `json:"id,omitempty"`
	AccountID      string `json:"account_id,omitempty"`
	Method         string `json:"method,omitempty"`
	Path           string `json:"path,omitempty"`
	Nth            int    `json:"nth,omitempty"`
	Times          int    `json:"times,omitempty"`
	Status         int    `json:"status,omitempty"`
	Body           string `json:"body,omitempty"`
	Delay          span   `json:"delay,omitzero"`
	SlowBody       span   `json:"slow_body,omitzero"`
	Drop           bool   `json:"drop,omitempty"`
	AcceptThenDrop bool   `json:"accept_then_drop,omitempty"`
	Kill           bool   `json:"kill,omitempty"`
}

func (f wireFault) fault() Fault {
	return Fault{
		AccountID: f.AccountID, Method: f.Method, Path: f.Path, Nth: f.Nth, Times: f.Times, Status: f.Status, Body: f.Body,
		Delay: time.Duration(f.Delay), SlowBody: time.Duration(f.SlowBody),
		Drop: f.Drop, AcceptThenDrop: f.AcceptThenDrop, Kill: f.Kill,
	}
}

func onTheWireFault(id int, f Fault) wireFault {
	return wireFault{
		ID: id, AccountID: f.AccountID, Method: f.Method, Path: f.Path, Nth: f.Nth, Times: f.Times, Status: f.Status, Body: f.Body,
		Delay: span(f.Delay), SlowBody: span(f.SlowBody), Drop: f.Drop, AcceptThenDrop: f.AcceptThenDrop, Kill: f.Kill,
	}
}

func (f wireFault) check() error {
	_, err := path.Match(pattern(f.Path), "")
	switch {
	case f.ID != 0:
		return invalidParameter("id is given, not taken")
	case err != nil:
		return invalidParameter("path is neither a pattern nor a template: %s", f.Path)
	case f.Nth < 0 || f.Times < 0:
		return invalidParameter("nth and times count from 1")
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return invalidParameter("status is from 200 to 599")
	case f.Status == 0 && f.Body != "":
		return invalidParameter("body goes with status")
	case f.Status == 0 && f.Delay == 0 && f.SlowBody == 0 && !f.Drop && !f.AcceptThenDrop && !f.Kill:
		return invalidParameter("the fault does nothing: set status, delay, slow_body, drop, accept_then_drop or kill")
	}
	return nil
}

func (c *control) faultRoutes() {
	c.handle("POST /faults", func(r *http.Request) (any, error) {
		var f wireFault
		if err := read(r, &f); err != nil {
			return nil, err
		}
		if err := f.check(); err != nil {
			return nil, err
		}
		return map[string]int{"id": c.s.FailNext(f.fault())}, nil
	})
	c.handle("GET /faults", func(*http.Request) (any, error) {
		out := []wireFault{}
		armed := c.s.Faults()
		for id := range sortedKeys(armed) {
			out = append(out, onTheWireFault(id, armed[id]))
		}
		return map[string]any{"faults": out}, nil
	})
	c.handle("DELETE /faults", func(*http.Request) (any, error) {
		c.s.Disarm(0)
		return nil, nil
	})
	c.handle("DELETE /faults/{id}", func(r *http.Request) (any, error) {
		id, err := strconv.Atoi(r.PathValue("id"))
		if err != nil || id <= 0 || !c.s.Disarm(id) {
			return nil, doesNotExist("There is no armed fault %s", r.PathValue("id"))
		}
		return nil, nil
	})
	c.handle("PUT /latency", func(r *http.Request) (any, error) {
		var req struct {
			Latency span `json:"latency"`
		}
		if err := read(r, &req); err != nil {
			return nil, err
		}
		c.s.SetLatency(time.Duration(req.Latency))
		return nil, nil
	})
}
