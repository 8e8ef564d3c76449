# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

resource "hardbricks_secure_workspace" "this" {
  waivers = [{ rule = "HB-REG-002", reason = "the region is the only one we may use", approver = "ciso", expires = "2027-01-31" }]
}
