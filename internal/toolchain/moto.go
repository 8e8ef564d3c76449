// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package toolchain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// motoVersion is the release of moto that is installed where there is none.
const motoVersion = "5.2.1"

// Moto returns the path of moto_server, the program that plays AWS in the
// sandbox: the one on PATH, else one that it installs into a virtual Python
// environment in the cache folder.
func Moto(ctx context.Context) (string, error) { return machine().moto(ctx) }

func (h host) moto(ctx context.Context) (string, error) {
	if path, err := h.lookPath("moto_server"); err == nil {
		return path, nil
	}
	cache, err := h.cacheDir()
	if err != nil {
		return "", err
	}
	var server string
	err = locked(ctx, cache, "moto", func() error {
		server, err = h.installMoto(ctx, filepath.Join(cache, "moto-"+motoVersion))
		return err
	})
	return server, err
}

// installMoto makes the virtual environment, unless a complete one is there:
// the marker is written last, so that an interrupted installation starts over.
func (h host) installMoto(ctx context.Context, dir string) (string, error) {
	marker := filepath.Join(dir, ".complete")
	server := inVenv(dir, "moto_server")
	// The Python that the environment is made of may be gone meanwhile.
	if isFile(marker) && isFile(server) && isFile(inVenv(dir, "python")) {
		return server, nil
	}
	python, err := h.python()
	if err != nil {
		return "", err
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", fmt.Errorf("removing an unfinished installation of moto: %w", err)
	}
	if _, err := h.run(ctx, nil, python, "-m", "venv", dir); err != nil {
		return "", fmt.Errorf("moto_server is not on PATH, and Python cannot make a virtual environment to install it in "+
			"(on Debian and Ubuntu the package python3-venv is needed): %w", err)
	}
	pip := []string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check", "moto[server]==" + motoVersion}
	if _, err := h.run(ctx, nil, inVenv(dir, "python"), pip...); err != nil {
		return "", fmt.Errorf("moto_server is not on PATH, and installing moto %s from PyPI failed "+
			"(install it yourself with `pip install 'moto[server]==%s'`): %w", motoVersion, motoVersion, err)
	}
	if !isFile(server) {
		return "", fmt.Errorf("installing moto %s left no moto_server in %s", motoVersion, dir)
	}
	return server, os.WriteFile(marker, nil, 0o600)
}

// python returns the path of a Python interpreter.
func (h host) python() (string, error) {
	for _, name := range []string{"python3", "python"} {
		if path, err := h.lookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("moto_server, which plays AWS in the sandbox, is not on PATH, and neither is python3 to install it with: " +
		"install Python 3.10 or newer, or moto itself")
}

// inVenv returns the path of a program in a virtual environment.
func inVenv(dir, program string) string {
	if runtime.GOOS == "windows" {
		return filepath.Join(dir, "Scripts", program+".exe")
	}
	return filepath.Join(dir, "bin", program)
}
