# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

terraform {
  required_version = ">= 1.8"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
    hardbricks = {
      source  = "hardbricks/hardbricks"
      version = "~> 0.1"
    }
  }
}

provider "aws" {
  region = var.aws_region
}
