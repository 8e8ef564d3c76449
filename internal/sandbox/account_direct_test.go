// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"fmt"
	"maps"
	"testing"
	"time"
)

func TestDirectEndpoints(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/api/networking/v1/accounts/" + w.account.ID + "/endpoints"
	input := func(name, id string) object {
		return object{"display_name": name, "region": region, "aws_vpc_endpoint_info": object{"aws_vpc_endpoint_id": id}}
	}
	for i := range 11 {
		w.s.DeclareEndpoint(fmt.Sprintf("vpce-%017d", i), ownService)
		w.expect(200, "POST", path, "", input(fmt.Sprintf("direct-%d", i), fmt.Sprintf("vpce-%017d", i)))
	}
	list := w.expect(200, "GET", path+"?page_size=4", "", nil)
	if got := list.items("items"); len(got) != 4 || list.str("next_page_token") == "" {
		t.Fatalf("%s: want a page of 4 and a token", list)
	}
	first := body{value: list.items("items")[0]}
	if first.str("state") != "PENDING" || first.str("use_case") != "SERVICE_DIRECT" ||
		first.str("aws_vpc_endpoint_info.aws_endpoint_service_id") != "vpce-svc-0123456789abcdef0" ||
		first.str("name") != "accounts/"+w.account.ID+"/endpoints/"+first.str("endpoint_id") || first.str("create_time") != "2026-01-02T03:04:05Z" {
		t.Errorf("%v: want a pending endpoint with its names", first.value)
	}
	one := "/api/networking/v1/" + first.str("name")
	w.clock.pass(5 * time.Second)
	if got := w.expect(200, "GET", one, "", nil).str("state"); got != "APPROVED" {
		t.Errorf("state %s, want APPROVED", got)
	}
	w.s.SetEndpointState(w.account.ID, first.str("endpoint_id"), "DISCONNECTED")
	if got := w.expect(200, "GET", one, "", nil).str("state"); got != "DISCONNECTED" {
		t.Errorf("state %s, want DISCONNECTED", got)
	}
	w.s.DeclareEndpoint("vpce-0000000000000000e", "com.amazonaws.eu-west-1.s3")
	w.refused(400, "MALFORMED_REQUEST", "not a service for SERVICE_DIRECT", "POST", path, "", input("s3", "vpce-0000000000000000e"))
	w.refused(400, "MALFORMED_REQUEST", "does not exist in region", "POST", path, "", input("none", "vpce-0000000000000000f"))
	w.refused(409, "ALREADY_EXISTS", "already registered", "POST", path, "", input("again", "vpce-00000000000000000"))
	w.refused(400, "INVALID_PARAMETER_VALUE", "RFC 1034", "POST", path, "", input("-x", "vpce-00000000000000000"))
	w.refused(400, "MALFORMED_REQUEST", "display_name, region, aws_vpc_endpoint_info.aws_vpc_endpoint_id", "POST", path, "", object{})
	for message, change := range map[string]object{
		"not SERVICE_DIRECT": {"use_case": "WORKSPACE_ACCESS"},
		"not a region":       {"region": "xx-west-1"},
		"not the id of":      {"aws_vpc_endpoint_info": object{"aws_vpc_endpoint_id": "x"}},
		"cannot be set":      {"aws_vpc_endpoint_info": object{"aws_vpc_endpoint_id": "vpce-0000000000000000f", "aws_account_id": "1"}},
	} {
		in := input("direct-12", "vpce-0000000000000000f")
		maps.Copy(in, change)
		w.refused(400, "INVALID_PARAMETER_VALUE", message, "POST", path, "", in)
	}
	w.refused(400, "MALFORMED_REQUEST", "unknown field", "POST", path, "", object{"state": "APPROVED"})
	w.refused(400, "INVALID_PARAMETER_VALUE", "page_size", "GET", path+"?page_size=x", "", nil)
	w.s.DeclareEndpoint("vpce-0000000000000000d", ownService)
	w.refused(409, "ALREADY_EXISTS", "direct-0", "POST", path, "", input("direct-0", "vpce-0000000000000000d"))
	w.refused(404, "ENDPOINT_NOT_FOUND", "", "PATCH", one, "", object{})
	w.refused(403, "PERMISSION_DENIED", "Invalid Request", "GET", "/api/networking/v1/accounts/"+w.s.Account().ID+"/endpoints", "", nil)
	w.expect(200, "DELETE", one, "", nil)
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "DELETE", one, "", nil)
}
