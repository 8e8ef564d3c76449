// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"encoding/csv"
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"
)

// logWorld is an account with what a log delivery needs.
func logWorld(t *testing.T) (*world, object) {
	t.Helper()
	w := newWorld(t)
	return w, object{
		"config_name": "audit", "log_type": "AUDIT_LOGS", "output_format": "JSON", "delivery_path_prefix": "audit",
		"credentials_id":           w.ok("POST", "/credentials", credentialBody("logs")).str("credentials_id"),
		"storage_configuration_id": w.ok("POST", "/storage-configurations", storageBody("logs")).str("storage_configuration_id"),
	}
}

// logConfig is a log delivery body with changes.
func logConfig(base, change object) object {
	config := maps.Clone(base)
	maps.Copy(config, change)
	return object{"log_delivery_configuration": config}
}

func TestLogDeliveryLifecycle(t *testing.T) {
	t.Parallel()
	w, base := logWorld(t)
	if got := w.ok("GET", "/log-delivery", nil).String(); got != "{}\n" {
		t.Errorf("%s: want an empty object", got)
	}
	made := w.ok("POST", "/log-delivery", logConfig(base, object{"account_id": w.account.ID}))
	id := made.str("log_delivery_configuration.config_id")
	for field, want := range map[string]string{
		"status": "ENABLED", "delivery_start_time": "2026-01", "account_id": w.account.ID, "delivery_path_prefix": "audit",
		"log_delivery_status.status": "CREATED", "log_delivery_status.last_attempt_time": "", "creation_time": "1767323045000",
	} {
		if got := made.str("log_delivery_configuration." + field); got != want {
			t.Errorf("%s %q, want %q", field, got, want)
		}
	}
	w.clock.pass(150 * time.Minute)
	w.login()
	got := w.ok("GET", "/log-delivery/"+id, nil)
	if got.str("log_delivery_configuration.log_delivery_status.status") != "SUCCEEDED" ||
		got.str("log_delivery_configuration.log_delivery_status.last_successful_attempt_time") != "2026-01-02T05:04:05Z" ||
		got.str("log_delivery_configuration.log_delivery_status.message") != "All logs were successfully delivered." {
		t.Errorf("%s: want a delivery after two hours", got)
	}
	w.s.SetDeliveryStatus(w.account.ID, id, "USER_FAILURE", "Access Denied")
	if got := w.ok("GET", "/log-delivery/"+id, nil).str("log_delivery_configuration.log_delivery_status.status"); got != "USER_FAILURE" {
		t.Errorf("status %s, want USER_FAILURE", got)
	}
	one := w.path("/log-delivery/" + id)
	w.refused(404, "ENDPOINT_NOT_FOUND", "", "DELETE", one, "", nil)
	w.refused(400, "MALFORMED_REQUEST", "unknown field", "PATCH", one, "", object{"config_name": "x"})
	w.refused(400, "MALFORMED_REQUEST", "status", "PATCH", one, "", object{})
	w.refused(400, "INVALID_PARAMETER_VALUE", "PAUSED", "PATCH", one, "", object{"status": "PAUSED"})
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "PATCH", w.path("/log-delivery/x"), "", object{"status": "DISABLED"})
	w.refused(404, "RESOURCE_DOES_NOT_EXIST", "", "GET", w.path("/log-delivery/x"), "", nil)
	checkLogReferences(w, base, id)
}

// checkLogReferences: an enabled configuration holds what it delivers with, a
// disabled one does not, and cannot be enabled without it.
func checkLogReferences(w *world, base object, id string) {
	w.t.Helper()
	credentials := "/credentials/" + str(base["credentials_id"])
	storage := "/storage-configurations/" + str(base["storage_configuration_id"])
	w.refused(400, "MALFORMED_REQUEST", "while it is used by the enabled log delivery configuration "+id, "DELETE", w.path(credentials), "", nil)
	w.refused(400, "MALFORMED_REQUEST", "while it is used by the enabled log delivery configuration "+id, "DELETE", w.path(storage), "", nil)
	if got := w.ok("PATCH", "/log-delivery/"+id, object{"status": "DISABLED"}).String(); got != "{}\n" {
		w.t.Errorf("PATCH: %s, want an empty object", got)
	}
	w.ok("DELETE", credentials, nil)
	got := w.ok("GET", "/log-delivery/"+id, nil)
	if got.str("log_delivery_configuration.status") != "DISABLED" || got.str("log_delivery_configuration.credentials_id") != base["credentials_id"] {
		w.t.Errorf("%s: want it disabled, with its reference", got)
	}
	w.refused(400, "MALFORMED_REQUEST", "Invalid credentialsId", "PATCH", w.path("/log-delivery/"+id), "", object{"status": "ENABLED"})
	w.ok("DELETE", storage, nil)
}

