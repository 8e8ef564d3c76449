# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

resource "hardbricks_secure_workspace" "this" {
  credentials = { role_arn = "arn:aws:iam::123456789012:user/admin" }
}
