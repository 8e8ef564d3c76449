# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

resource "hardbricks_secure_workspace" "this" {
  private_access = {
    public_access_enabled    = false
    private_access_level     = "ENDPOINT"
    allowed_vpc_endpoint_ids = ["11111111-2222-3333-4444-555555555555"]
  }
}
