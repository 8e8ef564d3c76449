# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

resource "hardbricks_secure_workspace" "this" {
  credentials = { credentials_id = "11111111-2222-3333-4444-555555555555" }
}
