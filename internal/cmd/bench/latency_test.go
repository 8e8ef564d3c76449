// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"testing"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

func TestAnswers(t *testing.T) {
	t.Parallel()
	sb, err := sandbox.Start(t.Context(), sandbox.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sb.Close() }()
	figures, err := answers(t.Context(), sb)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(sb.Requests()); got != latencyClients*latencyRequests+1 {
		t.Errorf("%d requests, want %d and a login", got, latencyClients*latencyRequests)
	}
	if len(figures) != 2 || figures[0].got <= 0 || figures[0].got > figures[1].got {
		t.Errorf("figures %+v, want p50 and p99", figures)
	}
	for _, f := range figures {
		t.Logf("%s: %.4g %s", f.what, f.got, f.unit)
	}
}
