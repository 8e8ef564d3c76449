// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/spec"
)

// memoryKey is where the private state holds what was declared last.
const memoryKey = "declared"

// memory is what was declared last, of what a read replaces by what it finds.
// The state alone cannot tell drift: a refresh writes the drifted value into it.
type memory struct {
	Baseline map[string]string `json:"baseline"`
	Public   *bool             `json:"public_access_enabled,omitempty"`
	Level    string            `json:"private_access_level,omitempty"`
	Access   *rememberedAccess `json:"ip_access,omitempty"`
}

type rememberedAccess struct {
	Enforced bool                `json:"enforced"`
	Allow    map[string][]string `json:"allow,omitempty"`
	Block    map[string][]string `json:"block,omitempty"`
}

// keeper is private state that can be written.
type keeper interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// remember keeps what is declared.
func remember(ctx context.Context, private keeper, declared *spec.Workspace) diag.Diagnostics {
	m := memory{Baseline: map[string]string{}}
	for key, v := range declared.Baseline {
		if value, ok := v.Get(); ok {
			m.Baseline[key] = value
		}
	}
	if p, ok := declared.PrivateAccess.Get(); ok && !known(p.PrivateAccessSettingsID) {
		public, _ := p.PublicAccessEnabled.Get()
		m.Public, m.Level = &public, text(p.Level)
	}
	if l, ok := declared.IPAccess.Get(); ok {
		on, _ := l.Enforced.Get()
		m.Access = &rememberedAccess{Enforced: on, Allow: rememberLists(l.Allow), Block: rememberLists(l.Block)}
	}
	raw, err := json.Marshal(m)
	if err != nil {
		var diags diag.Diagnostics
		diags.AddError("State could not be written (HB-BUG-002)", err.Error())
		return diags
	}
	return private.SetKey(ctx, memoryKey, raw)
}

func rememberLists(v spec.Value[map[string]spec.AddressList]) map[string][]string {
	lists, ok := v.Get()
	if !ok {
		return nil
	}
	all := map[string][]string{}
	for name, l := range lists {
		all[name] = sorted(l)
	}
	return all
}

// recall puts what was declared last over what a state holds.
func recall(raw []byte, d *spec.Workspace) error {
	if len(raw) == 0 {
		return nil
	}
	var m memory
	if err := json.Unmarshal(raw, &m); err != nil {
		return err
	}
	for key, v := range d.Baseline {
		d.Baseline[key] = spec.Null[string]().At(v.Path())
		if value, ok := m.Baseline[key]; ok {
			d.Baseline[key] = spec.Known(value).At(v.Path())
		}
	}
	if p, ok := d.PrivateAccess.Get(); ok && m.Public != nil {
		p.PublicAccessEnabled, p.Level = spec.Known(*m.Public), spec.Known(m.Level)
		p.PrivateAccessSettingsID = spec.Null[string]()
		d.PrivateAccess = spec.Known(p)
	}
	if a := m.Access; a != nil {
		d.IPAccess = spec.Known(spec.IPAccess{Enforced: spec.Known(a.Enforced), Allow: recallLists(a.Allow), Block: recallLists(a.Block)})
	}
	return nil
}

func recallLists(lists map[string][]string) spec.Value[map[string]spec.AddressList] {
	if lists == nil {
		return spec.Null[map[string]spec.AddressList]()
	}
	all := map[string]spec.AddressList{}
	for name, addresses := range lists {
		var values []spec.Value[string]
		for _, a := range addresses {
			values = append(values, spec.Known(a))
		}
		all[name] = spec.Known(values)
	}
	return spec.Known(all)
}
