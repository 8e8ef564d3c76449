// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/facts"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/toolchain"
)

func moto(t *testing.T) string {
	t.Helper()
	// It is installed where it is missing, so that a new machine tests all.
	path, err := toolchain.Moto(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// aws sends a query to an AWS service through the proxy.
func aws(t *testing.T, client *http.Client, service string, form url.Values) body {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+service+"."+region+".amazonaws.com/", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sign(req, service)
	status, b := send(t, client, req)
	if status != http.StatusOK {
		t.Fatalf("%s %s: %d %s", service, form.Get("Action"), status, b)
	}
	return b
}

func sign(req *http.Request, service string) {
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIA/20260101/"+region+"/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
}

func between(b body, open, end string) string {
	_, rest, _ := strings.Cut(b.String(), open)
	value, _, _ := strings.Cut(rest, end)
	return value
}

func TestAWSObjectsAreLookedUp(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, sandbox.Config{Moto: moto(t), Clock: clock})
	w := &world{t: t, s: s, clock: clock, account: s.Account()}
	w.login()
	client := proxied(t, s)

	w.refused(400, "MALFORMED_REQUEST",
		"Failed credential validation checks: please use a valid cross account IAM role with permissions setup correctly.",
		"POST", w.path("/credentials"), "", credentialBody("role"))
	aws(t, client, "iam", url.Values{"Action": {"CreateRole"}, "Version": {"2010-05-08"}, "RoleName": {"role"}, "AssumeRolePolicyDocument": {trustOf(databricksRoot, w.account.ID)}})
	cred := w.ok("POST", "/credentials", credentialBody("role")).str("credentials_id")

	stor := w.ok("POST", "/storage-configurations", storageBody("root")).str("storage_configuration_id")
	in := object{"workspace_name": "ws", "aws_region": region, "credentials_id": cred, "storage_configuration_id": stor}
	w.refused(400, "MALFORMED_REQUEST", "Failed storage configuration validation checks: List, Put, PutWithBucketOwnerFullControl, Delete -- Access Denied",
		"POST", w.path("/workspaces"), "", in)
	makeBucket(t, client)
	putBucketPolicy(t, client, bucketPolicyOf(w.account.ID, "s3:*"))
	w.ok("POST", "/workspaces", in)
	checkMotoNetwork(t, w, client, in)
	checkMotoEndpoint(t, w, client)
	checkMotoKey(t, w, client)
}

// checkMotoNetwork: a network that AWS does not know breaks the workspace, and
// a good one mends it.
func checkMotoNetwork(t *testing.T, w *world, client *http.Client, in object) {
	t.Helper()
	in["workspace_name"] = "networked"
	in["network_id"] = w.ok("POST", "/networks", networkBody("net-1", nil)).str("network_id")
	id := w.ok("POST", "/workspaces", in).str("workspace_id")
	w.clock.pass(10 * time.Second)
	got := w.ok("GET", "/networks/"+str(in["network_id"]), nil)
	if got.str("vpc_status") != "BROKEN" || !strings.Contains(got.String(), "Not all of the subnets") {
		t.Errorf("%s: want a network that is BROKEN", got)
	}
	ec2 := func(action string, form url.Values, open, end string) string {
		form.Set("Action", action)
		form.Set("Version", "2016-11-15")
		return between(aws(t, client, "ec2", form), open, end)
	}
	vpc := ec2("CreateVpc", url.Values{"CidrBlock": {"10.1.0.0/16"}}, "<vpcId>", "</vpcId>")
	var subnets []string
	for cidr, zone := range map[string]string{"10.1.0.0/24": "eu-west-1a", "10.1.1.0/24": "eu-west-1b"} {
		subnets = append(subnets, ec2("CreateSubnet", url.Values{"VpcId": {vpc}, "CidrBlock": {cidr}, "AvailabilityZone": {zone}}, "<subnetId>", "</subnetId>"))
	}
	group := ec2("CreateSecurityGroup", url.Values{"VpcId": {vpc}, "GroupName": {"g"}, "GroupDescription": {"g"}}, "<groupId>", "</groupId>")
	good := w.ok("POST", "/networks", object{
		"network_name": "good", "vpc_id": vpc, "subnet_ids": subnets, "security_group_ids": []string{group},
	}).str("network_id")
	path := w.path("/workspaces/"+id) + "?update_mask=network_id"
	w.expect(200, "PATCH", path, "", object{"network_id": good})
	w.clock.pass(10 * time.Second)
	if got := w.ok("GET", "/workspaces/"+id, nil); got.str("workspace_status") != "RUNNING" || got.str("network_id") != good {
		t.Errorf("%s: want it to run on the good network", got)
	}
	// A running workspace silently stays where it is.
	bad := w.ok("POST", "/networks", networkBody("net-2", nil)).str("network_id")
	w.expect(200, "PATCH", path, "", object{"network_id": bad})
	w.clock.pass(10 * time.Second)
	if got := w.ok("GET", "/workspaces/"+id, nil).str("network_id"); got != good {
		t.Errorf("network_id %s, want %s: the change must come to nothing", got, good)
	}
}

func str(v any) string {
	text, _ := v.(string)
	return text
}

func checkMotoEndpoint(t *testing.T, w *world, client *http.Client) {
	t.Helper()
	r, _ := facts.Lookup(region)
	vpc := between(aws(t, client, "ec2", url.Values{"Action": {"CreateVpc"}, "Version": {"2016-11-15"}, "CidrBlock": {"10.0.0.0/16"}}), "<vpcId>", "</vpcId>")
	made := aws(t, client, "ec2", url.Values{
		"Action": {"CreateVpcEndpoint"}, "Version": {"2016-11-15"}, "VpcId": {vpc}, "ServiceName": {r.PrivateLink.DataplaneRelay}, "VpcEndpointType": {"Interface"},
	})
	got := w.ok("POST", "/vpc-endpoints", endpointBody("relay", between(made, "<vpcEndpointId>", "</vpcEndpointId>")))
	if got.str("use_case") != "DATAPLANE_RELAY_ACCESS" || !strings.HasPrefix(got.str("aws_endpoint_service_id"), "vpce-svc-") || got.str("aws_account_id") != "123456789012" {
		t.Errorf("%s: want a relay endpoint", got)
	}
	w.refused(400, "MALFORMED_REQUEST", "does not exist", "POST", w.path("/vpc-endpoints"), "", endpointBody("none", "vpce-00000000000000001"))
	elsewhere := endpointBody("elsewhere", between(made, "<vpcEndpointId>", "</vpcEndpointId>"))
	elsewhere["region"] = "us-east-1"
	w.refused(400, "MALFORMED_REQUEST", "does not exist", "POST", w.path("/vpc-endpoints"), "", elsewhere)
}

func checkMotoKey(t *testing.T, w *world, client *http.Client) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://kms."+region+".amazonaws.com/", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	sign(req, "kms")
	req.Header.Set("X-Amz-Target", "TrentService.CreateKey")
	req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	_, key := send(t, client, req)
	in := object{"aws_key_info": object{"key_arn": key.str("KeyMetadata.Arn")}, "use_cases": []string{"STORAGE"}}
	w.ok("POST", "/customer-managed-keys", in)
	in["aws_key_info"] = object{"key_arn": "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"}
	w.refused(400, "MALFORMED_REQUEST", "does not exist", "POST", w.path("/customer-managed-keys"), "", in)
}

func TestMotoMissing(t *testing.T) {
	t.Parallel()
	_, err := sandbox.Start(t.Context(), sandbox.Config{Moto: filepath.Join(t.TempDir(), "moto_server")})
	if err == nil || !strings.Contains(err.Error(), "pip install") {
		t.Errorf("%v, want to be told how to get moto", err)
	}
}

func TestMotoThatDoesNotComeUp(t *testing.T) {
	t.Parallel()
	script := filepath.Join(t.TempDir(), "moto_server")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho 'no module named moto' >&2\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := sandbox.Start(t.Context(), sandbox.Config{Moto: script})
	if err == nil || !strings.Contains(err.Error(), "no module named moto") {
		t.Errorf("%v, want its last output", err)
	}
}

func TestPortTaken(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Config{})
	u, err := url.Parse(s.AccountURL())
	if err != nil {
		t.Fatal(err)
	}
	port := 0
	for _, digit := range u.Port() {
		port = port*10 + int(digit-'0')
	}
	if _, err := sandbox.Start(t.Context(), sandbox.Config{AccountPort: port}); err == nil || !strings.Contains(err.Error(), "choose another port") {
		t.Errorf("%v, want a clear error", err)
	}
}
