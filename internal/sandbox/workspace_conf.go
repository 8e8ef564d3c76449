// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// confKind is what the values of a key may be.
type confKind int

const (
	confBool confKind = iota
	confLifetime
	confDays
	confTime
	confText
)

// confKeys are the keys that the service knows (api: workspace-conf).
var confKeys = map[string]confKind{
	"enableIpAccessLists": confBool, "enableTokensConfig": confBool, "maxTokenLifetimeDays": confLifetime,
	"maxUserInactiveDays": confDays, "enableResultsDownloading": confBool, "enableExportNotebook": confBool,
	"enableNotebookTableClipboard": confBool, "enableUploadDataUis": confBool, "enableDbfsFileBrowser": confBool,
	"enableFileStoreEndpoint": confBool, "enableWebTerminal": confBool, "mlflowRunArtifactDownloadEnabled": confBool,
	"mlflowModelServingEndpointCreationEnabled": confBool, "mlflowModelRegistryEmailNotificationsEnabled": confBool,
	"storeInteractiveNotebookResultsInCustomerAccount": confBool, "enableVerboseAuditLogs": confBool,
	"enableEnforceImdsV2": confBool, "enforceUserIsolation": confBool, "enableJobViewAcls": confBool,
	"enforceClusterViewAcls": confBool, "enforceWorkspaceViewAcls": confBool, "enableProjectTypeInWorkspace": confBool,
	"enableProjectsAllowList": confBool, "projectsAllowList": confText, "reposIpynbResultsExportPermissions": confText,
	"enableDeprecatedClusterNamedInitScripts": confBool, "enableDeprecatedGlobalInitScripts": confBool,
	"enableLibraryAndInitScriptOnSharedCluster": confBool, "enable-X-Frame-Options": confBool,
	"enable-X-Content-Type-Options": confBool, "enable-X-XSS-Protection": confBool,
	"customerApprovedWSLoginExpirationTime": confTime, "enableDcs": confBool, "enableGp3": confBool,
	"enableHlsRuntime": confBool, "enableWorkspaceFilesystem": confBool, "enablePipelinesDataSample": confBool,
	"enableDatabricksAutologgingAdminConf": confBool, "enableNotebookGitVersioning": confBool,
	"enableLegacyNotebookVisualizations": confText, "enableJobsEmailsV2": confBool, "jobsListBackendPaginationEnabled": confBool,
	"rStudioUserDefaultHomeBase": confText, "intercomAdminConsent": confBool, "heapAnalyticsAdminConsent": confBool,
	"loginLogo": confText, "productName": confText, "homePageLogo": confText, "customReferences": confText,
}

// initialConf is what a live workspace answered for keys that nobody had set;
// all others were null.
func initialConf() map[string]string {
	return map[string]string{
		"enableEnforceImdsV2": "true", "enableJobViewAcls": "true", "enforceClusterViewAcls": "true",
		"enforceWorkspaceViewAcls": "true", "maxTokenLifetimeDays": "730",
	}
}

func (e *emulator) confRoutes(mux *http.ServeMux) {
	for _, path := range []string{"/api/2.0/workspace-conf", "/api/2.0/preview/workspace-conf"} {
		mux.HandleFunc("GET "+path, e.api(readConf))
		mux.HandleFunc("PATCH "+path, e.api(writeConf))
	}
}

func badRequest(format string, args ...any) *apiError {
	return apiErrorf(http.StatusBadRequest, "BAD_REQUEST", format, args...)
}

// checkKeys refuses the whole request for one unknown key.
func checkKeys(keys []string) error {
	unknown := slices.DeleteFunc(slices.Clone(keys), func(key string) bool {
		_, ok := confKeys[key]
		return ok
	})
	if len(unknown) == 0 {
		return nil
	}
	list, err := json.Marshal(unknown)
	if err != nil {
		return err
	}
	return badRequest("Invalid keys: %s", list)
}

func readConf(c *call) (any, error) {
	raw := c.r.URL.Query().Get("keys")
	if raw == "" {
		return nil, missing("keys")
	}
	keys := strings.Split(raw, ",")
	if err := checkKeys(keys); err != nil {
		return nil, err
	}
	seen := c.workspace.conf
	if c.now.Before(c.workspace.confFreshAt) {
		seen = c.workspace.confBefore
	}
	values := map[string]*string{}
	for _, key := range keys {
		values[key] = nil
		if value, ok := seen[key]; ok {
			values[key] = &value
		}
	}
	return values, nil
}

func writeConf(c *call) (any, error) {
	var values map[string]string
	if err := c.decode(&values); err != nil {
		return nil, err
	}
	if err := checkKeys(slices.Sorted(maps.Keys(values))); err != nil {
		return nil, err
	}
	refused := map[string]string{}
	for key, value := range values {
		if !confKeys[key].allows(value) {
			refused[key] = value
		}
		if confKeys[key] == confBool {
			values[key] = strings.ToLower(value)
		}
	}
	if len(refused) > 0 {
		list, err := json.Marshal(refused)
		if err != nil {
			return nil, err
		}
		return nil, badRequest("Some values are not allowed: %s", list)
	}
	if values["enableIpAccessLists"] == "true" && blocked(c.workspace.lists, c.account.caller.Address) {
		return nil, wouldLockOut(c.account.caller.Address)
	}
	// A write while an earlier one is unseen does not make that one seen: no key
	// shows its new value before its own delay has passed.
	if !c.now.Before(c.workspace.confFreshAt) {
		c.workspace.confBefore = maps.Clone(c.workspace.conf)
	}
	c.workspace.confFreshAt = c.now.Add(c.workspace.confDelay)
	maps.Copy(c.workspace.conf, values)
	return noContent{}, nil
}

func (k confKind) allows(value string) bool {
	switch k {
	case confBool:
		return strings.EqualFold(value, "true") || strings.EqualFold(value, "false")
	case confLifetime:
		// That 0 and "" once meant "no limit" is legacy; neither is taken here.
		days, err := strconv.Atoi(value)
		return err == nil && days >= 1 && days <= 730
	case confDays:
		days, err := strconv.Atoi(value)
		return value == "" || err == nil && days >= 0
	case confTime:
		_, err := time.Parse(time.RFC3339, value)
		return value == "" || err == nil
	case confText:
	}
	return true
}

// SetConf changes a workspace-conf key behind the back of all clients; nil
// makes it unset.
func (s *Sandbox) SetConf(accountID string, workspaceID int64, key string, value *string) {
	s.withWorkspace(accountID, workspaceID, func(ws *workspace) {
		if value == nil {
			delete(ws.conf, key)
			return
		}
		ws.conf[key] = *value
	})
}

// SetConfDelay makes what clients write to workspace-conf take effect at once,
// but stay unseen by reads for a while, by the sandbox's clock: the service is
// eventually consistent there.
func (s *Sandbox) SetConfDelay(accountID string, workspaceID int64, delay time.Duration) {
	s.withWorkspace(accountID, workspaceID, func(ws *workspace) { ws.confDelay = delay })
}

// withWorkspace runs change with a workspace locked.
func (s *Sandbox) withWorkspace(accountID string, workspaceID int64, change func(*workspace)) {
	a := s.account(accountID)
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, ws := range a.workspaces {
		if ws.id == workspaceID {
			change(ws)
			return
		}
	}
	panic("sandbox: there is no workspace " + strconv.FormatInt(workspaceID, 10) + " in account " + accountID)
}
