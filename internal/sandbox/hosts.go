// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net"
	"slices"
	"strings"
)

const (
	accountHost      = "accounts.cloud.databricks.com"
	workspaceSuffix  = ".cloud.databricks.com"
	awsSuffix        = ".amazonaws.com"
	canaryPath       = "/__sandbox/canary"
	workspaceHeader  = "X-Databricks-Workspace-Id"
	wellKnownConfig  = "/.well-known/databricks-config"
	oauthMetadata    = "/.well-known/oauth-authorization-server"
	defaultCallerAPI = "203.0.113.10"
)

// registryHosts are the hosts that Terraform and OpenTofu fetch providers
// from. They alone are tunnelled to the real thing, and never intercepted.
var registryHosts = []string{
	"registry.terraform.io",
	"releases.hashicorp.com",
	"registry.opentofu.org",
	"github.com",
	"objects.githubusercontent.com",
	"release-assets.githubusercontent.com",
}

func isRegistry(host string) bool { return slices.Contains(registryHosts, strings.ToLower(host)) }

// isEmulated says whether a host belongs to the domains that the sandbox's
// certificates may name. Not every such host is answered for.
func isEmulated(host string) bool {
	host = strings.ToLower(host)
	return slices.ContainsFunc(emulatedDomains, func(domain string) bool {
		return strings.HasSuffix(host, "."+domain)
	})
}

func isAWS(host string) bool { return strings.HasSuffix(strings.ToLower(host), awsSuffix) }

// deploymentOf returns the deployment name in a workspace's host name.
func deploymentOf(host string) (string, bool) {
	name, ok := strings.CutSuffix(strings.ToLower(host), workspaceSuffix)
	if !ok || name == "" || name == "accounts" || strings.Contains(name, ".") {
		return "", false
	}
	return name, true
}

// hostOnly cuts the port off.
func hostOnly(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return hostport
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
