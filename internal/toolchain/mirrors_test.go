// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package toolchain

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestMirrors(t *testing.T) {
	t.Parallel()
	h := fakeHost(t)
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h.prefixes = []string{root, filepath.Join(root, "absent")}
	mirror := func(parts ...string) string {
		dir := filepath.Join(append([]string{root}, parts...)...)
		mkdir(t, dir, registryHost)
		return dir
	}
	named, one, two := mirror("z"), mirror("a"), mirror("b", "c")
	mirror("too", "far", "down")
	mkdir(t, root, "not-a-mirror")
	write(t, filepath.Join(root, "file", registryHost), "")
	if err := os.Symlink(one, filepath.Join(root, "again")); err != nil {
		t.Fatal(err)
	}
	list := []string{named, filepath.Join(root, "not-a-mirror"), "", named}
	h.getenv = variables(map[string]string{"HARDBRICKS_PLUGIN_MIRROR": strings.Join(list, string(os.PathListSeparator))})

	if got, want := h.mirrors(), []string{named, one, two}; !slices.Equal(got, want) {
		t.Errorf("mirrors:\n%q, want\n%q", got, want)
	}
}

func TestImpliedMirrors(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the folders of Linux")
	}
	h := fakeHost(t)
	home, err := h.homeDir()
	if err != nil {
		t.Fatal(err)
	}
	data, system := t.TempDir(), t.TempDir()
	h.getenv = variables(map[string]string{"XDG_DATA_HOME": data, "XDG_DATA_DIRS": system})
	want := []string{
		filepath.Join(home, ".terraform.d", "plugins"),
		filepath.Join(data, "terraform", "plugins"),
		filepath.Join(system, "terraform", "plugins"),
	}
	for _, dir := range want {
		mkdir(t, dir, registryHost)
	}
	if got := h.mirrors(); !slices.Equal(got[:min(3, len(got))], want) {
		t.Errorf("mirrors = %q, want first %q", got, want)
	}
}

func TestCLIConfig(t *testing.T) {
	t.Parallel()
	h := fakeHost(t)
	platform := runtime.GOOS + "_" + runtime.GOARCH
	unpacked, packed, useless := t.TempDir(), t.TempDir(), t.TempDir()
	mkdir(t, unpacked, registryHost, "hashicorp", "aws", "5.100.0", platform)
	mkdir(t, unpacked, registryHost, "hardbricks", "hardbricks", "0.0.1", platform)
	write(t, filepath.Join(packed, registryHost, "hashicorp", "aws", "terraform-provider-aws_6.0.0_"+platform+".zip"), "")
	write(t, filepath.Join(packed, registryHost, "hashicorp", "time", "terraform-provider-time_0.13.0_"+platform+".zip"), "")
	mkdir(t, useless, registryHost, "hashicorp", "random", "3.0.0", "plan9_mips")
	list := strings.Join([]string{unpacked, packed, useless}, string(os.PathListSeparator))
	h.getenv = variables(map[string]string{"HARDBRICKS_PLUGIN_MIRROR": list})

	dir := t.TempDir()
	path, err := h.writeCLIConfig(dir, `own"mirror`)
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := `disable_checkpoint = true

provider_installation {
  filesystem_mirror {
    path    = "own\"mirror"
    include = ["registry.terraform.io/hardbricks/hardbricks"]
  }
  filesystem_mirror {
    path    = "` + unpacked + `"
    include = ["registry.terraform.io/hashicorp/aws"]
  }
  filesystem_mirror {
    path    = "` + packed + `"
    include = ["registry.terraform.io/hashicorp/aws", "registry.terraform.io/hashicorp/time"]
  }
  direct {
    exclude = ["registry.terraform.io/hardbricks/hardbricks", "registry.terraform.io/hashicorp/aws", "registry.terraform.io/hashicorp/time"]
  }
}
`
	if runtime.GOOS == "linux" && string(content) != want {
		t.Errorf("wrote\n%s\nwant\n%s", content, want)
	}
}

func TestCLIConfigNowhereToWrite(t *testing.T) {
	t.Parallel()
	_, err := fakeHost(t).writeCLIConfig(filepath.Join(t.TempDir(), "absent"), "mirror")
	wantError(t, err, "Terraform CLI configuration")
}
