// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package toolchain

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// ownAddress is the address of this provider.
const ownAddress = registryHost + "/hardbricks/hardbricks"

// WriteCLIConfig writes a Terraform CLI configuration file into dir and returns
// its path. With it Terraform takes this provider from ownMirror, the providers
// that the machine's mirrors hold from there, and the rest from the registry.
func WriteCLIConfig(dir, ownMirror string) (string, error) {
	return machine().writeCLIConfig(dir, ownMirror)
}

func (h host) writeCLIConfig(dir, ownMirror string) (string, error) {
	path := filepath.Join(dir, "terraform.tfrc")
	if err := os.WriteFile(path, []byte(h.cliConfig(ownMirror)), 0o600); err != nil {
		return "", fmt.Errorf("writing the Terraform CLI configuration: %w", err)
	}
	return path, nil
}

func (h host) cliConfig(ownMirror string) string {
	var b strings.Builder
	b.WriteString("disable_checkpoint = true\n\nprovider_installation {\n")
	served := []string{ownAddress}
	filesystemMirror(&b, ownMirror, served)
	for _, mirror := range h.mirrors() {
		providers := providersIn(mirror)
		if len(providers) == 0 {
			continue
		}
		filesystemMirror(&b, mirror, providers)
		served = append(served, providers...)
	}
	slices.Sort(served)
	fmt.Fprintf(&b, "  direct {\n    exclude = %s\n  }\n}\n", quotedList(slices.Compact(served)))
	return b.String()
}

func filesystemMirror(b *strings.Builder, path string, providers []string) {
	fmt.Fprintf(b, "  filesystem_mirror {\n    path    = %s\n    include = %s\n  }\n", strconv.Quote(path), quotedList(providers))
}

func quotedList(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = strconv.Quote(v)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// providersIn returns the addresses of the providers that a mirror holds for
// this platform. An installed build of this provider is left out, so that it
// cannot stand in for the one that was just built.
func providersIn(mirror string) []string {
	found, _ := filepath.Glob(filepath.Join(mirror, registryHost, "*", "*"))
	var providers []string
	for _, dir := range found {
		name := registryHost + "/" + filepath.Base(filepath.Dir(dir)) + "/" + filepath.Base(dir)
		if name != ownAddress && servesPlatform(dir) {
			providers = append(providers, name)
		}
	}
	return providers
}

// servesPlatform looks for both layouts of a mirror, unpacked and packed.
func servesPlatform(providerDir string) bool {
	platform := runtime.GOOS + "_" + runtime.GOARCH
	for _, pattern := range []string{filepath.Join("*", platform), "*_" + platform + ".zip"} {
		if found, _ := filepath.Glob(filepath.Join(providerDir, pattern)); len(found) > 0 {
			return true
		}
	}
	return false
}
