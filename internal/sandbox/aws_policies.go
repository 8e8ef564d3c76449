// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox/awspolicy"
)

// awsPrincipal is who of Databricks asks AWS (api: AWS constants).
type awsPrincipal struct {
	account, role string
}

// databricks is the account in which the control plane runs. As which role it
// asks is not known, so policies must let in the whole account.
func databricks(arn string) awsPrincipal {
	if partitionOf(arn) == "aws-us-gov" {
		return awsPrincipal{account: "044793339203"}
	}
	return awsPrincipal{account: "414351767826"}
}

// logWriter is the role that writes logs.
func logWriter(arn string) awsPrincipal {
	p := databricks(arn)
	p.role = "arn:aws:iam::" + p.account + ":role/SaasUsageDeliveryRole-prod-IAMRole-3PLHICCRR1TK"
	if partitionOf(arn) == "aws-us-gov" {
		p.role = "arn:aws-us-gov:iam::" + p.account + ":role/SaasUsageDeliveryRole-prod-aws-gov-IAMRole-L4QM0RCHYQ1G"
	}
	return p
}

func partitionOf(arn string) string {
	_, rest, _ := strings.Cut(arn, ":")
	partition, _, _ := strings.Cut(rest, ":")
	return partition
}

// request is what a principal asks of AWS on behalf of a Databricks account.
// It comes over TLS and carries the account's id as a tag; no address, VPC or
// organisation of it is known, so policies that ask for one let nobody in.
func (p awsPrincipal) request(accountID, action, resource string) awspolicy.Request {
	known := map[string]string{
		"aws:principalaccount":                 p.account,
		"aws:principaltag/databricksaccountid": accountID,
		"aws:principalisawsservice":            "false",
		"aws:securetransport":                  "true",
		"aws:viaawsservice":                    "false",
		"kms:calleraccount":                    p.account,
	}
	if p.role != "" {
		known["aws:principalarn"] = p.role
	}
	return awspolicy.Request{Account: p.account, ARN: p.role, Action: action, Resource: resource, Context: known}
}

// trusts says whether one of the principals can assume a role with the
// Databricks account's id as external id. moto lets anyone assume any role, so
// the trust policy is evaluated here.
func (v *awsView) trusts(ctx context.Context, accountID, arn string, now time.Time, principals ...func(string) awsPrincipal) (bool, error) {
	if v.addr == "" {
		return true, nil
	}
	exists, err := v.roleExists(ctx, arn)
	if err != nil || !exists {
		return false, err
	}
	answer, err := v.role(ctx, arn)
	if err != nil {
		return false, err
	}
	trust, err := url.QueryUnescape(answer.Trust)
	if err != nil {
		return false, fmt.Errorf("reading moto's answer about %s: %w", arn, err)
	}
	doc, err := awspolicy.Parse([]byte(v.effective(arn, trust, now)))
	if err != nil {
		return false, nil //nolint:nilerr // a policy that cannot be read lets nobody in
	}
	for _, principal := range principals {
		request := principal(arn).request(accountID, "sts:AssumeRole", "")
		request.Context["sts:externalid"] = accountID
		if doc.Allows(request) {
			return true, nil
		}
	}
	return false, nil
}

// bucketProbe is the object that is written, read and deleted. Where the
// service puts it is not known (?).
const bucketProbe = "databricks-access-check"

// refusedByBucket returns the checks that a bucket's policy does not let
// Databricks pass, by the names that were observed (api: storage
// configurations, W). Reading is tried on what was written, so it is named only
// where writing works; its name is a guess (?).
func (v *awsView) refusedByBucket(ctx context.Context, accountID, region, bucket string) ([]string, error) {
	if v.addr == "" {
		return nil, nil
	}
	doc, err := v.bucketPolicy(ctx, region, bucket)
	if err != nil {
		return nil, err
	}
	arn := "arn:" + partitionOfRegion(region) + ":s3:::" + bucket
	allowed := func(action, resource, acl string) bool {
		request := databricks(arn).request(accountID, action, resource)
		if acl != "" {
			request.Context["s3:x-amz-acl"] = acl
		}
		return doc.Allows(request)
	}
	object := arn + "/" + bucketProbe
	canPut := allowed("s3:PutObject", object, "")
	var refused []string
	for _, check := range []struct {
		name   string
		passed bool
	}{
		{"List", allowed("s3:ListBucket", arn, "")},
		{"Put", canPut},
		{"PutWithBucketOwnerFullControl", allowed("s3:PutObject", object, "bucket-owner-full-control")},
		{"Get", !canPut || allowed("s3:GetObject", object, "")},
		{"Delete", allowed("s3:DeleteObject", object, "")},
	} {
		if !check.passed {
			refused = append(refused, check.name)
		}
	}
	return refused, nil
}

// bucketPolicy reads the policy of a bucket. Without a bucket, or without a
// policy, the document lets nobody in.
func (v *awsView) bucketPolicy(ctx context.Context, region, bucket string) (awspolicy.Document, error) {
	if exists, err := v.bucketExists(ctx, region, bucket); err != nil || !exists {
		return awspolicy.Document{}, err
	}
	req, err := v.request(ctx, http.MethodGet, "s3", region, "/"+url.PathEscape(bucket)+"?policy", "")
	if err != nil {
		return awspolicy.Document{}, err
	}
	status, body, err := v.do(req)
	if err != nil || status != http.StatusOK {
		return awspolicy.Document{}, err
	}
	doc, err := awspolicy.Parse(body)
	if err != nil {
		return awspolicy.Document{}, nil //nolint:nilerr // a policy that cannot be read lets nobody in
	}
	return doc, nil
}

func partitionOfRegion(region string) string {
	if strings.HasPrefix(region, "us-gov-") {
		return "aws-us-gov"
	}
	return "aws"
}

// refusedByKey returns the first of some actions that a key's policy does not
// let Databricks do.
func (v *awsView) refusedByKey(ctx context.Context, accountID, region, arn string, actions []string) (string, error) {
	if v.addr == "" {
		return "", nil
	}
	status, body, err := v.kms(ctx, region, "GetKeyPolicy", map[string]string{"KeyId": arn, "PolicyName": "default"})
	if err != nil {
		return "", err
	}
	var answer struct{ Policy string }
	var doc awspolicy.Document
	if status == http.StatusOK && json.Unmarshal(body, &answer) == nil {
		if doc, err = awspolicy.Parse([]byte(answer.Policy)); err != nil {
			doc = awspolicy.Document{}
		}
	}
	for _, action := range actions {
		if !doc.Allows(databricks(arn).request(accountID, action, arn)) {
			return action, nil
		}
	}
	return "", nil
}
