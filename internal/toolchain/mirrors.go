// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package toolchain

import (
	"path/filepath"
	"runtime"
	"slices"
)

// registryHost is the folder at the top of every provider mirror.
const registryHost = "registry.terraform.io"

// mirrors returns the folders that hold providers in the layout of a
// filesystem mirror, the most specific first: those that the list
// HARDBRICKS_PLUGIN_MIRROR names, those that Terraform looks into by itself,
// and those where systems keep add-on software.
func (h host) mirrors() []string {
	candidates := filepath.SplitList(h.getenv("HARDBRICKS_PLUGIN_MIRROR"))
	candidates = append(candidates, h.impliedMirrors()...)
	for _, prefix := range h.prefixes {
		candidates = append(candidates, prefix)
		for _, below := range []string{"*", filepath.Join("*", "*")} {
			// The only error of Glob is a bad pattern, which this is not.
			found, _ := filepath.Glob(filepath.Join(prefix, below, registryHost))
			for _, path := range found {
				candidates = append(candidates, filepath.Dir(path))
			}
		}
	}
	return onlyMirrors(candidates)
}

// onlyMirrors keeps the folders that are mirrors, each once.
func onlyMirrors(candidates []string) []string {
	var mirrors, seen []string
	for _, dir := range candidates {
		if dir == "" || !isDir(filepath.Join(dir, registryHost)) {
			continue
		}
		if absolute, err := filepath.Abs(dir); err == nil {
			dir = absolute
		}
		resolved, err := filepath.EvalSymlinks(dir)
		if err != nil || slices.Contains(seen, resolved) {
			continue
		}
		mirrors, seen = append(mirrors, dir), append(seen, resolved)
	}
	return mirrors
}

// impliedMirrors are the folders that Terraform searches where its
// configuration does not say otherwise.
func (h host) impliedMirrors() []string {
	home, err := h.homeDir()
	if err != nil {
		home = ""
	}
	under := func(base string, parts ...string) []string {
		if base == "" {
			return nil
		}
		return []string{filepath.Join(append([]string{base}, parts...)...)}
	}
	switch runtime.GOOS {
	case "windows":
		return under(h.getenv("APPDATA"), "terraform.d", "plugins")
	case "darwin":
		return slices.Concat(
			under(home, ".terraform.d", "plugins"),
			under(home, "Library", "Application Support", "io.terraform", "plugins"),
			[]string{"/Library/Application Support/io.terraform/plugins"},
		)
	}
	dirs := slices.Concat(
		under(home, ".terraform.d", "plugins"),
		under(orElse(h.getenv("XDG_DATA_HOME"), filepath.Join(home, ".local", "share")), "terraform", "plugins"),
	)
	for _, dir := range filepath.SplitList(h.getenv("XDG_DATA_DIRS")) {
		dirs = append(dirs, under(dir, "terraform", "plugins")...)
	}
	return append(dirs, "/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins")
}

func orElse(value, fallback string) string {
	if value != "" {
		return value
	}
	return fallback
}

// addOnPrefixes are the folders below which a system keeps software that did
// not come with it; an administrator's mirror is one or two levels down.
func addOnPrefixes() []string {
	switch runtime.GOOS {
	case "windows":
		return []string{`C:\ProgramData`}
	case "darwin":
		return []string{"/opt", "/opt/homebrew/share", "/usr/local", "/usr/local/share", "/usr/local/lib"}
	}
	return []string{"/opt", "/usr/local", "/usr/local/share", "/usr/local/lib", "/srv"}
}
