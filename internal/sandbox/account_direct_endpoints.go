// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// The states of an endpoint of the networking API.
const (
	endpointApproved = "APPROVED"
	endpointPending  = "PENDING"
)

// directEndpoint is an endpoint of the networking API (api: networking v1 endpoints).
type directEndpoint struct {
	AccountID          string           `json:"account_id"`
	EndpointID         string           `json:"endpoint_id"`
	Name               string           `json:"name"`
	DisplayName        string           `json:"display_name"`
	Region             string           `json:"region"`
	State              string           `json:"state"`
	UseCase            string           `json:"use_case"`
	CreateTime         string           `json:"create_time"`
	AWSVPCEndpointInfo *awsEndpointInfo `json:"aws_vpc_endpoint_info,omitempty"`

	approvedAt time.Time
	// forced is the state that a test set.
	forced string
}

type awsEndpointInfo struct {
	AWSAccountID         string `json:"aws_account_id,omitempty"`
	AWSEndpointServiceID string `json:"aws_endpoint_service_id,omitempty"`
	AWSVPCEndpointID     string `json:"aws_vpc_endpoint_id"`
}

// createDirectEndpoint is the body of POST. What the service makes up itself is
// not a field of it, and so refused.
type createDirectEndpoint struct {
	owned
	DisplayName        string           `json:"display_name"`
	Region             string           `json:"region"`
	UseCase            string           `json:"use_case"`
	AWSVPCEndpointInfo *awsEndpointInfo `json:"aws_vpc_endpoint_info"`
}

const directEndpointsPath = "/api/networking/v1/accounts/{account_id}/endpoints"

// directEndpointRoutes need the tier of the older registrations (?).
func (e *emulator) directEndpointRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST "+directEndpointsPath, e.api(enterprise(registerDirectEndpoint)))
	mux.HandleFunc("GET "+directEndpointsPath, e.api(enterprise(listDirectEndpoints)))
	mux.HandleFunc("GET "+directEndpointsPath+"/{endpoint_id}", e.api(enterprise(func(c *call) (any, error) {
		found, err := c.account.net.direct.get(c.now, c.r.PathValue("endpoint_id"))
		if err != nil {
			return nil, err
		}
		return found.at(c.now), nil
	})))
	mux.HandleFunc("DELETE "+directEndpointsPath+"/{endpoint_id}", e.api(enterprise(deleteDirectEndpoint)))
}

// at fills in the state.
func (d *directEndpoint) at(now time.Time) *directEndpoint {
	out := *d
	switch {
	case d.forced != "":
		out.State = d.forced
	case now.Before(d.approvedAt):
		out.State = endpointPending
	default:
		out.State = endpointApproved
	}
	return &out
}

const maxDirectPage = 1000

func listDirectEndpoints(c *call) (any, error) {
	size := netPageSize
	if raw := c.r.URL.Query().Get("page_size"); raw != "" {
		asked, err := strconv.Atoi(raw)
		if err != nil || asked < 0 {
			return nil, invalidParameter("page_size %q is not a number of endpoints", raw)
		}
		if asked > 0 {
			size = min(asked, maxDirectPage)
		}
	}
	found := c.account.net.direct.list(c.now)
	for i, endpoint := range found {
		found[i] = endpoint.at(c.now)
	}
	page, next, err := cutPage(c, found, size)
	return pageOfItems[*directEndpoint]{Items: page, Next: next}, err
}

// displayName is a label of RFC 1034.
var displayName = regexp.MustCompile(`^[A-Za-z]([0-9A-Za-z-]{0,61}[0-9A-Za-z])?$`)

