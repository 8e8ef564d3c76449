// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	usagecsv "encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// usageColumns are those of the download; the personal ones are there only if
// they are asked for (api: billable usage download).
var (
	usageColumns = []string{
		"workspaceId", "timestamp", "clusterId", "clusterName", "clusterNodeType", "clusterOwnerUserId",
		"clusterCustomTags", "sku", "dbus", "machineHours",
	}
	personalColumns = []string{"clusterOwnerUserName", "tags"}
)

func (e *emulator) usageRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET "+accountPath+"/usage/download", func(w http.ResponseWriter, r *http.Request) {
		c := callOf(r)
		c.r, c.header = r, w.Header()
		var download strings.Builder
		_, err := c.answer(func(c *call) (any, error) { return nil, c.usage(&download) })
		if err != nil {
			c.write(w, nil, err)
			return
		}
		w.Header().Set("Content-Type", "text/plain")
		_, _ = fmt.Fprint(w, download.String())
	})
}

// usage writes one row for each workspace and month, which is all that the
// sandbox knows of usage.
func (c *call) usage(into *strings.Builder) error {
	query := c.r.URL.Query()
	start, end, err := usagePeriod(query.Get("start_month"), query.Get("end_month"))
	if err != nil {
		return err
	}
	personal := query.Get("personal_data")
	if !slices.Contains([]string{"", "true", "false"}, personal) {
		return invalidParameter("personal_data %q is not a boolean", personal)
	}
	out := usagecsv.NewWriter(into)
	rows := [][]string{usageColumns}
	for _, ws := range c.account.workspaces {
		rows = append(rows, c.usageOf(ws, start, end)...)
	}
	for i, row := range rows {
		switch {
		case personal != "true":
		case i == 0:
			rows[i] = slices.Concat(row, personalColumns)
		default:
			rows[i] = slices.Concat(row, []string{c.account.ServicePrincipal, "{}"})
		}
	}
	return out.WriteAll(rows)
}

func usagePeriod(first, last string) (start, end time.Time, err error) {
	if err := require(text("start_month", first), text("end_month", last)); err != nil {
		return start, end, err
	}
	start, err = time.Parse(usageMonth, first)
	if err == nil {
		end, err = time.Parse(usageMonth, last)
	}
	switch {
	case err != nil:
		return start, end, invalidParameter("start_month and end_month must be months of the form YYYY-MM")
	case end.Before(start):
		return start, end, invalidParameter("end_month %s is before start_month %s", last, first)
	}
	return start, end, nil
}

// usageOf looks only at months in which there was a workspace to use.
func (c *call) usageOf(ws *workspace, start, end time.Time) [][]string {
	until := c.now
	if !ws.alive() {
		until = ws.deletedAt
	}
	var rows [][]string
	for month := monthOf(ws.createdAt); !month.After(monthOf(until)); month = month.AddDate(0, 1, 0) {
		if month.Before(start) || month.After(end) {
			continue
		}
		rows = append(rows, []string{
			fmt.Sprint(ws.id), month.Format(time.RFC3339), "", "", "", fmt.Sprint(c.account.principalID), "{}",
			ws.tier + "_ALL_PURPOSE_COMPUTE", "1.0", "1.0",
		})
	}
	return rows
}

func monthOf(t time.Time) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}
