// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"testing"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/facts"
)

func TestAccountPlaneIsStrict(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := w.path("/credentials")
	w.ok("POST", "/credentials", credentialBody("taken"))
	w.refused(409, "ALREADY_EXISTS", "Credential configuration name taken already exists in this account. Try again with a unique name.",
		"POST", path, "", credentialBody("taken"))
	w.refused(400, "MALFORMED_REQUEST", "credentials_name", "POST", path, "", object{"aws_credentials": object{}})
	w.refused(400, "MALFORMED_REQUEST", "unknown field", "POST", path, "", object{"credentials_nam": "x"})
	w.refused(400, "MALFORMED_REQUEST", "Failed credential validation checks", "POST", path, "",
		object{"credentials_name": "x", "aws_credentials": object{"sts_role": object{"role_arn": "no-arn"}}})
	w.refused(400, "INVALID_PARAMETER_VALUE", "account_id", "POST", path, "", object{"account_id": "other", "credentials_name": "x"})
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "GET", path+"/nothing", "", nil)
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "DELETE", path+"/nothing", "", nil)
	w.refused(404, "ENDPOINT_NOT_FOUND", "", "GET", w.path("/nothing"), "", nil)
	w.refused(404, "ENDPOINT_NOT_FOUND", "", "PUT", path, "", nil)
	w.refused(403, "PERMISSION_DENIED", "Invalid Request", "GET", "/api/2.0/accounts/11111111-2222-3333-4444-555555555555/credentials", "", nil)
	w.refused(403, "PERMISSION_DENIED", "Invalid Request", "GET", "/api/2.0/accounts/"+w.s.Account().ID+"/credentials", "", nil)
	w.refused(400, "INVALID_PARAMETER_VALUE", "bucket name", "POST", w.path("/storage-configurations"), "",
		object{"storage_configuration_name": "s", "root_bucket_info": object{"bucket_name": "No_Bucket"}})
	w.token = "nobody"
	w.refused(401, "UNAUTHENTICATED", "", "GET", path, "", nil)
}

func TestTokensExpire(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ok("GET", "/credentials", nil)
	w.clock.pass(time.Hour)
	w.refused(401, "UNAUTHENTICATED", "", "GET", w.path("/credentials"), "", nil)
	w.login()
	w.ok("GET", "/credentials", nil)
}

func TestStorageConfigurationQuota(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 50 {
		w.ok("POST", "/storage-configurations", storageBody(string(rune('A'+i))))
	}
	w.refused(400, "INVALID_STATE", "Storage configuration limit exceeded, only 50 storage configurations are allowed",
		"POST", w.path("/storage-configurations"), "", storageBody("more"))
}

func TestCustomerManagedKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, arn := w.path("/customer-managed-keys"), "arn:aws:kms:eu-west-1:123456789012:key/k-1"
	w.refused(400, "MALFORMED_REQUEST", "Missing required parameters: use_cases", "POST", path, "", object{"aws_key_info": object{"key_arn": arn}})
	w.refused(400, "INVALID_PARAMETER_VALUE", "use case", "POST", path, "", object{"aws_key_info": object{"key_arn": arn}, "use_cases": []string{"ALL"}})
	made := w.ok("POST", "/customer-managed-keys", object{"aws_key_info": object{"key_arn": arn}, "use_cases": []string{"STORAGE"}})
	if made.str("aws_key_info.key_region") != region || made.str("aws_key_info.reuse_key_for_cluster_volumes") != "true" {
		t.Errorf("%s: want the region of the ARN, and reuse", made)
	}
	w.workspace("ws", object{"storage_customer_managed_key_id": made.str("customer_managed_key_id")})
	w.refused(400, "MALFORMED_REQUEST", "Cannot delete a customer-managed key while it is attached to a workspace",
		"DELETE", path+"/"+made.str("customer_managed_key_id"), "", nil)
	in := object{
		"workspace_name": "second", "aws_region": region,
		"credentials_id":                           first(w.ok("GET", "/credentials", nil)).str("credentials_id"),
		"storage_configuration_id":                 first(w.ok("GET", "/storage-configurations", nil)).str("storage_configuration_id"),
		"managed_services_customer_managed_key_id": made.str("customer_managed_key_id"),
	}
	w.refused(400, "MALFORMED_REQUEST", "MANAGED_SERVICES", "POST", w.path("/workspaces"), "", in)
	in["managed_services_customer_managed_key_id"] = w.account.ID + "/x"
	w.refused(400, "MALFORMED_REQUEST", "Invalid customerManagedKeyId: "+w.account.ID+"/x", "POST", w.path("/workspaces"), "", in)
}

