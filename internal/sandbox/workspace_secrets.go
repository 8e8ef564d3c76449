// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
)

// The limits of secrets (api: secrets). How many scopes a workspace may have is
// not said there; this is the service's documented default.
const (
	maxScopes      = 1000
	maxSecrets     = 1000
	maxSecretBytes = 128 << 10
)

// secretScope is a scope with its secrets and its access list.
type secretScope struct {
	Name string `json:"name"`
	// Secrets are kept with their values: they are what clients put in to find
	// again, after a restart too, and open nothing of the sandbox.
	Secrets []*secret   `json:"secrets" state:"keep"`
	ACL     []secretACL `json:"acl"`
}

type secret struct {
	Key       string `json:"key"`
	Value     []byte `json:"value"`
	UpdatedAt int64  `json:"updated_at"`
}

// secretKey is what most calls about secrets carry.
type secretKey struct {
	Scope string `json:"scope"`
	Key   string `json:"key"`
}

var secretNames = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,128}$`)

const secretPath = "/api/2.0/secrets/"

func (e *emulator) secretRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST "+secretPath+"scopes/create", e.api(createScope))
	mux.HandleFunc("POST "+secretPath+"scopes/delete", e.api(deleteScope))
	mux.HandleFunc("GET "+secretPath+"scopes/list", e.api(listScopes))
	mux.HandleFunc("POST "+secretPath+"put", e.api(putSecret))
	mux.HandleFunc("POST "+secretPath+"delete", e.api(deleteSecret))
	mux.HandleFunc("GET "+secretPath+"get", e.api(getSecret))
	mux.HandleFunc("GET "+secretPath+"list", e.api(listSecrets))
}

// scope finds a scope on which the caller has a permission.
func (c *call) scope(name, permission string) (*secretScope, error) {
	if err := require(text("scope", name)); err != nil {
		return nil, err
	}
	for _, s := range c.workspace.objects.Scopes {
		if s.Name == name {
			return s, c.needSecretACL(s, permission)
		}
	}
	return nil, doesNotExist("Scope %s does not exist!", name)
}

func (s *secretScope) find(key string) (*secret, error) {
	for _, found := range s.Secrets {
		if found.Key == key {
			return found, nil
		}
	}
	return nil, doesNotExist("Secret does not exist with scope: %s and key: %s", s.Name, key)
}

// createScope makes a scope that its creator manages. Key vaults are Azure's.
func createScope(c *call) (any, error) {
	var req struct {
		Scope    string `json:"scope"`
		Backend  string `json:"scope_backend_type"`
		Initial  string `json:"initial_manage_principal"`
		KeyVault *struct {
			DNSName    string `json:"dns_name"`
			ResourceID string `json:"resource_id"`
		} `json:"backend_azure_keyvault"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if err := require(text("scope", req.Scope)); err != nil {
		return nil, err
	}
	switch {
	case !secretNames.MatchString(req.Scope):
		return nil, invalidParameter("Scope names have 1 to 128 characters of A-Z, a-z, 0-9, - _ and .")
	case req.Backend != "" && req.Backend != "DATABRICKS", req.KeyVault != nil:
		return nil, invalidParameter("Scopes backed by Azure Key Vault are not available on AWS")
	case req.Initial != "" && req.Initial != groupUsers:
		return nil, invalidParameter("The only supported principal for initial_manage_principal is \"users\"")
	case len(c.workspace.objects.Scopes) >= maxScopes:
		return nil, apiErrorf(http.StatusBadRequest, "RESOURCE_LIMIT_EXCEEDED", "The workspace has reached the limit of %d scopes", maxScopes)
	}
	for _, s := range c.workspace.objects.Scopes {
		if s.Name == req.Scope {
			return nil, apiErrorf(http.StatusBadRequest, "RESOURCE_ALREADY_EXISTS", "Scope %s already exists!", req.Scope)
		}
	}
	manager := c.caller.clientID
	if req.Initial != "" {
		manager = req.Initial
	}
	c.workspace.objects.Scopes = append(c.workspace.objects.Scopes,
		&secretScope{Name: req.Scope, ACL: []secretACL{{Principal: manager, Permission: "MANAGE"}}})
	return nil, nil
}

