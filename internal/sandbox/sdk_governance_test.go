// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"errors"
	"strconv"
	"testing"

	"github.com/databricks/databricks-sdk-go"
	"github.com/databricks/databricks-sdk-go/apierr"
	"github.com/databricks/databricks-sdk-go/service/catalog"
	"github.com/databricks/databricks-sdk-go/service/iam"
	"github.com/databricks/databricks-sdk-go/service/provisioning"
	"github.com/databricks/databricks-sdk-go/service/settings"
	"github.com/databricks/databricks-sdk-go/service/settingsv2"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

func TestSDKAccountSettings(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Config{})
	a, ctx := sdkAccount(t, s, s.AccountURL()), t.Context()
	compute := a.Settings.PersonalCompute()
	update := func(etag string) (*settings.PersonalComputeSetting, error) {
		return compute.Update(ctx, settings.UpdatePersonalComputeSettingRequest{
			AllowMissing: true, FieldMask: "personal_compute.value",
			Setting: settings.PersonalComputeSetting{
				Etag: etag, SettingName: "default",
				PersonalCompute: settings.PersonalComputeMessage{Value: settings.PersonalComputeMessageEnumDelegate},
			},
		})
	}
	// The first attempt has no etag; its error brings one, as clients expect.
	_, err := update("")
	var missing *apierr.APIError
	if !errors.As(err, &missing) || missing.StatusCode != 404 || missing.ErrorDetails().ErrorInfo == nil {
		t.Fatalf("Update without an etag: %v, want 404 with an etag", err)
	}
	set, err := update(missing.ErrorDetails().ErrorInfo.Metadata["etag"])
	if err != nil || set.PersonalCompute.Value != settings.PersonalComputeMessageEnumDelegate {
		t.Fatalf("Update: %+v, %v", set, err)
	}
	if _, err := update("stale"); !errors.Is(err, apierr.ErrResourceConflict) {
		t.Errorf("Update with a stale etag: %v, want a conflict", err)
	}
	if _, err := compute.Delete(ctx, settings.DeletePersonalComputeSettingRequest{Etag: set.Etag}); err != nil {
		t.Errorf("Delete: %v", err)
	}
	got, err := compute.Get(ctx, settings.GetPersonalComputeSettingRequest{})
	if err != nil || got.PersonalCompute.Value != settings.PersonalComputeMessageEnumOn {
		t.Errorf("Get: %+v, %v, want ON again", got, err)
	}

	const name = "llm_proxy_partner_powered"
	if _, err := a.SettingsV2.PatchPublicAccountSetting(ctx, settingsv2.PatchPublicAccountSettingRequest{
		Name: name, Setting: settingsv2.Setting{Name: name, BooleanVal: &settingsv2.BooleanMessage{Value: false}},
	}); err != nil {
		t.Errorf("PatchPublicAccountSetting: %v", err)
	}
	v2, err := a.SettingsV2.GetPublicAccountSetting(ctx, settingsv2.GetPublicAccountSettingRequest{Name: name})
	if err != nil || v2.EffectiveBooleanVal == nil || v2.EffectiveBooleanVal.Value {
		t.Errorf("GetPublicAccountSetting: %+v, %v, want false", v2, err)
	}
	all, err := a.SettingsV2.ListAccountSettingsMetadataAll(ctx, settingsv2.ListAccountSettingsMetadataRequest{PageSize: 1})
	if err != nil || len(all) != 3 {
		t.Errorf("ListAccountSettingsMetadataAll: %+v, %v, want three", all, err)
	}
}

