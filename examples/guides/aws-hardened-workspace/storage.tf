# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

# The workspace's root bucket. Databricks keeps its own files there; keep your
# data in Unity Catalog and in buckets of your own.
resource "aws_s3_bucket" "root" {
  bucket = "${var.prefix}-databricks-root-${data.aws_caller_identity.current.account_id}"
}

resource "aws_s3_bucket_public_access_block" "root" {
  bucket = aws_s3_bucket.root.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "root" {
  bucket = aws_s3_bucket.root.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "root" {
  bucket = aws_s3_bucket.root.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.workspace_storage.arn
    }
  }
}

# Off: Databricks overwrites files here all the time, and old versions would keep
# what users believe to be deleted.
resource "aws_s3_bucket_versioning" "root" {
  bucket = aws_s3_bucket.root.id

  versioning_configuration {
    status = "Disabled"
  }
}

resource "aws_s3_bucket_policy" "root" {
  bucket = aws_s3_bucket.root.id
  policy = data.aws_iam_policy_document.root_bucket.json

  depends_on = [aws_s3_bucket_public_access_block.root]
}

data "aws_iam_policy_document" "root_bucket" {
  statement {
    sid = "Databricks"
    actions = [
      "s3:GetObject",
      "s3:GetObjectVersion",
      "s3:PutObject",
      "s3:DeleteObject",
      "s3:ListBucket",
      "s3:GetBucketLocation",
    ]
    resources = [aws_s3_bucket.root.arn, "${aws_s3_bucket.root.arn}/*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${local.databricks_account}:root"]
    }

    # Databricks serves every customer from one AWS account: the tag is what
    # keeps other customers' workspaces out of this bucket.
    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalTag/DatabricksAccountId"
      values   = [var.databricks_account_id]
    }
  }

  statement {
    sid       = "OnlyTLS"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.root.arn, "${aws_s3_bucket.root.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
