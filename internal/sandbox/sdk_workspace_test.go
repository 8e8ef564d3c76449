// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/databricks/databricks-sdk-go"
	"github.com/databricks/databricks-sdk-go/apierr"
	"github.com/databricks/databricks-sdk-go/config"
	"github.com/databricks/databricks-sdk-go/listing"
	"github.com/databricks/databricks-sdk-go/service/catalog"
	"github.com/databricks/databricks-sdk-go/service/compute"
	"github.com/databricks/databricks-sdk-go/service/iam"
	"github.com/databricks/databricks-sdk-go/service/settings"
	"github.com/databricks/databricks-sdk-go/service/settingsv2"
	"github.com/databricks/databricks-sdk-go/service/sql"
	"github.com/databricks/databricks-sdk-go/service/workspace"
)

// workspaceBySDK is the SDK's own client of a new workspace.
func workspaceBySDK(t *testing.T) (*world, string, *databricks.WorkspaceClient) {
	t.Helper()
	w := newWorld(t)
	id := w.workspace("sdk", nil)
	client, err := databricks.NewWorkspaceClient(&databricks.Config{
		Host: w.s.AccountURL(), AccountID: w.account.ID, WorkspaceID: id, ClientID: w.account.ClientID, ClientSecret: w.account.ClientSecret,
		AuthType: "oauth-m2m", ConfigFile: "/dev/null", RetryTimeoutSeconds: 10,
		HTTPTransport: plainClient(t).Transport, Loaders: []config.Loader{config.ConfigAttributes},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w, id, client
}

// must takes what a call of the SDK answered.
func must[T any](t *testing.T) func(T, error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestSDKTokens(t *testing.T) {
	t.Parallel()
	w, id, c := workspaceBySDK(t)
	ctx := t.Context()
	app := w.s.AddServicePrincipal(w.account.ID, number(t, id), "robot")
	own := must[*settings.CreateTokenResponse](t)(c.Tokens.Create(ctx, settings.CreateTokenRequest{Comment: "own", LifetimeSeconds: 60}))
	admins := settings.TokenAccessControlRequest{GroupName: "admins", PermissionLevel: "CAN_MANAGE"}
	robot := settings.TokenAccessControlRequest{ServicePrincipalName: app, PermissionLevel: settings.TokenPermissionLevelCanUse}
	must[*settings.TokenPermissions](t)(c.TokenManagement.SetPermissions(ctx, settings.TokenPermissionsRequest{
		AccessControlList: []settings.TokenAccessControlRequest{admins, robot},
	}))
	obo := must[*settings.CreateOboTokenResponse](t)(c.TokenManagement.CreateOboToken(ctx, settings.CreateOboTokenRequest{ApplicationId: app, LifetimeSeconds: 60}))
	got := must[*settings.GetTokenResponse](t)(c.TokenManagement.GetByTokenId(ctx, obo.TokenInfo.TokenId))
	if got.TokenInfo.CreatedByUsername != w.account.ClientID || got.TokenInfo.OwnerId == got.TokenInfo.CreatedById {
		t.Errorf("%+v: want it made by the administrator for another", got.TokenInfo)
	}
	if all := must[[]settings.TokenInfo](t)(c.TokenManagement.ListAll(ctx, settings.ListTokenManagementRequest{})); len(all) != 2 {
		t.Errorf("%d tokens, want 2", len(all))
	}
	must[*settings.TokenPermissions](t)(c.TokenManagement.SetPermissions(ctx, settings.TokenPermissionsRequest{
		AccessControlList: []settings.TokenAccessControlRequest{admins},
	}))
	if _, err := c.TokenManagement.GetByTokenId(ctx, obo.TokenInfo.TokenId); !errors.Is(err, apierr.ErrNotFound) {
		t.Errorf("the token of who lost CAN_USE: %v, want it gone", err)
	}
	noError(t, c.TokenManagement.DeleteByTokenId(ctx, own.TokenInfo.TokenId))
	must[*iam.PasswordPermissions](t)(c.UsersV2.SetPermissions(ctx, iam.PasswordPermissionsRequest{
		AccessControlList: []iam.PasswordAccessControlRequest{{GroupName: "users", PermissionLevel: iam.PasswordPermissionLevelCanUse}},
	}))
	if levels := must[*iam.GetPasswordPermissionLevelsResponse](t)(c.UsersV2.GetPermissionLevels(ctx, iam.GetPasswordPermissionLevelsRequest{})); len(levels.PermissionLevels) != 1 {
		t.Errorf("%v: want one level", levels)
	}
}

func TestSDKIdentities(t *testing.T) {
	t.Parallel()
	_, _, c := workspaceBySDK(t)
	ctx := t.Context()
	found := must[[]iam.Group](t)(c.GroupsV2.ListAll(ctx, iam.ListGroupsRequest{Filter: `displayName eq "users"`}))
	if len(found) != 1 {
		t.Fatalf("%d groups, want users", len(found))
	}
	noError(t, c.GroupsV2.Patch(ctx, iam.PatchGroupRequest{
		Id: found[0].Id, Schemas: []iam.PatchSchema{iam.PatchSchemaUrnIetfParamsScimApiMessages20PatchOp},
		Operations: []iam.Patch{{Op: iam.PatchOpRemove, Path: `entitlements[value eq "allow-cluster-create"]`}},
	}))
	users := must[*iam.Group](t)(c.GroupsV2.Get(ctx, iam.GetGroupRequest{Id: found[0].Id}))
	for _, e := range users.Entitlements {
		if e.Value == "allow-cluster-create" {
			t.Errorf("%v: want it removed", users.Entitlements)
		}
	}
	err := c.GroupsV2.Delete(ctx, iam.DeleteGroupRequest{Id: users.Id})
	if !errors.Is(err, apierr.ErrBadRequest) || !strings.Contains(err.Error(), "mutability") {
		t.Errorf("deleting users: %v, want it refused", err)
	}
	ann := must[*iam.User](t)(c.UsersV2.Create(ctx, iam.CreateUserRequest{UserName: "ann@example.com", DisplayName: "Ann", Active: true}))
	if _, err := c.UsersV2.Create(ctx, iam.CreateUserRequest{UserName: "ann@example.com"}); !errors.Is(err, apierr.ErrResourceConflict) {
		t.Errorf("the same user again: %v, want a conflict", err)
	}
	robot := must[*iam.ServicePrincipal](t)(c.ServicePrincipalsV2.Create(ctx, iam.CreateServicePrincipalRequest{DisplayName: "robot"}))
	ops := must[*iam.Group](t)(c.GroupsV2.Create(ctx, iam.CreateGroupRequest{
		DisplayName: "ops", Members: []iam.ComplexValue{{Value: ann.Id}, {Value: robot.Id}},
	}))
	if len(ops.Members) != 2 {
		t.Errorf("%v: want two members", ops.Members)
	}
	if all := must[[]iam.Group](t)(listing.ToSlice(ctx, c.GroupsV2.List(ctx, iam.ListGroupsRequest{Count: 1}))); len(all) != 3 {
		t.Errorf("%d groups on pages of one, want 3", len(all))
	}
	noError(t, c.UsersV2.Delete(ctx, iam.DeleteUserRequest{Id: ann.Id}))
	if _, err := c.UsersV2.Get(ctx, iam.GetUserRequest{Id: ann.Id}); !errors.Is(err, apierr.ErrNotFound) {
		t.Errorf("a deleted user: %v, want not found", err)
	}
	if me := must[*iam.User](t)(c.CurrentUser.Me(ctx, iam.MeRequest{})); len(me.Groups) != 2 {
		t.Errorf("groups of the caller %v, want users and admins", me.Groups)
	}
}

func TestSDKPoliciesAndPermissions(t *testing.T) {
	t.Parallel()
	w, id, c := workspaceBySDK(t)
	ctx := t.Context()
	policy := must[*compute.CreatePolicyResponse](t)(c.ClusterPolicies.Create(ctx, compute.CreatePolicy{
		Name: "p", Definition: `{"a":{"type":"fixed","value":"b"}}`,
	}))
	must[*iam.ObjectPermissions](t)(c.Permissions.Update(ctx, iam.UpdateObjectPermissions{
		RequestObjectType: "cluster-policies", RequestObjectId: policy.PolicyId,
		AccessControlList: []iam.AccessControlRequest{{GroupName: "users", PermissionLevel: iam.PermissionLevelCanUse}},
	}))
	got := must[*compute.ClusterPolicyPermissions](t)(c.ClusterPolicies.GetPermissions(ctx, compute.GetClusterPolicyPermissionsRequest{ClusterPolicyId: policy.PolicyId}))
	if len(got.AccessControlList) != 2 || got.ObjectType != "cluster-policy" {
		t.Errorf("%+v: want users, and what admins inherit", got)
	}
	noError(t, c.ClusterPolicies.Edit(ctx, compute.EditPolicy{PolicyId: policy.PolicyId, Name: "q", PolicyFamilyId: "personal-vm"}))
	if all := must[[]compute.Policy](t)(c.ClusterPolicies.ListAll(ctx, compute.ListClusterPoliciesRequest{})); len(all) != 5 {
		t.Errorf("%d policies, want 5", len(all))
	}
	if all := must[[]compute.PolicyFamily](t)(c.PolicyFamilies.ListAll(ctx, compute.ListPolicyFamiliesRequest{MaxResults: 3})); len(all) != 4 {
		t.Errorf("%d families on pages of three, want 4", len(all))
	}
	noError(t, c.ClusterPolicies.DeleteByPolicyId(ctx, policy.PolicyId))
	w.s.DeclareObject(w.account.ID, number(t, id), "sql/warehouses/abc")
	if levels := must[*iam.GetPermissionLevelsResponse](t)(c.Permissions.GetPermissionLevels(ctx, iam.GetPermissionLevelsRequest{
		RequestObjectType: "sql/warehouses", RequestObjectId: "abc",
	})); len(levels.PermissionLevels) != 5 {
		t.Errorf("%v: want five levels", levels)
	}
	script := must[*compute.CreateResponse](t)(c.GlobalInitScripts.Create(ctx, compute.GlobalInitScriptCreateRequest{
		Name: "s", Script: base64.StdEncoding.EncodeToString([]byte("true")), Enabled: true,
	}))
	if all := must[[]compute.GlobalInitScriptDetails](t)(c.GlobalInitScripts.ListAll(ctx)); len(all) != 1 || !all[0].Enabled {
		t.Errorf("%v: want one that is enabled", all)
	}
	noError(t, c.GlobalInitScripts.DeleteByScriptId(ctx, script.ScriptId))
}

func TestSDKSecretsAndConfiguration(t *testing.T) {
	t.Parallel()
	_, _, c := workspaceBySDK(t)
	ctx := t.Context()
	noError(t, c.Secrets.CreateScope(ctx, workspace.CreateScope{Scope: "app"}))
	noError(t, c.Secrets.PutSecret(ctx, workspace.PutSecret{Scope: "app", Key: "k", StringValue: "v"}))
	got := must[*workspace.GetSecretResponse](t)(c.Secrets.GetSecret(ctx, workspace.GetSecretRequest{Scope: "app", Key: "k"}))
	if got.Value != base64.StdEncoding.EncodeToString([]byte("v")) {
		t.Errorf("value %q, want v in base64", got.Value)
	}
	noError(t, c.Secrets.PutAcl(ctx, workspace.PutAcl{Scope: "app", Principal: "users", Permission: workspace.AclPermissionRead}))
	if items := must[[]workspace.AclItem](t)(c.Secrets.ListAclsAll(ctx, workspace.ListAclsRequest{Scope: "app"})); len(items) != 2 {
		t.Errorf("%v: want two entries", items)
	}
	noError(t, c.Secrets.DeleteScopeByScope(ctx, "app"))

	noError(t, c.Warehouses.SetWorkspaceWarehouseConfig(ctx, sql.SetWorkspaceWarehouseConfigRequest{
		SecurityPolicy: sql.SetWorkspaceWarehouseConfigRequestSecurityPolicyNone, InstanceProfileArn: "arn:aws:iam::1:x",
	}))
	if conf := must[*sql.GetWorkspaceWarehouseConfigResponse](t)(c.Warehouses.GetWorkspaceWarehouseConfig(ctx)); conf.InstanceProfileArn == "" ||
		conf.SecurityPolicy != sql.GetWorkspaceWarehouseConfigResponseSecurityPolicyNone {
		t.Errorf("%+v: want what was set", conf)
	}
	name := "llm_proxy_partner_powered"
	must[*settingsv2.Setting](t)(c.WorkspaceSettingsV2.PatchPublicWorkspaceSetting(ctx, settingsv2.PatchPublicWorkspaceSettingRequest{
		Name: name, Setting: settingsv2.Setting{BooleanVal: &settingsv2.BooleanMessage{Value: false}},
	}))
	if s := must[*settingsv2.Setting](t)(c.WorkspaceSettingsV2.GetPublicWorkspaceSetting(ctx, settingsv2.GetPublicWorkspaceSettingRequest{Name: name})); s.EffectiveBooleanVal == nil || s.EffectiveBooleanVal.Value {
		t.Errorf("%+v: want false", s)
	}
	if all := must[[]settingsv2.SettingsMetadata](t)(c.WorkspaceSettingsV2.ListWorkspaceSettingsMetadataAll(ctx,
		settingsv2.ListWorkspaceSettingsMetadataRequest{PageSize: 3})); len(all) != 8 {
		t.Errorf("%d settings on pages of three, want 8", len(all))
	}
}

func TestSDKUnityCatalog(t *testing.T) {
	t.Parallel()
	w, id, c := workspaceBySDK(t)
	ctx := t.Context()
	w.clock.pass(time.Second)
	metastore := w.s.MetastoreID(w.account.ID, region)
	if _, err := c.Metastores.Current(ctx); !errors.Is(err, apierr.ErrNotFound) {
		t.Errorf("without a metastore: %v, want not found", err)
	}
	noError(t, c.Metastores.Assign(ctx, catalog.CreateMetastoreAssignment{
		WorkspaceId: number(t, id), MetastoreId: metastore, DefaultCatalogName: "main",
	}))
	if got := must[*catalog.GetMetastoreSummaryResponse](t)(c.Metastores.Summary(ctx)); got.MetastoreId != metastore || got.Region != region {
		t.Errorf("%+v: want the metastore of the region", got)
	}
	noError(t, c.SystemSchemas.Enable(ctx, catalog.EnableRequest{MetastoreId: metastore, SchemaName: "access"}))
	schemas := must[[]catalog.SystemSchemaInfo](t)(c.SystemSchemas.ListAll(ctx, catalog.ListSystemSchemasRequest{MetastoreId: metastore, MaxResults: 4}))
	if len(schemas) != 9 || schemas[0].State != "ENABLE_COMPLETED" {
		t.Errorf("%v: want nine, and access enabled", schemas)
	}
	must[*catalog.ArtifactAllowlistInfo](t)(c.ArtifactAllowlists.Update(ctx, catalog.SetArtifactAllowlist{
		ArtifactType:     catalog.ArtifactTypeInitScript,
		ArtifactMatchers: []catalog.ArtifactMatcher{{Artifact: "/Volumes/x", MatchType: catalog.MatchTypePrefixMatch}},
	}))
	if got := must[*catalog.ArtifactAllowlistInfo](t)(c.ArtifactAllowlists.GetByArtifactType(ctx, catalog.ArtifactTypeInitScript)); len(got.ArtifactMatchers) != 1 {
		t.Errorf("%+v: want one matcher", got)
	}
	must[*catalog.CatalogInfo](t)(c.Catalogs.Update(ctx, catalog.UpdateCatalog{Name: "main", IsolationMode: catalog.CatalogIsolationModeIsolated}))
	must[*catalog.UpdateWorkspaceBindingsResponse](t)(c.WorkspaceBindings.UpdateBindings(ctx, catalog.UpdateWorkspaceBindingsParameters{
		SecurableType: "catalog", SecurableName: "main",
		Add: []catalog.WorkspaceBinding{{WorkspaceId: number(t, id), BindingType: catalog.WorkspaceBindingBindingTypeBindingTypeReadOnly}},
	}))
	got := must[[]catalog.WorkspaceBinding](t)(c.WorkspaceBindings.GetBindingsAll(ctx, catalog.GetBindingsRequest{SecurableType: "catalog", SecurableName: "main"}))
	if len(got) != 1 || got[0].BindingType != catalog.WorkspaceBindingBindingTypeBindingTypeReadOnly {
		t.Errorf("%v: want this workspace, for reading", got)
	}
	if all := must[[]catalog.CatalogInfo](t)(c.Catalogs.ListAll(ctx, catalog.ListCatalogsRequest{})); len(all) != 2 {
		t.Errorf("%d catalogs, want 2", len(all))
	}
}
