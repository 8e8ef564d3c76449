// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// apiError is an answer that is an error.
type apiError struct {
	Status  int
	Code    string
	Message string
	// Details is for the errors that carry an ErrorInfo.
	Details []any
}

func (e *apiError) Error() string { return e.Code + ": " + e.Message }

func (e *apiError) write(w http.ResponseWriter) {
	body := map[string]any{"error_code": e.Code, "message": e.Message}
	if len(e.Details) > 0 {
		body["details"] = e.Details
	}
	writeJSON(w, e.Status, body)
}

func apiErrorf(status int, code, format string, args ...any) *apiError {
	return &apiError{Status: status, Code: code, Message: fmt.Sprintf(format, args...)}
}

func malformed(format string, args ...any) *apiError {
	return apiErrorf(http.StatusBadRequest, "MALFORMED_REQUEST", format, args...)
}

func invalidParameter(format string, args ...any) *apiError {
	return apiErrorf(http.StatusBadRequest, "INVALID_PARAMETER_VALUE", format, args...)
}

func invalidState(format string, args ...any) *apiError {
	return apiErrorf(http.StatusBadRequest, "INVALID_STATE", format, args...)
}

func permissionDenied(format string, args ...any) *apiError {
	return apiErrorf(http.StatusForbidden, "PERMISSION_DENIED", format, args...)
}

func doesNotExist(format string, args ...any) *apiError {
	return apiErrorf(http.StatusNotFound, "RESOURCE_DOES_NOT_EXIST", format, args...)
}

func unauthenticated() *apiError {
	return apiErrorf(http.StatusUnauthorized, "UNAUTHENTICATED",
		"Credential was not sent or was of an unsupported type for this API.")
}

func endpointNotFound(r *http.Request) *apiError {
	return apiErrorf(http.StatusNotFound, "ENDPOINT_NOT_FOUND", "No API found for '%s %s'", r.Method, r.URL.Path)
}

// missing is the text that was observed for absent use_cases (api: customer-managed
// keys), used for every required field.
func missing(fields ...string) *apiError {
	return malformed("Missing required parameters: %s", strings.Join(fields, ", "))
}

// field is a required field and whether the request has it.
type field struct {
	name string
	set  bool
}

func text(name, value string) field { return field{name: name, set: value != ""} }

// require answers an error that names every field that is not set.
func require(fields ...field) error {
	var names []string
	for _, f := range fields {
		if !f.set {
			names = append(names, f.name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return missing(names...)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// faultAnswers are the bodies that go with an injected status (api: errors).
var faultAnswers = map[int][2]string{
	http.StatusTooManyRequests:     {"REQUEST_LIMIT_EXCEEDED", "Your request was rejected since your organization has exceeded the rate limit of 30 requests per second."},
	http.StatusServiceUnavailable:  {"TEMPORARILY_UNAVAILABLE", "The service is temporarily unavailable"},
	http.StatusInternalServerError: {"INTERNAL_ERROR", "Internal error"},
	http.StatusForbidden:           {"PERMISSION_DENIED", "This API is disabled for users without account admin status"},
	http.StatusUnauthorized:        {"UNAUTHENTICATED", "Credential was not sent or was of an unsupported type for this API."},
	http.StatusNotFound:            {"RESOURCE_DOES_NOT_EXIST", "The object does not exist"},
}

func writeFault(w http.ResponseWriter, f Fault) {
	if f.Body != "" {
		if json.Valid([]byte(f.Body)) {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Body))
		return
	}
	answer, ok := faultAnswers[f.Status]
	if !ok {
		answer = [2]string{"INJECTED_FAULT", http.StatusText(f.Status)}
	}
	apiErrorf(f.Status, answer[0], "%s", answer[1]).write(w)
}
