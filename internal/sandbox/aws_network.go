// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
)

// networkFault is why a network cannot carry a workspace. Its zero value is
// that it can. The kinds are those of a network's error messages.
type networkFault struct {
	kind, text string
}

type describeSubnetsResponse struct {
	Items []struct {
		ID   string `xml:"subnetId"`
		VPC  string `xml:"vpcId"`
		Zone string `xml:"availabilityZone"`
		CIDR string `xml:"cidrBlock"`
	} `xml:"subnetSet>item"`
}

type describeGroupsResponse struct {
	Items []struct {
		ID  string `xml:"groupId"`
		VPC string `xml:"vpcId"`
	} `xml:"securityGroupInfo>item"`
}

// networkFault asks AWS whether the parts of a network are there and fit
// together. The service finds out only while it provisions a workspace
// (api: network configurations, errors); the texts are ours.
func (v *awsView) networkFault(ctx context.Context, region string, n *network) (networkFault, error) {
	if v.addr == "" || n == nil {
		return networkFault{}, nil
	}
	fault, err := v.subnetFault(ctx, region, n)
	if err != nil || fault.kind != "" {
		return fault, err
	}
	return v.groupFault(ctx, region, n)
}

// describe asks EC2 about objects by their ids; false means that one is unknown.
func (v *awsView) describe(ctx context.Context, region, action, parameter string, ids []string, into any) (bool, error) {
	form := url.Values{"Action": {action}, "Version": {"2016-11-15"}}
	for i, id := range ids {
		form.Set(fmt.Sprintf("%s.%d", parameter, i+1), id)
	}
	status, body, err := v.query(ctx, "ec2", region, form)
	if err != nil || status != http.StatusOK {
		return false, err
	}
	if err := xml.Unmarshal(body, into); err != nil { //nolint:gosec // it is the answer of our own moto
		return false, fmt.Errorf("reading moto's answer to %s: %w", action, err)
	}
	return true, nil
}

func (v *awsView) subnetFault(ctx context.Context, region string, n *network) (networkFault, error) {
	var answer describeSubnetsResponse
	known, err := v.describe(ctx, region, "DescribeSubnets", "SubnetId", n.SubnetIDs, &answer)
	switch {
	case err != nil:
		return networkFault{}, err
	case !known || len(answer.Items) != len(n.SubnetIDs):
		return networkFault{"subnet", fmt.Sprintf("Not all of the subnets %v exist in region %s", n.SubnetIDs, region)}, nil
	}
	var zones []string
	for _, subnet := range answer.Items {
		zones = append(zones, subnet.Zone)
		prefix, err := netip.ParsePrefix(subnet.CIDR)
		switch {
		case subnet.VPC != n.VPCID:
			return networkFault{"vpc", fmt.Sprintf("Subnet %s is not in VPC %s", subnet.ID, n.VPCID)}, nil
		case err != nil:
			return networkFault{}, fmt.Errorf("reading moto's answer about %s: %w", subnet.ID, err)
		case prefix.Bits() < 17 || prefix.Bits() > 26:
			return networkFault{"subnet", fmt.Sprintf("The netmask of subnet %s (%s) is not between /17 and /26", subnet.ID, subnet.CIDR)}, nil
		}
	}
	slices.Sort(zones)
	if len(slices.Compact(zones)) < 2 {
		return networkFault{"subnet", fmt.Sprintf("The subnets %v are in one availability zone", n.SubnetIDs)}, nil
	}
	return networkFault{}, nil
}

func (v *awsView) groupFault(ctx context.Context, region string, n *network) (networkFault, error) {
	var answer describeGroupsResponse
	known, err := v.describe(ctx, region, "DescribeSecurityGroups", "GroupId", n.SecurityGroupIDs, &answer)
	switch {
	case err != nil:
		return networkFault{}, err
	case !known || len(answer.Items) != len(n.SecurityGroupIDs):
		return networkFault{"securityGroup", fmt.Sprintf("Not all of the security groups %v exist in region %s", n.SecurityGroupIDs, region)}, nil
	}
	for _, group := range answer.Items {
		if group.VPC != n.VPCID {
			return networkFault{"securityGroup", fmt.Sprintf("Security group %s is not in VPC %s", group.ID, n.VPCID)}, nil
		}
	}
	return networkFault{}, nil
}

// networkFault looks at a network of the account; one that does not exist is
// for others to refuse.
func (c *call) networkFault(region, networkID string) (fault networkFault, err error) {
	found, err := c.account.networks.get(c.now, networkID)
	if err != nil {
		return networkFault{}, nil //nolint:nilerr // checkNetwork refuses it with the service's own text
	}
	endpoints := c.awsEndpoints(found)
	err = c.outside(func(ctx context.Context) (err error) {
		if fault, err = c.e.aws.networkFault(ctx, region, found); err == nil && fault.kind == "" {
			fault, err = c.e.aws.endpointFault(ctx, region, found.VPCID, endpoints)
		}
		return err
	})
	return fault, err
}

// awsEndpoints are the ids that AWS has for the endpoints of a network.
func (c *call) awsEndpoints(n *network) []string {
	var ids []string
	for _, id := range n.VPCEndpoints.ids() {
		if endpoint, err := c.account.endpoints.get(c.now, id); err == nil {
			ids = append(ids, endpoint.AWSVPCEndpointID)
		}
	}
	return ids
}

// endpointFault: clusters reach Databricks through the endpoints, which must
// therefore be in their VPC. The text is ours.
func (v *awsView) endpointFault(ctx context.Context, region, vpc string, ids []string) (networkFault, error) {
	for _, id := range ids {
		found, known, err := v.endpoint(ctx, region, id)
		switch {
		case err != nil:
			return networkFault{}, err
		case !known:
			return networkFault{"vpc", fmt.Sprintf("VPC endpoint %s does not exist in region %s", id, region)}, nil
		case slices.Contains([]string{"deleted", "deleting", "expired", "failed", "rejected"}, found.State):
			return networkFault{"vpc", fmt.Sprintf("VPC endpoint %s is %s", id, found.State)}, nil
		case found.VPCID != "" && found.VPCID != vpc:
			return networkFault{"vpc", fmt.Sprintf("VPC endpoint %s is in VPC %s, not in %s", id, found.VPCID, vpc)}, nil
		}
	}
	return networkFault{}, nil
}
