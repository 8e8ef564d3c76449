// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const (
	stateVersion = 1
	// stateEvery is how long changes are gathered before they are written.
	stateEvery = 200 * time.Millisecond
)

// stateFile is what the file holds.
type stateFile struct {
	Version     int             `json:"version"`
	Account     string          `json:"account"`
	ClockOffset time.Duration   `json:"clock_offset"`
	TokenSalt   []byte          `json:"token_salt"`
	State       json.RawMessage `json:"state"`
}

// keeper writes the state to a file.
type keeper struct {
	s       *Sandbox
	path    string
	changed chan struct{}
	mu      sync.Mutex
}

// openState takes the state from the file, or begins with an account that is
// new.
func (s *Sandbox) openState(ctx context.Context) error {
	found := false
	if s.cfg.StateFile != "" {
		var err error
		if found, err = s.loadState(s.cfg.StateFile); err != nil {
			return fmt.Errorf("reading the state from %s (remove it to begin anew): %w", s.cfg.StateFile, err)
		}
	}
	if !found {
		s.dflt = s.NewAccount()
	}
	if s.cfg.StateFile == "" {
		return nil
	}
	k := &keeper{s: s, path: s.cfg.StateFile, changed: make(chan struct{}, 1)}
	// A path that cannot be written to is better found now than at the end.
	if err := k.save(); err != nil {
		return err
	}
	s.keeper = k
	s.group.Go(func() error { return k.run(ctx) })
	return nil
}

func (s *Sandbox) loadState(path string) (bool, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var file stateFile
	if err := json.Unmarshal(raw, &file); err != nil {
		return false, err
	}
	if file.Version != stateVersion || len(file.TokenSalt) == 0 {
		return false, fmt.Errorf("it is not a state of version %d", stateVersion)
	}
	s.clock.offset.Store(int64(file.ClockOffset))
	s.em.tokenSalt = file.TokenSalt
	if err := s.em.decodeState(file.State); err != nil {
		return false, err
	}
	for _, a := range s.em.accounts {
		// The secret is that of newAccount: the file has none.
		a.trustSecret(s.em.now(), a.ClientSecret)
	}
	known := s.em.accounts[file.Account]
	if known == nil {
		return false, fmt.Errorf("there is no account %q", file.Account)
	}
	s.dflt = known.Account
	return true, nil
}

// touch tells that there is something to write.
func (s *Sandbox) touch() {
	if s.keeper == nil {
		return
	}
	select {
	case s.keeper.changed <- struct{}{}:
	default:
	}
}

// touchBy does so unless a method changes nothing.
func (s *Sandbox) touchBy(method string) {
	if method != http.MethodGet && method != http.MethodHead {
		s.touch()
	}
}

// SaveState writes the state to the file now. Without a file it does nothing.
func (s *Sandbox) SaveState() error {
	if s.keeper == nil {
		return nil
	}
	return s.keeper.save()
}

func (k *keeper) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-k.changed:
		}
		pause(ctx, stateEvery)
		if err := k.save(); err != nil {
			k.s.log.printf("%v", err)
		}
	}
}

func (k *keeper) close() error {
	if k == nil {
		return nil
	}
	return k.save()
}

func (k *keeper) save() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	state, err := k.s.em.encodeState(nil, false)
	if err != nil {
		return fmt.Errorf("keeping the state: %w", err)
	}
	encoded, err := json.Marshal(stateFile{
		Version: stateVersion, Account: k.s.dflt.ID, ClockOffset: time.Duration(k.s.clock.offset.Load()),
		TokenSalt: k.s.em.tokenSalt, State: state,
	})
	if err != nil {
		return fmt.Errorf("keeping the state: %w", err)
	}
	if err := writeAtomically(k.path, encoded); err != nil {
		return fmt.Errorf("keeping the state: %w", err)
	}
	return nil
}

// writeAtomically replaces a file: whoever reads it sees the old or the new
// one, whole. Only its owner can read it.
func writeAtomically(path string, content []byte) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	_, failed := file.Write(content)
	if err := errors.Join(failed, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}
