// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

const canaryTimeout = 30 * time.Second

// Proof returns a word that only this sandbox knows. It answers it to a canary.
func (s *Sandbox) Proof() string { return s.proof }

// Canary proves that what is called with an environment arrives in the sandbox
// and not elsewhere: with nothing but the proxy and the certificates that the
// environment names, it calls the real name of the account API, and expects
// the proof. Run it before the command that the environment is for.
func Canary(ctx context.Context, environ []string, proof string) error {
	ctx, cancel := context.WithTimeout(ctx, canaryTimeout)
	defer cancel()
	client, err := canaryClient(environ)
	if err != nil {
		return fmt.Errorf("the canary cannot fly: %w", err)
	}
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+accountHost+canaryPath, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("a canary to %s did not arrive in the sandbox; nothing is run: %w", accountHost, err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1024))
	if err != nil {
		return fmt.Errorf("a canary to %s was not answered: %w", accountHost, err)
	}
	if proof == "" || string(answer) != proof {
		return fmt.Errorf("a canary to %s was answered by something that is not this sandbox; nothing is run", accountHost)
	}
	return nil
}

func canaryClient(environ []string) (*http.Client, error) {
	vars := map[string]string{}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		vars[name] = value
	}
	proxy, err := url.Parse(vars["HTTPS_PROXY"])
	if err != nil || proxy.Host == "" {
		return nil, errors.New("the environment has no HTTPS_PROXY")
	}
	roots, err := os.ReadFile(vars["SSL_CERT_FILE"])
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(roots) {
		return nil, errors.New("SSL_CERT_FILE has no certificates")
	}
	return &http.Client{Transport: &http.Transport{
		Proxy:           http.ProxyURL(proxy),
		TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
	}}, nil
}
