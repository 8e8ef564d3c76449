// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"os"

	"github.com/databricks/databricks-sdk-go"
	"github.com/databricks/databricks-sdk-go/config"
)

// nothingLeft asks the account, through Databricks' own SDK, whether anything
// is left of what the demo built.
func (p *players) nothingLeft(ctx context.Context) error {
	account, err := databricks.NewAccountClient(&databricks.Config{
		Host:      os.Getenv("DATABRICKS_HOST"),
		AccountID: os.Getenv("DATABRICKS_ACCOUNT_ID"),
		Loaders:   []config.Loader{config.ConfigAttributes},
	})
	if err != nil {
		return fmt.Errorf("asking the account what is left: %w", err)
	}
	total := 0
	for _, kind := range []struct {
		name  string
		count func() (int, error)
	}{
		{"workspaces", func() (int, error) { return count(account.Workspaces.List(ctx)) }},
		{"networks", func() (int, error) { return count(account.Networks.List(ctx)) }},
		{"VPC endpoints", func() (int, error) { return count(account.VpcEndpoints.List(ctx)) }},
		{"private access settings", func() (int, error) { return count(account.PrivateAccess.List(ctx)) }},
		{"keys", func() (int, error) { return count(account.EncryptionKeys.List(ctx)) }},
		{"storage configurations", func() (int, error) { return count(account.Storage.List(ctx)) }},
		{"credentials", func() (int, error) { return count(account.Credentials.List(ctx)) }},
	} {
		n, err := kind.count()
		if err != nil {
			return fmt.Errorf("asking the account for its %s: %w", kind.name, err)
		}
		if n > 0 {
			say(p.out, fmt.Sprintf("left in the account: %d %s", n, kind.name))
		}
		total += n
	}
	if total > 0 {
		return fmt.Errorf("%d objects are left in the Databricks account", total)
	}
	say(p.out, "The state is empty, and so is the Databricks account: no workspace, network, endpoint, key, storage or credential is left.")
	return nil
}

func count[T any](list []T, err error) (int, error) { return len(list), err }
