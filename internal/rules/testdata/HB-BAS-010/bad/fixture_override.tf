# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

resource "hardbricks_secure_workspace" "this" {
  baseline = { customer_approved_login_until = "2027-01-31T00:00:00Z" }
}
