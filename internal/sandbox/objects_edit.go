// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// findAccount returns an account.
func (s *Sandbox) findAccount(id string) (*account, error) {
	s.em.mu.Lock()
	defer s.em.mu.Unlock()
	if a := s.em.accounts[id]; a != nil {
		return a, nil
	}
	return nil, doesNotExist("The sandbox has no account %s", id)
}

// withHolder runs do with the account locked, on it or on one of its workspaces.
func (s *Sandbox) withHolder(accountID string, workspaceID int64, do func(a *account, holder any) error) error {
	a, err := s.findAccount(accountID)
	if err != nil {
		return err
	}
	defer s.touch()
	a.mu.Lock()
	defer a.mu.Unlock()
	if workspaceID == 0 {
		return do(a, a)
	}
	for _, ws := range a.workspaces {
		if ws.id == workspaceID && ws.alive() {
			return do(a, ws)
		}
	}
	return doesNotExist("Account %s has no workspace %d", accountID, workspaceID)
}

// Objects lists the ids of all objects of an account, or of one of its
// workspaces, by their kinds. The workspace 0 means the account itself.
func (s *Sandbox) Objects(accountID string, workspaceID int64) (map[string][]string, error) {
	out := map[string][]string{}
	err := s.withHolder(accountID, workspaceID, func(_ *account, holder any) error {
		for kind, shelf := range shelvesOf(holder) {
			out[kind] = slices.DeleteFunc(append([]string{}, shelf.ids()...), func(id string) bool { return id == "" })
		}
		return nil
	})
	return out, err
}

// DeleteObject removes an object behind the back of all clients, at once, and
// whether something refers to it or not.
func (s *Sandbox) DeleteObject(accountID string, workspaceID int64, kind, id string) error {
	return s.withObject(accountID, workspaceID, kind, id, func(a *account, shelf shelf, object any) error {
		if ws, ok := object.(*workspace); ok {
			s.em.forget(a, ws, s.em.now().Add(-ws.linger))
			return nil
		}
		shelf.discard(id)
		return nil
	})
}

// forget takes a workspace away.
func (e *emulator) forget(a *account, ws *workspace, at time.Time) {
	ws.deletedAt = at
	e.mu.Lock()
	defer e.mu.Unlock()
	e.index(a)
}

// EditObject changes the fields of an object that the patch, a JSON object,
// names, behind the back of all clients. Nothing is validated but that it has
// no null, which the emulator could stumble over. The fields are
// those on the wire, which is why what has a form of its own is not changed
// here: see [Sandbox.EditWorkspace], [Sandbox.SetSetting], [Sandbox.SetConf].
func (s *Sandbox) EditObject(accountID string, workspaceID int64, kind, id string, patch map[string]any) error {
	if holdsNull(patch) {
		return invalidParameter("%s %s: a change holds no null", kind, id)
	}
	encoded, err := json.Marshal(patch)
	if err != nil {
		return err
	}
	return s.withObject(accountID, workspaceID, kind, id, func(_ *account, shelf shelf, object any) error {
		before := onTheWire(object)
		if err := amend(object, encoded); err != nil {
			return invalidParameter("%s %s: %s", kind, id, err)
		}
		if names, ok := shelf.(namer); ok {
			names.renamed(id, before, onTheWire(object))
		}
		return nil
	})
}

func (s *Sandbox) withObject(accountID string, workspaceID int64, kind, id string, do func(*account, shelf, any) error) error {
	return s.withHolder(accountID, workspaceID, func(a *account, holder any) error {
		shelves := shelvesOf(holder)
		found := shelves[kind]
		if found == nil {
			return doesNotExist("There are no %s here: the kinds are %v", kind, slices.Sorted(maps.Keys(shelves)))
		}
		object := found.find(id)
		if object == nil {
			return doesNotExist("There is no %s in %s", id, kind)
		}
		return do(a, found, object)
	})
}

func holdsNull(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(v)), holdsNull)
	case []any:
		return slices.ContainsFunc(v, holdsNull)
	}
	return false
}

// amend changes the fields of an object that a patch names.
func amend(object any, patch []byte) error {
	// Into an object of its own first: a patch that is no good changes nothing.
	dec := json.NewDecoder(bytes.NewReader(patch))
	dec.DisallowUnknownFields()
	if err := dec.Decode(reflect.New(reflect.TypeOf(object).Elem()).Interface()); err != nil {
		return err
	}
	return json.Unmarshal(patch, object)
}

func onTheWire(object any) map[string]any {
	var fields map[string]any
	if encoded, err := json.Marshal(object); err != nil || json.Unmarshal(encoded, &fields) != nil {
		return nil
	}
	return fields
}

// WorkspaceEdit is a change of a workspace. What is nil stays.
type WorkspaceEdit struct {
	Name        *string           `json:"workspace_name"`
	PricingTier *string           `json:"pricing_tier"`
	CustomTags  map[string]string `json:"custom_tags"`
	// References are the ids of other objects by the names of the fields that
	// hold them, such as network_id. An empty id takes the reference away.
	References map[string]string `json:"references"`
	// Failure makes the workspace FAILED with this message, or, if it is empty,
	// what it was.
	Failure *string `json:"failure"`
}

// EditWorkspace changes a workspace behind the back of all clients.
func (s *Sandbox) EditWorkspace(accountID string, workspaceID int64, edit WorkspaceEdit) error {
	if workspaceID == 0 {
		return doesNotExist("There is no workspace 0")
	}
	known := (&createWorkspaceRequest{}).refs()
	for name := range edit.References {
		if _, ok := known[name]; !ok {
			return invalidParameter("%s is not a reference of a workspace", name)
		}
	}
	return s.withHolder(accountID, workspaceID, func(_ *account, holder any) error {
		ws, _ := holder.(*workspace)
		set(&ws.name, edit.Name)
		set(&ws.tier, edit.PricingTier)
		if edit.CustomTags != nil {
			ws.tags = maps.Clone(edit.CustomTags)
		}
		if ws.refs = maps.Clone(ws.refs); ws.refs == nil {
			ws.refs = map[string]string{}
		}
		maps.Copy(ws.refs, edit.References)
		if edit.Failure != nil {
			ws.failure = networkFault{}
			if *edit.Failure != "" {
				ws.failure = networkFault{kind: "workspace", text: *edit.Failure}
			}
		}
		return nil
	})
}

// parseWorkspace reads the id of a workspace; the empty one is 0.
func parseWorkspace(id string) (int64, error) {
	if id == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n <= 0 {
		return 0, doesNotExist("%q is not the id of a workspace", id)
	}
	return n, nil
}

func describeAccount(a Account) map[string]string {
	return map[string]string{"account_id": a.ID, "client_id": a.ClientID, "client_secret": a.ClientSecret, "metastore_id": a.MetastoreID}
}
