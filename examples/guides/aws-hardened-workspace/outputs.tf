# Copyright (c) the hardbricks authors
# SPDX-License-Identifier: MPL-2.0

output "workspace_id" {
  description = "Databricks' id of the workspace."
  value       = hardbricks_secure_workspace.this.workspace_id
}

output "workspace_url" {
  description = "Address of the workspace."
  value       = hardbricks_secure_workspace.this.workspace_url
}

output "status" {
  description = "READY once every declared control is enforced and was read back."
  value       = hardbricks_secure_workspace.this.status
}

output "posture" {
  description = "For each control, what was found on the live workspace."
  value       = hardbricks_secure_workspace.this.posture
}

output "steps" {
  description = "What the provider did, and which objects it owns."
  value       = hardbricks_secure_workspace.this.steps
}
