# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

data "aws_caller_identity" "current" {}

data "aws_availability_zones" "available" {
  state = "available"

  # No Local Zones or Wavelength Zones.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  zones = slice(sort(data.aws_availability_zones.available.names), 0, 2)

  # Where the compute plane may call inside the VPC: the endpoints, on the ports
  # that Databricks names, and nothing else.
  endpoint_ports = {
    https         = { from = 443, to = 443 }   # REST API, STS and Kinesis
    relay_fips    = { from = 2443, to = 2443 } # relay with the compliance security profile
    relay         = { from = 6666, to = 6666 } # secure cluster connectivity relay
    internal      = { from = 8443, to = 8443 } # compute plane to control plane
    unity_catalog = { from = 8444, to = 8444 } # Unity Catalog logging and lineage
    reserved      = { from = 8445, to = 8451 } # kept by Databricks for later
  }
}

resource "aws_vpc" "this" {
  cidr_block           = var.vpc_cidr
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = { Name = "${var.prefix}-databricks" }
}

# Emptied, so that nothing is reachable through it by accident.
resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${var.prefix}-unused" }
}

# The workspace's subnets: two zones, no public addresses, for no other workspace.
resource "aws_subnet" "private" {
  count = 2

  vpc_id                  = aws_vpc.this.id
  availability_zone       = local.zones[count.index]
  cidr_block              = cidrsubnet(var.vpc_cidr, 2, count.index)
  map_public_ip_on_launch = false

  tags = { Name = "${var.prefix}-databricks-${local.zones[count.index]}" }
}

resource "aws_subnet" "endpoints" {
  count = 2

  vpc_id                  = aws_vpc.this.id
  availability_zone       = local.zones[count.index]
  cidr_block              = cidrsubnet(var.vpc_cidr, 4, 8 + count.index)
  map_public_ip_on_launch = false

  tags = { Name = "${var.prefix}-endpoints-${local.zones[count.index]}" }
}

# There is no internet gateway and no NAT gateway: the only routes are the local
# one and the one to the S3 endpoint.
resource "aws_route_table" "private" {
  vpc_id = aws_vpc.this.id

  tags = { Name = "${var.prefix}-databricks" }
}

resource "aws_route_table_association" "private" {
  count = 2

  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = aws_route_table.private.id
}

resource "aws_route_table_association" "endpoints" {
  count = 2

  subnet_id      = aws_subnet.endpoints[count.index].id
  route_table_id = aws_route_table.private.id
}

# Every rule is a resource of its own: without one, a security group lets nothing
# in and, unlike one made in the AWS console, nothing out. DNS needs no rule, as
# security groups do not filter Amazon's own resolver.
resource "aws_security_group" "workspace" {
  name_prefix = "${var.prefix}-databricks-"
  description = "Compute plane of the Databricks workspace"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.prefix}-databricks" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "self" {
  for_each = toset(["tcp", "udp"])

  security_group_id            = aws_security_group.workspace.id
  referenced_security_group_id = aws_security_group.workspace.id
  ip_protocol                  = each.key
  from_port                    = 0
  to_port                      = 65535
}

resource "aws_vpc_security_group_egress_rule" "self" {
  for_each = toset(["tcp", "udp"])

  security_group_id            = aws_security_group.workspace.id
  referenced_security_group_id = aws_security_group.workspace.id
  ip_protocol                  = each.key
  from_port                    = 0
  to_port                      = 65535
}

resource "aws_vpc_security_group_egress_rule" "endpoints" {
  for_each = local.endpoint_ports

  security_group_id            = aws_security_group.workspace.id
  referenced_security_group_id = aws_security_group.endpoints.id
  ip_protocol                  = "tcp"
  from_port                    = each.value.from
  to_port                      = each.value.to
}

resource "aws_vpc_security_group_egress_rule" "s3" {
  security_group_id = aws_security_group.workspace.id
  prefix_list_id    = aws_vpc_endpoint.s3.prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_security_group" "endpoints" {
  name_prefix = "${var.prefix}-endpoints-"
  description = "Interface endpoints that the Databricks workspace uses"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.prefix}-endpoints" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  for_each = local.endpoint_ports

  security_group_id            = aws_security_group.endpoints.id
  referenced_security_group_id = aws_security_group.workspace.id
  ip_protocol                  = "tcp"
  from_port                    = each.value.from
  to_port                      = each.value.to
}
