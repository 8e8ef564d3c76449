// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

// Command terraform-provider-hardbricks is the Terraform provider hardbricks.
package main

import (
	"context"
	"flag"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/provider"
)

// version is set by the linker for a release.
var version = "0.0.0-dev"

func main() {
	debug := flag.Bool("debug", false, "run for a debugger, and print how Terraform attaches")
	flag.Parse()
	err := providerserver.Serve(context.Background(), provider.New(version, nil), providerserver.ServeOpts{
		Address: "registry.terraform.io/hardbricks/hardbricks",
		Debug:   *debug,
	})
	if err != nil {
		log.Fatal(err)
	}
}
