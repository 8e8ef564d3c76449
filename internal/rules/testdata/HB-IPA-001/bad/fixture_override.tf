# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

resource "hardbricks_secure_workspace" "this" {
  ip_access = { allow = { lower = ["0.0.0.0/1"], upper = ["128.0.0.0/1"] } }
}
