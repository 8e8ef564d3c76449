// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

const (
	databricksRoot  = "arn:aws:iam::414351767826:root"
	logDeliveryRole = "arn:aws:iam::414351767826:role/SaasUsageDeliveryRole-prod-IAMRole-3PLHICCRR1TK"
	roleRefused     = "Failed credential validation checks: please use a valid cross account IAM role with permissions setup correctly."
	bucketRefused   = "Failed storage configuration validation checks: List, Put, PutWithBucketOwnerFullControl, Delete -- Access Denied"
)

func trustOf(principal, externalID string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":%q},"Action":"sts:AssumeRole",`+
		`"Condition":{"StringEquals":{"sts:ExternalId":%q}}}]}`, principal, externalID)
}

func bucketPolicyOf(accountID string, actions ...string) string {
	return policyOf(accountID, `["arn:aws:s3:::root-bucket","arn:aws:s3:::root-bucket/*"]`, actions...)
}

func policyOf(accountID, resources string, actions ...string) string {
	list, _ := json.Marshal(actions)
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":%q},"Action":%s,"Resource":%s,`+
		`"Condition":{"StringEquals":{"aws:PrincipalTag/DatabricksAccountId":%q}}}]}`, databricksRoot, list, resources, accountID)
}

func s3(t *testing.T, client *http.Client, method, query, content string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "https://root-bucket.s3."+region+".amazonaws.com/"+query, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	sign(req, "s3")
	if status, b := send(t, client, req); status >= 300 {
		t.Fatalf("%s %s: %d %s", method, req.URL, status, b)
	}
}

func makeBucket(t *testing.T, client *http.Client) {
	t.Helper()
	s3(t, client, http.MethodPut, "", "<CreateBucketConfiguration><LocationConstraint>"+region+"</LocationConstraint></CreateBucketConfiguration>")
}

func putBucketPolicy(t *testing.T, client *http.Client, policy string) {
	t.Helper()
	s3(t, client, http.MethodPut, "?policy", policy)
}

// makeRole makes a role, or gives the one that exists another trust policy.
func makeRole(t *testing.T, client *http.Client, action, name, trust string) {
	t.Helper()
	parameter := "AssumeRolePolicyDocument"
	if action == "UpdateAssumeRolePolicy" {
		parameter = "PolicyDocument"
	}
	aws(t, client, "iam", url.Values{"Action": {action}, "Version": {"2010-05-08"}, "RoleName": {name}, parameter: {trust}})
}

func kms(t *testing.T, client *http.Client, action string, in object) body {
	t.Helper()
	content, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://kms."+region+".amazonaws.com/", strings.NewReader(string(content)))
	if err != nil {
		t.Fatal(err)
	}
	sign(req, "kms")
	req.Header.Set("X-Amz-Target", "TrentService."+action)
	req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	status, b := send(t, client, req)
	if status != http.StatusOK {
		t.Fatalf("%s: %d %s", action, status, b)
	}
	return b
}

func motoWorld(t *testing.T) (*world, *http.Client) {
	t.Helper()
	clock := newClock()
	s := start(t, sandbox.Config{Moto: moto(t), Clock: clock})
	w := &world{t: t, s: s, clock: clock, account: s.Account()}
	w.login()
	return w, proxied(t, s)
}

func TestTrustPoliciesAreEvaluated(t *testing.T) {
	t.Parallel()
	w, client := motoWorld(t)
	for i, test := range []struct {
		name, trust string
		good        bool
	}{
		{"good", trustOf(databricksRoot, w.account.ID), true},
		{"log delivery", trustOf(logDeliveryRole, w.account.ID), true},
		{"another external id", trustOf(databricksRoot, "other"), false},
		{"another account", trustOf("arn:aws:iam::123456789012:root", w.account.ID), false},
		{"another role of Databricks", trustOf("arn:aws:iam::414351767826:role/other", w.account.ID), false},
		{"another action", strings.Replace(trustOf(databricksRoot, w.account.ID), "sts:AssumeRole", "sts:TagSession", 1), false},
		{"nobody", "{}", false},
	} {
		name := fmt.Sprintf("role-%d", i)
		makeRole(t, client, "CreateRole", name, test.trust)
		if test.good {
			w.ok("POST", "/credentials", credentialBody(name))
			continue
		}
		b := w.refused(400, "MALFORMED_REQUEST", roleRefused, "POST", w.path("/credentials"), "", credentialBody(name))
		if b.str("message") != roleRefused {
			t.Errorf("%s: %s", test.name, b)
		}
	}
	checkWorkspaceRole(t, w, client)
}

