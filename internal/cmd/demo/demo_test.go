// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestTerraformEnviron(t *testing.T) {
	t.Parallel()
	got := terraformEnviron([]string{
		"PATH=/bin", "TF_LOG=trace", "TF_VAR_prefix=mine", "TF_CLI_ARGS_plan=-destroy", "TF_VAR_databricks_account_id=id",
	}, "/stage/terraform.tfrc")
	want := []string{
		"PATH=/bin", "TF_VAR_databricks_account_id=id",
		"TF_CLI_CONFIG_FILE=/stage/terraform.tfrc", "TF_INPUT=0", "TF_IN_AUTOMATION=1", "TF_CLI_ARGS=-no-color",
	}
	if !slices.Equal(got, want) {
		t.Errorf("environment:\n%q, want\n%q", got, want)
	}
}

func TestLineWriterPrintsWholeLines(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	w := &lineWriter{show: progress, out: &out}
	for _, part := range []string{"hardbricks_x.y: Crea", "ting...\r\nnoise\naws_vpc.v: Creation complete after 1s\nApply ", "complete!"} {
		if _, err := w.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	w.flush()
	want := "  hardbricks_x.y: Creating...\n  aws_vpc.v: Creation complete after 1s\n  Apply complete!\n"
	if out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
}

func TestDiagnostics(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ output, want string }{
		"none":    {"Plan: 1 to add.\n", ""},
		"warning": {"Plan: 1 to add.\n\nWarning: Careful\n\n  on main.tf\n\n─────\n\nSaved the plan\n", "Warning: Careful\n\n  on main.tf"},
		"error":   {"reading\n\nError: No\n\n  on main.tf\n\nBecause.\n", "Error: No\n\n  on main.tf\n\nBecause."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := diagnostics(test.output); got != test.want {
				t.Errorf("diagnostics = %q, want %q", got, test.want)
			}
		})
	}
}

func TestCountCalls(t *testing.T) {
	t.Parallel()
	log := `{"Service":"account"}` + "\n" + `{"Service":"workspace"}` + "\n" + `{"Service":"refused"}` + "\n" + `{"Service":"aws"}` + "\n" + `{"Serv`
	got, err := countCalls(strings.NewReader(log))
	if err != nil || got.databricks() != 3 || got["aws"] != 1 {
		t.Errorf("counted %v, %v", got, err)
	}
	if _, err := countCalls(strings.NewReader("nonsense\n")); err == nil {
		t.Error("nonsense was counted")
	}
}

// ready is the outcome that the demo asks for.
func ready() outputs {
	var o outputs
	o.Status.Value = "READY"
	o.Posture.Value = map[string]string{"A": "enforced", "B": "not_applicable"}
	o.Steps.Value = []step{{Step: "one", Outcome: "done", ObjectID: "id", Owned: true}, {Step: "two", Outcome: "skipped"}}
	return o
}

func TestOutputsCheck(t *testing.T) {
	t.Parallel()
	if err := ready().check(); err != nil {
		t.Error(err)
	}
	for want, spoil := range map[string]func(*outputs){
		"INCOMPLETE":         func(o *outputs) { o.Status.Value = "INCOMPLETE" },
		"control A is":       func(o *outputs) { o.Posture.Value["A"] = "drifted" },
		"step two is failed": func(o *outputs) { o.Steps.Value[1].Outcome = "failed" },
		"empty":              func(o *outputs) { o.Posture.Value = nil },
	} {
		o := ready()
		spoil(&o)
		if err := o.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("check = %v, want one that says %q", err, want)
		}
	}
}

func TestOutputsPrint(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	o := ready()
	o.Posture.Value["DBX-AWS-ENC-01"] = "enforced"
	o.print(&out)
	for _, want := range []string{"status     READY\n", "    B               not_applicable\n", "encryption.managed_services\n", "    one  done     owned  id\n", "    two  skipped\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
}

func TestCopyExample(t *testing.T) {
	t.Parallel()
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "copy")
	for _, name := range []string{"main.tf", "nested/main.tf", "terraform.tfstate", "nested/secret.tfvars"} {
		path := filepath.Join(from, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := copyExample(to, from); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"main.tf": true, "nested/main.tf": true, "terraform.tfstate": false, "nested/secret.tfvars": false} {
		if _, err := os.Stat(filepath.Join(to, filepath.FromSlash(name))); (err == nil) != want {
			t.Errorf("%s: copied is %v, want %v", name, err == nil, want)
		}
	}
	if err := copyExample(to, t.TempDir()); err == nil {
		t.Error("an empty folder was taken for an example")
	}
}
