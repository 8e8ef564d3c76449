# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

# What Databricks calls its own endpoint services and buckets, as published in
# Databricks' Security Reference Architecture, November 2026. Only the
# commercial regions: GovCloud has another partition and other account ids.
locals {
  databricks_account     = "414351767826" # The AWS account of the Databricks control plane.
  databricks_ami_account = "601306020600" # The AWS account that owns the Databricks machine images.

  databricks_regions = {
    "ap-northeast-1" = {
      rest_api      = "com.amazonaws.vpce.ap-northeast-1.vpce-svc-02691fd610d24fd64"
      relay         = "com.amazonaws.vpce.ap-northeast-1.vpce-svc-02aa633bda3edbec0"
      artifacts     = ["databricks-prod-artifacts-ap-northeast-1"]
      datasets      = "databricks-datasets-tokyo"
      logs          = "databricks-prod-storage-tokyo"
      system_tables = "system-tables-prod-ap-northeast-1-uc-metastore-bucket"
    }
    "ap-northeast-2" = {
      rest_api      = "com.amazonaws.vpce.ap-northeast-2.vpce-svc-0babb9bde64f34d7e"
      relay         = "com.amazonaws.vpce.ap-northeast-2.vpce-svc-0dc0e98a5800db5c4"
      artifacts     = ["databricks-prod-artifacts-ap-northeast-2"]
      datasets      = "databricks-datasets-seoul"
      logs          = "databricks-prod-storage-seoul"
      system_tables = "system-tables-prod-ap-northeast-2-uc-metastore-bucket"
    }
    "ap-south-1" = {
      rest_api      = "com.amazonaws.vpce.ap-south-1.vpce-svc-0dbfe5d9ee18d6411"
      relay         = "com.amazonaws.vpce.ap-south-1.vpce-svc-03fd4d9b61414f3de"
      artifacts     = ["databricks-prod-artifacts-ap-south-1"]
      datasets      = "databricks-datasets-mumbai"
      logs          = "databricks-prod-storage-mumbai"
      system_tables = "system-tables-prod-ap-south-1-uc-metastore-bucket"
    }
    "ap-southeast-1" = {
      rest_api      = "com.amazonaws.vpce.ap-southeast-1.vpce-svc-02535b257fc253ff4"
      relay         = "com.amazonaws.vpce.ap-southeast-1.vpce-svc-0557367c6fc1a0c5c"
      artifacts     = ["databricks-prod-artifacts-ap-southeast-1"]
      datasets      = "databricks-datasets-singapore"
      logs          = "databricks-prod-storage-singapore"
      system_tables = "system-tables-prod-ap-southeast-1-uc-metastore-bucket"
    }
    "ap-southeast-2" = {
      rest_api      = "com.amazonaws.vpce.ap-southeast-2.vpce-svc-0b87155ddd6954974"
      relay         = "com.amazonaws.vpce.ap-southeast-2.vpce-svc-0b4a72e8f825495f6"
      artifacts     = ["databricks-prod-artifacts-ap-southeast-2"]
      datasets      = "databricks-datasets-sydney"
      logs          = "databricks-prod-storage-sydney"
      system_tables = "system-tables-prod-ap-southeast-2-uc-metastore-bucket"
    }
    "ap-southeast-3" = {
      rest_api      = "com.amazonaws.vpce.ap-southeast-3.vpce-svc-07a698e7e9ccfd04a"
      relay         = "com.amazonaws.vpce.ap-southeast-3.vpce-svc-025ca447c232c6a1b"
      artifacts     = ["databricks-prod-artifacts-ap-southeast-3"]
      datasets      = "databricks-datasets-oregon"
      logs          = "databricks-prod-storage-jakarta"
      system_tables = "system-tables-prod-ap-southeast-3-uc-metastore-bucket"
    }
    "ca-central-1" = {
      rest_api      = "com.amazonaws.vpce.ca-central-1.vpce-svc-0205f197ec0e28d65"
      relay         = "com.amazonaws.vpce.ca-central-1.vpce-svc-0c4e25bdbcbfbb684"
      artifacts     = ["databricks-prod-artifacts-ca-central-1"]
      datasets      = "databricks-datasets-montreal"
      logs          = "databricks-prod-storage-montreal"
      system_tables = "system-tables-prod-ca-central-1-uc-metastore-bucket"
    }
    "eu-central-1" = {
      rest_api      = "com.amazonaws.vpce.eu-central-1.vpce-svc-081f78503812597f7"
      relay         = "com.amazonaws.vpce.eu-central-1.vpce-svc-08e5dfca9572c85c4"
      artifacts     = ["databricks-prod-artifacts-eu-central-1"]
      datasets      = "databricks-datasets-frankfurt"
      logs          = "databricks-prod-storage-frankfurt"
      system_tables = "system-tables-prod-eu-central-1-uc-metastore-bucket"
    }
    "eu-west-1" = {
      rest_api      = "com.amazonaws.vpce.eu-west-1.vpce-svc-0da6ebf1461278016"
      relay         = "com.amazonaws.vpce.eu-west-1.vpce-svc-09b4eb2bc775f4e8c"
      artifacts     = ["databricks-prod-artifacts-eu-west-1"]
      datasets      = "databricks-datasets-ireland"
      logs          = "databricks-prod-storage-ireland"
      system_tables = "system-tables-prod-eu-west-1-uc-metastore-bucket"
    }
    "eu-west-2" = {
      rest_api      = "com.amazonaws.vpce.eu-west-2.vpce-svc-01148c7cdc1d1326c"
      relay         = "com.amazonaws.vpce.eu-west-2.vpce-svc-05279412bf5353a45"
      artifacts     = ["databricks-prod-artifacts-eu-west-2"]
      datasets      = "databricks-datasets-london"
      logs          = "databricks-prod-storage-london"
      system_tables = "system-tables-prod-eu-west-2-uc-metastore-bucket"
    }
    "eu-west-3" = {
      rest_api      = "com.amazonaws.vpce.eu-west-3.vpce-svc-008b9368d1d011f37"
      relay         = "com.amazonaws.vpce.eu-west-3.vpce-svc-005b039dd0b5f857d"
      artifacts     = ["databricks-prod-artifacts-eu-west-3"]
      datasets      = "databricks-datasets-paris"
      logs          = "databricks-prod-storage-paris"
      system_tables = "system-tables-prod-eu-west-3-uc-metastore-bucket"
    }
    "sa-east-1" = {
      rest_api      = "com.amazonaws.vpce.sa-east-1.vpce-svc-0bafcea8cdfe11b66"
      relay         = "com.amazonaws.vpce.sa-east-1.vpce-svc-0e61564963be1b43f"
      artifacts     = ["databricks-prod-artifacts-sa-east-1"]
      datasets      = "databricks-datasets-saopaulo"
      logs          = "databricks-prod-storage-saopaulo"
      system_tables = "system-tables-prod-sa-east-1-uc-metastore-bucket"
    }
    "us-east-1" = {
      rest_api      = "com.amazonaws.vpce.us-east-1.vpce-svc-09143d1e626de2f04"
      relay         = "com.amazonaws.vpce.us-east-1.vpce-svc-00018a8c3ff62ffdf"
      artifacts     = ["databricks-prod-artifacts-us-east-1"]
      datasets      = "databricks-datasets-virginia"
      logs          = "databricks-prod-storage-virginia"
      system_tables = "system-tables-prod-us-east-1-uc-metastore-bucket"
    }
    "us-east-2" = {
      rest_api      = "com.amazonaws.vpce.us-east-2.vpce-svc-041dc2b4d7796b8d3"
      relay         = "com.amazonaws.vpce.us-east-2.vpce-svc-090a8fab0d73e39a6"
      artifacts     = ["databricks-prod-artifacts-us-east-2"]
      datasets      = "databricks-datasets-ohio"
      logs          = "databricks-prod-storage-ohio"
      system_tables = "system-tables-prod-us-east-2-uc-metastore-bucket"
    }
    "us-west-1" = {
      rest_api      = "com.amazonaws.vpce.us-west-1.vpce-svc-09bb6ca26208063f2"
      relay         = "com.amazonaws.vpce.us-west-1.vpce-svc-04cb91f9372b792fe"
      artifacts     = ["databricks-prod-artifacts-us-west-2"]
      datasets      = "databricks-datasets-oregon"
      logs          = "databricks-prod-storage-oregon"
      system_tables = "system-tables-prod-us-west-1-uc-metastore-bucket"
    }
    "us-west-2" = {
      rest_api      = "com.amazonaws.vpce.us-west-2.vpce-svc-0129f463fcfbc46c5"
      relay         = "com.amazonaws.vpce.us-west-2.vpce-svc-0158114c0c730c3bb"
      artifacts     = ["databricks-prod-artifacts-us-west-2", "databricks-update-oregon"]
      datasets      = "databricks-datasets-oregon"
      logs          = "databricks-prod-storage-oregon"
      system_tables = "system-tables-prod-us-west-2-uc-metastore-bucket"
    }
  }

  databricks = local.databricks_regions[var.aws_region]
}
