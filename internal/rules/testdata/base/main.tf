# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

# The workspace that every fixture changes a part of. It passes all rules.

terraform {
  required_providers {
    hardbricks = { source = "hardbricks/hardbricks" }
  }
}

provider "hardbricks" {
  runner_addresses = ["203.0.113.10"]
}

resource "hardbricks_secure_workspace" "this" {
  workspace_name   = "finance"
  aws_region       = "eu-west-1"
  pricing_tier     = "ENTERPRISE"
  security_profile = "high"

  credentials = { role_arn = "arn:aws:iam::123456789012:role/cross-account" }
  storage     = { bucket_name = "finance-root" }

  network = {
    vpc_id             = "vpc-0123456789abcdef0"
    subnet_ids         = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    security_group_ids = ["sg-0123456789abcdef0"]
    private_link = {
      rest_api        = { aws_vpc_endpoint_id = "vpce-0123456789abcdef0" }
      dataplane_relay = { aws_vpc_endpoint_id = "vpce-0123456789abcdef1" }
    }
  }

  encryption = {
    managed_services  = { key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab" }
    workspace_storage = { key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ac" }
  }

  private_access = { public_access_enabled = false }
  ip_access      = { allow = { office = ["203.0.113.0/24"] } }
}
