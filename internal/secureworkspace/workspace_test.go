// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/acctest"
)

const address = "hardbricks_secure_workspace.this"

// full is a workspace with everything declared.
func full(t *testing.T, a acctest.Account, more string) string {
	t.Helper()
	rest, relay := a.Endpoints(t, "eu-west-1")
	return a.Provider(`security_profile = "high"`, `runner_addresses = ["203.0.113.10"]`) + fmt.Sprintf(`
resource "hardbricks_secure_workspace" "this" {
  workspace_name = "finance"
  aws_region     = "eu-west-1"

  credentials = { role_arn = "arn:aws:iam::123456789012:role/cross-account" }
  storage     = { bucket_name = "finance-root" }

  network = {
    vpc_id             = "vpc-0123456789abcdef0"
    subnet_ids         = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    security_group_ids = ["sg-0123456789abcdef0"]
    private_link = {
      rest_api        = { aws_vpc_endpoint_id = %q }
      dataplane_relay = { aws_vpc_endpoint_id = %q }
    }
  }

  encryption = {
    managed_services  = { key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab" }
    workspace_storage = { key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ac" }
  }

  private_access = { public_access_enabled = false }

  %s
}
`, rest, relay, more)
}

func TestApplyHardenedWorkspace(t *testing.T) {
	t.Parallel()
	a := acctest.NewAccount(t)
	more := `
  ip_access           = { allow = { office = ["203.0.113.0/24"] } }
  deletion_protection = false`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Providers(),
		Steps: []resource.TestStep{{
			Config: full(t, a, more),
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownValue(address, tfjsonpath.New("baseline").AtMapKey("verbose_audit_logs"), knownvalue.Bool(true)),
					plancheck.ExpectKnownValue(address, tfjsonpath.New("baseline").AtMapKey("tokens_enabled"), knownvalue.Bool(false)),
				},
				PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
			},
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact("READY")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("posture").AtMapKey("DBX-AWS-NET-06"), knownvalue.StringExact("enforced")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("posture").AtMapKey("DBX-ANY-LOG-04"), knownvalue.StringExact("enforced")),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("workspace_id"), knownvalue.NotNull()),
			},
		}},
	})
}
