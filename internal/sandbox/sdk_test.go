// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"testing"
	"time"

	"github.com/databricks/databricks-sdk-go"
	"github.com/databricks/databricks-sdk-go/config"
	"github.com/databricks/databricks-sdk-go/service/iam"
	"github.com/databricks/databricks-sdk-go/service/provisioning"
	"github.com/databricks/databricks-sdk-go/service/settings"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

// sdkAccount is the SDK's own client, with nothing changed but its transport,
// which stands for the environment of a program inside.
func sdkAccount(t *testing.T, s *sandbox.Sandbox, host string) *databricks.AccountClient {
	t.Helper()
	account, transport := s.Account(), proxied(t, s).Transport
	if host == s.AccountURL() {
		transport = plainClient(t).Transport
	}
	client, err := databricks.NewAccountClient(&databricks.Config{
		Host: host, AccountID: account.ID, ClientID: account.ClientID, ClientSecret: account.ClientSecret,
		AuthType: "oauth-m2m", ConfigFile: "/dev/null", RetryTimeoutSeconds: 10,
		HTTPTransport: transport, Loaders: []config.Loader{config.ConfigAttributes},
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// TestSDK proves that the Databricks SDK's own client works through the sandbox
// unmodified.
func TestSDK(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"proxy", "plain"} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			s := start(t, sandbox.Config{ProvisionTime: 100 * time.Millisecond})
			address := "https://accounts.cloud.databricks.com"
			if host == "plain" {
				address = s.AccountURL()
			}
			checkSDK(t, sdkAccount(t, s, address))
		})
	}
}

func checkSDK(t *testing.T, a *databricks.AccountClient) {
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
	for {
		ws, err := a.Workspaces.Get(ctx, provisioning.GetWorkspaceRequest{WorkspaceId: wait.WorkspaceId})
		if err != nil {
			t.Fatal(err)
		}
		if ws.WorkspaceStatus == provisioning.WorkspaceStatusRunning {
			checkSDKWorkspace(t, a, ws)
			break
		}
	}
	all, err := a.Workspaces.List(ctx)
	if err != nil || len(all) != 1 || all[0].WorkspaceId != wait.WorkspaceId || all[0].WorkspaceName != "sdk" {
		t.Errorf("Workspaces.List: %+v, %v, want the one that was created", all, err)
	}
}

func checkSDKWorkspace(t *testing.T, a *databricks.AccountClient, ws *provisioning.Workspace) {
	t.Helper()
	ctx := t.Context()
	//nolint:staticcheck // deprecated, and what clients use: it works out the workspace's host
	w, err := a.GetWorkspaceClient(*ws)
	if err != nil {
		t.Fatal(err)
	}
	if id, err := w.CurrentWorkspaceID(ctx); err != nil || id != ws.WorkspaceId {
		t.Errorf("CurrentWorkspaceID: %d, %v, want %d", id, err, ws.WorkspaceId)
	}
	if me, err := w.CurrentUser.Me(ctx, iam.MeRequest{}); err != nil || me.UserName != a.Config.ClientID {
		t.Errorf("CurrentUser.Me: %+v, %v, want %s", me, err, a.Config.ClientID)
	}
	if err := w.WorkspaceConf.SetStatus(ctx, settings.WorkspaceConf{"enableVerboseAuditLogs": "true"}); err != nil {
		t.Errorf("SetStatus: %v", err)
	}
	conf, err := w.WorkspaceConf.GetStatus(ctx, settings.GetStatusRequest{Keys: "enableVerboseAuditLogs,enableDcs"})
	if err != nil || (*conf)["enableVerboseAuditLogs"] != "true" || (*conf)["enableDcs"] != "" {
		t.Errorf("GetStatus: %v, %v", conf, err)
	}
	list, err := w.IpAccessLists.Create(ctx, settings.CreateIpAccessList{
		Label: "office", ListType: settings.ListTypeAllow, IpAddresses: []string{"203.0.113.0/24"},
	})
	if err != nil || list.IpAccessList.AddressCount != 1 {
		t.Errorf("IpAccessLists.Create: %v, %v", list, err)
	}
	current, err := w.Settings.RestrictWorkspaceAdmins().Get(ctx, settings.GetRestrictWorkspaceAdminsSettingRequest{})
	if err != nil {
		t.Fatal(err)
	}
	current.RestrictWorkspaceAdmins.Status = settings.RestrictWorkspaceAdminsMessageStatusRestrictTokensAndJobRunAs
	if _, err := w.Settings.RestrictWorkspaceAdmins().Update(ctx, settings.UpdateRestrictWorkspaceAdminsSettingRequest{
		AllowMissing: true, FieldMask: "restrict_workspace_admins.status", Setting: *current,
	}); err != nil {
		t.Errorf("updating a setting: %v", err)
	}
}
