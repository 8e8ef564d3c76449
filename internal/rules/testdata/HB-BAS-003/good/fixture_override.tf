# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

resource "hardbricks_secure_workspace" "this" {
  baseline = { enforce_job_view_acls = true }
}
