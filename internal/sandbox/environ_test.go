// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

func TestEnvironKeepsTheRealThingOut(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Config{})
	base := []string{
		"PATH=/bin", "TF_VAR_team=x", "TF_VAR_databricks_account_id=real",
		"DATABRICKS_HOST=https://accounts.cloud.databricks.com", "DATABRICKS_TOKEN=dapi-real", "DATABRICKS_CONFIG_PROFILE=prod",
		"AWS_PROFILE=prod", "AWS_SESSION_TOKEN=real", "AWS_ENDPOINT_URL=https://real", "AWS_WEB_IDENTITY_TOKEN_FILE=/real",
		"ARM_CLIENT_SECRET=real", "AZURE_CONFIG_DIR=/real", "GOOGLE_CREDENTIALS=real", "GCLOUD_PROJECT=real",
		"ACTIONS_ID_TOKEN_REQUEST_TOKEN=real", "all_proxy=http://real", "FTP_PROXY=http://real", "HTTPS_PROXY=http://real", "no_proxy=*",
	}
	env := s.Environ(base)
	for _, entry := range env {
		if strings.Contains(entry, "real") || strings.HasPrefix(entry, "AWS_PROFILE") || strings.Contains(entry, "prod") {
			t.Errorf("%s flows in", entry)
		}
	}
	vars := s.Vars()
	for _, want := range []string{
		"PATH=/bin", "TF_VAR_team=x", "TF_VAR_databricks_account_id=" + s.Account().ID, "DATABRICKS_CLIENT_ID=" + s.Account().ClientID,
		"HTTPS_PROXY=" + s.ProxyURL(), "https_proxy=" + s.ProxyURL(), "SSL_CERT_FILE=" + s.CertFile(), "AWS_CA_BUNDLE=" + s.CertFile(),
		"CHECKPOINT_DISABLE=1", "AWS_EC2_METADATA_DISABLED=true",
	} {
		if !slices.Contains(env, want) {
			t.Errorf("%s is missing", want)
		}
	}
	for _, name := range []string{"DATABRICKS_CONFIG_FILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		if raw, err := os.ReadFile(vars[name]); err != nil || len(raw) != 0 {
			t.Errorf("%s: %d bytes, %v, want an empty file", name, len(raw), err)
		}
	}
	if strings.Contains(vars["NO_PROXY"], "databricks") || !strings.Contains(vars["NO_PROXY"], "registry.terraform.io") {
		t.Errorf("NO_PROXY %s", vars["NO_PROXY"])
	}
	if err := sandbox.Canary(t.Context(), env, s.Proof()); err != nil {
		t.Error(err)
	}
	if r := s.Requests(); len(r) != 1 || r[0].Host != "accounts.cloud.databricks.com" {
		t.Errorf("requests %+v, want the canary", r)
	}
}

func TestProxyEverything(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Config{ProxyEverything: true})
	if got := s.Vars()["NO_PROXY"]; got != "localhost,127.0.0.1,::1" {
		t.Errorf("NO_PROXY %s, want the loopback alone", got)
	}
}

func TestCanaryNeedsTheRightSandbox(t *testing.T) {
	t.Parallel()
	one, other := start(t, sandbox.Config{}), start(t, sandbox.Config{})
	if err := sandbox.Canary(t.Context(), one.Environ(nil), other.Proof()); err == nil || !strings.Contains(err.Error(), "not this sandbox") {
		t.Errorf("%v, want an error", err)
	}
	crossed := append(one.Environ(nil), "SSL_CERT_FILE="+other.CertFile())
	if err := sandbox.Canary(t.Context(), crossed, one.Proof()); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("%v, want a certificate error", err)
	}
}

func TestAuthority(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Config{})
	raw, err := os.ReadFile(s.CertFile())
	if err != nil {
		t.Fatal(err)
	}
	block, rest := pem.Decode(raw)
	ca, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if life := ca.NotAfter.Sub(ca.NotBefore); life > 24*time.Hour+time.Minute || !ca.PermittedDNSDomainsCritical {
		t.Errorf("valid for %v, constraints critical %v", life, ca.PermittedDNSDomainsCritical)
	}
	if want := []string{"databricks.com", "databricks.us", "databricks.mil", "amazonaws.com"}; !slices.Equal(ca.PermittedDNSDomains, want) {
		t.Errorf("permitted domains %v, want %v", ca.PermittedDNSDomains, want)
	}
	if next, _ := pem.Decode(rest); next == nil {
		t.Error("the bundle does not hold the system's roots")
	}
	for name, want := range map[string]os.FileMode{s.CertFile(): 0o600, filepath.Dir(s.CertFile()): 0o700 | os.ModeDir} {
		if info, err := os.Stat(name); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v, want %v", name, info.Mode(), err, want)
		}
	}
	checkLeaf(t, s, ca)
	dir := filepath.Dir(s.CertFile())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("%s is left behind: %v", dir, err)
	}
}

func checkLeaf(t *testing.T, s *sandbox.Sandbox, ca *x509.Certificate) {
	t.Helper()
	client := proxied(t, s)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://s3.eu-west-1.amazonaws.com/", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if leaf := resp.TLS.PeerCertificates[0]; !slices.Equal(leaf.DNSNames, []string{"s3.eu-west-1.amazonaws.com"}) || leaf.CheckSignatureFrom(ca) != nil {
		t.Errorf("leaf for %v", leaf.DNSNames)
	}
}
