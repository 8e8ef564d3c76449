// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// call is one request to the emulator, with what is known of it.
type call struct {
	e    *emulator
	r    *http.Request
	body []byte
	// base is the address under which the caller reached the emulator.
	base string
	// account is nil where the request names none that exists.
	account *account
	// workspace is set on the workspace plane.
	workspace *workspace
	caller    *bearer
	now       time.Time
	header    http.Header
	// onCaller is told who asks, once that is known.
	onCaller func(clientID string)
}

// handler answers a call. A nil answer is an empty object, and a noContent
// none at all.
type handler func(*call) (any, error)

type noContent struct{}

type callKey struct{}

func withCall(r *http.Request, c *call) *http.Request {
	r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
	c.r = r
	return r
}

// api makes an authenticated route. The account is locked while it is handled.
func (e *emulator) api(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := callOf(r)
		c.r, c.header = r, w.Header()
		answer, err := c.answer(h)
		c.write(w, answer, err)
	}
}

func (c *call) answer(h handler) (any, error) {
	if err := c.authenticate(); err != nil {
		return nil, err
	}
	c.account.mu.Lock()
	defer c.account.mu.Unlock()
	if err := c.admitPrincipal(); err != nil {
		return nil, err
	}
	if err := c.admit(); err != nil {
		return nil, err
	}
	answer, err := h(c)
	if err != nil || answer == nil || answer == (noContent{}) {
		return answer, err
	}
	// Encoded while the account is locked: answers point into its state.
	encoded, err := json.Marshal(answer)
	return json.RawMessage(encoded), err
}

func (c *call) write(w http.ResponseWriter, answer any, err error) {
	var failure *apiError
	switch {
	case errors.As(err, &failure):
		failure.write(w)
	case err != nil:
		apiErrorf(http.StatusInternalServerError, "INTERNAL_ERROR", "%s", err).write(w)
	case answer == (noContent{}):
		w.WriteHeader(http.StatusNoContent)
	case answer == nil:
		writeJSON(w, http.StatusOK, struct{}{})
	default:
		writeJSON(w, http.StatusOK, answer)
	}
}

// outside lets go of the account while something slow outside is asked.
func (c *call) outside(ask func(ctx context.Context) error) error {
	c.account.mu.Unlock()
	defer c.account.mu.Lock()
	return ask(c.r.Context())
}

// decode reads the body strictly: what the emulator does not know is refused,
// so that a client that sends a field in vain is found out.
func (c *call) decode(into any) error {
	if len(bytes.TrimSpace(c.body)) == 0 {
		return malformed("Could not parse request object: the body is empty")
	}
	dec := json.NewDecoder(bytes.NewReader(c.body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return malformed("Could not parse request object: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return malformed("Could not parse request object: more than one value")
	}
	return nil
}

// owned is embedded by request bodies: clients repeat the account id there.
type owned struct {
	AccountID string `json:"account_id"`
}

func (o owned) check(c *call) error {
	if o.AccountID != "" && o.AccountID != c.account.ID {
		return invalidParameter("account_id in the body is not that of the path")
	}
	return nil
}

type ownedBody interface{ check(c *call) error }

// decodeOwned decodes a body and compares the account that it names.
func (c *call) decodeOwned(into ownedBody) error {
	if err := c.decode(into); err != nil {
		return err
	}
	return into.check(c)
}

func millis(t time.Time) int64 { return t.UnixMilli() }
