# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

resource "hardbricks_secure_workspace" "finance" {
  workspace_name   = "finance-prod"
  aws_region       = "eu-west-1"
  pricing_tier     = "ENTERPRISE"
  security_profile = "high"

  credentials = { role_arn = aws_iam_role.cross_account.arn }
  storage     = { bucket_name = aws_s3_bucket.root.bucket }

  network = {
    vpc_id             = aws_vpc.this.id
    subnet_ids         = aws_subnet.private[*].id
    security_group_ids = [aws_security_group.workspace.id]

    private_link = {
      rest_api        = { aws_vpc_endpoint_id = aws_vpc_endpoint.rest_api.id }
      dataplane_relay = { aws_vpc_endpoint_id = aws_vpc_endpoint.dataplane_relay.id }
    }
  }

  encryption = {
    managed_services  = { key_arn = aws_kms_key.managed_services.arn }
    workspace_storage = { key_arn = aws_kms_key.workspace_storage.arn }
  }

  private_access = { public_access_enabled = false, private_access_level = "ACCOUNT" }
  ip_access      = { allow = { office = ["203.0.113.0/24"] } }
  baseline       = { max_token_lifetime_days = 30 }
}
