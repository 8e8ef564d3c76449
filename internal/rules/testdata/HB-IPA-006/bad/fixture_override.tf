# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

resource "hardbricks_secure_workspace" "this" {
  ip_access = { block = { lab = ["198.51.100.0/24"] } }
}
