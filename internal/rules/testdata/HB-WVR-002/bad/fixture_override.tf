# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

resource "hardbricks_secure_workspace" "this" {
  waivers = [{ rule = "HB-NET-004", reason = "short", approver = "ciso", expires = "2027-01-31" }]
}
