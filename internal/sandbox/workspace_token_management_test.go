// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"strings"
	"testing"
	"time"
)

const (
	tokenACL = "/api/2.0/permissions/authorization/tokens"
	managed  = "/api/2.0/token-management/tokens"
	oboPath  = "/api/2.0/token-management/on-behalf-of/tokens"
)

func canUse(principal, name string) object {
	return object{principal: name, "permission_level": "CAN_USE"}
}

func adminsCanManage() object {
	return object{"group_name": "admins", "permission_level": "CAN_MANAGE"}
}

func grants(entries ...object) object { return object{"access_control_list": entries} }

// as calls a workspace with another token.
func (w *world) as(token string, call func()) {
	own := w.token
	defer func() { w.token = own }()
	w.token = token
	call()
}

func TestTokensOnBehalf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	robot := w.in(id, "POST", scimPath+"ServicePrincipals", object{"displayName": "robot"})
	app := robot.str("applicationId")
	w.refused(400, "MALFORMED_REQUEST", "application_id", "POST", oboPath, id, object{"comment": "c"})
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "nobody", "POST", oboPath, id, object{"application_id": "nobody"})
	w.refused(403, "PERMISSION_DENIED", "not authorized", "POST", oboPath, id, object{"application_id": app})
	own := w.in(id, "POST", "/api/2.0/token/create", object{"comment": "own"})
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "Principal: GroupName(nobody) does not exist", "PATCH", tokenACL, id, grants(canUse("group_name", "nobody")))
	w.in(id, "PATCH", tokenACL, grants(canUse("service_principal_name", app)))
	w.refused(400, "INVALID_PARAMETER_VALUE", "lifetime_seconds", "POST", oboPath, id, object{"application_id": app, "lifetime_seconds": 731 * 86400})
	made := w.in(id, "POST", oboPath, object{"application_id": app, "comment": "for robot", "lifetime_seconds": 3600})
	token, tokenID := made.str("token_value"), made.str("token_info.token_id")

	info := w.in(id, "GET", managed+"/"+tokenID, nil)
	if info.str("token_info.owner_id") != robot.str("id") || info.str("token_info.created_by_username") != w.account.ClientID {
		t.Errorf("%s: want it owned by %s and made by %s", info, robot.str("id"), w.account.ClientID)
	}
	if got := w.in(id, "GET", managed+"?created_by_username="+w.account.ClientID, nil); len(got.items("token_infos")) != 2 {
		t.Errorf("%s: want both tokens", got)
	}
	if got := w.in(id, "GET", managed+"?created_by_username="+app, nil).String(); got != "{}\n" {
		t.Errorf("%s: want none that the robot made", got)
	}
	if got := w.in(id, "GET", managed+"?created_by_id="+robot.str("id"), nil).String(); got != "{}\n" {
		t.Errorf("%s: want none that the robot made", got)
	}
	w.in(id, "PATCH", managed+"/"+tokenID, object{"token": object{"comment": "changed"}, "update_mask": "comment"})
	w.refused(400, "INVALID_PARAMETER_VALUE", "expiry_time", "PATCH", managed+"/"+tokenID, id, object{"token": object{"expiry_time": 1}, "update_mask": "expiry_time"})
	w.as(token, func() {
		if got := w.in(id, "GET", scimPath+"Me", nil).str("userName"); got != app {
			t.Errorf("Me is %s, want %s", got, app)
		}
		if got := w.in(id, "GET", "/api/2.0/token/list", nil); len(got.items("token_infos")) != 1 || !strings.Contains(got.String(), "changed") {
			t.Errorf("%s: want the robot's own token, with its new comment", got)
		}
		w.refused(403, "PERMISSION_DENIED", "admins", "GET", confPath+"?keys=enableDcs", id, nil)
		w.refused(403, "PERMISSION_DENIED", "admins", "PUT", tokenACL, id, grants(adminsCanManage()))
		w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "POST", "/api/2.0/token/delete", id, object{"token_id": own.str("token_info.token_id")})
	})
	w.in(id, "DELETE", managed+"/"+tokenID, nil)
	w.as(token, func() { w.refused(401, "UNAUTHENTICATED", "", "GET", scimPath+"Me", id, nil) })
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "GET", managed+"/"+tokenID, id, nil)
}

