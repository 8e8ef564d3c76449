// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// scimError is an answer in the envelope of SCIM (api: error parsing).
type scimError struct {
	status       int
	kind, detail string
}

func (e *scimError) Error() string { return e.kind + " " + e.detail }

func scimErrorf(status int, kind, format string, args ...any) *scimError {
	return &scimError{status: status, kind: kind, detail: fmt.Sprintf(format, args...)}
}

// scimNoAttribute is the observed text for entitlements, which accounts do not
// have; it serves for every unknown attribute.
func scimNoAttribute(name string) *scimError {
	return scimErrorf(http.StatusBadRequest, "invalidPath", "No such attribute with the name : %s in the current resource", name)
}

func (e *scimError) write(w http.ResponseWriter) {
	body := map[string]any{
		"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:Error"},
		"detail":  e.detail, "status": strconv.Itoa(e.status),
	}
	if e.kind != "" {
		body["scimType"] = e.kind
	}
	writeJSON(w, e.status, body)
}

// scimAPI makes an authenticated route that answers errors of its own as SCIM
// does. Errors from before, such as of authentication, keep their form; what
// cannot be parsed is an error of SCIM.
func (e *emulator) scimAPI(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := callOf(r)
		c.r, c.header = r, w.Header()
		answer, err := c.answer(h)
		if failure, ok := errors.AsType[*scimError](err); ok {
			failure.write(w)
			return
		}
		c.write(w, answer, err)
	}
}

// decodeSCIM reads a body strictly.
func (c *call) decodeSCIM(into any) error {
	err := c.decode(into)
	if failure, ok := errors.AsType[*apiError](err); ok {
		return scimErrorf(http.StatusBadRequest, "invalidSyntax", "%s", failure.Message)
	}
	return err
}