func TestLogDeliveryValidation(t *testing.T) {
	t.Parallel()
	w, base := logWorld(t)
	for _, test := range []struct {
		name, code, message string
		change              object
	}{
		{"no type", "MALFORMED_REQUEST", "Missing required parameters: log_type", object{"log_type": ""}},
		{"unknown type", "INVALID_PARAMETER_VALUE", "log type", object{"log_type": "SPARK_LOGS"}},
		{"audit as CSV", "INVALID_PARAMETER_VALUE", "output format of AUDIT_LOGS is JSON", object{"output_format": "CSV"}},
		{"usage as JSON", "INVALID_PARAMETER_VALUE", "output format of BILLABLE_USAGE is CSV", object{"log_type": "BILLABLE_USAGE"}},
		{"no credentials", "MALFORMED_REQUEST", "credentials_id", object{"credentials_id": ""}},
		{"unknown credentials", "MALFORMED_REQUEST", "Invalid credentialsId: x", object{"credentials_id": "x"}},
		{"unknown storage", "MALFORMED_REQUEST", "Invalid storageConfigurationId: x", object{"storage_configuration_id": "x"}},
		{"leading slash", "INVALID_PARAMETER_VALUE", "slash", object{"delivery_path_prefix": "/a"}},
		{"trailing slash", "INVALID_PARAMETER_VALUE", "slash", object{"delivery_path_prefix": "a/"}},
		{"status", "INVALID_PARAMETER_VALUE", "is not a status", object{"status": "ON"}},
		{"month", "INVALID_PARAMETER_VALUE", "YYYY-MM", object{"delivery_start_time": "2026-13"}},
		{"early", "INVALID_PARAMETER_VALUE", "before 2019-03", object{"delivery_start_time": "2019-02"}},
		{"workspace", "INVALID_PARAMETER_VALUE", "workspace 1 does not exist", object{"workspace_ids_filter": []int{1}}},
		{"unknown field", "MALFORMED_REQUEST", "unknown field", object{"bucket": "x"}},
		{"account", "INVALID_PARAMETER_VALUE", "account_id", object{"account_id": "x"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in := &world{t: t, s: w.s, clock: w.clock, account: w.account, token: w.token}
			in.refused(400, test.code, test.message, "POST", w.path("/log-delivery"), "", logConfig(base, test.change))
		})
	}
	w.refused(400, "MALFORMED_REQUEST", "log_delivery_configuration", "POST", w.path("/log-delivery"), "", object{})
	w.refused(400, "INVALID_PARAMETER_VALUE", "status", "GET", w.path("/log-delivery?status=ON"), "", nil)
}

func TestLogDeliveryLimits(t *testing.T) {
	t.Parallel()
	w, base := logWorld(t)
	number := func(id string) int64 { n, _ := strconv.ParseInt(id, 10, 64); return n }
	first, second := number(w.workspace("first", nil)), number(w.workspace("second", nil))
	create := func(prefix string, change object) string {
		change["delivery_path_prefix"] = prefix
		return w.ok("POST", "/log-delivery", logConfig(base, change)).str("log_delivery_configuration.config_id")
	}
	path := w.path("/log-delivery")
	create("a", object{})
	w.refused(409, "ALREADY_EXISTS", "differs in nothing but its name", "POST", path, "", logConfig(base, object{"delivery_path_prefix": "a", "config_name": "other"}))
	second1 := create("b", object{})
	w.refused(400, "QUOTA_EXCEEDED", "account-level", "POST", path, "", logConfig(base, object{"delivery_path_prefix": "c"}))
	third := create("c", object{"status": "DISABLED"})
	create("d", object{"log_type": "BILLABLE_USAGE", "output_format": "CSV"})
	w.refused(400, "QUOTA_EXCEEDED", "account-level", "PATCH", path+"/"+third, "", object{"status": "ENABLED"})
	w.ok("PATCH", "/log-delivery/"+second1, object{"status": "DISABLED"})
	w.ok("PATCH", "/log-delivery/"+third, object{"status": "ENABLED"})

	create("e", object{"workspace_ids_filter": []int64{first}})
	create("f", object{"workspace_ids_filter": []int64{first, second}})
	w.refused(400, "QUOTA_EXCEEDED", "Workspace "+strconv.FormatInt(first, 10), "POST", path, "",
		logConfig(base, object{"delivery_path_prefix": "g", "workspace_ids_filter": []int64{first}}))
	create("g", object{"workspace_ids_filter": []int64{second}})
	w.refused(400, "INVALID_PARAMETER_VALUE", "twice", "POST", path, "", logConfig(base, object{"workspace_ids_filter": []int64{second, second}}))
	checkLogPages(w, base)
}

