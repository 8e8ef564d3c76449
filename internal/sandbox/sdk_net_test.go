// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/databricks/databricks-sdk-go"
	"github.com/databricks/databricks-sdk-go/apierr"
	"github.com/databricks/databricks-sdk-go/service/billing"
	"github.com/databricks/databricks-sdk-go/service/networking"
	"github.com/databricks/databricks-sdk-go/service/provisioning"
	"github.com/databricks/databricks-sdk-go/service/settings"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

// TestSDKNet drives the families of logs and networks with the SDK's own clients.
func TestSDKNet(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"proxy", "plain"} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			s := start(t, sandbox.Config{ProvisionTime: -1, LingerTime: -1})
			address := "https://accounts.cloud.databricks.com"
			if host == "plain" {
				address = s.AccountURL()
			}
			n := &sdkNet{t: t, ctx: t.Context(), s: s, a: sdkAccount(t, s, address)}
			n.logs()
			n.rules()
			n.policies()
			n.lists()
			n.direct()
		})
	}
}

type sdkNet struct {
	t   *testing.T
	ctx context.Context //nolint:containedctx // it is that of the test
	s   *sandbox.Sandbox
	a   *databricks.AccountClient
}

// netMust returns a value, and ends the test where there is none.
func netMust[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (n *sdkNet) check(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

func (n *sdkNet) gone(_ any, err error) {
	n.t.Helper()
	if !apierr.IsMissing(err) {
		n.t.Errorf("%v, want an error that the SDK takes for a missing object", err)
	}
}

func (n *sdkNet) logs() {
	n.t.Helper()
	cred := netMust(n.a.Credentials.Create(n.ctx, provisioning.CreateCredentialRequest{
		CredentialsName: "logs",
		AwsCredentials:  provisioning.CreateCredentialAwsCredentials{StsRole: &provisioning.CreateCredentialStsRole{RoleArn: "arn:aws:iam::123456789012:role/x"}},
	}))(n.t)
	stor := netMust(n.a.Storage.Create(n.ctx, provisioning.CreateStorageConfigurationRequest{
		StorageConfigurationName: "logs", RootBucketInfo: provisioning.RootBucketInfo{BucketName: "log-bucket"},
	}))(n.t)
	config := billing.CreateLogDeliveryConfigurationParams{
		ConfigName: "audit", CredentialsId: cred.CredentialsId, StorageConfigurationId: stor.StorageConfigurationId,
		LogType: billing.LogTypeAuditLogs, OutputFormat: billing.OutputFormatJson, DeliveryPathPrefix: "audit",
	}
	create := func() *billing.LogDeliveryConfiguration {
		return netMust(n.a.LogDelivery.Create(n.ctx, billing.WrappedCreateLogDeliveryConfiguration{LogDeliveryConfiguration: config}))(n.t).LogDeliveryConfiguration
	}
	made := create()
	if made.Status != billing.LogDeliveryConfigStatusEnabled || made.LogDeliveryStatus.Status != billing.DeliveryStatusCreated {
		n.t.Errorf("%+v: want it enabled and created", made)
	}
	config.Status = billing.LogDeliveryConfigStatusDisabled
	for range 10 {
		create()
	}
	all := netMust(n.a.LogDelivery.ListAll(n.ctx, billing.ListLogDeliveryRequest{}))(n.t)
	enabled := netMust(n.a.LogDelivery.ListAll(n.ctx, billing.ListLogDeliveryRequest{Status: billing.LogDeliveryConfigStatusEnabled}))(n.t)
	if len(all) != 11 || len(enabled) != 1 {
		n.t.Errorf("%d configurations, %d enabled; want 11 and 1", len(all), len(enabled))
	}
	n.check(n.a.LogDelivery.PatchStatus(n.ctx, billing.UpdateLogDeliveryConfigurationStatusRequest{
		LogDeliveryConfigurationId: made.ConfigId, Status: billing.LogDeliveryConfigStatusDisabled,
	}))
	got := netMust(n.a.LogDelivery.GetByLogDeliveryConfigurationId(n.ctx, made.ConfigId))(n.t)
	if got.LogDeliveryConfiguration.Status != billing.LogDeliveryConfigStatusDisabled {
		n.t.Errorf("status %s, want DISABLED", got.LogDeliveryConfiguration.Status)
	}
	month := time.Now().UTC().Format("2006-01")
	usage := netMust(n.a.BillableUsage.Download(n.ctx, billing.DownloadRequest{StartMonth: month, EndMonth: month, PersonalData: true}))(n.t)
	csv := netMust(io.ReadAll(usage.Contents))(n.t)
	n.check(usage.Contents.Close())
	if !strings.HasPrefix(string(csv), "workspaceId,") || !strings.Contains(string(csv), "clusterOwnerUserName") {
		n.t.Errorf("%s: want the columns of the usage", csv)
	}
}

func (n *sdkNet) rules() {
	n.t.Helper()
	api := n.a.NetworkConnectivity
	create := func(i int, in string) string {
		return netMust(api.CreateNetworkConnectivityConfiguration(n.ctx, settings.CreateNetworkConnectivityConfigRequest{
			NetworkConnectivityConfig: settings.CreateNetworkConnectivityConfiguration{Name: fmt.Sprintf("ncc-%d", i), Region: in},
		}))(n.t).NetworkConnectivityConfigId
	}
	ncc := create(0, region)
	for i := range 10 {
		create(i+1, "us-east-1")
	}
	if all := netMust(api.ListNetworkConnectivityConfigurationsAll(n.ctx, settings.ListNetworkConnectivityConfigurationsRequest{}))(n.t); len(all) != 11 {
		n.t.Errorf("%d configurations, want 11", len(all))
	}
	var rule *settings.NccPrivateEndpointRule
	for i := range 11 {
		in := settings.CreatePrivateEndpointRule{
			EndpointService: fmt.Sprintf("com.amazonaws.vpce.%s.vpce-svc-%017d", region, i), DomainNames: []string{"db.example.com"},
		}
		if i == 0 {
			in = settings.CreatePrivateEndpointRule{EndpointService: "com.amazonaws." + region + ".s3", ResourceNames: []string{"bucket-a"}}
		}
		made := netMust(api.CreatePrivateEndpointRule(n.ctx, settings.CreatePrivateEndpointRuleRequest{
			NetworkConnectivityConfigId: ncc, PrivateEndpointRule: in,
		}))(n.t)
		if i == 0 {
			rule = made
		}
	}
	all := netMust(api.ListPrivateEndpointRulesAll(n.ctx, settings.ListPrivateEndpointRulesRequest{NetworkConnectivityConfigId: ncc}))(n.t)
	if len(all) != 11 {
		n.t.Errorf("%d rules, want 11", len(all))
	}
	changed := netMust(api.UpdatePrivateEndpointRule(n.ctx, settings.UpdateNccPrivateEndpointRuleRequest{
		NetworkConnectivityConfigId: ncc, PrivateEndpointRuleId: rule.RuleId, UpdateMask: "enabled,resource_names",
		PrivateEndpointRule: settings.UpdatePrivateEndpointRule{ResourceNames: []string{"bucket-b"}},
	}))(n.t)
	if changed.Enabled || changed.ResourceNames[0] != "bucket-b" || changed.ConnectionState != settings.NccPrivateEndpointRulePrivateLinkConnectionStateEstablished {
		n.t.Errorf("%+v: want bucket-b, not enabled, established", changed)
	}
	for _, one := range all {
		netMust(api.DeletePrivateEndpointRuleByNetworkConnectivityConfigIdAndPrivateEndpointRuleId(n.ctx, ncc, one.RuleId))(n.t)
	}
	got := netMust(api.GetPrivateEndpointRuleByNetworkConnectivityConfigIdAndPrivateEndpointRuleId(n.ctx, ncc, rule.RuleId))(n.t)
	if !got.Deactivated {
		n.t.Errorf("%+v: want it deactivated", got)
	}
	n.gone(api.GetPrivateEndpointRuleByNetworkConnectivityConfigIdAndPrivateEndpointRuleId(n.ctx, ncc, all[1].RuleId))
	n.check(api.DeleteNetworkConnectivityConfigurationByNetworkConnectivityConfigId(n.ctx, ncc))
	n.gone(api.GetNetworkConnectivityConfigurationByNetworkConnectivityConfigId(n.ctx, ncc))
}

func (n *sdkNet) policies() {
	n.t.Helper()
	api := n.a.NetworkPolicies
	policy := settings.AccountNetworkPolicy{
		AccountId: n.s.Account().ID,
		Egress: &settings.NetworkPolicyEgress{NetworkAccess: &settings.EgressNetworkPolicyNetworkAccessPolicy{
			RestrictionMode: settings.EgressNetworkPolicyNetworkAccessPolicyRestrictionModeRestrictedAccess,
		}},
	}
	for i := range 11 {
		policy.NetworkPolicyId = fmt.Sprintf("np-%d", i)
		netMust(api.CreateNetworkPolicyRpc(n.ctx, settings.CreateNetworkPolicyRequest{NetworkPolicy: policy}))(n.t)
	}
	if all := netMust(api.ListNetworkPoliciesRpcAll(n.ctx, settings.ListNetworkPoliciesRequest{}))(n.t); len(all) != 12 {
		n.t.Errorf("%d policies, want 12", len(all))
	}
	policy.NetworkPolicyId = "np-0"
	policy.Ingress = &settings.CustomerFacingIngressNetworkPolicy{PublicAccess: &settings.CustomerFacingIngressNetworkPolicyPublicAccess{
		RestrictionMode: settings.CustomerFacingIngressNetworkPolicyPublicAccessRestrictionModeFullAccess,
	}}
	netMust(api.UpdateNetworkPolicyRpc(n.ctx, settings.UpdateNetworkPolicyRequest{NetworkPolicyId: "np-0", NetworkPolicy: policy}))(n.t)
	got := netMust(api.GetNetworkPolicyRpcByNetworkPolicyId(n.ctx, "np-0"))(n.t)
	if got.Ingress.PrivateAccess.RestrictionMode != settings.CustomerFacingIngressNetworkPolicyPrivateAccessRestrictionModeAllowAllRegisteredEndpoints {
		n.t.Errorf("%+v: want the private access filled in", got.Ingress)
	}
	ws := n.workspace()
	option := func(policy string) {
		netMust(n.a.WorkspaceNetworkConfiguration.UpdateWorkspaceNetworkOptionRpc(n.ctx, settings.UpdateWorkspaceNetworkOptionRequest{
			WorkspaceId: ws, WorkspaceNetworkOption: settings.WorkspaceNetworkOption{NetworkPolicyId: policy, WorkspaceId: ws},
		}))(n.t)
		got := netMust(n.a.WorkspaceNetworkConfiguration.GetWorkspaceNetworkOptionRpcByWorkspaceId(n.ctx, ws))(n.t)
		if got.NetworkPolicyId != policy {
			n.t.Errorf("network_policy_id %s, want %s", got.NetworkPolicyId, policy)
		}
	}
	option("np-0")
	if err := api.DeleteNetworkPolicyRpcByNetworkPolicyId(n.ctx, "np-0"); err == nil {
		n.t.Error("a policy that is assigned was deleted")
	}
	option("default-policy")
	n.check(api.DeleteNetworkPolicyRpcByNetworkPolicyId(n.ctx, "np-0"))
	n.gone(api.GetNetworkPolicyRpcByNetworkPolicyId(n.ctx, "np-0"))
}

// workspace makes a workspace of the credentials and the storage that are there.
func (n *sdkNet) workspace() int64 {
	n.t.Helper()
	cred, stor := netMust(n.a.Credentials.List(n.ctx))(n.t), netMust(n.a.Storage.List(n.ctx))(n.t)
	wait := netMust(n.a.Workspaces.Create(n.ctx, provisioning.CreateWorkspaceRequest{
		WorkspaceName: "net", AwsRegion: region, CredentialsId: cred[0].CredentialsId, StorageConfigurationId: stor[0].StorageConfigurationId,
	}))(n.t)
	return wait.WorkspaceId
}

func (n *sdkNet) lists() {
	n.t.Helper()
	api := n.a.IpAccessLists
	id := netMust(api.Create(n.ctx, settings.CreateIpAccessList{
		Label: "office", ListType: settings.ListTypeAllow, IpAddresses: []string{"203.0.113.0/24"},
	}))(n.t).IpAccessList.ListId
	n.check(api.Update(n.ctx, settings.UpdateIpAccessList{IpAccessListId: id, Label: "hq"}))
	n.check(api.Replace(n.ctx, settings.ReplaceIpAccessList{
		IpAccessListId: id, Label: "hq", ListType: settings.ListTypeAllow, IpAddresses: []string{"203.0.113.10"}, Enabled: true,
	}))
	if all := netMust(api.ListAll(n.ctx))(n.t); len(all) != 1 || all[0].Label != "hq" || all[0].IpAddresses[0] != "203.0.113.10" {
		n.t.Errorf("%+v: want one list, replaced", all)
	}
	current := netMust(n.a.Settings.EnableIpAccessLists().Get(n.ctx, settings.GetAccountIpAccessEnableRequest{}))(n.t)
	current.AcctIpAclEnable.Value = false
	current.AcctIpAclEnable.ForceSendFields = []string{"Value"}
	changed := netMust(n.a.Settings.EnableIpAccessLists().Update(n.ctx, settings.UpdateAccountIpAccessEnableRequest{
		AllowMissing: true, FieldMask: "acct_ip_acl_enable.value", Setting: *current,
	}))(n.t)
	if changed.AcctIpAclEnable.Value {
		n.t.Errorf("%+v: want it off", changed)
	}
	netMust(n.a.Settings.EnableIpAccessLists().Delete(n.ctx, settings.DeleteAccountIpAccessEnableRequest{Etag: changed.Etag}))(n.t)
	n.check(api.DeleteByIpAccessListId(n.ctx, id))
	n.gone(api.GetByIpAccessListId(n.ctx, id))
}

func (n *sdkNet) direct() {
	n.t.Helper()
	parent := "accounts/" + n.s.Account().ID
	var last *networking.Endpoint
	for i := range 11 {
		id := fmt.Sprintf("vpce-%017d", i)
		n.s.DeclareEndpoint(id, ownService)
		last = netMust(n.a.Endpoints.CreateEndpoint(n.ctx, networking.CreateEndpointRequest{Parent: parent, Endpoint: networking.Endpoint{
			DisplayName: fmt.Sprintf("direct-%d", i), Region: region, AwsVpcEndpointInfo: &networking.AwsVpcEndpointInfo{AwsVpcEndpointId: id},
		}}))(n.t)
	}
	if last.State != networking.EndpointStateApproved || last.UseCase != networking.EndpointUseCaseServiceDirect {
		n.t.Errorf("%+v: want it approved, for SERVICE_DIRECT", last)
	}
	if all := netMust(n.a.Endpoints.ListEndpointsAll(n.ctx, networking.ListEndpointsRequest{Parent: parent}))(n.t); len(all) != 11 {
		n.t.Errorf("%d endpoints, want 11", len(all))
	}
	n.check(n.a.Endpoints.DeleteEndpoint(n.ctx, networking.DeleteEndpointRequest{Name: last.Name}))
	n.gone(n.a.Endpoints.GetEndpoint(n.ctx, networking.GetEndpointRequest{Name: last.Name}))
}
