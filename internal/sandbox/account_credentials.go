// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"context"
	"net/http"
	"regexp"

	"github.com/google/uuid"
)

type stsRole struct {
	RoleARN    string `json:"role_arn"`
	ExternalID string `json:"external_id,omitempty"`
}

type awsCredentials struct {
	STSRole *stsRole `json:"sts_role"`
}

// credential is a credential configuration (api: credential configurations).
type credential struct {
	AccountID       string         `json:"account_id"`
	CredentialsID   string         `json:"credentials_id"`
	CredentialsName string         `json:"credentials_name"`
	AWSCredentials  awsCredentials `json:"aws_credentials"`
	CreationTime    int64          `json:"creation_time"`
}

type createCredential struct {
	owned
	CredentialsName string          `json:"credentials_name"`
	AWSCredentials  *awsCredentials `json:"aws_credentials"`
}

func (e *emulator) credentialRoutes(mux *http.ServeMux) {
	e.crud(mux, "/credentials", "credentials_id", createCredentials,
		func(c *call) (any, error) { return c.account.credentials.list(c.now), nil },
		func(c *call) (any, error) { return c.account.credentials.get(c.now, c.r.PathValue("credentials_id")) },
		deleteCredentials)
}

var roleARN = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:role/.+$`)

func createCredentials(c *call) (any, error) {
	var req createCredential
	if err := c.decodeOwned(&req); err != nil {
		return nil, err
	}
	role := ""
	if req.AWSCredentials != nil && req.AWSCredentials.STSRole != nil {
		role = req.AWSCredentials.STSRole.RoleARN
	}
	if err := require(text("credentials_name", req.CredentialsName), text("aws_credentials.sts_role.role_arn", role)); err != nil {
		return nil, err
	}
	if err := c.account.credentials.nameFree(c.now, "", req.CredentialsName); err != nil {
		return nil, err
	}
	if err := c.checkRole(role); err != nil {
		return nil, err
	}
	created := &credential{
		AccountID:       c.account.ID,
		CredentialsID:   uuid.NewString(),
		CredentialsName: req.CredentialsName,
		AWSCredentials:  awsCredentials{STSRole: &stsRole{RoleARN: role, ExternalID: c.account.ID}},
		CreationTime:    millis(c.now),
	}
	return created, c.account.credentials.add(c.now, created.CredentialsID, created.CredentialsName, created)
}

// checkRole stands for the AssumeRole that the service tries.
func (c *call) checkRole(arn string) error {
	known := roleARN.MatchString(arn)
	if known {
		err := c.outside(func(ctx context.Context) (err error) {
			known, err = c.e.aws.roleExists(ctx, arn)
			return err
		})
		if err != nil {
			return err
		}
	}
	if !known {
		return malformed("Failed credential validation checks: please use a valid cross account IAM role with permissions setup correctly.")
	}
	return nil
}

func deleteCredentials(c *call) (any, error) {
	id := c.r.PathValue("credentials_id")
	found, err := c.account.credentials.get(c.now, id)
	if err != nil {
		return nil, err
	}
	if c.account.users(c.now, "credentials_id", id).any() {
		return nil, malformed("Cannot delete a credentials while it is attached to a workspace")
	}
	if err := c.account.net.deliversWith(c.now, "credentials", id); err != nil {
		return nil, err
	}
	c.account.credentials.remove(c.now, id, c.now)
	return found, nil
}
