// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package toolchain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
)

// schemaConfig makes Terraform load this provider, and no other.
const schemaConfig = `terraform {
  required_providers {
    hardbricks = {
      source = "hardbricks/hardbricks"
    }
  }
}
`

// ProviderSchema builds the provider in repoRoot and returns what Terraform says
// about its schema, as the JSON that tfplugindocs reads. No registry is asked.
func ProviderSchema(ctx context.Context, repoRoot string) (_ []byte, err error) {
	terraform, err := Terraform(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "hardbricks-schema-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for the schema: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	mirror := filepath.Join(dir, "mirror")
	if _, err := BuildProvider(ctx, repoRoot, mirror, Version); err != nil {
		return nil, err
	}
	config, err := WriteCLIConfig(dir, mirror)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(schemaConfig), 0o600); err != nil {
		return nil, fmt.Errorf("writing the configuration for the schema: %w", err)
	}
	env := []string{"TF_CLI_CONFIG_FILE=" + config, "TF_INPUT=0"}
	if _, err := run(ctx, env, terraform, "-chdir="+dir, "init", "-no-color"); err != nil {
		return nil, err
	}
	schema, err := run(ctx, env, terraform, "-chdir="+dir, "providers", "schema", "-json")
	if err != nil {
		return nil, err
	}
	return shortNamed(schema)
}

// shortNamed renames the provider in a schema: tfplugindocs looks for it by its
// short name or in the namespace hashicorp, and by no other address.
func shortNamed(schema []byte) ([]byte, error) {
	var document map[string]json.RawMessage
	if err := json.Unmarshal(schema, &document); err != nil {
		return nil, fmt.Errorf("reading the provider's schema: %w", err)
	}
	const key = "provider_schemas"
	var providers map[string]json.RawMessage
	if err := json.Unmarshal(document[key], &providers); err != nil {
		return nil, fmt.Errorf("reading the provider's schema: %w", err)
	}
	own, ok := providers[ownAddress]
	if !ok {
		return nil, fmt.Errorf("terraform knows no schema of %s", ownAddress)
	}
	renamed, err := json.Marshal(map[string]json.RawMessage{path.Base(ownAddress): own})
	if err != nil {
		return nil, err
	}
	document[key] = renamed
	return json.Marshal(document)
}
