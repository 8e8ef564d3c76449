// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/baseline"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/tfutil"
)

// declare describes a configuration with the defaults that depend on the
// provider, the profile and the tier.
func (r *secureWorkspace) declare(config types.Object) *spec.Workspace {
	d := describe(tfutil.Read(config))
	if r.provider != nil {
		d.RunnerAddresses = r.provider.RunnerAddresses
	}
	if d.Profile.IsNull() {
		d.Profile = r.defaultProfile().At(d.Profile.Path())
	}
	if d.Tier.IsNull() {
		d.Tier = spec.Known(defaultTier).At(d.Tier.Path())
	}
	if d.RunnerAccess.IsNull() {
		d.RunnerAccess = spec.Known(runnerPublic).At(d.RunnerAccess.Path())
	}
	declareAccess(d)
	declareBaseline(d)
	return d
}

const defaultTier = "ENTERPRISE"

func (r *secureWorkspace) defaultProfile() spec.Value[spec.Profile] {
	if r.provider == nil {
		return spec.Unknown[spec.Profile]()
	}
	if r.provider.Profile.IsNull() {
		return spec.Known(spec.Standard)
	}
	return r.provider.Profile
}

func declareAccess(d *spec.Workspace) {
	if p, ok := d.PrivateAccess.Get(); ok && p.PrivateAccessSettingsID.IsNull() {
		if p.PublicAccessEnabled.IsNull() {
			p.PublicAccessEnabled = spec.Known(false).At(p.PublicAccessEnabled.Path())
		}
		if p.Level.IsNull() {
			p.Level = spec.Known("ACCOUNT").At(p.Level.Path())
		}
		d.PrivateAccess = spec.Known(p).At(d.PrivateAccess.Path())
	}
	if l, ok := d.IPAccess.Get(); ok && l.Enforced.IsNull() {
		l.Enforced = spec.Known(true).At(l.Enforced.Path())
		d.IPAccess = spec.Known(l).At(d.IPAccess.Path())
	}
}

// declareBaseline fills in the secure defaults; they are unknown as long as the
// profile or the tier is.
func declareBaseline(d *spec.Workspace) {
	profile, profileKnown := d.Profile.Get()
	tier, tierKnown := d.Tier.Get()
	for _, s := range baseline.Settings() {
		v := d.Baseline[s.Key]
		if !v.IsNull() {
			continue
		}
		if !profileKnown || !tierKnown {
			d.Baseline[s.Key] = spec.Unknown[string]().At(v.Path())
		} else if secure, ok := s.Default(profile, tier); ok {
			d.Baseline[s.Key] = spec.Known(secure).At(v.Path())
		}
	}
}
