# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

resource "hardbricks_secure_workspace" "this" {
  encryption = {
    managed_services  = { key_arn = "arn:aws:kms:eu-west-1:123456789012:alias/finance" }
    workspace_storage = { key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ac" }
  }
}
