// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package tfutil

import "sync"

// Claims are the workspaces that resources of this run hold or want to adopt,
// so that none belongs to two. Terraform looks at resources in any order, so
// whichever comes second finds out. The zero value is ready for use.
type Claims struct {
	mu                  sync.Mutex
	held, wanted, taken map[int64]bool
}

// Hold claims a workspace that a resource has in its state. It returns false if
// another resource wants to adopt it.
func (c *Claims) Hold(workspaceID int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held == nil {
		c.held = map[int64]bool{}
	}
	c.held[workspaceID] = true
	return !c.wanted[workspaceID]
}

// Take notes that a create of this run made or adopted a workspace.
func (c *Claims) Take(workspaceID int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.taken == nil {
		c.taken = map[int64]bool{}
	}
	c.taken[workspaceID] = true
}

// Taken says whether a create of this run made or adopted a workspace.
func (c *Claims) Taken(workspaceID int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.taken[workspaceID]
}

// Want notes that a resource would adopt a workspace. It returns false if
// another resource holds it.
func (c *Claims) Want(workspaceID int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held[workspaceID] {
		return false
	}
	if c.wanted == nil {
		c.wanted = map[int64]bool{}
	}
	c.wanted[workspaceID] = true
	return true
}
