// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"encoding/base64"
	"net/http"
	"slices"
)

// maxScript is what a script may hold, decoded; that it is 64 KB is weak (?).
const maxScript = 64 << 10

// initScript is a global init script (api: global init scripts). Its position
// is its place in the list.
type initScript struct {
	ScriptID  string `json:"script_id"`
	Name      string `json:"name"`
	Enabled   bool   `json:"enabled"`
	Position  int    `json:"position"`
	CreatedAt int64  `json:"created_at"`
	CreatedBy string `json:"created_by"`
	UpdatedAt int64  `json:"updated_at"`
	UpdatedBy string `json:"updated_by"`
	// Script is left out of lists.
	Script string `json:"script,omitempty"`
}

type initScriptRequest struct {
	Name     string `json:"name"`
	Script   string `json:"script"`
	Enabled  bool   `json:"enabled"`
	Position *int   `json:"position"`
}

const initScriptPath = "/api/2.0/global-init-scripts"

func (e *emulator) initScriptRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+initScriptPath, e.api(listInitScripts))
	mux.HandleFunc("POST "+initScriptPath, e.api(createInitScript))
	mux.HandleFunc("GET "+initScriptPath+"/{script_id}", e.api(func(c *call) (any, error) { return c.pathScript() }))
	mux.HandleFunc("PATCH "+initScriptPath+"/{script_id}", e.api(updateInitScript))
	mux.HandleFunc("DELETE "+initScriptPath+"/{script_id}", e.api(deleteInitScript))
}

func (c *call) pathScript() (*initScript, error) {
	id := c.r.PathValue("script_id")
	for _, s := range c.workspace.objects.Scripts {
		if s.ScriptID == id {
			return s, nil
		}
	}
	return nil, doesNotExist("The global init script with ID %s does not exist.", id)
}

func listInitScripts(c *call) (any, error) {
	if len(c.workspace.objects.Scripts) == 0 {
		return nil, nil
	}
	var list []initScript
	for _, s := range c.workspace.objects.Scripts {
		short := *s
		short.Script = ""
		list = append(list, short)
	}
	return map[string]any{"scripts": list}, nil
}

func (c *call) readScript() (*initScriptRequest, error) {
	var req initScriptRequest
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if err := require(text("name", req.Name), text("script", req.Script)); err != nil {
		return nil, err
	}
	content, err := base64.StdEncoding.DecodeString(req.Script)
	switch {
	case err != nil:
		return nil, invalidParameter("script is not base64")
	case len(content) > maxScript:
		return nil, invalidParameter("script has more than %d bytes", maxScript)
	case req.Position != nil && *req.Position < 0:
		return nil, invalidParameter("position must not be negative")
	}
	return &req, nil
}

func createInitScript(c *call) (any, error) {
	req, err := c.readScript()
	if err != nil {
		return nil, err
	}
	now, by := millis(c.now), c.caller.clientID
	created := &initScript{
		ScriptID: randomHex(8), Name: req.Name, Script: req.Script, Enabled: req.Enabled,
		CreatedAt: now, CreatedBy: by, UpdatedAt: now, UpdatedBy: by,
	}
	position := len(c.workspace.objects.Scripts)
	set(&position, req.Position)
	c.workspace.objects.place(created, position)
	return map[string]any{"script_id": created.ScriptID}, nil
}

// updateInitScript needs the name and the script each time; what is left out of
// the rest is false, or stays where it is.
func updateInitScript(c *call) (any, error) {
	found, err := c.pathScript()
	if err != nil {
		return nil, err
	}
	req, err := c.readScript()
	if err != nil {
		return nil, err
	}
	found.Name, found.Script, found.Enabled = req.Name, req.Script, req.Enabled
	found.UpdatedAt, found.UpdatedBy = millis(c.now), c.caller.clientID
	if req.Position != nil {
		c.workspace.objects.place(found, *req.Position)
	}
	return nil, nil
}

func deleteInitScript(c *call) (any, error) {
	found, err := c.pathScript()
	if err != nil {
		return nil, err
	}
	c.workspace.objects.unplace(found)
	return nil, nil
}

// place puts a script at a position and moves those behind it on; beyond the
// end is the end.
func (o *workspaceObjects) place(s *initScript, position int) {
	o.unplace(s)
	o.Scripts = slices.Insert(o.Scripts, min(position, len(o.Scripts)), s)
	o.number()
}

func (o *workspaceObjects) unplace(s *initScript) {
	o.Scripts = slices.DeleteFunc(o.Scripts, func(other *initScript) bool { return other == s })
	o.number()
}

func (o *workspaceObjects) number() {
	for i, s := range o.Scripts {
		s.Position = i
	}
}
