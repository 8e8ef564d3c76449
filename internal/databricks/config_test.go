// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package databricks

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// clean removes what the machine may have set.
func clean(t *testing.T, env map[string]string) {
	t.Helper()
	for _, kv := range os.Environ() {
		if k, _, _ := strings.Cut(kv, "="); strings.HasPrefix(k, "DATABRICKS_") || strings.HasPrefix(k, "ACTIONS_ID_") {
			t.Setenv(k, "")
		}
	}
	t.Setenv("HOME", t.TempDir())
	for k, v := range env {
		t.Setenv(k, v)
	}
}

func TestResolve(t *testing.T) { //nolint:paralleltest // It sets the environment.
	file := filepath.Join(t.TempDir(), "config")
	profile := "[platform]\nhost = https://accounts.cloud.databricks.us\naccount_id = from-file\nclient_id = file-id\nclient_secret = file-secret\n"
	if err := os.WriteFile(file, []byte(profile), 0o600); err != nil {
		t.Fatal(err)
	}
	m2m := map[string]string{"DATABRICKS_CLIENT_ID": "id", "DATABRICKS_CLIENT_SECRET": "not-a-secret", "DATABRICKS_ACCOUNT_ID": "acc"}
	with := func(more ...string) map[string]string {
		all := maps.Clone(m2m)
		for i := 0; i < len(more); i += 2 {
			all[more[i]] = more[i+1]
		}
		return all
	}
	tests := map[string]struct {
		config              Config
		env                 map[string]string
		account, host, auth string
		fails               string
	}{
		"environment":             {Config{}, m2m, "acc", DefaultAccountHost, "oauth-m2m", ""},
		"configuration first":     {Config{AccountID: "mine", ClientID: "other"}, m2m, "mine", DefaultAccountHost, "oauth-m2m", ""},
		"workspace host ignored":  {Config{}, with("DATABRICKS_HOST", "https://dbc-1.cloud.databricks.com"), "acc", DefaultAccountHost, "oauth-m2m", ""},
		"accounts host counts":    {Config{}, with("DATABRICKS_HOST", "accounts.cloud.databricks.us/"), "acc", "https://accounts.cloud.databricks.us", "oauth-m2m", ""},
		"token ignored":           {Config{}, with("DATABRICKS_TOKEN", "dapi"), "acc", DefaultAccountHost, "oauth-m2m", ""},
		"workspace id ignored":    {Config{}, with("DATABRICKS_WORKSPACE_ID", "42"), "acc", DefaultAccountHost, "oauth-m2m", ""},
		"profile":                 {Config{Profile: "platform", ConfigFile: file}, nil, "from-file", "https://accounts.cloud.databricks.us", "oauth-m2m", ""},
		"profile hides env":       {Config{Profile: "platform", ConfigFile: file}, m2m, "from-file", "https://accounts.cloud.databricks.us", "oauth-m2m", ""},
		"unknown profile":         {Config{Profile: "none", ConfigFile: file}, nil, "", "", "", "none"},
		"GitHub":                  {Config{AccountID: "acc", ClientID: "id"}, map[string]string{"ACTIONS_ID_TOKEN_REQUEST_URL": "https://x", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"}, "acc", DefaultAccountHost, "github-oidc", ""},
		"named auth type":         {Config{AuthType: "env-oidc"}, m2m, "acc", DefaultAccountHost, "env-oidc", ""},
		"nothing":                 {Config{AccountID: "acc"}, nil, "", "", "", ErrNoCredentials.Error()},
		"personal token only":     {Config{AccountID: "acc"}, map[string]string{"DATABRICKS_TOKEN": "dapi"}, "", "", "", ErrNoCredentials.Error()},
		"no account":              {Config{ClientID: "id", ClientSecret: "not-a-secret"}, nil, "", "", "", "account_id"},
		"configured work space":   {Config{Host: "https://dbc-1.cloud.databricks.com"}, m2m, "", "", "", "accounts host"},
		"look-alike host refused": {Config{Host: "https://accounts.cloud.databricks.com.evil.example"}, m2m, "", "", "", "accounts host"},
		"plain HTTP refused":      {Config{Host: "http://accounts.cloud.databricks.com"}, m2m, "", "", "", "accounts host"},
	}
	for name, tt := range tests { //nolint:paralleltest // It sets the environment.
		t.Run(name, func(t *testing.T) {
			clean(t, tt.env)
			got, err := tt.config.resolve()
			if tt.fails != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fails) {
					t.Fatalf("error = %v, want one about %q", err, tt.fails)
				}
				if tt.fails == ErrNoCredentials.Error() && !errors.Is(err, ErrNoCredentials) {
					t.Error("missing credentials must be told apart")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.AccountID != tt.account || got.Host != tt.host || got.AuthType != tt.auth || got.Token != "" || got.WorkspaceID != "" {
				t.Errorf("got account %q, host %q, auth %q, token %q, workspace %q", got.AccountID, got.Host, got.AuthType, got.Token, got.WorkspaceID)
			}
		})
	}
}
