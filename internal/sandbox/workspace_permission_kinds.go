// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import "slices"

// permissionKind is a type of object that has permissions (api: permissions).
type permissionKind struct {
	// objectType is how answers call the type that the path spells in the plural.
	objectType string
	levels     []string
	// owned types have an owner; oneOwner types need one in every PUT.
	owned, oneOwner bool
	// roots exist in every workspace.
	roots []string
}

var (
	fileLevels  = []string{"CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"}
	useLevels   = []string{"CAN_USE", "CAN_MANAGE"}
	queryLevels = []string{"CAN_QUERY", "CAN_MANAGE"}
)

// permissionKinds are the types that the official provider manages, with the
// levels that it allows. Types of the same objects stand under each spelling.
var permissionKinds = map[string]permissionKind{
	"authorization":           {levels: []string{"CAN_USE"}, roots: []string{"passwords"}},
	"cluster-policies":        {objectType: "cluster-policy", levels: []string{"CAN_USE"}},
	"instance-pools":          {objectType: "instance-pool", levels: []string{"CAN_ATTACH_TO", "CAN_MANAGE"}},
	"clusters":                {objectType: "cluster", levels: []string{"CAN_ATTACH_TO", "CAN_RESTART", "CAN_MANAGE"}},
	"pipelines":               {objectType: "pipelines", levels: []string{"CAN_VIEW", "CAN_RUN", "CAN_MANAGE", "IS_OWNER"}, owned: true, oneOwner: true},
	"jobs":                    {objectType: "job", levels: []string{"CAN_VIEW", "CAN_MANAGE_RUN", "CAN_MANAGE", "IS_OWNER"}, owned: true, oneOwner: true},
	"notebooks":               {objectType: "notebook", levels: fileLevels},
	"files":                   {objectType: "file", levels: fileLevels},
	"repos":                   {objectType: "repo", levels: fileLevels},
	"directories":             {objectType: "directory", levels: fileLevels, roots: []string{"0"}},
	"dashboards":              {objectType: "dashboard", levels: fileLevels},
	"dbsql-dashboards":        {objectType: "dbsql-dashboard", levels: fileLevels},
	"sql/dashboards":          {objectType: "dashboard", levels: fileLevels},
	"sql/alerts":              {objectType: "alert", levels: fileLevels},
	"sql/queries":             {objectType: "query", levels: fileLevels},
	"queries":                 {objectType: "query", levels: fileLevels},
	"alerts":                  {objectType: "alert", levels: fileLevels},
	"alertsv2":                {objectType: "alertv2", levels: fileLevels},
	"genie":                   {objectType: "genie", levels: fileLevels},
	"experiments":             {objectType: "mlflowExperiment", levels: []string{"CAN_READ", "CAN_EDIT", "CAN_MANAGE"}},
	"registered-models":       {objectType: "registered-model", levels: modelLevels, roots: []string{"root"}},
	"serving-endpoints":       {objectType: "serving-endpoint", levels: []string{"CAN_VIEW", "CAN_QUERY", "CAN_MANAGE"}},
	"vector-search-endpoints": {objectType: "vector-search-endpoints", levels: useLevels},
	"apps":                    {objectType: "apps", levels: useLevels},
	"database-instances":      {objectType: "database-instances", levels: useLevels},
	"database-projects":       {objectType: "database-projects", levels: useLevels},
	"knowledge-assistants":    {objectType: "knowledge-assistants", levels: queryLevels},
	"supervisor-agents":       {objectType: "supervisor-agents", levels: queryLevels},
	"warehouses":              {objectType: "warehouses", levels: warehouseLevels, owned: true},
	"sql/warehouses":          {objectType: "warehouses", levels: warehouseLevels, owned: true},
}

var (
	modelLevels     = []string{"CAN_READ", "CAN_EDIT", "CAN_MANAGE_STAGING_VERSIONS", "CAN_MANAGE_PRODUCTION_VERSIONS", "CAN_MANAGE"}
	warehouseLevels = []string{"CAN_USE", "CAN_VIEW", "CAN_MONITOR", "CAN_MANAGE", "IS_OWNER"}
)

// exists says whether the workspace has an object. Of most types the sandbox
// holds none but those that were declared.
func (ws *workspace) exists(kind permissionKind, typ, id string) bool {
	if typ == "cluster-policies" && ws.objects.policy(id) != nil {
		return true
	}
	return slices.Contains(kind.roots, id) || slices.Contains(ws.objects.Declared, typ+"/"+id)
}
