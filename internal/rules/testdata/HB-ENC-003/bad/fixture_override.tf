# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

resource "hardbricks_secure_workspace" "this" {
  encryption = {
    managed_services = { customer_managed_key_id = "11111111-2222-3333-4444-555555555555" }
  }
}
