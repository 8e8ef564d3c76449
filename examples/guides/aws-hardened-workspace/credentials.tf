# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

# The role with which Databricks starts and stops clusters in this account.
resource "aws_iam_role" "cross_account" {
  name               = "${var.prefix}-databricks-cross-account"
  assume_role_policy = data.aws_iam_policy_document.cross_account_trust.json
}

data "aws_iam_policy_document" "cross_account_trust" {
  statement {
    sid     = "Databricks"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${local.databricks_account}:root"]
    }

    # The external id keeps other customers of Databricks from using this role.
    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.databricks_account_id]
    }
  }
}

resource "aws_iam_role_policy" "cross_account" {
  name   = "databricks"
  role   = aws_iam_role.cross_account.id
  policy = data.aws_iam_policy_document.cross_account.json
}

locals {
  ec2_arn = "arn:aws:ec2:${var.aws_region}:${data.aws_caller_identity.current.account_id}"

  # What Databricks makes, and marks with the tag Vendor = Databricks.
  cluster_parts = [
    for kind in ["fleet", "instance", "launch-template", "network-interface", "volume"] : "${local.ec2_arn}:${kind}/*"
  ]
  cluster_parts_and_requests = concat(local.cluster_parts, ["${local.ec2_arn}:spot-instance-request/*"])

  launch = [
    "ec2:CreateFleet",
    "ec2:CreateLaunchTemplate",
    "ec2:CreateLaunchTemplateVersion",
    "ec2:CreateVolume",
    "ec2:RequestSpotInstances",
    "ec2:RunInstances",
  ]
}

# The role cannot build or change networks, cannot touch what is not tagged as
# Databricks', and starts only Databricks' own images, in this VPC.
data "aws_iam_policy_document" "cross_account" {
  statement {
    sid = "Look"
    actions = [
      "ec2:DescribeAvailabilityZones",
      "ec2:DescribeFleetHistory",
      "ec2:DescribeFleetInstances",
      "ec2:DescribeFleets",
      "ec2:DescribeIamInstanceProfileAssociations",
      "ec2:DescribeInstanceStatus",
      "ec2:DescribeInstances",
      "ec2:DescribeInternetGateways",
      "ec2:DescribeLaunchTemplateVersions",
      "ec2:DescribeLaunchTemplates",
      "ec2:DescribeNatGateways",
      "ec2:DescribeNetworkAcls",
      "ec2:DescribePrefixLists",
      "ec2:DescribeReservedInstancesOfferings",
      "ec2:DescribeRouteTables",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSpotInstanceRequests",
      "ec2:DescribeSpotPriceHistory",
      "ec2:DescribeSubnets",
      "ec2:DescribeVolumes",
      "ec2:DescribeVpcAttribute",
      "ec2:DescribeVpcs",
      "ec2:GetSpotPlacementScores",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "LaunchTagged"
    actions   = local.launch
    resources = local.cluster_parts

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Vendor"
      values   = ["Databricks"]
    }
  }

  statement {
    sid       = "LaunchFromTagged"
    actions   = local.launch
    resources = local.cluster_parts_and_requests

    condition {
      test     = "StringEquals"
      variable = "ec2:ResourceTag/Vendor"
      values   = ["Databricks"]
    }
  }

  statement {
    sid       = "LaunchInThisVPC"
    actions   = ["ec2:RunInstances"]
    resources = ["${local.ec2_arn}:subnet/*", "${local.ec2_arn}:security-group/*"]

    condition {
      test     = "StringEquals"
      variable = "ec2:Vpc"
      values   = [aws_vpc.this.arn]
    }
  }

  statement {
    sid       = "LaunchDatabricksImages"
    actions   = ["ec2:CreateFleet", "ec2:RequestSpotInstances", "ec2:RunInstances"]
    resources = ["arn:aws:ec2:*:*:image/*"]

    condition {
      test     = "StringEquals"
      variable = "ec2:Owner"
      values   = [local.databricks_ami_account]
    }
  }

  statement {
    sid       = "LaunchNoOtherImages"
    effect    = "Deny"
    actions   = ["ec2:CreateFleet", "ec2:RequestSpotInstances", "ec2:RunInstances"]
    resources = ["arn:aws:ec2:*:*:image/*"]

    condition {
      test     = "StringNotEquals"
      variable = "ec2:Owner"
      values   = [local.databricks_ami_account]
    }
  }

  statement {
    sid       = "TagAtLaunch"
    actions   = ["ec2:CreateTags"]
    resources = local.cluster_parts

    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = ["CreateFleet", "CreateLaunchTemplate", "CreateVolume", "RequestSpotInstances", "RunInstances"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Vendor"
      values   = ["Databricks"]
    }
  }

  statement {
    sid = "ManageTagged"
    actions = [
      "ec2:AssignPrivateIpAddresses",
      "ec2:AssociateIamInstanceProfile",
      "ec2:AttachVolume",
      "ec2:CancelSpotInstanceRequests",
      "ec2:CreateTags",
      "ec2:DeleteFleets",
      "ec2:DeleteLaunchTemplate",
      "ec2:DeleteLaunchTemplateVersions",
      "ec2:DeleteTags",
      "ec2:DeleteVolume",
      "ec2:DetachVolume",
      "ec2:DisassociateIamInstanceProfile",
      "ec2:GetLaunchTemplateData",
      "ec2:ModifyFleet",
      "ec2:ModifyLaunchTemplate",
      "ec2:TerminateInstances",
    ]
    resources = local.cluster_parts_and_requests

    condition {
      test     = "StringEquals"
      variable = "ec2:ResourceTag/Vendor"
      values   = ["Databricks"]
    }
  }

  # Databricks checks the rules of the workspace's security group, and repairs
  # them. It gets no other group.
  statement {
    sid = "WorkspaceSecurityGroup"
    actions = [
      "ec2:AuthorizeSecurityGroupEgress",
      "ec2:AuthorizeSecurityGroupIngress",
      "ec2:RevokeSecurityGroupEgress",
      "ec2:RevokeSecurityGroupIngress",
    ]
    resources = [aws_security_group.workspace.arn]

    condition {
      test     = "StringEquals"
      variable = "ec2:Vpc"
      values   = [aws_vpc.this.arn]
    }
  }

  statement {
    sid       = "SpotServiceRole"
    actions   = ["iam:CreateServiceLinkedRole"]
    resources = ["arn:aws:iam::*:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot"]

    condition {
      test     = "StringEquals"
      variable = "iam:AWSServiceName"
      values   = ["spot.amazonaws.com"]
    }
  }
}