// first returns the first object of a bare array.
func first(b body) body {
	if items := b.items(""); len(items) > 0 {
		return body{value: items[0]}
	}
	return body{}
}

// endpoints registers the two endpoints of a workspace.
func (w *world) endpoints() (rest, relay string) {
	w.t.Helper()
	r, _ := facts.Lookup(region)
	w.s.DeclareEndpoint("vpce-0000000000000000a", r.PrivateLink.RestAPI)
	w.s.DeclareEndpoint("vpce-0000000000000000b", r.PrivateLink.DataplaneRelay)
	rest = w.ok("POST", "/vpc-endpoints", endpointBody("rest", "vpce-0000000000000000a")).str("vpc_endpoint_id")
	relay = w.ok("POST", "/vpc-endpoints", endpointBody("relay", "vpce-0000000000000000b")).str("vpc_endpoint_id")
	return rest, relay
}

func endpointBody(name, id string) object {
	return object{"vpc_endpoint_name": name, "aws_vpc_endpoint_id": id, "region": region}
}

func TestPrivateLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := w.path("/vpc-endpoints")
	w.refused(400, "MALFORMED_REQUEST", "does not exist in region", "POST", path, "", endpointBody("unknown", "vpce-0000000000000000f"))
	w.s.DeclareEndpoint("vpce-0000000000000000e", "com.amazonaws.eu-west-1.s3")
	w.refused(400, "MALFORMED_REQUEST", "not a Databricks endpoint service", "POST", path, "", endpointBody("s3", "vpce-0000000000000000e"))
	rest, relay := w.endpoints()
	got := w.ok("GET", "/vpc-endpoints/"+rest, nil)
	if got.str("state") != "pendingAcceptance" || got.str("use_case") != "WORKSPACE_ACCESS" {
		t.Errorf("%s: want a pending WORKSPACE_ACCESS endpoint", got)
	}
	w.refused(400, "MALFORMED_REQUEST", "use case", "POST", w.path("/networks"), "",
		networkBody("swapped", object{"rest_api": []string{relay}, "dataplane_relay": []string{rest}}))
	net := w.ok("POST", "/networks", networkBody("net-1", object{"rest_api": []string{rest}, "dataplane_relay": []string{relay}})).str("network_id")
	w.refused(400, "INVALID_STATE", "being used by network configuration", "DELETE", path+"/"+rest, "", nil)
	w.clock.pass(2 * time.Second)
	if got := w.ok("GET", "/vpc-endpoints/"+rest, nil).str("state"); got != "available" {
		t.Errorf("state %s, want available", got)
	}
	cred := w.ok("POST", "/credentials", credentialBody("role")).str("credentials_id")
	stor := w.ok("POST", "/storage-configurations", storageBody("root")).str("storage_configuration_id")
	in := object{"workspace_name": "ws", "aws_region": region, "credentials_id": cred, "storage_configuration_id": stor, "network_id": net}
	w.refused(400, "MALFORMED_REQUEST", "Private access settings are required", "POST", w.path("/workspaces"), "", in)
	pas := w.ok("POST", "/private-access-settings", object{"private_access_settings_name": "pas-1", "region": region})
	if pas.str("public_access_enabled") != "false" || pas.str("private_access_level") != "ACCOUNT" {
		t.Errorf("%s: want no public access, level ACCOUNT", pas)
	}
	in["private_access_settings_id"] = pas.str("private_access_settings_id")
	w.ok("POST", "/workspaces", in)
	in["workspace_name"] = "second"
	w.refused(400, "MALFORMED_REQUEST", "already attached", "POST", w.path("/workspaces"), "", in)
	w.refused(400, "MALFORMED_REQUEST", "while it is attached to a workspace", "DELETE",
		w.path("/private-access-settings/"+pas.str("private_access_settings_id")), "", nil)
}

