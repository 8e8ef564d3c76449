// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"net/netip"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/databricks"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/tfutil"
)

// Schema describes the provider's configuration.
func (p *hardbricks) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		Description: "Stands up hardened Databricks workspaces on AWS, rejects insecure combinations at plan, and reads every control back.",
		Attributes: map[string]schema.Attribute{
			"account_id": schema.StringAttribute{Optional: true, Description: "Databricks account id. Or DATABRICKS_ACCOUNT_ID."},
			"host": schema.StringAttribute{
				Optional:    true,
				Description: "Account host. Defaults to " + databricks.DefaultAccountHost + ". DATABRICKS_HOST counts only if it is an accounts host.",
				Validators:  []validator.String{stringvalidator.OneOf(databricks.AccountHosts()...)},
			},
			"client_id":     schema.StringAttribute{Optional: true, Description: "Client id of a service principal that is an account admin. Or DATABRICKS_CLIENT_ID."},
			"client_secret": schema.StringAttribute{Optional: true, Sensitive: true, Description: "OAuth secret of the service principal. Or DATABRICKS_CLIENT_SECRET."},
			"auth_type":     schema.StringAttribute{Optional: true, Description: "One way to authenticate of the Databricks SDK, for instance `oauth-m2m`, `github-oidc` or `env-oidc`. Worked out from what is configured where it is not given. Or DATABRICKS_AUTH_TYPE."},
			"profile":       schema.StringAttribute{Optional: true, Description: "Profile of the Databricks configuration file. The file is read only if a profile is named, here or by DATABRICKS_CONFIG_PROFILE."},
			"config_file":   schema.StringAttribute{Optional: true, Description: "Databricks configuration file. Defaults to `~/.databrickscfg`. Or DATABRICKS_CONFIG_FILE."},
			"security_profile": schema.StringAttribute{
				Optional:    true,
				Description: "Security profile of the resources that name none: `standard` (the default), what the guides ask of most deployments, or `high`, what they ask of highly secure ones.",
				Validators:  []validator.String{stringvalidator.OneOf(string(spec.Standard), string(spec.High))},
			},
			"runner_addresses": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				Description: "Public IPv4 addresses or CIDR ranges of the machines that run Terraform. Hardening must not lock them out.",
				Validators:  []validator.List{listvalidator.SizeAtLeast(1), listvalidator.ValueStringsAre(ipv4{})},
			},
		},
	}
}

// configuration is the provider's configuration. All of it may be unknown.
type configuration struct {
	AccountID       types.String `tfsdk:"account_id"`
	Host            types.String `tfsdk:"host"`
	ClientID        types.String `tfsdk:"client_id"`
	ClientSecret    types.String `tfsdk:"client_secret"`
	AuthType        types.String `tfsdk:"auth_type"`
	Profile         types.String `tfsdk:"profile"`
	ConfigFile      types.String `tfsdk:"config_file"`
	SecurityProfile types.String `tfsdk:"security_profile"`
	RunnerAddresses types.List   `tfsdk:"runner_addresses"`
}

// Configure makes no call. Values that are unknown at plan, and credentials that
// are missing, are told to the resources, which say what they could not check.
func (p *hardbricks) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var c configuration
	resp.Diagnostics.Append(req.Config.Get(ctx, &c)...)
	if resp.Diagnostics.HasError() {
		return
	}
	data := &tfutil.ProviderData{Clock: p.clock, Claims: &p.claims, Handover: &p.handover, Profile: profileOf(c.SecurityProfile), RunnerAddresses: addressesOf(c.RunnerAddresses)}
	data.Account, data.NoAccount = p.account(c, &resp.Diagnostics)
	resp.ResourceData = data
	resp.DataSourceData = data
}

// account returns the client, or why there is none. Only a configuration that
// is wrong is an error; one that is unknown or missing is not.
func (p *hardbricks) account(c configuration, diags *diag.Diagnostics) (*databricks.Account, string) {
	for _, v := range []types.String{c.AccountID, c.Host, c.ClientID, c.ClientSecret, c.AuthType, c.Profile, c.ConfigFile} {
		if v.IsUnknown() {
			return nil, "The provider's configuration depends on values that are known after apply."
		}
	}
	account, err := databricks.NewAccount(databricks.Config{
		AccountID: c.AccountID.ValueString(), Host: c.Host.ValueString(), ClientID: c.ClientID.ValueString(), ClientSecret: c.ClientSecret.ValueString(),
		AuthType: c.AuthType.ValueString(), Profile: c.Profile.ValueString(), ConfigFile: c.ConfigFile.ValueString(),
	}, p.version)
	switch {
	case errors.Is(err, databricks.ErrNoCredentials):
		return nil, "No credentials are configured: set client_id and client_secret, or DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET, or another way of the SDK's unified authentication."
	case err != nil:
		diags.AddAttributeError(path.Root("account_id"), "Provider configuration is wrong (HB-CFG-002)", err.Error())
		return nil, err.Error()
	}
	return account, ""
}

func profileOf(v types.String) spec.Value[spec.Profile] {
	switch {
	case v.IsUnknown():
		return spec.Unknown[spec.Profile]()
	case v.IsNull():
		return spec.Null[spec.Profile]()
	}
	return spec.Known(spec.Profile(v.ValueString()))
}

func addressesOf(v types.List) spec.Value[[]string] {
	if v.IsNull() {
		return spec.Null[[]string]()
	}
	all := []string{}
	for _, e := range v.Elements() {
		if s, ok := e.(types.String); ok && !s.IsUnknown() {
			all = append(all, s.ValueString())
			continue
		}
		return spec.Unknown[[]string]()
	}
	if v.IsUnknown() {
		return spec.Unknown[[]string]()
	}
	return spec.Known(all)
}

// ipv4 validates an IPv4 address or CIDR range.
type ipv4 struct{}

// Description says what is valid.
func (ipv4) Description(context.Context) string { return "must be an IPv4 address or CIDR range" }

// MarkdownDescription says what is valid.
func (v ipv4) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString validates a known value.
func (v ipv4) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	text := req.ConfigValue.ValueString()
	if !strings.Contains(text, "/") {
		text += "/32"
	}
	if p, err := netip.ParsePrefix(text); err != nil || !p.Addr().Is4() {
		resp.Diagnostics.AddAttributeError(req.Path, "Runner address is malformed (HB-CFG-003)", req.ConfigValue.ValueString()+" "+v.Description(ctx)+".")
	}
}
