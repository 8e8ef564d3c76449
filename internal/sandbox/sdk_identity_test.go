// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"errors"
	"strconv"
	"testing"

	"github.com/databricks/databricks-sdk-go"
	"github.com/databricks/databricks-sdk-go/apierr"
	"github.com/databricks/databricks-sdk-go/config"
	"github.com/databricks/databricks-sdk-go/service/iam"
	"github.com/databricks/databricks-sdk-go/service/oauth2"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

func TestSDKUsersAndGroups(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Config{})
	a, ctx := sdkAccount(t, s, s.AccountURL()), t.Context()
	user, err := a.UsersV2.Create(ctx, iam.CreateAccountUserRequest{UserName: "ada@example.com", DisplayName: "Ada"})
	if err != nil {
		t.Fatal(err)
	}
	if !user.Active || user.AccountId != s.Account().ID {
		t.Errorf("%+v: want an active user of the account", user)
	}
	if _, err := a.UsersV2.Create(ctx, iam.CreateAccountUserRequest{UserName: "ada@example.com"}); !errors.Is(err, apierr.ErrResourceConflict) {
		t.Errorf("the second Create: %v, want a conflict", err)
	}
	group, err := a.GroupsV2.Create(ctx, iam.CreateAccountGroupRequest{DisplayName: "ops", Members: []iam.ComplexValue{{Value: user.Id}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.GroupsV2.Patch(ctx, iam.PatchAccountGroupRequest{
		Id: group.Id, Schemas: []iam.PatchSchema{iam.PatchSchemaUrnIetfParamsScimApiMessages20PatchOp},
		Operations: []iam.Patch{{Op: iam.PatchOpAdd, Path: "roles", Value: []iam.ComplexValue{{Value: "account_admin"}}}},
	}); err != nil {
		t.Errorf("Patch: %v", err)
	}
	group, err = a.GroupsV2.Get(ctx, iam.GetAccountGroupRequest{Id: group.Id})
	if err != nil || len(group.Roles) != 1 || len(group.Members) != 1 || group.Members[0].Ref != "Users/"+user.Id {
		t.Errorf("Get: %+v, %v, want one role and one member", group, err)
	}
	all, err := a.GroupsV2.ListAll(ctx, iam.ListAccountGroupsRequest{Filter: "displayName eq \"ops\""})
	if err != nil || len(all) != 1 {
		t.Errorf("ListAll: %v, %v, want one group", all, err)
	}
	if err := a.UsersV2.Update(ctx, iam.UpdateAccountUserRequest{Id: user.Id, UserName: user.UserName, DisplayName: "Lady A"}); err != nil {
		t.Errorf("Update: %v", err)
	}
	if got, err := a.UsersV2.Get(ctx, iam.GetAccountUserRequest{Id: user.Id}); err != nil || got.DisplayName != "Lady A" || !got.Active {
		t.Errorf("Get: %+v, %v, want another name", got, err)
	}
	if err := a.UsersV2.Delete(ctx, iam.DeleteAccountUserRequest{Id: user.Id}); err != nil {
		t.Errorf("Delete: %v", err)
	}
	if _, err := a.UsersV2.Get(ctx, iam.GetAccountUserRequest{Id: user.Id}); !errors.Is(err, apierr.ErrNotFound) {
		t.Errorf("Get: %v, want not found", err)
	}
}

// sdkAs is a client for a service principal.
func sdkAs(t *testing.T, s *sandbox.Sandbox, clientID, secret string) *databricks.AccountClient {
	t.Helper()
	client, err := databricks.NewAccountClient(&databricks.Config{
		Host: s.AccountURL(), AccountID: s.Account().ID, ClientID: clientID, ClientSecret: secret,
		AuthType: "oauth-m2m", ConfigFile: "/dev/null", RetryTimeoutSeconds: 10,
		HTTPTransport: plainClient(t).Transport, Loaders: []config.Loader{config.ConfigAttributes},
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestSDKServicePrincipals(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Config{})
	a, ctx := sdkAccount(t, s, s.AccountURL()), t.Context()
	robot, err := a.ServicePrincipalsV2.Create(ctx, iam.CreateAccountServicePrincipalRequest{DisplayName: "robot", Active: true})
	if err != nil {
		t.Fatal(err)
	}
	secret, err := a.ServicePrincipalSecrets.Create(ctx, oauth2.CreateServicePrincipalSecretRequest{ServicePrincipalId: robot.Id, Lifetime: "3600s"})
	if err != nil {
		t.Fatal(err)
	}
	b := sdkAs(t, s, robot.ApplicationId, secret.Secret)
	if _, err := b.Workspaces.List(ctx); !errors.Is(err, apierr.ErrPermissionDenied) {
		t.Errorf("List: %v, want permission denied", err)
	}
	if err := a.ServicePrincipalsV2.Patch(ctx, iam.PatchAccountServicePrincipalRequest{
		Id: robot.Id, Schemas: []iam.PatchSchema{iam.PatchSchemaUrnIetfParamsScimApiMessages20PatchOp},
		Operations: []iam.Patch{{Op: iam.PatchOpAdd, Path: "roles", Value: []iam.ComplexValue{{Value: "account_admin"}}}},
	}); err != nil {
		t.Errorf("Patch: %v", err)
	}
	if _, err := b.Workspaces.List(ctx); err != nil {
		t.Errorf("List as account admin: %v", err)
	}
	secrets, err := b.ServicePrincipalSecrets.ListAll(ctx, oauth2.ListServicePrincipalSecretsRequest{ServicePrincipalId: robot.Id, PageSize: 1})
	if err != nil || len(secrets) != 1 || secrets[0].Id != secret.Id || secrets[0].SecretHash != secret.SecretHash {
		t.Errorf("ListAll: %+v, %v, want the secret", secrets, err)
	}
	if err := a.ServicePrincipalSecrets.Delete(ctx, oauth2.DeleteServicePrincipalSecretRequest{ServicePrincipalId: robot.Id, SecretId: secret.Id}); err != nil {
		t.Errorf("Delete: %v", err)
	}
	all, err := a.ServicePrincipalsV2.ListAll(ctx, iam.ListAccountServicePrincipalsRequest{})
	if err != nil || len(all) != 2 || all[0].ApplicationId != s.Account().ClientID {
		t.Errorf("ListAll: %+v, %v, want the administrator and robot", all, err)
	}
	checkSDKRuleSet(t, a, robot.ApplicationId)
	checkSDKFederation(t, a, robot.Id)
}

func checkSDKRuleSet(t *testing.T, a *databricks.AccountClient, application string) {
	t.Helper()
	ctx, name := t.Context(), "accounts/"+a.Config.AccountID+"/servicePrincipals/"+application+"/ruleSets/default"
	rules, err := a.AccessControl.GetRuleSet(ctx, iam.GetRuleSetRequest{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	update := iam.UpdateRuleSetRequest{Name: name, RuleSet: iam.RuleSetUpdateRequest{
		Name: name, Etag: rules.Etag, GrantRules: []iam.GrantRule{{Role: "roles/servicePrincipal.user", Principals: []string{"groups/ops"}}},
	}}
	if rules, err = a.AccessControl.UpdateRuleSet(ctx, update); err != nil || len(rules.GrantRules) != 1 {
		t.Errorf("UpdateRuleSet: %+v, %v, want one rule", rules, err)
	}
	if _, err = a.AccessControl.UpdateRuleSet(ctx, update); !errors.Is(err, apierr.ErrResourceConflict) {
		t.Errorf("UpdateRuleSet with a stale etag: %v, want a conflict", err)
	}
}

func checkSDKFederation(t *testing.T, a *databricks.AccountClient, id string) {
	t.Helper()
	ctx := t.Context()
	number, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	made, err := a.ServicePrincipalFederationPolicy.Create(ctx, oauth2.CreateServicePrincipalFederationPolicyRequest{
		ServicePrincipalId: number, PolicyId: "ci",
		Policy: oauth2.FederationPolicy{OidcPolicy: &oauth2.OidcFederationPolicy{Issuer: "https://token.example.com", Subject: "repo:a/b"}},
	})
	if err != nil || made.ServicePrincipalId != number || made.Uid == "" {
		t.Fatalf("Create: %+v, %v, want a policy of %d", made, err, number)
	}
	if _, err := a.FederationPolicy.Create(ctx, oauth2.CreateAccountFederationPolicyRequest{
		Policy: oauth2.FederationPolicy{OidcPolicy: &oauth2.OidcFederationPolicy{Issuer: "https://token.example.com"}},
	}); err != nil {
		t.Errorf("Create: %v", err)
	}
	all, err := a.FederationPolicy.ListAll(ctx, oauth2.ListAccountFederationPoliciesRequest{PageSize: 1})
	if err != nil || len(all) != 1 || all[0].ServicePrincipalId != 0 {
		t.Fatalf("ListAll: %+v, %v, want the account's policy alone", all, err)
	}
	changed, err := a.FederationPolicy.Update(ctx, oauth2.UpdateAccountFederationPolicyRequest{
		PolicyId: all[0].PolicyId, UpdateMask: "description", Policy: oauth2.FederationPolicy{Description: "d"},
	})
	if err != nil || changed.Description != "d" || changed.OidcPolicy.Issuer == "" {
		t.Errorf("Update: %+v, %v, want a description", changed, err)
	}
	if err := a.FederationPolicy.Delete(ctx, oauth2.DeleteAccountFederationPolicyRequest{PolicyId: all[0].PolicyId}); err != nil {
		t.Errorf("Delete: %v", err)
	}
}
