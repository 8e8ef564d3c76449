// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

// TestLogDeliveryNeedsTheBucket: with AWS, the bucket must exist, in whatever
// region it is.
func TestLogDeliveryNeedsTheBucket(t *testing.T) {
	t.Parallel()
	clock := newClock()
	s := start(t, sandbox.Config{Moto: moto(t), Clock: clock})
	w := &world{t: t, s: s, clock: clock, account: s.Account()}
	w.login()
	client := proxied(t, s)
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::414351767826:root"},` +
		`"Condition":{"StringEquals":{"sts:ExternalId":"` + w.account.ID + `"}}}]}`
	aws(t, client, "iam", url.Values{"Action": {"CreateRole"}, "Version": {"2010-05-08"}, "RoleName": {"logs"}, "AssumeRolePolicyDocument": {trust}})
	in := object{"log_delivery_configuration": object{
		"log_type": "BILLABLE_USAGE", "output_format": "CSV", "delivery_path_prefix": "usage",
		"credentials_id":           w.ok("POST", "/credentials", credentialBody("logs")).str("credentials_id"),
		"storage_configuration_id": w.ok("POST", "/storage-configurations", storageBody("logs")).str("storage_configuration_id"),
	}}
	w.refused(400, "INVALID_PARAMETER_VALUE", "Failed to perform putObject operations on s3Bucket:root-bucket with deliveryPathPrefix:usage "+
		"with the IAM Role:arn:aws:iam::123456789012:role/logs provided. "+
		"Please add all required s3 actions as mentioned in API docs to role policy of your IAM Role.", "POST", w.path("/log-delivery"), "", in)
	bucket, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "https://root-bucket.s3."+region+".amazonaws.com/",
		strings.NewReader("<CreateBucketConfiguration><LocationConstraint>"+region+"</LocationConstraint></CreateBucketConfiguration>"))
	if err != nil {
		t.Fatal(err)
	}
	sign(bucket, "s3")
	if status, b := send(t, client, bucket); status != 200 {
		t.Fatalf("creating the bucket: %d %s", status, b)
	}
	w.ok("POST", "/log-delivery", in)
}