func TestNetworksAreUnique(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ok("POST", "/networks", networkBody("net-1", nil))
	same := networkBody("net-2", nil)
	same["subnet_ids"] = []string{"subnet-1-net-1", "subnet-x"}
	w.refused(400, "INVALID_PARAMETER_VALUE", "Subnet subnet-1-net-1", "POST", w.path("/networks"), "", same)
	same["subnet_ids"] = []string{"subnet-x", "subnet-y"}
	same["security_group_ids"] = []string{"sg-net-1"}
	w.refused(400, "INVALID_PARAMETER_VALUE", "Security group sg-net-1", "POST", w.path("/networks"), "", same)
	one := networkBody("net-3", nil)
	one["subnet_ids"] = []string{"subnet-z"}
	w.refused(400, "INVALID_PARAMETER_VALUE", "at least 2", "POST", w.path("/networks"), "", one)
}

func TestLowerTier(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.s.SetTier(w.account.ID, "PREMIUM")
	want := "Feature cannot be accessed. Account " + w.account.ID + " does not have one of required pricing tier(s) ENTERPRISE."
	for _, path := range []string{"/vpc-endpoints", "/private-access-settings"} {
		w.refused(403, "PERMISSION_DENIED", want, "GET", w.path(path), "", nil)
	}
	id := w.workspace("ws", nil)
	w.refused(404, "FEATURE_DISABLED", "IP access list is not available in the pricing tier of this workspace", "GET", "/api/2.0/ip-access-lists", id, nil)
}

func TestConnectivityAndMetastores(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.refused(400, "INVALID_PARAMETER_VALUE", "name", "POST", w.path("/network-connectivity-configs"), "", object{"name": "a b", "region": region})
	ncc := w.ok("POST", "/network-connectivity-configs", object{"name": "ncc", "region": region}).str("network_connectivity_config_id")
	id := w.workspace("ws", object{"network_connectivity_config_id": ncc})
	w.refused(400, "INVALID_STATE", "Network Connectivity Config "+ncc+" is unable to be deleted because it is attached to one or more workspaces: "+id,
		"DELETE", w.path("/network-connectivity-configs/"+ncc), "", nil)

	metastore := w.s.MetastoreID(w.account.ID, region)
	w.refused(400, "QUOTA_EXCEEDED", "has reached the limit for metastores in region "+region, "POST", w.path("/metastores"), "",
		object{"metastore_info": object{"name": "m", "region": region}})
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "No metastore assigned for the current workspace.", "GET", w.path("/workspaces/"+id+"/metastore"), "", nil)
	assign := object{"metastore_assignment": object{"metastore_id": metastore, "default_catalog_name": "main"}}
	w.refused(400, "INVALID_PARAMETER_VALUE", "region", "POST", w.path("/workspaces/"+id+"/metastores/"+w.account.MetastoreID), "",
		object{"metastore_assignment": object{"metastore_id": w.account.MetastoreID}})
	for range 2 {
		w.ok("POST", "/workspaces/"+id+"/metastores/"+metastore, assign)
	}
	if got := w.ok("GET", "/workspaces/"+id+"/metastore", nil).str("metastore_assignment.metastore_id"); got != metastore {
		t.Errorf("metastore %s, want %s", got, metastore)
	}
	if got := w.ok("GET", "/metastores/"+metastore+"/workspaces", nil).items("workspace_ids"); len(got) != 1 {
		t.Errorf("workspace_ids %v, want one", got)
	}
	w.ok("DELETE", "/workspaces/"+id+"/metastores/"+metastore, nil)
	w.expect(404, "GET", w.path("/workspaces/"+id+"/metastore"), "", nil)
}
