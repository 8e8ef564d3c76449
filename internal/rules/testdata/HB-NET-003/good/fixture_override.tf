# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

resource "hardbricks_secure_workspace" "this" {
  network = {
    vpc_id             = "vpc-0123456789abcdef0"
    subnet_ids         = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    security_group_ids = ["sg-0123456789abcdef0"]
    private_link = {
      rest_api        = { aws_vpc_endpoint_id = "vpce-0123456789abcdef2" }
      dataplane_relay = { aws_vpc_endpoint_id = "vpce-0123456789abcdef1" }
    }
  }
}
