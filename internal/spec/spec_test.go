// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package spec_test

import (
	"testing"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

func TestPathString(t *testing.T) {
	t.Parallel()
	p := spec.Root("ip_access").Attr("allow").AtKey("office").AtIndex(2)
	if got, want := p.String(), `ip_access.allow["office"][2]`; got != want {
		t.Errorf("String() = %s, want %s", got, want)
	}
}

func TestPathsDoNotShareMemory(t *testing.T) {
	t.Parallel()
	base := spec.Root("a").Attr("b").Attr("c")
	left, right := base.Attr("left"), base.Attr("right")
	if left.String() != "a.b.c.left" || right.String() != "a.b.c.right" {
		t.Errorf("got %s and %s", left, right)
	}
}

func TestUnknownIsNotNull(t *testing.T) {
	t.Parallel()
	u, n, k := spec.Unknown[string](), spec.Null[string](), spec.Known("")
	if u.IsNull() || !u.IsUnknown() || !n.IsNull() || n.IsUnknown() || k.IsNull() || k.IsUnknown() {
		t.Error("known, null and unknown must exclude each other")
	}
	if _, known := u.Get(); known {
		t.Error("an unknown value must not be known")
	}
	if v, known := k.Get(); !known || v != "" {
		t.Error("the empty text is a known value")
	}
}
