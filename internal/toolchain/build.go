// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package toolchain

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// modulePath is the path of the module that this package belongs to.
const modulePath = "github.com/hardbricks/terraform-provider-hardbricks"

// Version is the version of a provider that is built from this tree, for the
// sandbox, the demo and the tests. The version constraints of the examples
// accept it.
const Version = "0.1.0"

// BuildProvider builds the provider in repoRoot into a mirror, in the unpacked
// layout, and returns the path of the program.
func BuildProvider(ctx context.Context, repoRoot, mirror, version string) (string, error) {
	out := filepath.Join(mirror, filepath.FromSlash(ownAddress), version, runtime.GOOS+"_"+runtime.GOARCH,
		executable("terraform-provider-hardbricks_v"+version))
	if err := os.MkdirAll(filepath.Dir(out), 0o750); err != nil {
		return "", fmt.Errorf("making the provider mirror: %w", err)
	}
	// Built as it is released, but without version control, which may be absent.
	_, err := run(ctx, []string{"CGO_ENABLED=0"}, "go", "build", "-C", repoRoot, "-trimpath", "-buildvcs=false",
		"-ldflags", "-s -w -X main.version="+version, "-o", out, ".")
	if err != nil {
		return "", fmt.Errorf("building the provider: %w", err)
	}
	return out, nil
}

// RepoRoot returns the folder of this module's go.mod, at the working
// directory or above it.
func RepoRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the working directory: %w", err)
	}
	return repoRoot(dir)
}

func repoRoot(start string) (string, error) {
	for dir := start; ; {
		content, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		switch {
		case err == nil && declaresModule(string(content)):
			return dir, nil
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return "", fmt.Errorf("looking for the module's folder: %w", err)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("%s is not inside the source of %s", start, modulePath)
		}
		dir = parent
	}
}

// declaresModule tells this module's go.mod from those of nested modules.
func declaresModule(goMod string) bool {
	for line := range strings.Lines(goMod) {
		if fields := strings.Fields(line); len(fields) == 2 && fields[0] == "module" {
			return fields[1] == modulePath
		}
	}
	return false
}
