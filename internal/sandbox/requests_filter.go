// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import "strings"

// RequestFilter says which requests to return. What is empty matches all.
type RequestFilter struct {
	// Method, Service and AccountID are compared as they are.
	Method, Service, AccountID string
	// PathPrefix is what the path begins with.
	PathPrefix string
	// Since is the Seq of the last request that is not wanted.
	Since int
}

// FilterRequests returns the requests that a filter asks for, in the order in
// which they came in.
func (s *Sandbox) FilterRequests(f RequestFilter) []Request {
	same := func(want, got string) bool { return want == "" || want == got }
	return s.reqs.all(func(r *Request) bool {
		return r.Seq > f.Since && same(f.Method, r.Method) && same(f.Service, r.Service) &&
			same(f.AccountID, r.AccountID) && strings.HasPrefix(r.Path, f.PathPrefix)
	})
}
