// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import "net/http"

// objectRoutes serves what a workspace holds beyond its configuration. All of
// it stands behind the same gate: IP access lists and private access are looked
// at before any route is.
func (e *emulator) objectRoutes(mux *http.ServeMux) {
	e.permissionRoutes(mux)
	e.policyRoutes(mux)
	e.initScriptRoutes(mux)
	e.secretRoutes(mux)
	e.secretACLRoutes(mux)
	e.warehouseRoutes(mux)
	e.settingV2Routes(mux)
	e.unityRoutes(mux)
}
