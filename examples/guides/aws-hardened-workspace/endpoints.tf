# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

# The two private connections to Databricks: the REST API, and the relay through
# which the control plane reaches the clusters.
resource "aws_vpc_endpoint" "rest_api" {
  vpc_id              = aws_vpc.this.id
  service_name        = local.databricks.rest_api
  vpc_endpoint_type   = "Interface"
  subnet_ids          = aws_subnet.endpoints[*].id
  security_group_ids  = [aws_security_group.endpoints.id]
  private_dns_enabled = true

  tags = { Name = "${var.prefix}-databricks-rest-api" }
}

resource "aws_vpc_endpoint" "dataplane_relay" {
  vpc_id              = aws_vpc.this.id
  service_name        = local.databricks.relay
  vpc_endpoint_type   = "Interface"
  subnet_ids          = aws_subnet.endpoints[*].id
  security_group_ids  = [aws_security_group.endpoints.id]
  private_dns_enabled = true

  tags = { Name = "${var.prefix}-databricks-dataplane-relay" }
}

# The AWS services that clusters need. Their policies name who may call what, so
# that code in a notebook cannot carry data to someone else's account.
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${var.aws_region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.private.id]
  policy            = data.aws_iam_policy_document.s3_endpoint.json

  tags = { Name = "${var.prefix}-s3" }
}

resource "aws_vpc_endpoint" "sts" {
  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.${var.aws_region}.sts"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = aws_subnet.endpoints[*].id
  security_group_ids  = [aws_security_group.endpoints.id]
  private_dns_enabled = true
  policy              = data.aws_iam_policy_document.sts_endpoint.json

  tags = { Name = "${var.prefix}-sts" }
}

resource "aws_vpc_endpoint" "kinesis" {
  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.${var.aws_region}.kinesis-streams"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = aws_subnet.endpoints[*].id
  security_group_ids  = [aws_security_group.endpoints.id]
  private_dns_enabled = true
  policy              = data.aws_iam_policy_document.kinesis_endpoint.json

  tags = { Name = "${var.prefix}-kinesis" }
}

locals {
  s3_read  = ["s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:GetBucketLocation"]
  s3_write = ["s3:PutObject", "s3:DeleteObject"]

  # Which buckets may be reached, to do what, and with whose credentials.
  # Clusters get the artifacts with Databricks' own or with no credentials.
  s3_grants = {
    RootBucket   = { buckets = [aws_s3_bucket.root.bucket], actions = concat(local.s3_read, local.s3_write), by = "aws:PrincipalAccount" }
    Artifacts    = { buckets = local.databricks.artifacts, actions = local.s3_read, by = "aws:ResourceAccount" }
    SampleData   = { buckets = [local.databricks.datasets], actions = local.s3_read, by = "aws:PrincipalAccount" }
    SystemTables = { buckets = [local.databricks.system_tables], actions = local.s3_read, by = "aws:PrincipalAccount" }
    Logs         = { buckets = [local.databricks.logs], actions = ["s3:PutObject", "s3:ListBucket", "s3:GetBucketLocation"], by = "aws:PrincipalAccount" }
  }
}

data "aws_iam_policy_document" "s3_endpoint" {
  dynamic "statement" {
    for_each = local.s3_grants

    content {
      sid       = statement.key
      actions   = statement.value.actions
      resources = flatten([for b in statement.value.buckets : ["arn:aws:s3:::${b}", "arn:aws:s3:::${b}/*"]])

      principals {
        type        = "AWS"
        identifiers = ["*"]
      }

      condition {
        test     = "StringEquals"
        variable = statement.value.by
        values   = [local.databricks_account]
      }
    }
  }
}

data "aws_iam_policy_document" "sts_endpoint" {
  statement {
    sid       = "OwnRoles"
    actions   = ["sts:AssumeRole", "sts:TagSession"]
    resources = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:role/*"]

    principals {
      type        = "AWS"
      identifiers = [data.aws_caller_identity.current.account_id]
    }
  }

  statement {
    sid       = "OwnSessions"
    actions   = ["sts:GetAccessKeyInfo", "sts:GetSessionToken", "sts:DecodeAuthorizationMessage"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [data.aws_caller_identity.current.account_id]
    }
  }

  statement {
    sid       = "Databricks"
    actions   = ["sts:AssumeRole", "sts:GetSessionToken", "sts:TagSession"]
    resources = ["*"]

    principals {
      type = "AWS"
      identifiers = [
        local.databricks_account,
        "arn:aws:iam::${local.databricks_account}:user/databricks-datasets-readonly-user-prod",
      ]
    }
  }
}

data "aws_iam_policy_document" "kinesis_endpoint" {
  statement {
    sid       = "DatabricksLogs"
    actions   = ["kinesis:PutRecord", "kinesis:PutRecords", "kinesis:DescribeStream"]
    resources = ["arn:aws:kinesis:${var.aws_region}:${local.databricks_account}:stream/*"]

    principals {
      type        = "AWS"
      identifiers = [local.databricks_account]
    }
  }
}