// checkWorkspaceRole: a role for log delivery carries no workspace, and a trust
// policy that changed since is looked at again.
func checkWorkspaceRole(t *testing.T, w *world, client *http.Client) {
	t.Helper()
	makeBucket(t, client)
	putBucketPolicy(t, client, bucketPolicyOf(w.account.ID, "s3:*"))
	stor := w.ok("POST", "/storage-configurations", storageBody("root")).str("storage_configuration_id")
	credentials := w.ok("GET", "/credentials", nil).items("")
	in := object{"workspace_name": "ws", "aws_region": region, "storage_configuration_id": stor}
	in["credentials_id"] = body{value: credentials[1]}.str("credentials_id")
	w.refused(400, "MALFORMED_REQUEST", "Failed credentials validation checks: Create Internet Gateway, Create VPC", "POST", w.path("/workspaces"), "", in)
	in["credentials_id"] = body{value: credentials[0]}.str("credentials_id")
	w.ok("POST", "/workspaces", in)
	makeRole(t, client, "UpdateAssumeRolePolicy", "role-0", trustOf(databricksRoot, "other"))
	w.refused(400, "MALFORMED_REQUEST", "Failed credentials validation checks", "POST", w.path("/workspaces"), "", in)
}

func TestBucketPoliciesAreEvaluated(t *testing.T) {
	t.Parallel()
	w, client := motoWorld(t)
	makeRole(t, client, "CreateRole", "role", trustOf(databricksRoot, w.account.ID))
	in := object{
		"workspace_name": "ws", "aws_region": region,
		"credentials_id":           w.ok("POST", "/credentials", credentialBody("role")).str("credentials_id"),
		"storage_configuration_id": w.ok("POST", "/storage-configurations", storageBody("root")).str("storage_configuration_id"),
	}
	refused := func(message string) {
		t.Helper()
		if b := w.refused(400, "MALFORMED_REQUEST", "", "POST", w.path("/workspaces"), "", in); b.str("message") != message {
			t.Errorf("%s, want %s", b, message)
		}
	}
	refused(bucketRefused) // no bucket
	makeBucket(t, client)
	refused(bucketRefused) // no policy
	putBucketPolicy(t, client, bucketPolicyOf("other", "s3:*"))
	refused(bucketRefused) // for another customer
	putBucketPolicy(t, client, bucketPolicyOf(w.account.ID, "s3:GetObject", "s3:PutObject"))
	refused("Failed storage configuration validation checks: List, Delete -- Access Denied")
	putBucketPolicy(t, client, bucketPolicyOf(w.account.ID, "s3:ListBucket", "s3:PutObject", "s3:DeleteObject"))
	refused("Failed storage configuration validation checks: Get -- Access Denied")
	putBucketPolicy(t, client, policyOf(w.account.ID, `"arn:aws:s3:::root-bucket/*"`, "s3:*"))
	refused("Failed storage configuration validation checks: List -- Access Denied")
	putBucketPolicy(t, client, strings.Replace(bucketPolicyOf(w.account.ID, "s3:*"), `"Statement":[`,
		`"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:SourceVpce":"vpce-1"}}},`, 1))
	refused(bucketRefused) // from one VPC alone
	putBucketPolicy(t, client, bucketPolicyOf(w.account.ID, "s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject"))
	w.ok("POST", "/workspaces", in)
}

