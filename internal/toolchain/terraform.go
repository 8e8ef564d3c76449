// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package toolchain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"
)

var (
	// minTerraform is the oldest Terraform, and OpenTofu, that we support.
	minTerraform = version.Must(version.NewVersion("1.8.0"))
	// ownTerraform is the release that is installed where there is none.
	ownTerraform = version.Must(version.NewVersion("1.11.4"))
)

// Terraform returns the path of a Terraform that is new enough: the one that
// HARDBRICKS_TERRAFORM or TF_ACC_TERRAFORM_PATH names, else the one on PATH,
// else one that it installs into the cache folder.
func Terraform(ctx context.Context) (string, error) { return machine().terraform(ctx) }

func (h host) terraform(ctx context.Context) (string, error) {
	for _, name := range []string{"HARDBRICKS_TERRAFORM", "TF_ACC_TERRAFORM_PATH"} {
		path := h.getenv(name)
		if path == "" {
			continue
		}
		path, err := h.lookPath(path)
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		// The one that is named is the one that is used, so it must do.
		if err := h.checkTerraform(ctx, path); err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		return path, nil
	}
	found, why := h.lookPath("terraform")
	if why == nil {
		if why = h.checkTerraform(ctx, found); why == nil {
			return found, nil
		}
	}
	return h.cachedTerraform(ctx, why)
}

// cachedTerraform returns the Terraform in the cache, and installs it there
// first where it is missing. Why says what was wrong with the one on PATH.
func (h host) cachedTerraform(ctx context.Context, why error) (string, error) {
	cache, err := h.cacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "terraform-"+ownTerraform.String())
	path := filepath.Join(dir, executable("terraform"))
	err = locked(ctx, cache, "terraform", func() error {
		if isFile(path) {
			return nil
		}
		return h.installTerraform(ctx, dir)
	})
	if err != nil {
		return "", fmt.Errorf("no usable Terraform (install version %s or newer, or name one in HARDBRICKS_TERRAFORM): %w",
			minTerraform, errors.Join(why, err))
	}
	return path, nil
}

// installTerraform downloads into a folder beside the final one and renames
// it, so that an interrupted download is never taken for a whole one.
func (h host) installTerraform(ctx context.Context, dir string) error {
	staging := dir + ".part"
	if err := os.RemoveAll(staging); err != nil {
		return err
	}
	if err := os.MkdirAll(staging, 0o700); err != nil {
		return err
	}
	if err := h.download(ctx, staging); err != nil {
		return errors.Join(fmt.Errorf("downloading Terraform %s: %w", ownTerraform, err), os.RemoveAll(staging))
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.Rename(staging, dir)
}

// downloadTerraform gets the release and checks its signature.
func downloadTerraform(ctx context.Context, dir string) error {
	_, err := (&releases.ExactVersion{Product: product.Terraform, Version: ownTerraform, InstallDir: dir}).Install(ctx)
	return err
}

func (h host) checkTerraform(ctx context.Context, path string) error {
	// The user's CLI configuration may be broken, and does not matter here.
	out, err := h.run(ctx, []string{"CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE=" + os.DevNull}, path, "version", "-json")
	if err != nil {
		return err
	}
	var answer struct {
		Version string `json:"terraform_version"`
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return fmt.Errorf("reading the version of %s: %w", path, err)
	}
	have, err := version.NewVersion(answer.Version)
	if err != nil {
		return fmt.Errorf("reading the version of %s: %w", path, err)
	}
	if have.Core().LessThan(minTerraform) {
		return fmt.Errorf("%s is version %s, and %s or newer is needed", path, have, minTerraform)
	}
	return nil
}

func executable(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
}
