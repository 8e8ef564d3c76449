// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"context"
	"fmt"
	"maps"
)

// keyFault is the kind of fault of a key that Databricks cannot use. It is no
// kind of a network's error messages, and shows on the workspace alone.
const keyFault = "key"

// keyActions are what Databricks does with a key, by the field of the workspace
// that names it (api: AWS constants). What clusters do with it for their
// volumes is left out: they are not there yet.
var keyActions = map[string][]string{
	refManagedServices: {"kms:Encrypt", "kms:Decrypt"},
	refStorageKey: {
		"kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo",
		"kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:DescribeKey",
	},
}

// provisioningFault finds out why a workspace that refers to these objects
// would fail, if it would.
func (c *call) provisioningFault(region string, refs map[string]string) (networkFault, error) {
	fault, err := c.networkFault(region, refs[refNetwork])
	if err != nil || fault.kind != "" {
		return fault, err
	}
	return c.keyFault(region, refs)
}

// keyFault: key policies are checked on use (api: customer-managed keys). That
// it is the workspace that fails then, and not its creation that is refused, is
// a guess (weak): it is the later error, and harder for a client.
func (c *call) keyFault(region string, refs map[string]string) (networkFault, error) {
	for _, use := range []string{refManagedServices, refStorageKey} {
		// A key that does not exist is for checkKey to refuse.
		key, err := c.account.keys.get(c.now, refs[use])
		if err != nil {
			continue
		}
		var refused string
		if err := c.outside(func(ctx context.Context) (err error) {
			refused, err = c.e.aws.refusedByKey(ctx, c.account.ID, region, key.AWSKeyInfo.KeyARN, keyActions[use])
			return err
		}); err != nil {
			return networkFault{}, err
		}
		if refused != "" {
			return networkFault{keyFault, fmt.Sprintf("The policy of key %s does not let Databricks do %s, which %s needs",
				key.AWSKeyInfo.KeyARN, refused, use)}, nil
		}
	}
	return networkFault{}, nil
}

// refsToTry are the references to look at when a workspace changes: all of a
// failed one, which is provisioned again, and of others what changes.
func (c *call) refsToTry(ws *workspace, changes map[string]string) map[string]string {
	if ws.status(c.now) != statusFailed {
		return changes
	}
	refs := maps.Clone(ws.refs)
	maps.Copy(refs, changes)
	return refs
}
