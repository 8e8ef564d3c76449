// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

const (
	latencyClients  = 50
	latencyRequests = 200
	// latencyBudget is for the slowest answers, in milliseconds.
	latencyBudget = 50
)

// answers measures how long the sandbox itself takes to answer 50 clients at
// once, a third of which writes.
func answers(ctx context.Context, sb *sandbox.Sandbox) ([]figure, error) {
	a := sb.NewAccount()
	transport := &http.Transport{MaxIdleConnsPerHost: latencyClients}
	defer transport.CloseIdleConnections()
	c := &caller{client: &http.Client{Transport: transport}, base: sb.AccountURL()}
	if err := c.login(ctx, a); err != nil {
		return nil, err
	}
	took := make([][]time.Duration, latencyClients)
	group, ctx := errgroup.WithContext(ctx)
	for n := range took {
		group.Go(func() error {
			for i := range latencyRequests {
				begin := time.Now()
				if err := c.mixed(ctx, a, n, i); err != nil {
					return err
				}
				took[n] = append(took[n], time.Since(begin))
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	all := slices.Sorted(slices.Values(slices.Concat(took...)))
	at := func(percent int) float64 { return float64(all[len(all)*percent/100].Microseconds()) / 1000 }
	what := fmt.Sprintf("an answer of the sandbox to %d clients, ", latencyClients)
	return []figure{
		{what: what + "p50", got: at(50), budget: latencyBudget, unit: "ms"},
		{what: what + "p99", got: at(99), budget: latencyBudget, unit: "ms"},
	}, nil
}

// caller calls the account API.
type caller struct {
	client      *http.Client
	base, token string
}

func (c *caller) login(ctx context.Context, a sandbox.Account) error {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {a.ClientID}, "client_secret": {a.ClientSecret}}
	answer, err := c.call(ctx, http.MethodPost, "/oidc/accounts/"+a.ID+"/v1/token", form.Encode())
	if err != nil {
		return err
	}
	_, rest, _ := strings.Cut(answer, `"access_token":"`)
	c.token, _, _ = strings.Cut(rest, `"`)
	return nil
}

func (c *caller) mixed(ctx context.Context, a sandbox.Account, n, i int) error {
	path := "/api/2.0/accounts/" + a.ID
	method, body := http.MethodGet, ""
	switch i % 3 {
	case 0:
		method, path = http.MethodPost, path+"/credentials"
		body = fmt.Sprintf(`{"credentials_name":"c-%d-%d","aws_credentials":{"sts_role":{"role_arn":"arn:aws:iam::123456789012:role/x"}}}`, n, i)
	case 1:
		path += "/workspaces"
	default:
		path += "/metastores"
	}
	_, err := c.call(ctx, method, path, body)
	return err
}

func (c *caller) call(ctx context.Context, method, path, body string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	resp, err := c.client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %d %s", method, path, resp.StatusCode, answer)
	}
	return string(answer), err
}
