// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package tfutil

import (
	"sync"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/steps"
)

// Handover passes what the first half of a replacement retained to the second
// half. Terraform replaces a tainted object by a delete and a create in one
// process; an unfinished workspace must survive that, also if the create fails
// at once. The zero value is ready for use.
type Handover struct {
	mu       sync.Mutex
	retained map[string]steps.Ledger
}

// Put retains the objects of a workspace.
func (h *Handover) Put(workspaceName string, ledger steps.Ledger) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.retained == nil {
		h.retained = map[string]steps.Ledger{}
	}
	h.retained[workspaceName] = ledger
}

// Take returns what was retained, once.
func (h *Handover) Take(workspaceName string) steps.Ledger {
	h.mu.Lock()
	defer h.mu.Unlock()
	ledger := h.retained[workspaceName]
	delete(h.retained, workspaceName)
	return ledger
}
