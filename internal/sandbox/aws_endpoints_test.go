// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/facts"
)

// TestEndpointsMustBeInTheNetworksVPC: the workspace fails for an endpoint of
// another VPC, and for one that is gone.
func TestEndpointsMustBeInTheNetworksVPC(t *testing.T) {
	t.Parallel()
	w, client := motoWorld(t)
	makeRole(t, client, "CreateRole", "role", trustOf(databricksRoot, w.account.ID))
	makeBucket(t, client)
	putBucketPolicy(t, client, bucketPolicyOf(w.account.ID, "s3:*"))
	ec2 := func(action, open, end string, form url.Values) string {
		form.Set("Action", action)
		form.Set("Version", "2016-11-15")
		return between(aws(t, client, "ec2", form), open, end)
	}
	vpc := func() string {
		return ec2("CreateVpc", "<vpcId>", "</vpcId>", url.Values{"CidrBlock": {"10.1.0.0/16"}})
	}
	ours, other := vpc(), vpc()
	r, _ := facts.Lookup(region)
	endpoint := func(name, service, vpc string) (awsID, id string) {
		awsID = ec2("CreateVpcEndpoint", "<vpcEndpointId>", "</vpcEndpointId>",
			url.Values{"VpcId": {vpc}, "ServiceName": {service}, "VpcEndpointType": {"Interface"}})
		return awsID, w.ok("POST", "/vpc-endpoints", endpointBody(name, awsID)).str("vpc_endpoint_id")
	}
	_, rest := endpoint("rest", r.PrivateLink.RestAPI, ours)
	relayID, relay := endpoint("relay", r.PrivateLink.DataplaneRelay, ours)
	_, stray := endpoint("stray", r.PrivateLink.DataplaneRelay, other)
	w.clock.pass(10 * time.Second)

	in := object{
		"workspace_name": "ws", "aws_region": region,
		"credentials_id":             w.ok("POST", "/credentials", credentialBody("role")).str("credentials_id"),
		"storage_configuration_id":   w.ok("POST", "/storage-configurations", storageBody("root")).str("storage_configuration_id"),
		"private_access_settings_id": w.ok("POST", "/private-access-settings", object{"private_access_settings_name": "pas-1", "region": region}).str("private_access_settings_id"),
	}
	status := func(name, relay string) string {
		t.Helper()
		var subnets []string
		for i, zone := range []string{"eu-west-1a", "eu-west-1b"} {
			cidr := fmt.Sprintf("10.1.%d.0/24", len(w.ok("GET", "/networks", nil).items(""))*2+i)
			subnets = append(subnets, ec2("CreateSubnet", "<subnetId>", "</subnetId>", url.Values{"VpcId": {ours}, "CidrBlock": {cidr}, "AvailabilityZone": {zone}}))
		}
		group := ec2("CreateSecurityGroup", "<groupId>", "</groupId>", url.Values{"VpcId": {ours}, "GroupName": {name}, "GroupDescription": {name}})
		in["network_id"] = w.ok("POST", "/networks", object{
			"network_name": name, "vpc_id": ours, "subnet_ids": subnets, "security_group_ids": []string{group},
			"vpc_endpoints": object{"rest_api": []string{rest}, "dataplane_relay": []string{relay}},
		}).str("network_id")
		id := w.ok("POST", "/workspaces", in).str("workspace_id")
		w.clock.pass(10 * time.Second)
		got := w.ok("GET", "/workspaces/"+id, nil)
		return got.str("workspace_status") + ": " + got.str("workspace_status_message")
	}
	if got := status("good", relay); !strings.HasPrefix(got, "RUNNING") {
		t.Errorf("%s: want it to run", got)
	}
	if got := status("stray", stray); !strings.HasPrefix(got, "FAILED: VPC endpoint") || !strings.Contains(got, "not in "+ours) {
		t.Errorf("%s: want it to fail for the VPC", got)
	}
	ec2("DeleteVpcEndpoints", "<x>", "</x>", url.Values{"VpcEndpointId.1": {relayID}})
	if got := status("gone", relay); !strings.HasPrefix(got, "FAILED: VPC endpoint "+relayID) {
		t.Errorf("%s: want it to fail for the endpoint", got)
	}
}
