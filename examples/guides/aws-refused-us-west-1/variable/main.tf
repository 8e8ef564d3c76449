# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

terraform {
  required_version = ">= 1.8"

  required_providers {
    hardbricks = {
      source  = "hardbricks/hardbricks"
      version = "~> 0.1"
    }
  }
}

provider "hardbricks" {
  account_id       = "00000000-0000-4000-8000-000000000000"
  security_profile = "high"
  runner_addresses = ["203.0.113.10"]
}

variable "aws_region" {
  description = "AWS region of the workspace."
  type        = string
  default     = "us-west-1"
}

resource "hardbricks_secure_workspace" "this" {
  workspace_name = "acme-finance"
  aws_region     = var.aws_region
  pricing_tier   = "ENTERPRISE"

  credentials = { role_arn = "arn:aws:iam::123456789012:role/databricks-cross-account" }
  storage     = { bucket_name = "acme-databricks-root" }

  network = {
    vpc_id             = "vpc-0a1b2c3d4e5f60718"
    subnet_ids         = ["subnet-0a1b2c3d4e5f60718", "subnet-0b1c2d3e4f5061728"]
    security_group_ids = ["sg-0a1b2c3d4e5f60718"]

    private_link = {
      rest_api        = { aws_vpc_endpoint_id = "vpce-0a1b2c3d4e5f60718" }
      dataplane_relay = { aws_vpc_endpoint_id = "vpce-0b1c2d3e4f5061728" }
    }
  }

  # Customer-managed keys in us-west-1 are what is refused.
  encryption = {
    managed_services  = { key_arn = "arn:aws:kms:us-west-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000001" }
    workspace_storage = { key_arn = "arn:aws:kms:us-west-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000002" }
  }

  private_access = { public_access_enabled = false, private_access_level = "ACCOUNT" }
  ip_access      = { allow = { office = ["203.0.113.0/24"] } }
  baseline       = { max_token_lifetime_days = 30 }
}
