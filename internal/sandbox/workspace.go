// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"crypto/rand"
	"math/big"
	"time"
)

// The states of a workspace (api: workspaces).
const (
	statusNotProvisioned = "NOT_PROVISIONED"
	statusProvisioning   = "PROVISIONING"
	statusRunning        = "RUNNING"
	statusFailed         = "FAILED"
)

// The fields of a workspace that refer to other objects of the account.
const (
	refCredentials     = "credentials_id"
	refStorage         = "storage_configuration_id"
	refNetwork         = "network_id"
	refManagedServices = "managed_services_customer_managed_key_id"
	refStorageKey      = "storage_customer_managed_key_id"
	refPrivateAccess   = "private_access_settings_id"
	refConnectivity    = "network_connectivity_config_id"
)

// workspace is a workspace and everything in it. Its account's lock guards it.
type workspace struct {
	account    *account
	id         int64
	name       string
	deployment string
	region     string
	tier       string
	serverless bool
	tags       map[string]string
	refs       map[string]string
	linger     time.Duration

	createdAt time.Time
	// readyAt is when provisioning ends, and failure why it fails then.
	readyAt time.Time
	failure networkFault
	// ranAt is when the workspace first runs, zero if that is not to be.
	ranAt     time.Time
	deletedAt time.Time
	// moving is a change of network on its way.
	moving *networkMove
	former []formerRef

	metastore *metastoreAssignment
	conf      map[string]string
	lists     []*accessList
	settings  map[string]*setting
	tokens    []*accessToken
	tokenACL  []tokenGrant
	objects   *workspaceObjects

	// confDelay is how long writes to conf stay unseen; confBefore is what is
	// seen until confFreshAt.
	confDelay   time.Duration
	confBefore  map[string]string
	confFreshAt time.Time
}

// networkMove is a change of network that has been accepted and not yet made.
type networkMove struct {
	to string
	at time.Time
}

// formerRef is a reference that the service has not let go of.
type formerRef struct {
	field, id string
	until     time.Time
}

func randomID() int64 {
	n, err := rand.Int(rand.Reader, big.NewInt(8e15))
	if err != nil {
		panic(err)
	}
	return n.Int64() + 1e15
}

func (ws *workspace) alive() bool { return ws.deletedAt.IsZero() }

func (ws *workspace) hasRun(now time.Time) bool {
	return !ws.ranAt.IsZero() && !now.Before(ws.ranAt)
}

func (ws *workspace) status(now time.Time) string {
	switch {
	case now.Before(ws.createdAt.Add(ws.readyAt.Sub(ws.createdAt)/10)) && !ws.hasRun(now):
		return statusNotProvisioned
	case now.Before(ws.readyAt):
		return statusProvisioning
	case ws.failure.kind != "":
		return statusFailed
	}
	return statusRunning
}

func (ws *workspace) statusMessage(now time.Time) string {
	switch ws.status(now) {
	case statusNotProvisioned:
		return "Workspace has not yet begun provisioning."
	case statusProvisioning:
		return "Workspace resources are being set up."
	case statusFailed:
		return ws.failure.text
	}
	return "Workspace is running."
}

// ref returns a reference as it is now, after changes on their way have arrived.
func (ws *workspace) ref(name string, now time.Time) string {
	if move := ws.moving; move != nil && !now.Before(move.at) {
		ws.moving = nil
		ws.point(refNetwork, move.to, move.at)
	}
	return ws.refs[name]
}

// point changes a reference; the service holds on to the old object for a while.
func (ws *workspace) point(name, id string, at time.Time) {
	if old := ws.refs[name]; old != "" && old != id {
		ws.former = append(ws.former, formerRef{field: name, id: old, until: at.Add(ws.linger)})
	}
	ws.refs[name] = id
}

// users are the workspaces that use an object.
type users struct {
	// active use it, former did so until a moment ago.
	active, former []int64
}

func (u users) any() bool { return len(u.active)+len(u.former) > 0 }

// users lists who uses an object. The reference outlives the workspace that
// held it (api: common rules, delete of an object in use).
func (a *account) users(now time.Time, name, id string) users {
	var out users
	for _, ws := range a.workspaces {
		holds := ws.ref(name, now) == id || name == refNetwork && ws.moving != nil && ws.moving.to == id
		switch {
		case holds && ws.alive():
			out.active = append(out.active, ws.id)
		case holds && now.Before(ws.deletedAt.Add(ws.linger)), ws.held(name, id, now):
			out.former = append(out.former, ws.id)
		}
	}
	return out
}

func (ws *workspace) held(name, id string, now time.Time) bool {
	for _, f := range ws.former {
		if f.field == name && f.id == id && now.Before(f.until) {
			return true
		}
	}
	return false
}
