// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/rules"
)

// outputs are the output values of the example.
type outputs struct {
	WorkspaceID  value[int64]             `json:"workspace_id"`
	WorkspaceURL value[string]            `json:"workspace_url"`
	Status       value[string]            `json:"status"`
	Posture      value[map[string]string] `json:"posture"`
	Steps        value[[]step]            `json:"steps"`
}

type value[T any] struct {
	Value T `json:"value"`
}

type step struct {
	Step     string `json:"step"`
	Outcome  string `json:"outcome"`
	ObjectID string `json:"object_id"`
	Owned    bool   `json:"owned"`
}

// check returns an error unless all that was declared is there and enforced.
func (o outputs) check() error {
	var wrong []string
	if o.Status.Value != "READY" {
		wrong = append(wrong, fmt.Sprintf("the status is %q", o.Status.Value))
	}
	if len(o.Posture.Value) == 0 || len(o.Steps.Value) == 0 {
		wrong = append(wrong, "the posture or the ledger is empty")
	}
	for _, control := range slices.Sorted(maps.Keys(o.Posture.Value)) {
		if state := o.Posture.Value[control]; state != "enforced" && state != "not_applicable" {
			wrong = append(wrong, fmt.Sprintf("control %s is %s", control, state))
		}
	}
	for _, s := range o.Steps.Value {
		if s.Outcome != "done" && s.Outcome != "skipped" {
			wrong = append(wrong, fmt.Sprintf("step %s is %s", s.Step, s.Outcome))
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("the workspace is not what was declared: %s", strings.Join(wrong, "; "))
	}
	return nil
}

func (o outputs) print(out io.Writer) {
	say(out, fmt.Sprintf("workspace  %d\nurl        %s\nstatus     %s\n\nPosture, with the attributes that each control is about:",
		o.WorkspaceID.Value, o.WorkspaceURL.Value, o.Status.Value))
	about := attributesByControl()
	var rows [][]string
	for _, control := range slices.Sorted(maps.Keys(o.Posture.Value)) {
		rows = append(rows, []string{control, o.Posture.Value[control], strings.Join(about[control], ", ")})
	}
	table(out, rows)
	say(out, "\nLedger:")
	rows = nil
	for _, s := range o.Steps.Value {
		owned := ""
		if s.Owned {
			owned = "owned"
		}
		rows = append(rows, []string{s.Step, s.Outcome, owned, s.ObjectID})
	}
	table(out, rows)
}

// attributesByControl says which attributes the policy rules of a control speak
// of. A rule for one control alone says it better than one for several.
func attributesByControl() map[string][]string {
	about := map[string][]string{}
	for _, several := range []bool{false, true} {
		for _, rule := range rules.All() {
			if rule.Class != rules.Policy || several != (len(rule.Controls) > 1) {
				continue
			}
			for _, control := range rule.Controls {
				if !several || about[control] == nil {
					about[control] = append(about[control], rule.Paths...)
				}
			}
		}
	}
	for control, paths := range about {
		slices.Sort(paths)
		about[control] = slices.Compact(paths)
	}
	return about
}

func table(out io.Writer, rows [][]string) {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		_, _ = fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	_ = w.Flush()
	for line := range strings.Lines(text.String()) {
		say(out, "  "+strings.TrimRight(line, " \n"))
	}
}

func heading(out io.Writer, title string) {
	_, _ = fmt.Fprintf(out, "\n%s\n%s\n\n", title, strings.Repeat("=", len(title)))
}

// say prints a text, indented.
func say(out io.Writer, text string) {
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" {
			line = "  " + line
		}
		_, _ = fmt.Fprintln(out, line)
	}
}

func took(out io.Writer, begin time.Time) {
	_, _ = fmt.Fprintf(out, "\n(%s)\n", seconds(time.Since(begin)))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
