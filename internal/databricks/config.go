// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

// Package databricks adapts the Databricks SDK: account and workspace clients
// that aim at nothing by accident, fail fast where nobody answers, and never
// repeat a write whose outcome is unknown. It knows nothing of Terraform.
package databricks

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/databricks/databricks-sdk-go/config"
	"github.com/databricks/databricks-sdk-go/config/credentials"
)

// DefaultAccountHost is the account host of the commercial AWS control plane.
const DefaultAccountHost = "https://accounts.cloud.databricks.com"

// accountHosts are the account hosts of the AWS shards with the DNS zone of
// their workspaces (API contract, AWS constants).
var accountHosts = map[string]string{
	DefaultAccountHost:                          ".cloud.databricks.com",
	"https://accounts.cloud.databricks.us":      ".cloud.databricks.us",
	"https://accounts-dod.cloud.databricks.mil": ".cloud.databricks.mil",
}

// AccountHosts returns the account hosts that a configuration may name.
func AccountHosts() []string {
	hosts := make([]string, 0, len(accountHosts))
	for h := range accountHosts {
		hosts = append(hosts, h)
	}
	slices.Sort(hosts)
	return hosts
}

// Config says which account to use and how to authenticate. Empty fields are
// read from the environment variables of the SDK's unified authentication, but
// only those that cannot aim at another account or workspace: a config file is
// read only if a profile is named, and DATABRICKS_HOST counts only if it is an
// accounts host.
type Config struct {
	AccountID    string
	Host         string
	ClientID     string
	ClientSecret string
	AuthType     string
	Profile      string
	ConfigFile   string
}

// ErrNoCredentials says that nothing was configured to authenticate with.
var ErrNoCredentials = errors.New("no Databricks credentials are configured")

// authEnvironment are the SDK attributes that may come from the environment:
// those that say who is calling, never what is called.
var authEnvironment = []string{
	"client_id", "client_secret", "auth_type", "databricks_id_token_filepath", "oidc_token_env", "audience",
	"actions_id_token_request_url", "actions_id_token_request_token", "metadata_service_url", "databricks_cli_path",
}

// resolve returns the SDK's configuration of an account client. It makes no
// call.
func (c Config) resolve() (*config.Config, error) {
	sdk := &config.Config{
		AccountID: c.AccountID, Host: c.Host, ClientID: c.ClientID, ClientSecret: c.ClientSecret,
		AuthType: c.AuthType, Profile: c.Profile, ConfigFile: c.ConfigFile,
	}
	if sdk.Profile == "" {
		sdk.Profile = os.Getenv("DATABRICKS_CONFIG_PROFILE")
	}
	if err := load(sdk); err != nil {
		return nil, err
	}
	if sdk.AuthType == "" {
		sdk.AuthType = pinAuthType(sdk)
	}
	if sdk.AuthType == "" {
		return nil, ErrNoCredentials
	}
	if sdk.AccountID == "" {
		return nil, errors.New("no account id: set account_id on the provider, or DATABRICKS_ACCOUNT_ID")
	}
	if _, ok := accountHosts[sdk.Host]; !ok {
		return nil, fmt.Errorf("host %q is no accounts host: use one of %s", sdk.Host, strings.Join(AccountHosts(), ", "))
	}
	settle(sdk)
	return sdk, nil
}

// load fills empty fields from a named profile or else the environment.
func load(sdk *config.Config) error {
	if sdk.Profile != "" {
		if sdk.ConfigFile == "" {
			sdk.ConfigFile = os.Getenv("DATABRICKS_CONFIG_FILE")
		}
		if err := config.ConfigFile.Configure(sdk); err != nil {
			return fmt.Errorf("profile %q: %w", sdk.Profile, err)
		}
	}
	for _, attribute := range config.ConfigAttributes {
		if !slices.Contains(authEnvironment, attribute.Name) || !attribute.IsZero(sdk) || sdk.Profile != "" {
			continue
		}
		if v, _ := attribute.ReadEnv(); v != "" {
			if err := attribute.SetS(sdk, v); err != nil {
				return fmt.Errorf("environment, %s: %w", attribute.Name, err)
			}
		}
	}
	if sdk.AccountID == "" {
		sdk.AccountID = os.Getenv("DATABRICKS_ACCOUNT_ID")
	}
	sdk.Host = firstHost(sdk.Host, os.Getenv("DATABRICKS_HOST"))
	return nil
}

// firstHost prefers what was configured. A host of the environment counts only
// if it is an accounts host: a workspace's host there belongs to other tools.
func firstHost(configured, environment string) string {
	if configured != "" {
		return origin(configured)
	}
	if h := origin(environment); accountHosts[h] != "" {
		return h
	}
	return DefaultAccountHost
}

// origin returns scheme and host of an address that may lack the scheme or
// carry a path.
func origin(address string) string {
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Scheme + "://" + u.Host
}

// pinAuthType names the one way to authenticate that the configuration holds.
// Left open, the SDK would try all it knows and hide why the intended one
// failed.
func pinAuthType(sdk *config.Config) string {
	switch {
	case sdk.ClientID != "" && sdk.ClientSecret != "":
		return "oauth-m2m"
	case sdk.ClientID != "" && sdk.ActionsIDTokenRequestURL != "":
		return "github-oidc"
	case sdk.OIDCTokenFilepath != "":
		return "file-oidc"
	case sdk.OIDCTokenEnv != "":
		return "env-oidc"
	case sdk.MetadataServiceURL != "":
		return "metadata-service"
	case sdk.Profile != "":
		return "databricks-cli"
	}
	return ""
}

// settle fixes what does not depend on the user: nothing more is read from
// files or the environment, the host is not asked what it is, and calls give up
// within bounds.
func settle(sdk *config.Config) {
	sdk.Loaders = []config.Loader{nothing{}}
	sdk.HTTPTransport = newTransport()
	sdk.HTTPTimeoutSeconds = 30
	sdk.RetryTimeoutSeconds = 60
	host := sdk.Host
	sdk.HostMetadataResolver = func(context.Context, string) (*config.HostMetadata, error) {
		if _, isAccount := accountHosts[host]; !isAccount {
			return nil, nil //nolint:nilnil // The SDK's contract: nil means that nothing is known of the host.
		}
		return &config.HostMetadata{HostType: config.AccountHost, AccountID: sdk.AccountID}, nil
	}
}

// nothing is a loader that loads nothing.
type nothing struct{}

func (nothing) Name() string                   { return "none" }
func (nothing) Configure(*config.Config) error { return nil }

// accountCredentials lets a workspace client authenticate as the account client
// does: an account-level token is valid on every workspace that its principal
// has access to, so no workspace needs a token of its own.
type accountCredentials struct{ account *config.Config }

func (accountCredentials) Name() string { return "account" }

func (a accountCredentials) Configure(context.Context, *config.Config) (credentials.CredentialsProvider, error) {
	return credentials.CredentialsProviderFn(a.account.Authenticate), nil
}
