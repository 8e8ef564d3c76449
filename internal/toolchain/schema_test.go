// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package toolchain

import "testing"

func TestShortNamed(t *testing.T) {
	t.Parallel()
	got, err := shortNamed([]byte(`{"format_version":"1.0","provider_schemas":{"registry.terraform.io/hardbricks/hardbricks":{"a":1}}}`))
	if want := `{"format_version":"1.0","provider_schemas":{"hardbricks":{"a":1}}}`; err != nil || string(got) != want {
		t.Errorf("shortNamed = %s, %v, want %s", got, err, want)
	}
	for _, bad := range []string{``, `{}`, `{"provider_schemas":{}}`} {
		if got, err := shortNamed([]byte(bad)); err == nil {
			t.Errorf("shortNamed(%q) = %s", bad, got)
		}
	}
}
