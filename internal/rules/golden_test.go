// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package rules_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/rules"
)

// TestIDsAreNeverUsedAgain compares the catalogue with the list of all IDs that
// were ever given out, each with its title. A retired rule stays in the list.
func TestIDsAreNeverUsedAgain(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/ids.txt")
	if err != nil {
		t.Fatal(err)
	}
	given := map[string]string{}
	for line := range strings.Lines(string(raw)) {
		id, title, _ := strings.Cut(strings.TrimSpace(line), " ")
		if given[id] != "" {
			t.Errorf("%s is listed twice", id)
		}
		given[id] = title
	}
	for _, r := range rules.All() {
		if given[r.ID] != r.Title {
			t.Errorf("testdata/ids.txt has %q for %s, the catalogue %q", given[r.ID], r.ID, r.Title)
		}
	}
}

// TestCatalogueIsSound checks what every rule promises to its readers.
func TestCatalogueIsSound(t *testing.T) {
	t.Parallel()
	shape := regexp.MustCompile(`^HB-[A-Z]{3}-[0-9]{3}$`)
	var ids, titles []string
	for _, r := range rules.All() {
		if !shape.MatchString(r.ID) || slices.Contains(ids, r.ID) || slices.Contains(titles, r.Title) {
			t.Errorf("%s: ID malformed, or ID or title taken", r.ID)
		}
		ids, titles = append(ids, r.ID), append(titles, r.Title)
		if r.Title == "" || r.Rationale == "" || r.Remediation == "" || r.Source == "" || len(r.Paths) == 0 || len(r.Controls) == 0 {
			t.Errorf("%s: title, rationale, remediation, source, paths or controls are missing", r.ID)
		}
		if r.Class == rules.Policy && r.Guidance == "" {
			t.Errorf("%s: a policy rule needs its place in the guides", r.ID)
		}
	}
}
