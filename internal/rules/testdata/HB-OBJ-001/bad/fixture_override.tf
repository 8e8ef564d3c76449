# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

resource "hardbricks_secure_workspace" "this" {
  credentials = {
    role_arn       = "arn:aws:iam::123456789012:role/cross-account"
    credentials_id = "11111111-2222-3333-4444-555555555555"
  }
}
