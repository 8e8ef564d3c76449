// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"testing"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }
