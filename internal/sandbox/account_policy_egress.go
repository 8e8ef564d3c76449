// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import "slices"

// The modes of network policies.
const (
	fullAccess       = "FULL_ACCESS"
	restrictedAccess = "RESTRICTED_ACCESS"
	allowRegistered  = "ALLOW_ALL_REGISTERED_ENDPOINTS"
	enforced         = "ENFORCED"
	dryRun           = "DRY_RUN"
)

type policyEgress struct {
	NetworkAccess *egressAccess `json:"network_access,omitempty"`
}

type egressAccess struct {
	RestrictionMode               string             `json:"restriction_mode"`
	AllowedDatabricksDestinations []egressWorkspaces `json:"allowed_databricks_destinations,omitempty"`
	AllowedInternetDestinations   []egressInternet   `json:"allowed_internet_destinations,omitempty"`
	AllowedStorageDestinations    []egressStorage    `json:"allowed_storage_destinations,omitempty"`
	BlockedInternetDestinations   []egressInternet   `json:"blocked_internet_destinations,omitempty"`
	PolicyEnforcement             *egressEnforcement `json:"policy_enforcement,omitempty"`
}

type egressWorkspaces struct {
	WorkspaceIDs []int64 `json:"workspace_ids"`
}

type egressInternet struct {
	Destination             string `json:"destination"`
	InternetDestinationType string `json:"internet_destination_type"`
}

type egressStorage struct {
	AzureStorageAccount    string `json:"azure_storage_account,omitempty"`
	AzureStorageService    string `json:"azure_storage_service,omitempty"`
	BucketName             string `json:"bucket_name,omitempty"`
	Region                 string `json:"region,omitempty"`
	StorageDestinationType string `json:"storage_destination_type"`
}

type egressEnforcement struct {
	DryRunModeProductFilter []string `json:"dry_run_mode_product_filter,omitempty"`
	EnforcementMode         string   `json:"enforcement_mode,omitempty"`
}

func (e *policyEgress) check() error {
	if e == nil || e.NetworkAccess == nil {
		return nil
	}
	return e.NetworkAccess.check()
}

func (a *egressAccess) complete() {
	if a.PolicyEnforcement == nil {
		a.PolicyEnforcement = &egressEnforcement{}
	}
	if a.PolicyEnforcement.EnforcementMode == "" {
		a.PolicyEnforcement.EnforcementMode = enforced
	}
}

// check: that there is nothing to allow where everything is allowed is the
// stricter reading of "when in RESTRICTED_ACCESS mode" (?).
func (a *egressAccess) check() error {
	const path = "egress.network_access"
	if err := oneOf(path+".restriction_mode", a.RestrictionMode, fullAccess, restrictedAccess); err != nil {
		return err
	}
	allowed := len(a.AllowedDatabricksDestinations) + len(a.AllowedInternetDestinations) + len(a.AllowedStorageDestinations)
	if a.RestrictionMode == fullAccess && allowed > 0 {
		return invalidParameter("%s: allowed destinations are for the restriction mode %s", path, restrictedAccess)
	}
	for _, d := range a.AllowedDatabricksDestinations {
		if len(d.WorkspaceIDs) == 0 {
			return missing(path + ".allowed_databricks_destinations.workspace_ids")
		}
	}
	for _, d := range slices.Concat(a.AllowedInternetDestinations, a.BlockedInternetDestinations) {
		if err := d.check(path); err != nil {
			return err
		}
	}
	for _, d := range a.AllowedStorageDestinations {
		if err := d.check(path + ".allowed_storage_destinations"); err != nil {
			return err
		}
	}
	return a.PolicyEnforcement.check(path + ".policy_enforcement")
}

// check does not look at the form of the name: names that are none were seen
// to be sent.
func (d egressInternet) check(path string) error {
	if err := require(text(path+".destination", d.Destination)); err != nil {
		return err
	}
	return oneOf(path+".internet_destination_type", d.InternetDestinationType, "DNS_NAME")
}

// check refuses the storage of other clouds than the account's (?).
func (d egressStorage) check(path string) error {
	if err := oneOf(path+".storage_destination_type", d.StorageDestinationType, "AWS_S3"); err != nil {
		return err
	}
	if err := require(text(path+".bucket_name", d.BucketName), text(path+".region", d.Region)); err != nil {
		return err
	}
	switch {
	case d.AzureStorageAccount+d.AzureStorageService != "":
		return invalidParameter("%s: azure_storage_account and azure_storage_service are not for AWS_S3", path)
	case !knownRegion(d.Region):
		return invalidParameter("%s: %s is not a region", path, d.Region)
	}
	return nil
}

func (e *egressEnforcement) check(path string) error {
	if e == nil {
		return nil
	}
	if e.EnforcementMode != "" {
		if err := oneOf(path+".enforcement_mode", e.EnforcementMode, enforced, dryRun); err != nil {
			return err
		}
	}
	if len(e.DryRunModeProductFilter) > 0 && e.EnforcementMode != dryRun {
		return invalidParameter("%s.dry_run_mode_product_filter is for the enforcement mode %s", path, dryRun)
	}
	for _, product := range e.DryRunModeProductFilter {
		if err := oneOf(path+".dry_run_mode_product_filter", product, "DBSQL", "ML_SERVING"); err != nil {
			return err
		}
	}
	return nil
}