// checkLogPages follows the tokens of a list that can only grow, and filters it.
func checkLogPages(w *world, base object) {
	w.t.Helper()
	for i := range 12 {
		w.ok("POST", "/log-delivery", logConfig(base, object{"status": "DISABLED", "delivery_path_prefix": "p" + strconv.Itoa(i)}))
	}
	if got, pages := w.walkPages("/log-delivery?", "log_delivery_configurations"); got != 19 || pages != 2 {
		w.t.Errorf("%d configurations on %d pages, want 19 on 2", got, pages)
	}
	if got, _ := w.walkPages("/log-delivery?status=DISABLED", "log_delivery_configurations"); got != 13 {
		w.t.Errorf("%d disabled configurations, want 13", got)
	}
	if got, _ := w.walkPages("/log-delivery?credentials_id=x", "log_delivery_configurations"); got != 0 {
		w.t.Errorf("%d configurations of unknown credentials, want none", got)
	}
	w.refused(400, "INVALID_PARAMETER_VALUE", "page_token", "GET", w.path("/log-delivery?page_token=x"), "", nil)
}

// walkPages counts the objects of a list and its pages, and fails on one twice.
func (w *world) walkPages(path, key string) (objects, pages int) {
	w.t.Helper()
	seen, token := map[string]bool{}, ""
	for {
		got := w.ok("GET", path+"&page_token="+token, nil)
		pages++
		for _, one := range got.items(key) {
			encoded := body{value: one}
			name := strings.Join([]string{encoded.str("config_id"), encoded.str("rule_id"), encoded.str("endpoint_id"),
				encoded.str("network_policy_id"), encoded.str("name")}, "|")
			if seen[name] {
				w.t.Errorf("%s: %s is on two pages", path, name)
			}
			seen[name] = true
		}
		if token = got.str("next_page_token"); token == "" {
			return len(seen), pages
		}
	}
}

func TestUsageDownload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.workspace("ws", nil)
	w.clock.pass(60 * 24 * time.Hour)
	w.login()
	download := func(query string) [][]string {
		t.Helper()
		rows, err := csv.NewReader(strings.NewReader(w.ok("GET", "/usage/download?"+query, nil).String())).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	rows := download("start_month=2025-12&end_month=2026-02")
	if len(rows) != 3 || rows[0][0] != "workspaceId" || rows[0][len(rows[0])-1] != "machineHours" || rows[2][0] != id ||
		rows[2][1] != "2026-02-01T00:00:00Z" {
		t.Errorf("%v: want a header without personal columns, and two months", rows)
	}
	rows = download("start_month=2026-02&end_month=2026-02&personal_data=true")
	if len(rows) != 2 || rows[0][len(rows[0])-2] != "clusterOwnerUserName" || rows[1][len(rows[1])-2] != "sandbox administrator" {
		t.Errorf("%v: want one month with personal data", rows)
	}
	for query, message := range map[string]string{
		"": "start_month, end_month", "start_month=2026-1&end_month=2026-02": "YYYY-MM", "start_month=2026-02&end_month=2026-01": "before",
		"start_month=2026-02&end_month=2026-02&personal_data=x": "boolean",
	} {
		if status, b := w.do("GET", w.path("/usage/download?"+query), "", nil); status != 400 || !strings.Contains(b.str("message"), message) {
			t.Errorf("%s: %d %s, want 400 with %q", query, status, b, message)
		}
	}
	w.token = "nobody"
	w.refused(401, "UNAUTHENTICATED", "", "GET", w.path("/usage/download?start_month=2026-02&end_month=2026-02"), "", nil)
}
