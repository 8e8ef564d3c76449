# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

terraform {
  required_providers {
    hardbricks = {
      source  = "hardbricks/hardbricks"
      version = "~> 0.1"
    }
  }
}

# Credentials come from the environment: DATABRICKS_CLIENT_ID and
# DATABRICKS_CLIENT_SECRET of a service principal that is an account admin.
provider "hardbricks" {
  account_id       = var.databricks_account_id
  security_profile = "high"
  runner_addresses = ["203.0.113.10"]
}

variable "databricks_account_id" {
  description = "Databricks account id, from the account console."
  type        = string
}
