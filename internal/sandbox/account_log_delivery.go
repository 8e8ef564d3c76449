// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"net/http"
	"time"

	"github.com/google/uuid"
)

// The states of a log delivery configuration.
const (
	deliveryEnabled  = "ENABLED"
	deliveryDisabled = "DISABLED"
)

// deliveryInterval is the time between two deliveries. The service delivers
// audit logs within the hour and usage daily (?); the sandbox delivers hourly.
const deliveryInterval = time.Hour

// deliveryFormats are the formats that go with the types of logs.
var deliveryFormats = map[string]string{"AUDIT_LOGS": "JSON", "BILLABLE_USAGE": "CSV"}

type deliveryStatus struct {
	Status                    string `json:"status"`
	Message                   string `json:"message"`
	LastAttemptTime           string `json:"last_attempt_time,omitempty"`
	LastSuccessfulAttemptTime string `json:"last_successful_attempt_time,omitempty"`
}

// logDelivery is a log delivery configuration (api: log delivery).
type logDelivery struct {
	AccountID              string         `json:"account_id"`
	ConfigID               string         `json:"config_id"`
	ConfigName             string         `json:"config_name,omitempty"`
	CredentialsID          string         `json:"credentials_id"`
	StorageConfigurationID string         `json:"storage_configuration_id"`
	DeliveryPathPrefix     string         `json:"delivery_path_prefix,omitempty"`
	DeliveryStartTime      string         `json:"delivery_start_time"`
	LogType                string         `json:"log_type"`
	OutputFormat           string         `json:"output_format"`
	Status                 string         `json:"status"`
	WorkspaceIDsFilter     []int64        `json:"workspace_ids_filter,omitempty"`
	LogDeliveryStatus      deliveryStatus `json:"log_delivery_status"`
	CreationTime           int64          `json:"creation_time"`
	UpdateTime             int64          `json:"update_time"`

	// enabledAt is when the deliveries began, the last time.
	enabledAt time.Time
	// forced says that the status is what a test set.
	forced bool
}

type createLogDelivery struct {
	owned
	ConfigName             string  `json:"config_name"`
	CredentialsID          string  `json:"credentials_id"`
	StorageConfigurationID string  `json:"storage_configuration_id"`
	DeliveryPathPrefix     string  `json:"delivery_path_prefix"`
	DeliveryStartTime      string  `json:"delivery_start_time"`
	LogType                string  `json:"log_type"`
	OutputFormat           string  `json:"output_format"`
	Status                 string  `json:"status"`
	WorkspaceIDsFilter     []int64 `json:"workspace_ids_filter"`
}

type wrappedLogDelivery struct {
	LogDeliveryConfiguration *createLogDelivery `json:"log_delivery_configuration"`
}

type logDeliveryPage struct {
	Configurations []*logDelivery `json:"log_delivery_configurations,omitempty"`
	Next           string         `json:"next_page_token,omitempty"`
}

const logDeliveryPath = accountPath + "/log-delivery"

// logDeliveryRoutes has no DELETE: configurations can be disabled, not deleted.
func (e *emulator) logDeliveryRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST "+logDeliveryPath, e.api(createLogDeliveryConfiguration))
	mux.HandleFunc("GET "+logDeliveryPath, e.api(listLogDeliveries))
	mux.HandleFunc("GET "+logDeliveryPath+"/{config_id}", e.api(func(c *call) (any, error) {
		found, err := c.account.net.logs.get(c.now, c.r.PathValue("config_id"))
		if err != nil {
			return nil, err
		}
		return wrapLogDelivery(found.at(c.now)), nil
	}))
	mux.HandleFunc("PATCH "+logDeliveryPath+"/{config_id}", e.api(patchLogDelivery))
}

func wrapLogDelivery(d *logDelivery) any {
	return map[string]any{"log_delivery_configuration": d}
}

// at fills in how the deliveries went.
func (d *logDelivery) at(now time.Time) *logDelivery {
	out := *d
	since := now.Sub(d.enabledAt).Truncate(deliveryInterval)
	if d.forced || d.Status != deliveryEnabled || since <= 0 {
		return &out
	}
	last := d.enabledAt.Add(since).UTC().Format(time.RFC3339)
	out.LogDeliveryStatus = deliveryStatus{
		Status: "SUCCEEDED", Message: "All logs were successfully delivered.",
		LastAttemptTime: last, LastSuccessfulAttemptTime: last,
	}
	return &out
}

