// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// timeOrEmpty validates a moment as RFC 3339 writes it, or the empty text.
type timeOrEmpty struct{}

// Description says what is valid.
func (timeOrEmpty) Description(context.Context) string {
	return "must be empty, or a time such as 2027-01-31T12:00:00Z"
}

// MarkdownDescription says what is valid.
func (v timeOrEmpty) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString validates a known value.
func (v timeOrEmpty) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	text := req.ConfigValue.ValueString()
	if _, err := time.Parse(time.RFC3339, text); text != "" && err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Time is malformed (HB-CFG-004)", "Found: \""+text+"\". It "+v.Description(ctx)+".")
	}
}
