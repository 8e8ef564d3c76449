# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

# Credentials come from the environment: DATABRICKS_CLIENT_ID and
# DATABRICKS_CLIENT_SECRET of a service principal that is an account admin.
provider "hardbricks" {
  account_id       = var.databricks_account_id
  security_profile = "high"
  runner_addresses = var.runner_addresses
}

resource "hardbricks_secure_workspace" "this" {
  workspace_name = "${var.prefix}-finance"
  aws_region     = var.aws_region
  pricing_tier   = "ENTERPRISE"

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
  runner_access  = "private" # over PrivateLink, since public access is off
  ip_access      = { allow = { office = var.office_cidrs } }
  baseline       = { max_token_lifetime_days = 30 }

  deletion_protection = var.deletion_protection

  # Databricks tries the role, the bucket and the network when it makes the
  # workspace, so what completes them must be there first, and go last.
  depends_on = [
    aws_iam_role_policy.cross_account,
    aws_route_table_association.endpoints,
    aws_route_table_association.private,
    aws_s3_bucket_ownership_controls.root,
    aws_s3_bucket_policy.root,
    aws_s3_bucket_server_side_encryption_configuration.root,
    aws_s3_bucket_versioning.root,
    aws_vpc_endpoint.kinesis,
    aws_vpc_endpoint.s3,
    aws_vpc_endpoint.sts,
    aws_vpc_security_group_egress_rule.endpoints,
    aws_vpc_security_group_egress_rule.s3,
    aws_vpc_security_group_egress_rule.self,
    aws_vpc_security_group_ingress_rule.endpoints,
    aws_vpc_security_group_ingress_rule.self,
  ]
}
