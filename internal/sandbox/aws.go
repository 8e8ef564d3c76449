// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// awsAccessKey is the access key inside the sandbox. moto needs one, and looks
// at no signature.
const awsAccessKey = "AKIASANDBOX000000000"

// awsEndpoint is a VPC endpoint as AWS describes it.
type awsEndpoint struct {
	ServiceName string
	OwnerID     string
	State       string
	// VPCID is empty for endpoints that were declared.
	VPCID string
}

// awsView is what the emulator sees of AWS. Its answers about objects are yes
// where no AWS runs.
type awsView struct {
	addr      string
	transport http.RoundTripper

	mu       sync.Mutex
	declared map[string]awsEndpoint
	iam      propagation
}

func newAWSView(m *moto) *awsView {
	v := &awsView{declared: map[string]awsEndpoint{}, transport: &http.Transport{DisableKeepAlives: true}}
	if m != nil {
		v.addr = m.addr
	}
	return v
}

func (v *awsView) declare(id, service string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.declared[id] = awsEndpoint{ServiceName: service, OwnerID: awsAccountID, State: "available"}
}

// awsAccountID is the account that moto plays.
const awsAccountID = "123456789012"

type describeEndpointsResponse struct {
	Items []struct {
		ID      string `xml:"vpcEndpointId"`
		Service string `xml:"serviceName"`
		Owner   string `xml:"ownerId"`
		State   string `xml:"state"`
		VPC     string `xml:"vpcId"`
	} `xml:"vpcEndpointSet>item"`
}

// endpoint looks up a VPC endpoint of a region.
func (v *awsView) endpoint(ctx context.Context, region, id string) (awsEndpoint, bool, error) {
	v.mu.Lock()
	declared, ok := v.declared[id]
	v.mu.Unlock()
	if ok || v.addr == "" {
		return declared, ok, nil
	}
	status, body, err := v.query(ctx, "ec2", region, url.Values{
		"Action": {"DescribeVpcEndpoints"}, "Version": {"2016-11-15"}, "VpcEndpointId.1": {id},
	})
	if err != nil || status != http.StatusOK {
		return awsEndpoint{}, false, err
	}
	var answer describeEndpointsResponse
	if err := xml.Unmarshal(body, &answer); err != nil { //nolint:gosec // it is the answer of our own moto
		return awsEndpoint{}, false, fmt.Errorf("reading moto's answer about %s: %w", id, err)
	}
	for _, item := range answer.Items {
		if item.ID == id {
			return awsEndpoint{ServiceName: item.Service, OwnerID: item.Owner, State: item.State, VPCID: item.VPC}, true, nil
		}
	}
	return awsEndpoint{}, false, nil
}

type getRoleResponse struct {
	ARN   string `xml:"GetRoleResult>Role>Arn"`
	Trust string `xml:"GetRoleResult>Role>AssumeRolePolicyDocument"`
}

// roleExists says whether an IAM role exists.
func (v *awsView) roleExists(ctx context.Context, arn string) (bool, error) {
	if v.addr == "" {
		return true, nil
	}
	found, err := v.role(ctx, arn)
	return err == nil && found.ARN == arn, err
}

// role describes an IAM role; the zero value is that there is none.
func (v *awsView) role(ctx context.Context, arn string) (getRoleResponse, error) {
	name := arn[strings.LastIndexByte(arn, '/')+1:]
	status, body, err := v.query(ctx, "iam", "us-east-1", url.Values{
		"Action": {"GetRole"}, "Version": {"2010-05-08"}, "RoleName": {name},
	})
	if err != nil || status != http.StatusOK {
		return getRoleResponse{}, err
	}
	var answer getRoleResponse
	if err := xml.Unmarshal(body, &answer); err != nil { //nolint:gosec // it is the answer of our own moto
		return getRoleResponse{}, fmt.Errorf("reading moto's answer about %s: %w", arn, err)
	}
	return answer, nil
}

// bucketExists says whether a bucket exists.
func (v *awsView) bucketExists(ctx context.Context, region, bucket string) (bool, error) {
	if v.addr == "" {
		return true, nil
	}
	req, err := v.request(ctx, http.MethodHead, "s3", region, "/"+url.PathEscape(bucket), "")
	if err != nil {
		return false, err
	}
	status, _, err := v.do(req)
	return status == http.StatusOK, err
}

// keyExists says whether a KMS key exists in a region.
func (v *awsView) keyExists(ctx context.Context, region, arn string) (bool, error) {
	if v.addr == "" {
		return true, nil
	}
	status, _, err := v.kms(ctx, region, "DescribeKey", map[string]string{"KeyId": arn})
	return status == http.StatusOK, err
}

func (v *awsView) kms(ctx context.Context, region, action string, in map[string]string) (int, []byte, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return 0, nil, err
	}
	req, err := v.request(ctx, http.MethodPost, "kms", region, "/", string(body))
	if err != nil {
		return 0, nil, err
	}
	maps.Copy(req.Header, http.Header{
		"Content-Type": {"application/x-amz-json-1.1"},
		"X-Amz-Target": {"TrentService." + action},
	})
	return v.do(req)
}

func (v *awsView) query(ctx context.Context, service, region string, form url.Values) (int, []byte, error) {
	req, err := v.request(ctx, http.MethodPost, service, region, "/", form.Encode())
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.do(req)
}

// request makes a request as an AWS client would send it, but for the
// signature, which moto does not check. The credential scope names the region.
func (v *awsView) request(ctx context.Context, method, service, region, path, body string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+v.addr+path, strings.NewReader(body)) //nolint:gosec // the address is that of our own moto
	if err != nil {
		return nil, err
	}
	req.Host = service + "." + region + ".amazonaws.com"
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+awsAccessKey+"/20260101/"+region+"/"+service+
		"/aws4_request, SignedHeaders=host, Signature=0")
	return req, nil
}

func (v *awsView) do(req *http.Request) (int, []byte, error) {
	resp, err := v.transport.RoundTrip(req)
	if err != nil {
		return 0, nil, fmt.Errorf("asking moto: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, body, err
}

// DeclareEndpoint tells the sandbox what AWS would say of a VPC endpoint: that
// it is available, and of which service. It is for sandboxes without moto.
func (s *Sandbox) DeclareEndpoint(awsVpcEndpointID, serviceName string) {
	s.em.aws.declare(awsVpcEndpointID, serviceName)
}
