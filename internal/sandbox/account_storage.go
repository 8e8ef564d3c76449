// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"regexp"

	"github.com/google/uuid"
)

const maxStorageConfigurations = 50

type rootBucket struct {
	BucketName string `json:"bucket_name"`
}

// storageConfiguration is a storage configuration (api: storage configurations).
type storageConfiguration struct {
	AccountID                string     `json:"account_id"`
	StorageConfigurationID   string     `json:"storage_configuration_id"`
	StorageConfigurationName string     `json:"storage_configuration_name"`
	RootBucketInfo           rootBucket `json:"root_bucket_info"`
	RoleARN                  string     `json:"role_arn,omitempty"`
	CreationTime             int64      `json:"creation_time"`
}

type createStorage struct {
	owned
	StorageConfigurationName string      `json:"storage_configuration_name"`
	RootBucketInfo           *rootBucket `json:"root_bucket_info"`
	RoleARN                  string      `json:"role_arn"`
}

func (e *emulator) storageRoutes(mux *http.ServeMux) {
	e.crud(mux, "/storage-configurations", "storage_configuration_id", createStorageConfiguration,
		func(c *call) (any, error) { return c.account.storage.list(c.now), nil },
		func(c *call) (any, error) {
			return c.account.storage.get(c.now, c.r.PathValue("storage_configuration_id"))
		},
		deleteStorageConfiguration)
}

var bucketName = regexp.MustCompile(`^[0-9a-z][-0-9a-z.]{1,61}[0-9a-z]$`)

// createStorageConfiguration does not look at the bucket: the service does so
// when a workspace is made.
func createStorageConfiguration(c *call) (any, error) {
	var req createStorage
	if err := c.decodeOwned(&req); err != nil {
		return nil, err
	}
	bucket := ""
	if req.RootBucketInfo != nil {
		bucket = req.RootBucketInfo.BucketName
	}
	if err := require(text("storage_configuration_name", req.StorageConfigurationName), text("root_bucket_info.bucket_name", bucket)); err != nil {
		return nil, err
	}
	switch {
	case !bucketName.MatchString(bucket):
		return nil, invalidParameter("%s is not a valid bucket name", bucket)
	case req.RoleARN != "" && !roleARN.MatchString(req.RoleARN):
		return nil, invalidParameter("%s is not a valid role ARN", req.RoleARN)
	case len(c.account.storage.list(c.now)) >= maxStorageConfigurations:
		return nil, invalidState("Storage configuration limit exceeded, only %d storage configurations are allowed", maxStorageConfigurations)
	}
	created := &storageConfiguration{
		AccountID:                c.account.ID,
		StorageConfigurationID:   uuid.NewString(),
		StorageConfigurationName: req.StorageConfigurationName,
		RootBucketInfo:           rootBucket{BucketName: bucket},
		RoleARN:                  req.RoleARN,
		CreationTime:             millis(c.now),
	}
	return created, c.account.storage.add(c.now, created.StorageConfigurationID, created.StorageConfigurationName, created)
}

func deleteStorageConfiguration(c *call) (any, error) {
	id := c.r.PathValue("storage_configuration_id")
	found, err := c.account.storage.get(c.now, id)
	if err != nil {
		return nil, err
	}
	if c.account.users(c.now, "storage_configuration_id", id).any() {
		return nil, malformed("Cannot delete a storage configuration while it is attached to a workspace")
	}
	if err := c.account.net.deliversWith(c.now, "storage configuration", id); err != nil {
		return nil, err
	}
	c.account.storage.remove(c.now, id, c.now)
	return found, nil
}
