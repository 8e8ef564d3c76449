// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"regexp"
	"slices"

	"github.com/google/uuid"
)

// accountUnityCatalogRole is the role that assumes those of storage credentials.
const accountUnityCatalogRole = "arn:aws:iam::414351767826:role/unity-catalog-prod-UCMasterRole-14S5ZJVKOTYTL"

type accountIAMRole struct {
	RoleARN         string `json:"role_arn"`
	ExternalID      string `json:"external_id"`
	UnityCatalogARN string `json:"unity_catalog_iam_arn"`
}

// accountStorageCredential is a storage credential of a metastore (api:
// account storage credentials).
type accountStorageCredential struct {
	ID                    string          `json:"id"`
	Name                  string          `json:"name"`
	FullName              string          `json:"full_name"`
	MetastoreID           string          `json:"metastore_id"`
	AWSIAMRole            *accountIAMRole `json:"aws_iam_role"`
	Comment               string          `json:"comment,omitempty"`
	ReadOnly              bool            `json:"read_only"`
	Owner                 string          `json:"owner"`
	IsolationMode         string          `json:"isolation_mode"`
	UsedForManagedStorage bool            `json:"used_for_managed_storage"`
	CreatedAt             int64           `json:"created_at"`
	CreatedBy             string          `json:"created_by"`
	UpdatedAt             int64           `json:"updated_at"`
	UpdatedBy             string          `json:"updated_by"`
}

// accountRoleRequest is the one kind of credential that accounts on AWS have
// here. Those of Azure, and Cloudflare's tokens, are unknown fields to them.
type accountRoleRequest struct {
	RoleARN string `json:"role_arn"`
}

type createStorageCredentialRequest struct {
	CredentialInfo *struct {
		Name       string              `json:"name"`
		AWSIAMRole *accountRoleRequest `json:"aws_iam_role"`
		Comment    string              `json:"comment"`
		ReadOnly   bool                `json:"read_only"`
	} `json:"credential_info"`
	SkipValidation bool `json:"skip_validation"`
}

// updateStorageCredentialRequest has pointers for what stays as it is where it
// is not there.
type updateStorageCredentialRequest struct {
	CredentialInfo *struct {
		AWSIAMRole    *accountRoleRequest `json:"aws_iam_role"`
		Comment       *string             `json:"comment"`
		ReadOnly      *bool               `json:"read_only"`
		Owner         *string             `json:"owner"`
		IsolationMode *string             `json:"isolation_mode"`
	} `json:"credential_info"`
	SkipValidation bool `json:"skip_validation"`
}

func (e *emulator) accountStorageCredentialRoutes(mux *http.ServeMux) {
	path := accountPath + "/metastores/{metastore_id}/storage-credentials"
	mux.HandleFunc("POST "+path, e.api(createAccountStorageCredential))
	mux.HandleFunc("GET "+path, e.api(func(c *call) (any, error) {
		found, err := c.account.metastores.get(c.now, c.r.PathValue("metastore_id"))
		if err != nil {
			return nil, err
		}
		all := append([]*accountStorageCredential{}, c.account.storageCredentials[found.MetastoreID]...)
		return map[string]any{"storage_credentials": all}, nil
	}))
	mux.HandleFunc("GET "+path+"/{name}", e.api(func(c *call) (any, error) {
		found, _, err := c.pathStorageCredential()
		if err != nil {
			return nil, err
		}
		return map[string]any{"credential_info": found}, nil
	}))
	mux.HandleFunc("PUT "+path+"/{name}", e.api(updateAccountStorageCredential))
	mux.HandleFunc("DELETE "+path+"/{name}", e.api(deleteAccountStorageCredential))
}

func (c *call) pathStorageCredential() (*accountStorageCredential, *metastore, error) {
	in, err := c.account.metastores.get(c.now, c.r.PathValue("metastore_id"))
	if err != nil {
		return nil, nil, err
	}
	name := c.r.PathValue("name")
	for _, found := range c.account.storageCredentials[in.MetastoreID] {
		if found.Name == name {
			return found, in, nil
		}
	}
	return nil, nil, doesNotExist("Storage Credential '%s' does not exist.", name)
}

var accountRoleARN = regexp.MustCompile(`^arn:aws(-us-gov)?:iam::[0-9]{10,12}:role/.+$`)

