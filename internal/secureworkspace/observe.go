// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package secureworkspace

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/baseline"
	"github.com/hardbricks/terraform-provider-hardbricks/internal/databricks"
)

// observed is what was read of a workspace. unread says why the workspace's own
// API could not be read; its parts are then empty and mean nothing.
type observed struct {
	network   *databricks.Network
	access    *databricks.PrivateAccessSettings
	metastore string
	// unreadAccount says why the account's side could not be read, as unread
	// does for the workspace's side.
	unreadAccount error

	conf     map[string]string
	settings map[string]map[string]any
	lists    []databricks.IPAccessList
	unread   error
}

// value returns the canonical value of a setting, and false where the server
// has none or one that is not understood.
func (o observed) value(s baseline.Setting) (string, bool) {
	if api := s.Store.API; api != nil {
		return api.Canonical(o.settings[api.Type])
	}
	raw, ok := o.conf[s.Store.ConfKey]
	if !ok {
		return "", false
	}
	v, err := s.Normalize(raw)
	return v, err == nil
}

// observeAll reads the account's side and the workspace's side by side. Only
// failures of the account's side are returned; a workspace that cannot be read
// is noted, since its controls are then unverifiable. A fresh look shares no
// connection with what was written before, and its failure counts.
func (r *run) observeAll(ctx context.Context, fresh bool) error {
	info := r.workspace()
	var seen observed
	// No shared cancellation: a failure of one side says nothing of the other.
	var group errgroup.Group
	group.Go(func() error {
		seen.unreadAccount = r.observeAccount(ctx, info, &seen)
		return seen.unreadAccount
	})
	switch {
	case !r.reachesWorkspace():
	case !databricks.IsRunning(info):
		seen.unread = fmt.Errorf("workspace %d is %s (%s)", info.WorkspaceId, info.WorkspaceStatus, info.WorkspaceStatusMessage)
	default:
		group.Go(func() error {
			w, err := r.lookAt(info, fresh)
			if err == nil {
				if fresh {
					defer w.Close()
				}
				var plane observed
				plane, err = observeWorkspacePlane(ctx, w)
				seen.conf, seen.settings, seen.lists = plane.conf, plane.settings, plane.lists
			}
			seen.unread = err
			if fresh {
				return err
			}
			return nil
		})
	}
	err := group.Wait()
	r.mu.Lock()
	r.seen = seen
	r.mu.Unlock()
	return err
}

func (r *run) lookAt(info *databricks.WorkspaceInfo, fresh bool) (*databricks.Workspace, error) {
	if fresh {
		return r.account.FreshWorkspace(info.WorkspaceId, info.DeploymentName)
	}
	return r.account.Workspace(info.WorkspaceId, info.DeploymentName)
}

// observeAccount reads the objects that the workspace refers to. An object that
// could not be read stays nil: the SDK returns an empty one beside its error,
// which would read as private.
func (r *run) observeAccount(ctx context.Context, info *databricks.WorkspaceInfo, seen *observed) error {
	if info.NetworkId != "" {
		network, err := r.account.GetNetwork(ctx, info.NetworkId)
		if err == nil {
			seen.network = network
		} else if !databricks.IsNotFound(err) {
			return err
		}
	}
	if info.PrivateAccessSettingsId != "" {
		access, err := r.account.GetPrivateAccess(ctx, info.PrivateAccessSettingsId)
		if err == nil {
			seen.access = access
		} else if !databricks.IsNotFound(err) {
			return err
		}
	}
	if r.declared.MetastoreID.IsNull() {
		return nil
	}
	metastore, err := r.account.Metastore(ctx, info.WorkspaceId)
	if err == nil {
		seen.metastore = metastore
	}
	return err
}

// observeWorkspacePlane reads settings and lists side by side.
func observeWorkspacePlane(ctx context.Context, w *databricks.Workspace) (observed, error) {
	var seen, settings observed
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		settings, err = observeSettings(ctx, w)
		return err
	})
	group.Go(func() (err error) {
		seen.lists, err = w.IPAccessLists(ctx)
		if databricks.IsFeatureDisabled(err) {
			err = nil // The tier has no lists, so there are none.
		}
		return err
	})
	err := group.Wait()
	seen.conf, seen.settings = settings.conf, settings.settings
	return seen, err
}

// observeSettings reads workspace-conf in one call and each setting of the
// settings API in one.
func observeSettings(ctx context.Context, w *databricks.Workspace) (observed, error) {
	seen := observed{settings: map[string]map[string]any{}}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		seen.conf, err = w.Conf(ctx, append(baseline.ConfKeys(), baseline.IPAccessListsConf))
		return err
	})
	for _, settingType := range settingTypes() {
		group.Go(func() error {
			body, err := w.Setting(ctx, settingType)
			mu.Lock()
			defer mu.Unlock()
			seen.settings[settingType] = body
			return err
		})
	}
	return seen, group.Wait()
}

// settingTypes returns the types of the settings API that the catalogue uses.
func settingTypes() []string {
	var types []string
	for _, s := range baseline.Settings() {
		if s.Store.API != nil {
			types = append(types, s.Store.API.Type)
		}
	}
	slices.Sort(types)
	return slices.Compact(types)
}
