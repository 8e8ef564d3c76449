# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

resource "hardbricks_secure_workspace" "this" {
  encryption = {
    managed_services  = { key_arn = "arn:aws:kms:eu-west-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab" }
    workspace_storage = { key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ac" }
  }
}
