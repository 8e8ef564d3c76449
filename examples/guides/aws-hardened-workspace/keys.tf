# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

# Notebooks, secrets and queries in the control plane.
resource "aws_kms_key" "managed_services" {
  description             = "${var.prefix}: Databricks managed services"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.managed_services_key.json

  tags = { Name = "${var.prefix}-databricks-managed-services" }
}

resource "aws_kms_alias" "managed_services" {
  name          = "alias/${var.prefix}-databricks-managed-services"
  target_key_id = aws_kms_key.managed_services.key_id
}

# The root bucket, and the volumes of the clusters.
resource "aws_kms_key" "workspace_storage" {
  description             = "${var.prefix}: Databricks workspace storage"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.workspace_storage_key.json

  tags = { Name = "${var.prefix}-databricks-workspace-storage" }
}

resource "aws_kms_alias" "workspace_storage" {
  name          = "alias/${var.prefix}-databricks-workspace-storage"
  target_key_id = aws_kms_key.workspace_storage.key_id
}

data "aws_iam_policy_document" "managed_services_key" {
  source_policy_documents = [data.aws_iam_policy_document.key_owner.json]

  statement {
    sid       = "DatabricksManagedServices"
    actions   = ["kms:Encrypt", "kms:Decrypt"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${local.databricks_account}:root"]
    }

    # Databricks serves every customer from one AWS account: the tag is what
    # keeps other customers' workspaces away from this key.
    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalTag/DatabricksAccountId"
      values   = [var.databricks_account_id]
    }
  }
}

data "aws_iam_policy_document" "workspace_storage_key" {
  source_policy_documents = [data.aws_iam_policy_document.key_owner.json]

  statement {
    sid       = "DatabricksRootBucket"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${local.databricks_account}:root"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalTag/DatabricksAccountId"
      values   = [var.databricks_account_id]
    }
  }

  statement {
    sid       = "ClusterVolumes"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.cross_account.arn]
    }

    condition {
      test     = "ForAnyValue:StringLike"
      variable = "kms:ViaService"
      values   = ["ec2.*.amazonaws.com"]
    }
  }
}

# Without this statement nobody could ever change or delete the key.
data "aws_iam_policy_document" "key_owner" {
  statement {
    sid       = "OwnAccount"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }
}