func TestKeyPoliciesAreEvaluated(t *testing.T) {
	t.Parallel()
	w, client := motoWorld(t)
	makeRole(t, client, "CreateRole", "role", trustOf(databricksRoot, w.account.ID))
	makeBucket(t, client)
	putBucketPolicy(t, client, bucketPolicyOf(w.account.ID, "s3:*"))
	services, storage := []string{"kms:Encrypt", "kms:Decrypt"}, []string{"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"}
	key := func(policy string) (arn, id string) {
		t.Helper()
		arn = kms(t, client, "CreateKey", object{"Policy": policy}).str("KeyMetadata.Arn")
		id = w.ok("POST", "/customer-managed-keys", object{
			"aws_key_info": object{"key_arn": arn}, "use_cases": []string{"MANAGED_SERVICES", "STORAGE"},
		}).str("customer_managed_key_id")
		return arn, id
	}
	_, good := key(policyOf(w.account.ID, `"*"`, storage...))
	badARN, bad := key(policyOf(w.account.ID, `"*"`, services...))

	// Good enough for managed services, not for storage.
	in := object{
		"workspace_name": "failed", "aws_region": region,
		"credentials_id":                           w.ok("POST", "/credentials", credentialBody("role")).str("credentials_id"),
		"storage_configuration_id":                 w.ok("POST", "/storage-configurations", storageBody("root")).str("storage_configuration_id"),
		"managed_services_customer_managed_key_id": bad, "storage_customer_managed_key_id": bad,
	}
	failed := w.ok("POST", "/workspaces", in).str("workspace_id")
	in["storage_customer_managed_key_id"] = good
	running := w.ok("POST", "/workspaces", in).str("workspace_id")
	w.clock.pass(10 * time.Second)
	got := w.ok("GET", "/workspaces/"+failed, nil)
	if got.str("workspace_status") != "FAILED" || !strings.Contains(got.str("workspace_status_message"), badARN) ||
		!strings.Contains(got.str("workspace_status_message"), "kms:ReEncryptFrom") {
		t.Errorf("%s: want it to fail for its key", got)
	}
	if got := w.ok("GET", "/workspaces/"+running, nil); got.str("workspace_status") != "RUNNING" {
		t.Errorf("%s: want it to run", got)
	}

	// A change of something else mends nothing; a good policy does.
	mask := w.path("/workspaces/"+failed) + "?update_mask=managed_services_customer_managed_key_id"
	w.expect(200, "PATCH", mask, "", object{"managed_services_customer_managed_key_id": good})
	w.clock.pass(10 * time.Second)
	if got := w.ok("GET", "/workspaces/"+failed, nil); got.str("workspace_status") != "FAILED" {
		t.Errorf("%s: want it to fail again", got)
	}
	kms(t, client, "PutKeyPolicy", object{"KeyId": badARN, "PolicyName": "default", "Policy": policyOf(w.account.ID, `"*"`, storage...)})
	w.expect(200, "PATCH", mask, "", object{"managed_services_customer_managed_key_id": bad})
	w.clock.pass(10 * time.Second)
	if got := w.ok("GET", "/workspaces/"+failed, nil); got.str("workspace_status") != "RUNNING" {
		t.Errorf("%s: want it to run", got)
	}

	// A running workspace silently keeps the key that it has.
	_, nobody := key(policyOf("other", `"*"`, storage...))
	w.expect(200, "PATCH", w.path("/workspaces/"+running)+"?update_mask=managed_services_customer_managed_key_id", "",
		object{"managed_services_customer_managed_key_id": nobody})
	if got := w.ok("GET", "/workspaces/"+running, nil).str("managed_services_customer_managed_key_id"); got != bad {
		t.Errorf("key %s, want %s: the change must come to nothing", got, bad)
	}
}

func TestIAMDelay(t *testing.T) {
	t.Parallel()
	w, client := motoWorld(t)
	w.s.SetIAMDelay(10 * time.Second)
	makeRole(t, client, "CreateRole", "role", trustOf(databricksRoot, w.account.ID))
	refused := func(name string) {
		t.Helper()
		in := credentialBody("role")
		in["credentials_name"] = name
		w.refused(400, "MALFORMED_REQUEST", roleRefused, "POST", w.path("/credentials"), "", in)
	}
	refused("first")
	w.clock.pass(9 * time.Second)
	refused("first")
	w.clock.pass(time.Second)
	w.ok("POST", "/credentials", credentialBody("role"))

	// A change takes as long: until then the old policy holds.
	makeRole(t, client, "UpdateAssumeRolePolicy", "role", trustOf(databricksRoot, "other"))
	in := credentialBody("role")
	in["credentials_name"] = "second"
	w.ok("POST", "/credentials", in)
	w.clock.pass(10 * time.Second)
	refused("third")
}