func deleteScope(c *call) (any, error) {
	var req struct {
		Scope string `json:"scope"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	found, err := c.scope(req.Scope, "MANAGE")
	if err != nil {
		return nil, err
	}
	o := c.workspace.objects
	o.Scopes = slices.DeleteFunc(o.Scopes, func(s *secretScope) bool { return s == found })
	return nil, nil
}

// listScopes leaves the key out where the caller sees no scope.
func listScopes(c *call) (any, error) {
	var list []map[string]string
	for _, s := range c.workspace.objects.Scopes {
		if c.needSecretACL(s, "READ") == nil {
			list = append(list, map[string]string{"name": s.Name, "backend_type": "DATABRICKS"})
		}
	}
	if list == nil {
		return nil, nil
	}
	return map[string]any{"scopes": list}, nil
}

func putSecret(c *call) (any, error) {
	var req struct {
		secretKey
		Text  *string `json:"string_value"`
		Bytes *string `json:"bytes_value"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if err := require(text("scope", req.Scope), text("key", req.Key)); err != nil {
		return nil, err
	}
	var value []byte
	switch {
	case (req.Text == nil) == (req.Bytes == nil):
		return nil, invalidParameter("Either string_value or bytes_value must be given")
	case !secretNames.MatchString(req.Key):
		return nil, invalidParameter("Keys have 1 to 128 characters of A-Z, a-z, 0-9, - _ and .")
	case req.Text != nil:
		value = []byte(*req.Text)
	default:
		var err error
		if value, err = base64.StdEncoding.DecodeString(*req.Bytes); err != nil {
			return nil, invalidParameter("bytes_value is not base64")
		}
	}
	if len(value) > maxSecretBytes {
		return nil, invalidParameter("A secret has at most %d bytes", maxSecretBytes)
	}
	scope, err := c.scope(req.Scope, "WRITE")
	if err != nil {
		return nil, err
	}
	if found, err := scope.find(req.Key); err == nil {
		found.Value, found.UpdatedAt = value, millis(c.now)
		return nil, nil
	}
	if len(scope.Secrets) >= maxSecrets {
		return nil, apiErrorf(http.StatusBadRequest, "RESOURCE_LIMIT_EXCEEDED", "The scope has reached the limit of %d secrets", maxSecrets)
	}
	scope.Secrets = append(scope.Secrets, &secret{Key: req.Key, Value: value, UpdatedAt: millis(c.now)})
	return nil, nil
}

func deleteSecret(c *call) (any, error) {
	var req secretKey
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	scope, found, err := c.findSecret(req, "WRITE")
	if err != nil {
		return nil, err
	}
	scope.Secrets = slices.DeleteFunc(scope.Secrets, func(s *secret) bool { return s == found })
	return nil, nil
}

func (c *call) findSecret(at secretKey, permission string) (*secretScope, *secret, error) {
	if err := require(text("scope", at.Scope), text("key", at.Key)); err != nil {
		return nil, nil, err
	}
	scope, err := c.scope(at.Scope, permission)
	if err != nil {
		return nil, nil, err
	}
	found, err := scope.find(at.Key)
	return scope, found, err
}

// getSecret answers the value in base64.
func getSecret(c *call) (any, error) {
	query := c.r.URL.Query()
	_, found, err := c.findSecret(secretKey{Scope: query.Get("scope"), Key: query.Get("key")}, "READ")
	if err != nil {
		return nil, err
	}
	return map[string]any{"key": found.Key, "value": base64.StdEncoding.EncodeToString(found.Value)}, nil
}

func listSecrets(c *call) (any, error) {
	scope, err := c.scope(c.r.URL.Query().Get("scope"), "READ")
	if err != nil || len(scope.Secrets) == 0 {
		return nil, err
	}
	var list []map[string]any
	for _, s := range scope.Secrets {
		list = append(list, map[string]any{"key": s.Key, "last_updated_timestamp": s.UpdatedAt})
	}
	return map[string]any{"secrets": list}, nil
}
