// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"context"
	"net/http"
	"regexp"
	"slices"

	"github.com/google/uuid"
)

// The use cases of keys (api: customer-managed keys).
const (
	useManagedServices = "MANAGED_SERVICES"
	useStorage         = "STORAGE"
)

type awsKeyInfo struct {
	KeyARN       string `json:"key_arn"`
	KeyAlias     string `json:"key_alias,omitempty"`
	KeyRegion    string `json:"key_region,omitempty"`
	ReuseVolumes *bool  `json:"reuse_key_for_cluster_volumes,omitempty"`
}

// customerManagedKey is a key configuration (api: customer-managed keys).
type customerManagedKey struct {
	AccountID            string     `json:"account_id"`
	CustomerManagedKeyID string     `json:"customer_managed_key_id"`
	AWSKeyInfo           awsKeyInfo `json:"aws_key_info"`
	UseCases             []string   `json:"use_cases"`
	CreationTime         int64      `json:"creation_time"`
}

type createKey struct {
	owned
	AWSKeyInfo *awsKeyInfo `json:"aws_key_info"`
	UseCases   []string    `json:"use_cases"`
}

func (e *emulator) keyRoutes(mux *http.ServeMux) {
	e.crud(mux, "/customer-managed-keys", "customer_managed_key_id", enterprise(createCustomerManagedKey),
		func(c *call) (any, error) { return c.account.keys.list(c.now), nil },
		func(c *call) (any, error) {
			return c.account.keys.get(c.now, c.r.PathValue("customer_managed_key_id"))
		},
		deleteCustomerManagedKey)
}

var keyARN = regexp.MustCompile(`^arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:key/[A-Za-z0-9-]+$`)

func createCustomerManagedKey(c *call) (any, error) {
	var req createKey
	if err := c.decodeOwned(&req); err != nil {
		return nil, err
	}
	info, err := req.validate()
	if err != nil {
		return nil, err
	}
	known := false
	if err := c.outside(func(ctx context.Context) (err error) {
		known, err = c.e.aws.keyExists(ctx, info.KeyRegion, info.KeyARN)
		return err
	}); err != nil {
		return nil, err
	}
	if !known {
		return nil, malformed("Key %s does not exist or cannot be accessed", info.KeyARN)
	}
	created := &customerManagedKey{
		AccountID:            c.account.ID,
		CustomerManagedKeyID: uuid.NewString(),
		AWSKeyInfo:           info,
		UseCases:             req.UseCases,
		CreationTime:         millis(c.now),
	}
	return created, c.account.keys.add(c.now, created.CustomerManagedKeyID, "", created)
}

func (req *createKey) validate() (awsKeyInfo, error) {
	if err := require(
		field{"use_cases", len(req.UseCases) > 0},
		field{"aws_key_info", req.AWSKeyInfo != nil},
		field{"aws_key_info.key_arn", req.AWSKeyInfo != nil && req.AWSKeyInfo.KeyARN != ""},
	); err != nil {
		return awsKeyInfo{}, err
	}
	for _, use := range req.UseCases {
		if use != useManagedServices && use != useStorage {
			return awsKeyInfo{}, invalidParameter("%q is not a use case of a key", use)
		}
	}
	info := *req.AWSKeyInfo
	match := keyARN.FindStringSubmatch(info.KeyARN)
	if match == nil {
		return awsKeyInfo{}, invalidParameter("%s is not the ARN of a KMS key", info.KeyARN)
	}
	if info.KeyRegion != "" && info.KeyRegion != match[1] {
		return awsKeyInfo{}, invalidParameter("key_region %s is not the region of %s", info.KeyRegion, info.KeyARN)
	}
	info.KeyRegion = match[1]
	if info.ReuseVolumes == nil {
		reuse := true
		info.ReuseVolumes = &reuse
	}
	return info, nil
}

func deleteCustomerManagedKey(c *call) (any, error) {
	id := c.r.PathValue("customer_managed_key_id")
	found, err := c.account.keys.get(c.now, id)
	if err != nil {
		return nil, err
	}
	for _, ref := range []string{refManagedServices, refStorageKey} {
		if c.account.users(c.now, ref, id).any() {
			return nil, malformed("Cannot delete a customer-managed key while it is attached to a workspace")
		}
	}
	c.account.keys.remove(c.now, id, c.now)
	return found, nil
}

// checkKey: a workspace's key must be of its region and for the use.
func (c *call) checkKey(id, use, region string) error {
	if id == "" {
		return nil
	}
	key, err := c.account.keys.get(c.now, id)
	switch {
	case err != nil:
		return malformed("Invalid customerManagedKeyId: %s", id)
	case !slices.Contains(key.UseCases, use):
		return malformed("Customer managed key %s cannot be used for %s: its use cases are %v", id, use, key.UseCases)
	case key.AWSKeyInfo.KeyRegion != region:
		return malformed("Customer managed key %s is in region %s, the workspace in %s", id, key.AWSKeyInfo.KeyRegion, region)
	}
	return nil
}
