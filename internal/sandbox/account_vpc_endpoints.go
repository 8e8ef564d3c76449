// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// vpcEndpoint is a VPC endpoint registration (api: VPC endpoint registrations).
type vpcEndpoint struct {
	AccountID            string `json:"account_id"`
	VPCEndpointID        string `json:"vpc_endpoint_id"`
	VPCEndpointName      string `json:"vpc_endpoint_name"`
	AWSVPCEndpointID     string `json:"aws_vpc_endpoint_id"`
	AWSAccountID         string `json:"aws_account_id"`
	AWSEndpointServiceID string `json:"aws_endpoint_service_id"`
	Region               string `json:"region"`
	State                string `json:"state"`
	UseCase              string `json:"use_case"`

	acceptedAt time.Time
}

type createEndpoint struct {
	owned
	VPCEndpointName  string `json:"vpc_endpoint_name"`
	AWSVPCEndpointID string `json:"aws_vpc_endpoint_id"`
	Region           string `json:"region"`
}

func (e *emulator) endpointRoutes(mux *http.ServeMux) {
	e.crud(mux, "/vpc-endpoints", "vpc_endpoint_id", enterprise(registerEndpoint), enterprise(listEndpoints),
		enterprise(func(c *call) (any, error) {
			found, err := c.account.endpoints.get(c.now, c.r.PathValue("vpc_endpoint_id"))
			if err != nil {
				return nil, err
			}
			return found.at(c.now), nil
		}),
		enterprise(deleteEndpoint))
}

func listEndpoints(c *call) (any, error) {
	found := c.account.endpoints.list(c.now)
	for i, endpoint := range found {
		found[i] = endpoint.at(c.now)
	}
	return found, nil
}

// at fills in the state: Databricks accepts endpoints by itself, not at once.
func (v *vpcEndpoint) at(now time.Time) *vpcEndpoint {
	out := *v
	out.State = "available"
	if now.Before(v.acceptedAt) {
		out.State = "pendingAcceptance"
	}
	return &out
}

var awsEndpointID = regexp.MustCompile(`^vpce-[0-9a-f]{8,17}$`)

func registerEndpoint(c *call) (any, error) {
	var req createEndpoint
	if err := c.decodeOwned(&req); err != nil {
		return nil, err
	}
	if err := require(text("vpc_endpoint_name", req.VPCEndpointName),
		text("aws_vpc_endpoint_id", req.AWSVPCEndpointID), text("region", req.Region)); err != nil {
		return nil, err
	}
	if !awsEndpointID.MatchString(req.AWSVPCEndpointID) {
		return nil, invalidParameter("%s is not the id of an AWS VPC endpoint", req.AWSVPCEndpointID)
	}
	if err := c.account.endpoints.nameFree(c.now, "", req.VPCEndpointName); err != nil {
		return nil, err
	}
	found, use, err := c.lookUpEndpoint(req)
	if err != nil {
		return nil, err
	}
	if err := c.checkNotRegistered(req.AWSVPCEndpointID); err != nil {
		return nil, err
	}
	created := &vpcEndpoint{
		AccountID:            c.account.ID,
		VPCEndpointID:        uuid.NewString(),
		VPCEndpointName:      req.VPCEndpointName,
		AWSVPCEndpointID:     req.AWSVPCEndpointID,
		AWSAccountID:         found.OwnerID,
		AWSEndpointServiceID: found.ServiceName[strings.LastIndexByte(found.ServiceName, '.')+1:],
		Region:               req.Region,
		UseCase:              use,
		acceptedAt:           c.now.Add(c.e.provision / 5),
	}
	return created.at(c.now), c.account.endpoints.add(c.now, created.VPCEndpointID, created.VPCEndpointName, created)
}

// lookUpEndpoint asks AWS. An endpoint that it does not know, or that is for
// another service, is refused; the texts are ours.
func (c *call) lookUpEndpoint(req createEndpoint) (awsEndpoint, string, error) {
	var (
		found awsEndpoint
		known bool
	)
	if err := c.outside(func(ctx context.Context) (err error) {
		found, known, err = c.e.aws.endpoint(ctx, req.Region, req.AWSVPCEndpointID)
		return err
	}); err != nil {
		return awsEndpoint{}, "", err
	}
	if !known {
		return awsEndpoint{}, "", malformed("VPC endpoint %s does not exist in region %s", req.AWSVPCEndpointID, req.Region)
	}
	use, ours := endpointUse(req.Region, found.ServiceName)
	if !ours {
		return awsEndpoint{}, "", malformed("VPC endpoint %s is connected to %s, which is not a Databricks endpoint service of region %s",
			req.AWSVPCEndpointID, found.ServiceName, req.Region)
	}
	return found, use, nil
}

// checkNotRegistered: that an endpoint can be registered only once is the
// stricter reading; nothing is known.
func (c *call) checkNotRegistered(awsID string) error {
	for _, other := range c.account.endpoints.list(c.now) {
		if other.AWSVPCEndpointID == awsID {
			return apiErrorf(http.StatusConflict, "ALREADY_EXISTS", "VPC endpoint %s is already registered as %s", awsID, other.VPCEndpointID)
		}
	}
	return nil
}

// deleteEndpoint refuses endpoints that a network or an allow list refers to;
// the text is ours. The object goes later, as with networks.
func deleteEndpoint(c *call) (any, error) {
	id := c.r.PathValue("vpc_endpoint_id")
	found, err := c.account.endpoints.get(c.now, id)
	if err != nil {
		return nil, err
	}
	for _, n := range c.account.networks.list(c.now) {
		if slices.Contains(n.VPCEndpoints.ids(), id) {
			return nil, invalidState("Unable to delete, VPC endpoint is being used by network configuration %s", n.NetworkID)
		}
	}
	for _, p := range c.account.private.list(c.now) {
		if slices.Contains(p.AllowedVPCEndpointIDs, id) {
			return nil, invalidState("Unable to delete, VPC endpoint is being used by private access settings %s", p.PrivateAccessSettingsID)
		}
	}
	c.account.endpoints.remove(c.now, id, c.now.Add(c.e.linger))
	return found.at(c.now), nil
}