func createLogDeliveryConfiguration(c *call) (any, error) {
	var req wrappedLogDelivery
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	params := req.LogDeliveryConfiguration
	if params == nil {
		return nil, missing("log_delivery_configuration")
	}
	if err := params.check(c); err != nil {
		return nil, err
	}
	if err := params.validate(c); err != nil {
		return nil, err
	}
	created := c.newLogDelivery(params)
	if err := c.checkDelivery(created); err != nil {
		return nil, err
	}
	// The account was let go of while AWS was asked.
	if err := c.checkDeliverable(created); err != nil {
		return nil, err
	}
	return wrapLogDelivery(created), c.account.net.logs.add(c.now, created.ConfigID, "", created)
}

func (c *call) newLogDelivery(req *createLogDelivery) *logDelivery {
	created := &logDelivery{
		AccountID: c.account.ID, ConfigID: uuid.NewString(), ConfigName: req.ConfigName,
		CredentialsID: req.CredentialsID, StorageConfigurationID: req.StorageConfigurationID,
		DeliveryPathPrefix: req.DeliveryPathPrefix, DeliveryStartTime: req.DeliveryStartTime,
		LogType: req.LogType, OutputFormat: req.OutputFormat, Status: req.Status, WorkspaceIDsFilter: req.WorkspaceIDsFilter,
		// The text of a configuration that has delivered nothing yet is ours.
		LogDeliveryStatus: deliveryStatus{Status: "CREATED", Message: "The log delivery configuration was created."},
		CreationTime:      millis(c.now), UpdateTime: millis(c.now), enabledAt: c.now,
	}
	if created.Status == "" {
		created.Status = deliveryEnabled
	}
	if created.DeliveryStartTime == "" {
		created.DeliveryStartTime = c.now.UTC().Format(usageMonth)
	}
	return created
}

// listLogDeliveries lists disabled configurations too: nothing is ever deleted,
// so the list grows.
func listLogDeliveries(c *call) (any, error) {
	query := c.r.URL.Query()
	status := query.Get("status")
	if status != "" && status != deliveryEnabled && status != deliveryDisabled {
		return nil, invalidParameter("%q is not a status", status)
	}
	matches := func(want, have string) bool { return want == "" || want == have }
	found := []*logDelivery{}
	for _, d := range c.account.net.logs.list(c.now) {
		if matches(status, d.Status) && matches(query.Get("credentials_id"), d.CredentialsID) &&
			matches(query.Get("storage_configuration_id"), d.StorageConfigurationID) {
			found = append(found, d.at(c.now))
		}
	}
	page, next, err := cutPage(c, found, netPageSize)
	return logDeliveryPage{Configurations: page, Next: next}, err
}

// patchLogDelivery changes the status, which is all that can be changed.
func patchLogDelivery(c *call) (any, error) {
	found, err := c.account.net.logs.get(c.now, c.r.PathValue("config_id"))
	if err != nil {
		return nil, err
	}
	var req struct {
		Status string `json:"status"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if err := require(text("status", req.Status)); err != nil {
		return nil, err
	}
	if req.Status != deliveryEnabled && req.Status != deliveryDisabled {
		return nil, invalidParameter("%q is not a status", req.Status)
	}
	if req.Status == found.Status {
		return nil, nil
	}
	changed := *found.at(c.now)
	changed.Status, changed.UpdateTime, changed.enabledAt = req.Status, millis(c.now), c.now
	if err := c.checkDeliverable(&changed); err != nil {
		return nil, err
	}
	*found = changed
	return nil, nil
}

// SetDeliveryStatus makes a log delivery configuration report how its
// deliveries went: CREATED, SUCCEEDED, USER_FAILURE, SYSTEM_FAILURE or
// NOT_FOUND. An empty status goes back to what follows from the clock.
func (s *Sandbox) SetDeliveryStatus(accountID, configID, status, message string) {
	a := s.account(accountID)
	a.mu.Lock()
	defer a.mu.Unlock()
	now := s.em.now()
	found, err := a.net.logs.get(now, configID)
	if err != nil {
		panic("sandbox: " + err.Error())
	}
	found.forced = status != ""
	if found.forced {
		found.LogDeliveryStatus = deliveryStatus{Status: status, Message: message, LastAttemptTime: now.UTC().Format(time.RFC3339)}
	}
}