// TestTokenPermissionsRevoke takes a permission away in each way there is.
func TestTokenPermissionsRevoke(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	w.in(id, "POST", "/api/2.0/token/create", object{})
	robot := w.in(id, "POST", scimPath+"ServicePrincipals", object{"displayName": "robot"})
	app := robot.str("applicationId")
	ops := w.in(id, "POST", scimPath+"Groups", object{"displayName": "ops", "members": []object{{"value": robot.str("id")}}}).str("id")
	w.in(id, "POST", scimPath+"Groups", object{"displayName": "outer", "members": []object{{"value": ops}}})
	cases := []struct {
		name  string
		grant object
		take  func()
	}{
		{"the grant", canUse("service_principal_name", app), func() { w.in(id, "PUT", tokenACL, grants(adminsCanManage())) }},
		{"the grant of a group of groups", canUse("group_name", "outer"), func() { w.in(id, "PUT", tokenACL, grants(adminsCanManage())) }},
		{"membership", canUse("group_name", "ops"), func() {
			w.in(id, "PATCH", scimPath+"Groups/"+ops, patchOps(object{"op": "remove", "path": `members[value eq "` + robot.str("id") + `"]`}))
		}},
		{"activity", canUse("group_name", "users"), func() {
			w.in(id, "PATCH", scimPath+"ServicePrincipals/"+robot.str("id"), patchOps(object{"op": "replace", "path": "active", "value": false}))
		}},
	}
	for _, tc := range cases {
		w.in(id, "PUT", tokenACL, grants(adminsCanManage(), tc.grant))
		token := w.in(id, "POST", oboPath, object{"application_id": app}).str("token_value")
		w.as(token, func() { w.in(id, "GET", scimPath+"Me", nil) })
		tc.take()
		w.as(token, func() { w.refused(401, "UNAUTHENTICATED", "", "GET", scimPath+"Me", id, nil) })
		if got := w.in(id, "GET", managed, nil); len(got.items("token_infos")) != 1 {
			t.Errorf("without %s: %s, want the administrator's token alone", tc.name, got)
		}
	}
}

func TestTokenLifetime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	const day = 86400
	w.in(id, "PATCH", confPath, object{"maxTokenLifetimeDays": "2"})
	w.refused(400, "INVALID_PARAMETER_VALUE", "172800", "POST", "/api/2.0/token/create", id, object{"lifetime_seconds": 2*day + 1})
	w.refused(400, "INVALID_PARAMETER_VALUE", "172800", "POST", "/api/2.0/token/create", id, object{"lifetime_seconds": int64(1) << 62})
	w.refused(400, "INVALID_PARAMETER_VALUE", "172800", "POST", "/api/2.0/token/create", id, object{"lifetime_seconds": -1})
	w.in(id, "POST", "/api/2.0/token/create", object{"lifetime_seconds": 2 * day})
	made := w.in(id, "POST", "/api/2.0/token/create", object{})
	w.clock.pass(48*time.Hour - time.Second)
	w.as(made.str("token_value"), func() { w.in(id, "GET", scimPath+"Me", nil) })
	w.clock.pass(time.Second)
	w.as(made.str("token_value"), func() { w.refused(401, "UNAUTHENTICATED", "", "GET", scimPath+"Me", id, nil) })
	w.login()
	if got := w.in(id, "GET", "/api/2.0/token/list", nil).String(); got != "{}\n" {
		t.Errorf("%s: want none left", got)
	}
}

func TestPasswordPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	const path = "/api/2.0/permissions/authorization/passwords"
	got := w.in(id, "GET", path, nil)
	if got.str("object_type") != "passwords" || got.str("object_id") != "/authorization/passwords" || len(got.items("access_control_list")) != 1 {
		t.Errorf("%s: want the passwords of admins", got)
	}
	w.in(id, "PUT", path, grants(canUse("group_name", "users")))
	if got := w.in(id, "GET", path, nil); len(got.items("access_control_list")) != 1 || !strings.Contains(got.String(), "users") {
		t.Errorf("%s: want users alone", got)
	}
	w.in(id, "PATCH", path, grants(canUse("group_name", "admins")))
	if got := w.in(id, "GET", path, nil); len(got.items("access_control_list")) != 2 {
		t.Errorf("%s: want both", got)
	}
	w.refused(400, "INVALID_PARAMETER_VALUE", "CAN_EDIT", "PUT", path, id, grants(object{"group_name": "users", "permission_level": "CAN_EDIT"}))
	if got := w.in(id, "GET", path+"/permissionLevels", nil); len(got.items("permission_levels")) != 1 {
		t.Errorf("%s: want one level", got)
	}
}
