// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package conformance_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"
)

// keyARN and roleARN are of an account that nobody looks at: no AWS runs here.
const (
	keyARN  = "arn:aws:kms:us-east-1:123456789012:key/1"
	roleARN = "arn:aws:iam::123456789012:role/cross-account"
)

// id returns an object, which it makes the first time.
func (w *world) id(name string) string {
	w.t.Helper()
	if w.ids[name] == "" {
		w.ids[name] = w.make(name)
	}
	return w.ids[name]
}

// unique returns a name that nothing else has.
func (w *world) unique(prefix string) string {
	w.made++
	return fmt.Sprintf("%s-%d", prefix, w.made)
}

// make makes an object by the name of its id.
func (w *world) make(name string) string {
	w.t.Helper()
	create := func(suffix, id string, in object) string {
		w.t.Helper()
		return w.ok(http.MethodPost, suffix, in).str(id)
	}
	switch name {
	case "credentials_id":
		return create("/credentials", name, credentials(w.unique("role")))
	case "storage_configuration_id":
		in := storage(w.unique("root"))
		in["role_arn"] = roleARN
		return create("/storage-configurations", name, in)
	case "network_id":
		return create("/networks", name, network(w.unique("net"), nil))
	case "rest_api", "vpc_endpoint_id":
		return create("/vpc-endpoints", "vpc_endpoint_id", w.endpoint(restService))
	case "dataplane_relay":
		return create("/vpc-endpoints", "vpc_endpoint_id", w.endpoint(relayService))
	case "customer_managed_key_id", "managed_services_customer_managed_key_id", "storage_customer_managed_key_id":
		return create("/customer-managed-keys", "customer_managed_key_id", key("MANAGED_SERVICES", "STORAGE"))
	case "private_access_settings_id":
		return create("/private-access-settings", name, object{
			"private_access_settings_name": w.unique("pas"), "region": region, "public_access_enabled": true,
			"private_access_level": "ENDPOINT", "allowed_vpc_endpoint_ids": []string{w.make("rest_api")},
		})
	case "network_connectivity_config_id":
		return create("/network-connectivity-configs", name, object{"name": w.unique("ncc"), "region": region})
	case "metastore_id":
		return create("/metastores", "metastore_info.metastore_id",
			object{"metastore_info": object{"name": w.unique("m"), "region": otherRegion, "storage_root": "s3://b"}})
	case "workspace_id":
		return w.workspace(nil)
	case "ip_access_list_id", "token_id":
		return w.makeInWorkspace(name)
	}
	return w.makeIdentity(name)
}

func (w *world) makeInWorkspace(name string) string {
	w.t.Helper()
	create := func(path, id string, in object) string {
		w.t.Helper()
		return w.in(w.id("workspace_id"), http.StatusOK, http.MethodPost, path, in).str(id)
	}
	if name == "ip_access_list_id" {
		return create("/api/2.0/ip-access-lists", "ip_access_list.list_id",
			object{"label": w.unique("list"), "list_type": "BLOCK", "ip_addresses": []string{"192.0.2.1", "192.0.2.128/25"}})
	}
	return create("/api/2.0/token/create", "token_info.token_id", object{"comment": "test", "lifetime_seconds": 3600})
}

// unknown is an id of nothing.
func unknown(name string) string {
	if name == "workspace_id" {
		return "1234567890123456"
	}
	return "00000000-0000-0000-0000-000000000000"
}

func credentials(name string) object {
	return object{"credentials_name": name, "aws_credentials": object{"sts_role": object{"role_arn": roleARN}}}
}

func storage(name string) object {
	return object{"storage_configuration_name": name, "root_bucket_info": object{"bucket_name": "root-bucket"}}
}

func network(name string, endpoints object) object {
	in := object{
		"network_name": name, "vpc_id": "vpc-1", "subnet_ids": []string{"subnet-1-" + name, "subnet-2-" + name},
		"security_group_ids": []string{"sg-" + name},
	}
	if endpoints != nil {
		in["vpc_endpoints"] = endpoints
	}
	return in
}

func key(uses ...string) object {
	return object{"aws_key_info": object{"key_arn": keyARN, "key_alias": "alias/k"}, "use_cases": uses}
}

// endpoint tells the sandbox of an AWS endpoint and returns how to register it.
func (w *world) endpoint(service string) object {
	w.made++
	id := fmt.Sprintf("vpce-%s%04x", strings.ReplaceAll(w.account.ID, "-", "")[:13], w.made)
	w.s.DeclareEndpoint(id, service)
	return object{"vpc_endpoint_name": w.unique("vpce"), "aws_vpc_endpoint_id": id, "region": region}
}

// bare is the body that makes a workspace with nothing optional.
func (w *world) bare() object {
	w.t.Helper()
	return object{
		"workspace_name": w.unique("ws"), "aws_region": region,
		"credentials_id": w.make("credentials_id"), "storage_configuration_id": w.make("storage_configuration_id"),
	}
}

// workspace makes a workspace with a network of ours, and waits for it.
func (w *world) workspace(more object) string {
	w.t.Helper()
	in := w.bare()
	in["network_id"] = w.make("network_id")
	maps.Copy(in, more)
	id := w.ok(http.MethodPost, "/workspaces", in).str("workspace_id")
	w.clock.pass(10 * time.Second)
	return id
}