func registerDirectEndpoint(c *call) (any, error) {
	var req createDirectEndpoint
	if err := c.decodeOwned(&req); err != nil {
		return nil, err
	}
	if err := req.validate(); err != nil {
		return nil, err
	}
	found, err := c.lookUpDirect(req.Region, req.AWSVPCEndpointInfo.AWSVPCEndpointID)
	if err != nil {
		return nil, err
	}
	if err := c.checkNotDirect(req.AWSVPCEndpointInfo.AWSVPCEndpointID); err != nil {
		return nil, err
	}
	id := uuid.NewString()
	created := &directEndpoint{
		AccountID: c.account.ID, EndpointID: id, Name: "accounts/" + c.account.ID + "/endpoints/" + id,
		DisplayName: req.DisplayName, Region: req.Region, UseCase: "SERVICE_DIRECT",
		CreateTime: c.now.UTC().Format(time.RFC3339),
		AWSVPCEndpointInfo: &awsEndpointInfo{
			AWSAccountID:         found.OwnerID,
			AWSEndpointServiceID: found.ServiceName[strings.LastIndexByte(found.ServiceName, '.')+1:],
			AWSVPCEndpointID:     req.AWSVPCEndpointInfo.AWSVPCEndpointID,
		},
		approvedAt: c.now.Add(c.e.provision / 5),
	}
	return created.at(c.now), c.account.net.direct.add(c.now, id, created.DisplayName, created)
}

func (req *createDirectEndpoint) validate() error {
	info := req.AWSVPCEndpointInfo
	if info == nil {
		info = &awsEndpointInfo{}
	}
	if err := require(text("display_name", req.DisplayName), text("region", req.Region),
		text("aws_vpc_endpoint_info.aws_vpc_endpoint_id", info.AWSVPCEndpointID)); err != nil {
		return err
	}
	switch {
	case !displayName.MatchString(req.DisplayName):
		return invalidParameter("display_name must be a label as of RFC 1034, of at most 63 characters")
	case !slices.Contains([]string{"", "SERVICE_DIRECT"}, req.UseCase):
		return invalidParameter("use_case %q is not SERVICE_DIRECT", req.UseCase)
	case !knownRegion(req.Region):
		return invalidParameter("%s is not a region", req.Region)
	case !awsEndpointID.MatchString(info.AWSVPCEndpointID):
		return invalidParameter("%s is not the id of an AWS VPC endpoint", info.AWSVPCEndpointID)
	case info.AWSAccountID+info.AWSEndpointServiceID != "":
		return invalidParameter("aws_account_id and aws_endpoint_service_id cannot be set")
	}
	return nil
}

// lookUpDirect asks AWS. Which services are for SERVICE_DIRECT is not known: it
// must be an endpoint service, and not one of those that have registrations of
// their own. The texts are ours.
func (c *call) lookUpDirect(region, id string) (awsEndpoint, error) {
	var (
		found awsEndpoint
		known bool
	)
	if err := c.outside(func(ctx context.Context) (err error) {
		found, known, err = c.e.aws.endpoint(ctx, region, id)
		return err
	}); err != nil {
		return awsEndpoint{}, err
	}
	if !known {
		return awsEndpoint{}, malformed("VPC endpoint %s does not exist in region %s", id, region)
	}
	if _, workspace := endpointUse(region, found.ServiceName); workspace || !customerService.MatchString(found.ServiceName) {
		return awsEndpoint{}, malformed("VPC endpoint %s is connected to %s, which is not a service for SERVICE_DIRECT", id, found.ServiceName)
	}
	return found, nil
}

func (c *call) checkNotDirect(awsID string) error {
	for _, other := range c.account.net.direct.list(c.now) {
		if other.AWSVPCEndpointInfo.AWSVPCEndpointID == awsID {
			return apiErrorf(http.StatusConflict, "ALREADY_EXISTS", "VPC endpoint %s is already registered as %s", awsID, other.Name)
		}
	}
	return nil
}

func deleteDirectEndpoint(c *call) (any, error) {
	id := c.r.PathValue("endpoint_id")
	if _, err := c.account.net.direct.get(c.now, id); err != nil {
		return nil, err
	}
	c.account.net.direct.remove(c.now, id, c.now)
	return nil, nil
}

// SetEndpointState sets the state of an endpoint of the networking API:
// PENDING, APPROVED, FAILED or DISCONNECTED.
func (s *Sandbox) SetEndpointState(accountID, endpointID, state string) {
	a := s.account(accountID)
	a.mu.Lock()
	defer a.mu.Unlock()
	found, err := a.net.direct.get(s.em.now(), endpointID)
	if err != nil {
		panic("sandbox: " + err.Error())
	}
	found.forced = state
}
