// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"testing"
	"time"
)

// freshMetastore makes room for a metastore, and makes one.
func (w *world) freshMetastore() string {
	w.t.Helper()
	w.ok("DELETE", "/metastores/"+w.s.MetastoreID(w.account.ID, region), nil)
	made := w.ok("POST", "/metastores", object{"metastore_info": object{"name": "meta", "region": region, "storage_root": "s3://root/"}})
	id := made.str("metastore_info.metastore_id")
	if got := made.str("metastore_info.storage_root"); got != "s3://root/"+id {
		w.t.Errorf("storage_root %s, want the id behind the root", got)
	}
	return id
}

func TestMetastoreUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := w.path("/metastores/" + w.freshMetastore())
	put := func(info object) object { return object{"metastore_info": info} }
	const lifetime = "delta_sharing_recipient_token_lifetime_in_seconds"
	before := w.expect(200, "GET", path, "", nil)
	if before.str("metastore_info."+lifetime) != "31536000" || before.str("metastore_info.delta_sharing_scope") != "INTERNAL" {
		t.Errorf("%s: want the documented defaults", before)
	}
	w.clock.pass(time.Minute)
	got := w.expect(200, "PUT", path, "", put(object{
		"owner": "administrators", lifetime: 3600, "delta_sharing_scope": "INTERNAL_AND_EXTERNAL",
		"delta_sharing_organization_name": "acme", "external_access_enabled": true,
	}))
	if got.str("metastore_info.owner") != "administrators" || got.str("metastore_info."+lifetime) != "3600" ||
		got.str("metastore_info.delta_sharing_scope") != "INTERNAL_AND_EXTERNAL" || got.get("metastore_info.external_access_enabled") != true ||
		got.str("metastore_info.updated_at") == before.str("metastore_info.updated_at") {
		t.Errorf("%s: want what was put", got)
	}
	if got := w.expect(200, "PUT", path, "", put(object{lifetime: 3600})); got.str("metastore_info.owner") != "administrators" {
		t.Errorf("%s: what is not there stays", got)
	}
	w.refused(400, "MALFORMED_REQUEST", "delta_sharing_scope", "PUT", path, "", put(object{lifetime: 60}))
	w.refused(400, "MALFORMED_REQUEST", lifetime, "PUT", path, "", put(object{"delta_sharing_scope": "INTERNAL_AND_EXTERNAL"}))
	w.refused(400, "INVALID_PARAMETER_VALUE", "delta_sharing_scope", "PUT", path, "", put(object{"delta_sharing_scope": "ALL"}))
	w.refused(400, "MALFORMED_REQUEST", "metastore_info", "PUT", path, "", object{})
	w.refused(400, "MALFORMED_REQUEST", "unknown field", "PUT", path, "", put(object{"name": "other"}))
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "PUT", path, "", put(object{"storage_root_credential_id": "none"}))
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "PUT", w.path("/metastores/none"), "", put(object{}))
}

func TestMetastoreDelete(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.freshMetastore()
	path := w.path("/metastores/" + id)
	w.refused(400, "QUOTA_EXCEEDED", "This account with id "+w.account.ID+" has reached the limit for metastores in region "+region,
		"POST", w.path("/metastores"), "", object{"metastore_info": object{"name": "second", "region": region}})
	ws := w.workspace("ws", nil)
	assign := object{"metastore_assignment": object{"metastore_id": id, "default_catalog_name": "main"}}
	w.refused(400, "MALFORMED_REQUEST", "metastore_id", "POST", w.path("/workspaces/"+ws+"/metastores/"+id), "", object{"metastore_assignment": object{}})
	w.ok("POST", "/workspaces/"+ws+"/metastores/"+id, assign)
	w.ok("PUT", "/workspaces/"+ws+"/metastores/"+id, object{"metastore_assignment": object{"metastore_id": id}})
	if got := w.ok("GET", "/workspaces/"+ws+"/metastore", nil).str("metastore_assignment.default_catalog_name"); got != "main" {
		t.Errorf("default catalog %q, want main: PUT did not name another", got)
	}
	w.refused(400, "INVALID_STATE", "is assigned to workspace "+ws, "DELETE", path, "", nil)
	w.ok("POST", "/metastores/"+id+"/storage-credentials", object{"credential_info": object{
		"name": "root", "aws_iam_role": object{"role_arn": "arn:aws:iam::123456789012:role/uc"},
	}})
	w.refused(400, "INVALID_STATE", "Metastore '"+id+"' is not empty. The metastore has 0 catalog(s), 1 storage credential(s), 0 share(s) and 0 recipient(s)",
		"DELETE", path, "", nil)
	w.expect(200, "DELETE", path+"?force=true", "", nil)
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "GET", path, "", nil)
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "No metastore assigned for the current workspace.", "GET", w.path("/workspaces/"+ws+"/metastore"), "", nil)
}

