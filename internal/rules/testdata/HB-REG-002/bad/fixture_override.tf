# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

resource "hardbricks_secure_workspace" "this" {
  aws_region = "us-west-1"
  encryption = {
    managed_services = { key_arn = "arn:aws:kms:us-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab" }
  }
}
