// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Snapshot is the state of accounts at one moment. It stays in memory, and
// holds secrets.
type Snapshot struct{ encoded []byte }

// stateRoot is all state of the Databricks side. What else the emulator has
// are indexes, which index makes again.
type stateRoot struct {
	Accounts []*account
	Tokens   map[string]*bearer
	// Declared are the VPC endpoints of sandboxes without AWS.
	Declared map[string]awsEndpoint
}

// Snapshot keeps the state of the accounts with these ids, or of all.
func (s *Sandbox) Snapshot(accountIDs ...string) (*Snapshot, error) {
	encoded, err := s.em.encodeState(accountIDs, true)
	if err != nil {
		return nil, fmt.Errorf("taking a snapshot: %w", err)
	}
	return &Snapshot{encoded: encoded}, nil
}

// Restore makes the accounts of a snapshot what they were. Other accounts, the
// clock and AWS stay as they are, and so do access tokens of what still is.
// What requests change that are being handled in that moment may be lost.
func (s *Sandbox) Restore(snapshot *Snapshot) error {
	if err := s.em.decodeState(snapshot.encoded); err != nil {
		return fmt.Errorf("restoring a snapshot: %w", err)
	}
	s.touch()
	return nil
}

// hold locks accounts, and then the emulator, in the order of handlers.
// Accounts are locked in the order of their ids.
func (e *emulator) hold(ids []string) (held []*account, release func(), err error) {
	e.mu.Lock()
	if len(ids) == 0 {
		ids = slices.Collect(maps.Keys(e.accounts))
	}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		if e.accounts[id] == nil {
			e.mu.Unlock()
			return nil, nil, fmt.Errorf("there is no account %s", id)
		}
		held = append(held, e.accounts[id])
	}
	e.mu.Unlock()
	for _, a := range held {
		a.mu.Lock()
	}
	e.mu.Lock()
	return held, func() {
		e.mu.Unlock()
		for _, a := range held {
			a.mu.Unlock()
		}
	}, nil
}

// encodeState encodes accounts. Access tokens are left out with the secrets:
// they are good for an hour alone.
func (e *emulator) encodeState(ids []string, secrets bool) ([]byte, error) {
	held, release, err := e.hold(ids)
	if err != nil {
		return nil, err
	}
	defer release()
	root := stateRoot{Accounts: held, Tokens: maps.Clone(e.tokens), Declared: e.aws.allDeclared()}
	maps.DeleteFunc(root.Tokens, func(_ string, b *bearer) bool {
		return !slices.Contains(held, b.account) || !secrets && b.pat == nil ||
			!b.expires.IsZero() && !e.now().Before(b.expires)
	})
	return encodeGraph(&root, secrets)
}

// decodeState puts accounts in the place of those that are there.
func (e *emulator) decodeState(encoded []byte) error {
	_, release, err := e.hold(nil)
	if err != nil {
		return err
	}
	defer release()
	var root stateRoot
	if err := decodeGraph(encoded, &root, e.placeAccount); err != nil {
		return err
	}
	for _, a := range root.Accounts {
		if a == nil || a.ID == "" {
			return fmt.Errorf("an account has no id")
		}
		e.accounts[a.ID] = a
		e.index(a)
	}
	for hash, b := range e.tokens {
		if slices.Contains(root.Accounts, b.account) && !b.follow() {
			delete(e.tokens, hash)
		}
	}
	maps.Copy(e.tokens, root.Tokens)
	e.aws.declareAll(root.Declared)
	return nil
}

// placeAccount keeps accounts where they are: requests hold on to them.
func (e *emulator) placeAccount(t reflect.Type, raw map[string]any) any {
	if t != reflect.TypeFor[*account]() {
		return nil
	}
	public, _ := raw["Account"].(map[string]any)
	id, _ := public["ID"].(string)
	return cmp.Or(e.accounts[id], newAccount())
}

// index makes the indexes of an account again.
func (e *emulator) index(a *account) {
	ofAccount := func(ws *workspace) bool { return ws.account == a }
	maps.DeleteFunc(e.workspaces, func(_ int64, ws *workspace) bool { return ofAccount(ws) })
	maps.DeleteFunc(e.deployments, func(_ string, ws *workspace) bool { return ofAccount(ws) })
	for _, ws := range a.workspaces {
		if ws.alive() {
			e.workspaces[ws.id], e.deployments[ws.deployment] = ws, ws
		}
	}
}

// follow leads a token to its workspace as it is after restoring, and says
// whether there is one.
func (b *bearer) follow() bool {
	if b.workspace == nil {
		return true
	}
	old := b.workspace.id
	i := slices.IndexFunc(b.account.workspaces, func(ws *workspace) bool { return ws.id == old })
	if i < 0 {
		return false
	}
	b.workspace = b.account.workspaces[i]
	if b.pat == nil {
		return true
	}
	id := b.pat.id
	i = slices.IndexFunc(b.workspace.tokens, func(t *accessToken) bool { return t.id == id })
	if i < 0 {
		return false
	}
	b.pat = b.workspace.tokens[i]
	return true
}

func (v *awsView) allDeclared() map[string]awsEndpoint {
	v.mu.Lock()
	defer v.mu.Unlock()
	return maps.Clone(v.declared)
}

func (v *awsView) declareAll(endpoints map[string]awsEndpoint) {
	v.mu.Lock()
	defer v.mu.Unlock()
	maps.Copy(v.declared, endpoints)
}
