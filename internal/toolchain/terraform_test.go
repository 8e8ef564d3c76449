// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package toolchain

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
)

// versions plays "terraform version" for the given programs.
func versions(answers map[string]string) func(context.Context, []string, string, ...string) ([]byte, error) {
	return func(_ context.Context, _ []string, name string, _ ...string) ([]byte, error) {
		answer, ok := answers[name]
		if !ok {
			return nil, errors.New("it does not run")
		}
		return []byte(answer), nil
	}
}

func TestTerraformThatIsFound(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		vars map[string]string
		want string
	}{
		"on PATH":          {nil, "/bin/terraform"},
		"named for us":     {map[string]string{"HARDBRICKS_TERRAFORM": "tofu", "TF_ACC_TERRAFORM_PATH": "terraform"}, "/bin/tofu"},
		"named for tests":  {map[string]string{"TF_ACC_TERRAFORM_PATH": "tofu"}, "/bin/tofu"},
		"empty is not set": {map[string]string{"HARDBRICKS_TERRAFORM": ""}, "/bin/terraform"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := fakeHost(t)
			h.getenv = variables(test.vars)
			h.lookPath = onPath(map[string]string{"terraform": "/bin/terraform", "tofu": "/bin/tofu"})
			h.run = versions(map[string]string{
				"/bin/terraform": `{"terraform_version": "1.8.0"}`,
				"/bin/tofu":      `{"terraform_version": "1.12.0-beta1"}`,
			})
			if got, err := h.terraform(t.Context()); err != nil || got != test.want {
				t.Errorf("terraform = %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

func TestTerraformThatIsNamedMustDo(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ answer, want string }{
		"old":     {`{"terraform_version": "1.7.5"}`, "1.8.0 or newer is needed"},
		"silent":  {``, "reading the version"},
		"strange": {`{"terraform_version": "yes"}`, "reading the version"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := fakeHost(t)
			h.getenv = variables(map[string]string{"HARDBRICKS_TERRAFORM": "mine"})
			h.lookPath = onPath(map[string]string{"mine": "/bin/mine", "terraform": "/bin/terraform"})
			h.run = versions(map[string]string{"/bin/mine": test.answer, "/bin/terraform": `{"terraform_version": "1.9.0"}`})
			_, err := h.terraform(t.Context())
			wantError(t, err, "HARDBRICKS_TERRAFORM", test.want)
		})
	}
	h := fakeHost(t)
	h.getenv = variables(map[string]string{"TF_ACC_TERRAFORM_PATH": "absent"})
	_, err := h.terraform(t.Context())
	wantError(t, err, "TF_ACC_TERRAFORM_PATH", "absent")
}

func TestTerraformIsDownloadedOnce(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"none on PATH": "", "an old one on PATH": "/bin/terraform"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := fakeHost(t)
			if path != "" {
				h.lookPath = onPath(map[string]string{"terraform": path})
				h.run = versions(map[string]string{path: `{"terraform_version": "1.5.7"}`})
			}
			downloads := 0
			h.download = func(_ context.Context, dir string) error {
				downloads++
				write(t, filepath.Join(dir, executable("terraform")), "")
				return nil
			}
			for range 2 {
				if got, err := h.terraform(t.Context()); err != nil || !isFile(got) {
					t.Errorf("terraform = %q, %v", got, err)
				}
			}
			if downloads != 1 {
				t.Errorf("%d downloads", downloads)
			}
		})
	}
}

func TestTerraformThatCannotBeHad(t *testing.T) {
	t.Parallel()
	_, err := fakeHost(t).terraform(t.Context())
	wantError(t, err, "HARDBRICKS_TERRAFORM", "executable file not found", "no network")
}