func TestAccountStorageCredentials(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.freshMetastore()
	base := "/metastores/" + id + "/storage-credentials"
	path, arn := w.path(base), "arn:aws:iam::123456789012:role/uc"
	info := func(fields object) object { return object{"credential_info": fields} }
	w.refused(400, "MALFORMED_REQUEST", "credential_info.name", "POST", path, "", info(object{"aws_iam_role": object{"role_arn": arn}}))
	w.refused(400, "MALFORMED_REQUEST", "aws_iam_role", "POST", path, "", info(object{"name": "root"}))
	w.refused(400, "INVALID_PARAMETER_VALUE", "role_arn", "POST", path, "", info(object{"name": "root", "aws_iam_role": object{"role_arn": "x"}}))
	w.refused(400, "MALFORMED_REQUEST", "unknown field", "POST", path, "", info(object{"name": "root", "azure_service_principal": object{}}))
	made := w.ok("POST", base, info(object{"name": "root", "aws_iam_role": object{"role_arn": arn}}))
	if made.str("credential_info.aws_iam_role.external_id") == "" || made.str("credential_info.aws_iam_role.unity_catalog_iam_arn") == "" ||
		made.str("credential_info.metastore_id") != id || made.str("credential_info.owner") != w.account.ClientID {
		t.Errorf("%s: want what a trust policy needs, and an owner", made)
	}
	w.refused(409, "ALREADY_EXISTS", "root", "POST", path, "", info(object{"name": "root", "aws_iam_role": object{"role_arn": arn}}))
	w.ok("PUT", "/metastores/"+id, object{"metastore_info": object{"storage_root_credential_id": made.str("credential_info.id")}})
	if got := w.ok("GET", "/metastores/"+id, nil).str("metastore_info.storage_root_credential_name"); got != "root" {
		t.Errorf("root credential %q, want root", got)
	}
	changed := w.ok("PUT", base+"/root", info(object{"owner": "administrators", "aws_iam_role": object{"role_arn": arn + "2"}}))
	if changed.str("credential_info.owner") != "administrators" || changed.str("credential_info.aws_iam_role.role_arn") != arn+"2" ||
		changed.str("credential_info.aws_iam_role.external_id") != made.str("credential_info.aws_iam_role.external_id") {
		t.Errorf("%s: want a new owner and role, and the same external id", changed)
	}
	w.refused(400, "INVALID_PARAMETER_VALUE", "isolation_mode", "PUT", path+"/root", "", info(object{"isolation_mode": "NONE"}))
	if got := w.ok("GET", base, nil).items("storage_credentials"); len(got) != 1 {
		t.Errorf("%v, want one", got)
	}
	w.refused(400, "INVALID_STATE", "root credential", "DELETE", path+"/root", "", nil)
	w.expect(200, "DELETE", path+"/root?force=true", "", nil)
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "root", "GET", path+"/root", "", nil)
	if got := w.ok("GET", "/metastores/"+id, nil).get("metastore_info.storage_root_credential_id"); got != nil {
		t.Errorf("root credential %v, want none", got)
	}
}
