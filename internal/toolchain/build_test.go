// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package toolchain

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestRepoRoot(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write(t, filepath.Join(root, "go.mod"), "// A comment.\nmodule "+modulePath+"\n\ngo 1.26.0\n")
	write(t, filepath.Join(root, "internal", "tools", "go.mod"), "module "+modulePath+"/internal/tools\n")
	for _, start := range []string{root, mkdir(t, root, "internal", "tools"), mkdir(t, root, "a", "b")} {
		if got, err := repoRoot(start); err != nil || got != root {
			t.Errorf("repoRoot(%q) = %q, %v", start, got, err)
		}
	}
	_, err := repoRoot(t.TempDir())
	wantError(t, err, "not inside the source")
}

func TestRepoRootOfThisTree(t *testing.T) {
	t.Parallel()
	root, err := RepoRoot()
	if err != nil || !isFile(filepath.Join(root, "internal", "toolchain", "build.go")) {
		t.Errorf("RepoRoot = %q, %v", root, err)
	}
}

func TestBuildProvider(t *testing.T) {
	t.Parallel()
	repo, mirror := t.TempDir(), t.TempDir()
	write(t, filepath.Join(repo, "go.mod"), "module "+modulePath+"\n\ngo 1.26\n")
	write(t, filepath.Join(repo, "main.go"), "package main\n\nvar version string\n\nfunc main() { print(version) }\n")
	program, err := BuildProvider(t.Context(), repo, mirror, "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), program).CombinedOutput()
	if err != nil || string(out) != "1.2.3" {
		t.Errorf("the program says %q, %v", out, err)
	}
	if rel, _ := filepath.Rel(mirror, program); !strings.HasPrefix(filepath.ToSlash(rel), ownAddress+"/1.2.3/") {
		t.Errorf("built %s", rel)
	}
	if !servesPlatform(filepath.Join(mirror, filepath.FromSlash(ownAddress))) {
		t.Error("Terraform would not find the program in the mirror")
	}
}

func TestBuildProviderSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	repo := t.TempDir()
	write(t, filepath.Join(repo, "go.mod"), "module "+modulePath+"\n\ngo 1.26\n")
	write(t, filepath.Join(repo, "main.go"), "package main\n\nfunc main() { undefined() }\n")
	_, err := BuildProvider(t.Context(), repo, t.TempDir(), "1.2.3")
	wantError(t, err, "building the provider", "undefined: undefined")

	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = BuildProvider(t.Context(), repo, blocked, "1.2.3")
	wantError(t, err, "provider mirror")
}
