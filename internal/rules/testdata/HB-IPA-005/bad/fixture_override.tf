# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

resource "hardbricks_secure_workspace" "this" {
  ip_access = { allow = { office = [for i in range(1001) : "203.0.${floor(i / 256)}.${i % 256}"] } }
}
