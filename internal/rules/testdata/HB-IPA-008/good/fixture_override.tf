# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

resource "hardbricks_secure_workspace" "this" {
  ip_access = { allow = { office = ["203.0.113.8/29"] } }
}
