// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/facts"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

// Account is an account of the sandbox that one test has to itself.
type Account struct {
	sandbox.Account
}

// NewAccount returns an account of the sandbox.
func NewAccount(t *testing.T) Account {
	t.Helper()
	return Account{Account: current.Sandbox.NewAccount()}
}

// Provider returns the provider block of the account, with further arguments.
func (a Account) Provider(arguments ...string) string {
	return fmt.Sprintf("provider \"hardbricks\" {\n  account_id    = %q\n  client_id     = %q\n  client_secret = %q\n  %s\n}\n",
		a.ID, a.ClientID, a.ClientSecret, strings.Join(arguments, "\n  "))
}

// Endpoints tells the sandbox what AWS would say of two new VPC endpoints of a
// region's PrivateLink services, and returns their ids.
func (a Account) Endpoints(t *testing.T, region string) (restAPI, dataplaneRelay string) {
	t.Helper()
	r, known := facts.Lookup(region)
	if !known {
		t.Fatalf("region %s is not in the facts", region)
	}
	id := strings.ReplaceAll(a.ID, "-", "")
	restAPI, dataplaneRelay = "vpce-0"+id[:15]+"a", "vpce-0"+id[:15]+"b"
	current.Sandbox.DeclareEndpoint(restAPI, r.PrivateLink.RestAPI)
	current.Sandbox.DeclareEndpoint(dataplaneRelay, r.PrivateLink.DataplaneRelay)
	return restAPI, dataplaneRelay
}

// Requests returns what was asked of the account, its workspaces and its token
// endpoint.
func (a Account) Requests() []sandbox.Request { return current.Sandbox.AccountRequests(a.ID) }

// Writes returns the requests that change something.
func (a Account) Writes() []sandbox.Request {
	var writes []sandbox.Request
	for _, r := range a.Requests() {
		if r.Method != http.MethodGet && r.Service != sandbox.ServiceOIDC {
			writes = append(writes, r)
		}
	}
	return writes
}