// sdkWorkspace makes a workspace that runs at once.
func sdkWorkspace(t *testing.T, a *databricks.AccountClient) int64 {
	t.Helper()
	ctx := t.Context()
	cred, err := a.Credentials.Create(ctx, provisioning.CreateCredentialRequest{
		CredentialsName: "role",
		AwsCredentials:  provisioning.CreateCredentialAwsCredentials{StsRole: &provisioning.CreateCredentialStsRole{RoleArn: "arn:aws:iam::123456789012:role/x"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	stor, err := a.Storage.Create(ctx, provisioning.CreateStorageConfigurationRequest{
		StorageConfigurationName: "root", RootBucketInfo: provisioning.RootBucketInfo{BucketName: "root-bucket"},
	})
	if err != nil {
		t.Fatal(err)
	}
	wait, err := a.Workspaces.Create(ctx, provisioning.CreateWorkspaceRequest{
		WorkspaceName: "sdk", AwsRegion: region, CredentialsId: cred.CredentialsId, StorageConfigurationId: stor.StorageConfigurationId,
	})
	if err != nil {
		t.Fatal(err)
	}
	return wait.WorkspaceId
}

func TestSDKMetastores(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Config{ProvisionTime: -1})
	a, ctx := sdkAccount(t, s, s.AccountURL()), t.Context()
	ws, id := sdkWorkspace(t, a), s.MetastoreID(s.Account().ID, region)
	_, err := a.Metastores.Create(ctx, catalog.AccountsCreateMetastore{MetastoreInfo: &catalog.CreateAccountsMetastore{Name: "second", Region: region}})
	if !errors.Is(err, apierr.ErrBadRequest) {
		t.Errorf("Create: %v, want a bad request", err)
	}
	changed, err := a.Metastores.Update(ctx, catalog.AccountsUpdateMetastore{MetastoreId: id, MetastoreInfo: &catalog.UpdateAccountsMetastore{
		Owner: "administrators", DeltaSharingScope: catalog.DeltaSharingScopeEnumInternalAndExternal,
		DeltaSharingRecipientTokenLifetimeInSeconds: 3600,
	}})
	if err != nil || changed.MetastoreInfo.Owner != "administrators" || changed.MetastoreInfo.DeltaSharingRecipientTokenLifetimeInSeconds != 3600 {
		t.Errorf("Update: %+v, %v", changed, err)
	}
	if _, err := a.WorkspaceAssignment.ListByWorkspaceId(ctx, ws); !errors.Is(err, apierr.ErrBadRequest) {
		t.Errorf("ListByWorkspaceId: %v, want a bad request before a metastore is assigned", err)
	}
	if _, err := a.MetastoreAssignments.Create(ctx, catalog.AccountsCreateMetastoreAssignment{
		WorkspaceId: ws, MetastoreId: id, MetastoreAssignment: &catalog.CreateMetastoreAssignment{MetastoreId: id, DefaultCatalogName: "main"},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.MetastoreAssignments.Update(ctx, catalog.AccountsUpdateMetastoreAssignment{
		WorkspaceId: ws, MetastoreId: id, MetastoreAssignment: &catalog.UpdateMetastoreAssignment{MetastoreId: id, DefaultCatalogName: "other"},
	}); err != nil {
		t.Errorf("Update: %v", err)
	}
	got, err := a.MetastoreAssignments.GetByWorkspaceId(ctx, ws)
	if err != nil || got.MetastoreAssignment.DefaultCatalogName != "other" || got.MetastoreAssignment.WorkspaceId != ws {
		t.Errorf("Get: %+v, %v, want the other catalog", got, err)
	}
	list, err := a.MetastoreAssignments.ListByMetastoreId(ctx, id)
	if err != nil || len(list.WorkspaceIds) != 1 || list.WorkspaceIds[0] != ws {
		t.Errorf("List: %+v, %v, want workspace %d", list, err, ws)
	}
	checkSDKStorageCredentials(t, a, id)
	checkSDKWorkspaceAssignment(t, a, ws)
	if _, err := a.MetastoreAssignments.Delete(ctx, catalog.DeleteAccountMetastoreAssignmentRequest{WorkspaceId: ws, MetastoreId: id}); err != nil {
		t.Errorf("Delete: %v", err)
	}
	if _, err := a.Metastores.Delete(ctx, catalog.DeleteAccountMetastoreRequest{MetastoreId: id}); !errors.Is(err, apierr.ErrBadRequest) {
		t.Errorf("Delete of a metastore that is not empty: %v, want a bad request", err)
	}
	if _, err := a.Metastores.Delete(ctx, catalog.DeleteAccountMetastoreRequest{MetastoreId: id, Force: true}); err != nil {
		t.Errorf("Delete: %v", err)
	}
	if _, err := a.Metastores.GetByMetastoreId(ctx, id); !errors.Is(err, apierr.ErrNotFound) {
		t.Errorf("Get: %v, want not found", err)
	}
}

func checkSDKStorageCredentials(t *testing.T, a *databricks.AccountClient, id string) {
	t.Helper()
	ctx := t.Context()
	made, err := a.StorageCredentials.Create(ctx, catalog.AccountsCreateStorageCredential{MetastoreId: id, CredentialInfo: &catalog.CreateAccountsStorageCredential{
		Name: "root", AwsIamRole: &catalog.AwsIamRoleRequest{RoleArn: "arn:aws:iam::123456789012:role/uc"},
	}})
	if err != nil || made.CredentialInfo.AwsIamRole.ExternalId == "" {
		t.Fatalf("Create: %+v, %v, want an external id", made, err)
	}
	changed, err := a.StorageCredentials.Update(ctx, catalog.AccountsUpdateStorageCredential{
		MetastoreId: id, StorageCredentialName: "root", CredentialInfo: &catalog.UpdateAccountsStorageCredential{Comment: "c"},
	})
	if err != nil || changed.CredentialInfo.Comment != "c" || changed.CredentialInfo.Id != made.CredentialInfo.Id {
		t.Errorf("Update: %+v, %v, want a comment", changed, err)
	}
	list, err := a.StorageCredentials.ListByMetastoreId(ctx, id)
	if err != nil || len(list.StorageCredentials) != 1 {
		t.Errorf("List: %+v, %v, want one", list, err)
	}
}

func checkSDKWorkspaceAssignment(t *testing.T, a *databricks.AccountClient, ws int64) {
	t.Helper()
	ctx := t.Context()
	group, err := a.GroupsV2.Create(ctx, iam.CreateAccountGroupRequest{DisplayName: "ops"})
	if err != nil {
		t.Fatal(err)
	}
	principal, err := strconv.ParseInt(group.Id, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	put, err := a.WorkspaceAssignment.Update(ctx, iam.UpdateWorkspaceAssignments{
		WorkspaceId: ws, PrincipalId: principal, Permissions: []iam.WorkspacePermission{iam.WorkspacePermissionAdmin},
	})
	if err != nil || put.Principal.GroupName != "ops" || put.Principal.PrincipalId != principal {
		t.Errorf("Update: %+v, %v, want ops", put, err)
	}
	list, err := a.WorkspaceAssignment.ListByWorkspaceId(ctx, ws)
	if err != nil || len(list.PermissionAssignments) != 1 || list.PermissionAssignments[0].Permissions[0] != iam.WorkspacePermissionAdmin {
		t.Errorf("List: %+v, %v, want ADMIN", list, err)
	}
	if err := a.WorkspaceAssignment.DeleteByWorkspaceIdAndPrincipalId(ctx, ws, principal); err != nil {
		t.Errorf("Delete: %v", err)
	}
	_, err = a.WorkspaceAssignment.Update(ctx, iam.UpdateWorkspaceAssignments{
		WorkspaceId: ws, PrincipalId: 42, Permissions: []iam.WorkspacePermission{iam.WorkspacePermissionUser},
	})
	if !errors.Is(err, apierr.ErrNotFound) {
		t.Errorf("Update of an unknown principal: %v, want not found", err)
	}
}