// role checks a role by its form. What the role allows is not looked at.
func (req *accountRoleRequest) role() (*accountIAMRole, error) {
	if req == nil {
		return nil, missing("credential_info.aws_iam_role")
	}
	if err := require(text("credential_info.aws_iam_role.role_arn", req.RoleARN)); err != nil {
		return nil, err
	}
	if !accountRoleARN.MatchString(req.RoleARN) {
		return nil, invalidParameter("role_arn %q is not the ARN of an IAM role", req.RoleARN)
	}
	return &accountIAMRole{RoleARN: req.RoleARN, ExternalID: uuid.NewString(), UnityCatalogARN: accountUnityCatalogRole}, nil
}

func createAccountStorageCredential(c *call) (any, error) {
	in, err := c.account.metastores.get(c.now, c.r.PathValue("metastore_id"))
	if err != nil {
		return nil, err
	}
	var req createStorageCredentialRequest
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	info := req.CredentialInfo
	if info == nil {
		return nil, missing("credential_info")
	}
	if err := require(text("credential_info.name", info.Name)); err != nil {
		return nil, err
	}
	role, err := info.AWSIAMRole.role()
	if err != nil {
		return nil, err
	}
	all := c.account.storageCredentials[in.MetastoreID]
	if slices.ContainsFunc(all, func(other *accountStorageCredential) bool { return other.Name == info.Name }) {
		return nil, apiErrorf(http.StatusConflict, "ALREADY_EXISTS", "Storage Credential '%s' already exists", info.Name)
	}
	who, at := c.caller.clientID, millis(c.now)
	created := &accountStorageCredential{
		ID: uuid.NewString(), Name: info.Name, FullName: info.Name, MetastoreID: in.MetastoreID, AWSIAMRole: role,
		Comment: info.Comment, ReadOnly: info.ReadOnly, Owner: who, IsolationMode: "ISOLATION_MODE_OPEN",
		CreatedAt: at, CreatedBy: who, UpdatedAt: at, UpdatedBy: who,
	}
	c.account.storageCredentials[in.MetastoreID] = append(all, created)
	return map[string]any{"credential_info": created}, nil
}

func updateAccountStorageCredential(c *call) (any, error) {
	found, _, err := c.pathStorageCredential()
	if err != nil {
		return nil, err
	}
	var req updateStorageCredentialRequest
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	info, next := req.CredentialInfo, *found
	if info == nil {
		return nil, missing("credential_info")
	}
	if info.AWSIAMRole != nil {
		role, err := info.AWSIAMRole.role()
		if err != nil {
			return nil, err
		}
		role.ExternalID = next.AWSIAMRole.ExternalID
		next.AWSIAMRole = role
	}
	take(&next.Comment, info.Comment)
	take(&next.ReadOnly, info.ReadOnly)
	take(&next.Owner, info.Owner)
	take(&next.IsolationMode, info.IsolationMode)
	if !slices.Contains([]string{"ISOLATION_MODE_ISOLATED", "ISOLATION_MODE_OPEN"}, next.IsolationMode) {
		return nil, invalidParameter("isolation_mode %q is not known", next.IsolationMode)
	}
	if next.Owner == "" {
		return nil, invalidParameter("owner must not be empty")
	}
	next.UpdatedAt, next.UpdatedBy = millis(c.now), c.caller.clientID
	*found = next
	return map[string]any{"credential_info": found}, nil
}

// take changes a value where there is another.
func take[T any](into, from *T) {
	if from != nil {
		*into = *from
	}
}

// deleteAccountStorageCredential keeps the credential of a metastore's root,
// unless it is forced. The text is ours.
func deleteAccountStorageCredential(c *call) (any, error) {
	found, in, err := c.pathStorageCredential()
	if err != nil {
		return nil, err
	}
	if in.StorageRootCredentialID == found.ID && c.r.URL.Query().Get("force") != "true" {
		return nil, invalidState("Storage Credential '%s' is the root credential of metastore %s", found.Name, in.MetastoreID)
	}
	if in.StorageRootCredentialID == found.ID {
		in.StorageRootCredentialID, in.StorageRootCredentialName = "", ""
	}
	c.account.storageCredentials[in.MetastoreID] = slices.DeleteFunc(c.account.storageCredentials[in.MetastoreID],
		func(other *accountStorageCredential) bool { return other == found })
	return nil, nil
}
