// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

// Command toolchain is package toolchain for makefiles.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/toolchain"
)

const usage = `Usage: toolchain COMMAND

  terraform     print the path of Terraform; install it if there is none
  build FOLDER  build the provider into the provider mirror FOLDER
  schema        print the provider's schema as JSON
`

func main() {
	flag.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	answer, err := do(ctx, flag.Args())
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "toolchain: %v\n", err)
		os.Exit(1)
	}
	fmt.Println(answer)
}

func do(ctx context.Context, args []string) (string, error) {
	if len(args) == 1 && args[0] == "terraform" {
		return toolchain.Terraform(ctx)
	}
	root, err := toolchain.RepoRoot()
	if err != nil {
		return "", err
	}
	switch {
	case len(args) == 1 && args[0] == "schema":
		schema, err := toolchain.ProviderSchema(ctx, root)
		return string(schema), err
	case len(args) == 2 && args[0] == "build":
		return toolchain.BuildProvider(ctx, root, args[1], toolchain.Version)
	}
	flag.Usage()
	return "", errors.New("no such command")
}
