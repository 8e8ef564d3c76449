# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

variable "databricks_account_id" {
  description = "Databricks account id, from the account console."
  type        = string
}

variable "aws_region" {
  description = "AWS region of the workspace and of everything in this folder: one of those in regions.tf."
  type        = string
  default     = "eu-west-1"
}

variable "prefix" {
  description = "First part of the name of every object."
  type        = string
  default     = "acme"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.prefix))
    error_message = "Use 2 to 20 lower-case letters, digits and hyphens, and a letter first."
  }
}

variable "vpc_cidr" {
  description = "Address range of the VPC. Each workspace subnet gets a quarter of it, and must be /17 to /26."
  type        = string
  default     = "10.40.0.0/22"

  validation {
    condition = (
      can(cidrhost(var.vpc_cidr, 0))
      && try(tonumber(split("/", var.vpc_cidr)[1]) >= 16, false)
      && try(tonumber(split("/", var.vpc_cidr)[1]) <= 24, false)
    )
    error_message = "Use an IPv4 range of /16 to /24, such as 10.40.0.0/22."
  }
}

variable "office_cidrs" {
  description = "Public addresses from which people may reach the workspace."
  type        = list(string)
  default     = ["203.0.113.0/24"]
}

variable "runner_addresses" {
  description = "Public addresses of the machines that run Terraform. They must be among office_cidrs."
  type        = list(string)
  default     = ["203.0.113.10"]
}

variable "deletion_protection" {
  description = "Whether plans that would destroy or replace the workspace are refused."
  type        = bool
  default     = true
}
