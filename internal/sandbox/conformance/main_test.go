// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

// Package conformance_test holds the sandbox against the contract of the
// Databricks APIs. It speaks raw HTTP and shares no types with the emulator, the
// provider or any SDK. It has a test for each row of the contract's checklist
// (api, Appendix A), and replays the samples of real clients' tests, which are
// read when the tests run and are no part of this repository.
package conformance_test

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
