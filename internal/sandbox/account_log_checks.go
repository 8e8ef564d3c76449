// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"
)

// usageMonth is how the service writes months.
const usageMonth = "2006-01"

// maxDeliveries is how many enabled configurations there may be for the account
// as a whole, and for each workspace in a filter, of each type of log.
const maxDeliveries = 2

func (req *createLogDelivery) validate(c *call) error {
	if err := require(text("log_type", req.LogType), text("output_format", req.OutputFormat),
		text("credentials_id", req.CredentialsID), text("storage_configuration_id", req.StorageConfigurationID)); err != nil {
		return err
	}
	format, known := deliveryFormats[req.LogType]
	switch {
	case !known:
		return invalidParameter("%q is not a log type", req.LogType)
	case req.OutputFormat != format:
		return invalidParameter("The output format of %s is %s, not %q", req.LogType, format, req.OutputFormat)
	case !slices.Contains([]string{"", deliveryEnabled, deliveryDisabled}, req.Status):
		return invalidParameter("%q is not a status", req.Status)
	case strings.HasPrefix(req.DeliveryPathPrefix, "/") || strings.HasSuffix(req.DeliveryPathPrefix, "/"):
		return invalidParameter("delivery_path_prefix cannot start or end with a slash")
	}
	if err := checkStart(req.DeliveryStartTime); err != nil {
		return err
	}
	return c.checkFilter(req.WorkspaceIDsFilter)
}

// checkStart takes the first month for which there is usage as the first for
// audit logs too; nothing is known of those.
func checkStart(start string) error {
	if start == "" {
		return nil
	}
	if _, err := time.Parse(usageMonth, start); err != nil {
		return invalidParameter("delivery_start_time %q is not a month of the form YYYY-MM", start)
	}
	if start < "2019-03" {
		return invalidParameter("delivery_start_time %s is before 2019-03", start)
	}
	return nil
}

// checkFilter: that the workspaces must exist is the stricter reading (?).
func (c *call) checkFilter(ids []int64) error {
	for i, id := range ids {
		known := slices.ContainsFunc(c.account.workspaces, func(ws *workspace) bool { return ws.id == id && ws.alive() })
		switch {
		case !known:
			return invalidParameter("workspace_ids_filter: workspace %d does not exist", id)
		case slices.Contains(ids[:i], id):
			return invalidParameter("workspace_ids_filter names workspace %d twice", id)
		}
	}
	return nil
}

// checkDeliverable checks what an enabled configuration needs. A disabled one
// may refer to what has gone.
func (c *call) checkDeliverable(d *logDelivery) error {
	if d.Status != deliveryEnabled {
		return nil
	}
	if _, err := c.account.credentials.get(c.now, d.CredentialsID); err != nil {
		return malformed("Invalid credentialsId: %s", d.CredentialsID)
	}
	if _, err := c.account.storage.get(c.now, d.StorageConfigurationID); err != nil {
		return malformed("Invalid storageConfigurationId: %s", d.StorageConfigurationID)
	}
	return c.checkDeliveryLimits(d)
}

// checkDeliveryLimits has the limits of the service and texts of ours.
func (c *call) checkDeliveryLimits(d *logDelivery) error {
	level, workspaces := 0, map[int64]int{}
	for _, other := range c.account.net.logs.list(c.now) {
		if other.ConfigID == d.ConfigID || other.Status != deliveryEnabled || other.LogType != d.LogType {
			continue
		}
		if other.sameAs(d) {
			return apiErrorf(http.StatusConflict, "ALREADY_EXISTS",
				"Log delivery configuration %s is enabled and differs in nothing but its name", other.ConfigID)
		}
		if len(other.WorkspaceIDsFilter) == 0 {
			level++
		}
		for _, id := range other.WorkspaceIDsFilter {
			workspaces[id]++
		}
	}
	if len(d.WorkspaceIDsFilter) == 0 && level >= maxDeliveries {
		return apiErrorf(http.StatusBadRequest, "QUOTA_EXCEEDED",
			"The account has %d enabled account-level log delivery configurations of type %s, which is the limit", level, d.LogType)
	}
	for _, id := range d.WorkspaceIDsFilter {
		if workspaces[id] >= maxDeliveries {
			return apiErrorf(http.StatusBadRequest, "QUOTA_EXCEEDED",
				"Workspace %d has %d enabled log delivery configurations of type %s, which is the limit", id, workspaces[id], d.LogType)
		}
	}
	return nil
}

// sameAs compares everything that can differ but the name and the status.
func (d *logDelivery) sameAs(other *logDelivery) bool {
	sorted := func(ids []int64) []int64 { return slices.Sorted(slices.Values(ids)) }
	return d.CredentialsID == other.CredentialsID && d.StorageConfigurationID == other.StorageConfigurationID &&
		d.DeliveryPathPrefix == other.DeliveryPathPrefix && d.DeliveryStartTime == other.DeliveryStartTime &&
		slices.Equal(sorted(d.WorkspaceIDsFilter), sorted(other.WorkspaceIDsFilter))
}

// checkDelivery stands for the test object that the service puts into the
// bucket with the role. It does so for disabled configurations too (?).
func (c *call) checkDelivery(d *logDelivery) error {
	credentials, err := c.account.credentials.get(c.now, d.CredentialsID)
	if err != nil {
		return malformed("Invalid credentialsId: %s", d.CredentialsID)
	}
	storage, err := c.account.storage.get(c.now, d.StorageConfigurationID)
	if err != nil {
		return malformed("Invalid storageConfigurationId: %s", d.StorageConfigurationID)
	}
	role, bucket := credentials.AWSCredentials.STSRole.RoleARN, storage.RootBucketInfo.BucketName
	return c.outside(func(ctx context.Context) error {
		known, err := c.e.aws.roleExists(ctx, role)
		if err == nil && known {
			// The bucket can be in any region; it is found from this one.
			known, err = c.e.aws.bucketExists(ctx, "us-east-1", bucket)
		}
		if err == nil && !known {
			return invalidParameter("Failed to perform putObject operations on s3Bucket:%s with deliveryPathPrefix:%s with the IAM Role:%s provided. "+
				"Please add all required s3 actions as mentioned in API docs to role policy of your IAM Role.", bucket, d.DeliveryPathPrefix, role)
		}
		return err
	})
}

// deliversWith refuses the deletion of what an enabled configuration delivers
// with; the text is ours. Disabled ones keep their references, and hold nothing:
// as they cannot be deleted, nothing that was ever used could be (?).
func (n *accountNet) deliversWith(now time.Time, kind, id string) error {
	for _, d := range n.logs.list(now) {
		if d.Status == deliveryEnabled && (d.CredentialsID == id || d.StorageConfigurationID == id) {
			return malformed("Cannot delete a %s while it is used by the enabled log delivery configuration %s", kind, d.ConfigID)
		}
	}
	return nil
}
