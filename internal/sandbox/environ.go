// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// The files in the sandbox's directory.
const (
	fileBundle         = "ca-bundle.pem"
	fileDatabricks     = "databrickscfg"
	fileAWSConfig      = "aws-config"
	fileAWSCredentials = "aws-credentials"
)

// foreignPrefixes are the variables that could lead a program to a real
// account. None of them passes into the sandbox.
var foreignPrefixes = []string{
	"DATABRICKS_", "AWS_", "ARM_", "AZURE_", "GOOGLE_", "GCLOUD_", "CLOUDSDK_", "ACTIONS_ID_TOKEN_",
}

// Vars returns the variables that Environ sets.
func (s *Sandbox) Vars() map[string]string {
	file := func(name string) string { return filepath.Join(s.dir, name) }
	noProxy := "localhost,127.0.0.1,::1"
	if !s.cfg.ProxyEverything {
		noProxy += "," + strings.Join(registryHosts, ",")
	}
	vars := map[string]string{
		"DATABRICKS_HOST":              "https://" + accountHost,
		"DATABRICKS_ACCOUNT_ID":        s.dflt.ID,
		"DATABRICKS_CLIENT_ID":         s.dflt.ClientID,
		"DATABRICKS_CLIENT_SECRET":     s.dflt.ClientSecret,
		"DATABRICKS_CONFIG_FILE":       file(fileDatabricks),
		"AWS_CONFIG_FILE":              file(fileAWSConfig),
		"AWS_SHARED_CREDENTIALS_FILE":  file(fileAWSCredentials),
		"AWS_EC2_METADATA_DISABLED":    "true",
		"AWS_ACCESS_KEY_ID":            awsAccessKey,
		"AWS_SECRET_ACCESS_KEY":        "sandbox",
		"CHECKPOINT_DISABLE":           "1",
		controlVar:                     s.ControlURL(),
		controlTokenVar:                s.ControlToken(),
		"TF_VAR_databricks_account_id": s.dflt.ID,
	}
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
		vars[name] = s.ProxyURL()
	}
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		vars[name] = noProxy
	}
	for _, name := range []string{"SSL_CERT_FILE", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"} {
		vars[name] = s.CertFile()
	}
	return vars
}

// Environ returns the base environment with everything that could lead to a
// real account taken out, and the sandbox's variables put in.
func (s *Sandbox) Environ(base []string) []string {
	vars := s.Vars()
	var env []string
	for _, entry := range base {
		name, _, _ := strings.Cut(entry, "=")
		if _, ours := vars[name]; ours || isForeign(name) {
			continue
		}
		env = append(env, entry)
	}
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		env = append(env, name+"="+vars[name])
	}
	return env
}

func isForeign(name string) bool {
	upper := strings.ToUpper(name)
	return strings.HasSuffix(upper, "_PROXY") || slices.ContainsFunc(foreignPrefixes, func(prefix string) bool {
		return strings.HasPrefix(upper, prefix)
	})
}
