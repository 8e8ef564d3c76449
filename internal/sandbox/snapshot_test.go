// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package sandbox_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/sandbox"
)

// settle makes a workspace with a bit of everything in it, and returns its id
// and a personal access token.
func (w *world) settle() (id, pat string) {
	w.t.Helper()
	id = w.workspace("kept", object{"custom_tags": object{"team": "x"}})
	w.in(id, "PATCH", "/api/2.0/workspace-conf", object{"enableDcs": "true"})
	w.in(id, "POST", "/api/2.0/ip-access-lists", object{"label": "office", "list_type": "ALLOW", "ip_addresses": []string{"203.0.113.0/24"}})
	pat = w.in(id, "POST", "/api/2.0/token/create", object{"comment": "kept"}).str("token_value")
	return id, pat
}

// picture is what clients see of it.
func (w *world) picture(id string) string {
	w.t.Helper()
	var out strings.Builder
	for _, kind := range []string{"credentials", "storage-configurations", "workspaces", "metastores"} {
		out.WriteString(w.ok("GET", "/"+kind, nil).String())
	}
	for _, path := range []string{
		"/api/2.0/workspace-conf?keys=enableDcs", "/api/2.0/ip-access-lists", "/api/2.0/token/list",
		"/api/2.0/settings/types/automatic_cluster_update/names/default",
	} {
		out.WriteString(w.in(id, "GET", path, nil).String())
	}
	return out.String()
}

func TestSnapshotAndRestore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, pat := w.settle()
	bystander := w.s.NewAccount()
	before := w.picture(id)
	taken, err := w.s.Snapshot(w.account.ID)
	if err != nil {
		t.Fatal(err)
	}
	other := &world{t: t, s: w.s, clock: w.clock, account: bystander}
	other.login()
	other.ok("POST", "/credentials", credentialBody("bystander"))

	w.ok("POST", "/credentials", credentialBody("lost"))
	w.in(id, "PATCH", "/api/2.0/workspace-conf", object{"enableDcs": "false"})
	later := w.workspace("later", nil)
	laterPAT := w.in(later, "POST", "/api/2.0/token/create", object{}).str("token_value")
	w.ok("DELETE", "/workspaces/"+id, nil)
	for range 2 {
		if err := w.s.Restore(taken); err != nil {
			t.Fatal(err)
		}
		if got := w.picture(id); got != before {
			t.Errorf("after restoring:\n%s\nwant:\n%s", got, before)
		}
		w.ok("POST", "/credentials", credentialBody("again"))
	}
	if n := len(other.ok("GET", "/credentials", nil).items("")); n != 1 {
		t.Errorf("the other account has %d credentials, want 1", n)
	}
	admin := w.token
	w.token = pat
	w.in(id, "GET", "/api/2.0/token/list", nil)
	w.token = laterPAT
	w.expect(502, "GET", "/api/2.0/token/list", later, nil)
	w.token = admin
	if _, err := w.s.Snapshot("nobody"); err == nil {
		t.Error("there is a snapshot of an account that does not exist")
	}
}

// restart ends a sandbox and starts another from its file.
func restart(t *testing.T, w *world, file string) *world {
	t.Helper()
	if err := w.s.Close(); err != nil {
		t.Fatal(err)
	}
	s := start(t, sandbox.Config{Clock: w.clock, StateFile: file})
	return &world{t: t, s: s, clock: w.clock, account: s.Account()}
}

func TestStateSurvivesARestart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.json")
	clock := newClock()
	s := start(t, sandbox.Config{Clock: clock, StateFile: file})
	w := &world{t: t, s: s, clock: clock, account: s.Account()}
	w.login()
	id, pat := w.settle()
	s.AdvanceClock(time.Hour)
	w.login()
	now, before := s.Now(), w.picture(id)

	again := restart(t, w, file)
	if again.account.ID != w.account.ID || again.account.ClientID != w.account.ClientID || again.account.MetastoreID != w.account.MetastoreID {
		t.Errorf("the account is %+v, was %+v", again.account, w.account)
	}
	if again.account.ClientSecret == w.account.ClientSecret {
		t.Error("the client secret was kept")
	}
	if got := again.s.Now(); !got.Equal(now) {
		t.Errorf("the clock shows %s, want %s", got, now)
	}
	again.token = w.token
	again.expect(401, "GET", again.path("/credentials"), "", nil)
	again.login()
	if got := again.picture(id); got != before {
		t.Errorf("after the restart:\n%s\nwant:\n%s", got, before)
	}
	again.account.ClientSecret = w.account.ClientSecret
	again.login()
	again.token = pat
	again.in(id, "GET", "/api/2.0/token/list", nil)

	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{w.token, pat, w.account.ClientSecret, again.s.Account().ClientSecret, "Bearer", "Authorization"}
	for _, secret := range secrets {
		if secret == "" || strings.Contains(string(raw), secret) {
			t.Errorf("the file holds %q", secret)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v, want 0600", info.Mode(), err)
	}
	if left, _ := filepath.Glob(file + ".*"); len(left) != 0 {
		t.Errorf("temporary files are left: %q", left)
	}
}

func TestManyRestartsTrustTheLastSecrets(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.json")
	clock := newClock()
	s := start(t, sandbox.Config{Clock: clock, StateFile: file})
	w := &world{t: t, s: s, clock: clock, account: s.Account()}
	first := w.account
	var secrets []string
	for range 9 {
		w = restart(t, w, file)
		secrets = append(secrets, w.account.ClientSecret)
	}
	for _, secret := range secrets[1:] {
		w.account.ClientSecret = secret
		w.login()
	}
	w.account = first
	req := w.request("POST", "/oidc/accounts/"+first.ID+"/v1/token", "", nil)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(first.ClientID, first.ClientSecret)
	if status, b := send(t, plainClient(t), req); status == 200 {
		t.Errorf("a secret of 9 starts ago is good: %s", b)
	}
}

func TestStateIsWrittenOnChange(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.json")
	s := start(t, sandbox.Config{StateFile: file})
	w := &world{t: t, s: s, account: s.Account()}
	w.login()
	w.ok("POST", "/credentials", credentialBody("written"))
	for deadline := time.Now().Add(20 * time.Second); ; {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), "role/written") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the change is not in the file")
		}
	}
}

func TestStateFilesThatAreNone(t *testing.T) {
	t.Parallel()
	good := filepath.Join(t.TempDir(), "good.json")
	if err := start(t, sandbox.Config{StateFile: good}).Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"empty": "", "not JSON": "x", "other JSON": "{}", "cut off": string(raw[:len(raw)/2]),
		"of a later version": strings.Replace(string(raw), `"version":1`, `"version":2`, 1),
		"with more fields":   strings.Replace(string(raw), `"tier":`, `"tear":1,"tier":`, 1),
		"without objects":    strings.Replace(string(raw), `"objects":[`, `"objects":[],"x":[`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "state.json")
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := sandbox.Start(t.Context(), sandbox.Config{StateFile: file})
			if err == nil {
				_ = s.Close()
				t.Fatal("it was taken")
			}
			if !strings.Contains(err.Error(), "remove it to begin anew") {
				t.Error(err)
			}
			if left, err := os.ReadFile(file); err != nil || string(left) != content {
				t.Error("the file was changed")
			}
		})
	}
	missing := filepath.Join(t.TempDir(), "no", "state.json")
	if s, err := sandbox.Start(t.Context(), sandbox.Config{StateFile: missing}); err == nil {
		_ = s.Close()
		t.Error("a file that cannot be written was taken")
	}
}

func TestObjects(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _ := w.settle()
	found, err := w.s.Objects(w.account.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	for kind, n := range map[string]int{"credentials": 1, "storage-configurations": 1, "workspaces": 1, "networks": 0} {
		if ids, ok := found[kind]; !ok || len(ids) != n {
			t.Errorf("%s: %q, want %d", kind, ids, n)
		}
	}
	if !slices.Contains(found["workspaces"], id) {
		t.Errorf("workspaces %q, want %s", found["workspaces"], id)
	}
}

func TestSecretsSurviveARestart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.json")
	clock := newClock()
	s := start(t, sandbox.Config{Clock: clock, StateFile: file})
	w := &world{t: t, s: s, clock: clock, account: s.Account()}
	w.login()
	id := w.workspace("kept", nil)
	w.in(id, "POST", "/api/2.0/secrets/scopes/create", object{"scope": "app"})
	w.in(id, "POST", "/api/2.0/secrets/put", object{"scope": "app", "key": "k", "string_value": "v"})
	robotID, robot := w.robot("3600s")
	_, former := w.robot("60s")
	before := w.account

	again := restart(t, w, file)
	again.login()
	if got := again.in(id, "GET", "/api/2.0/secrets/get?scope=app&key=k", nil).str("value"); got != "dg==" {
		t.Errorf("the secret is %q", got)
	}
	clock.pass(time.Minute)
	mixed := before
	mixed.ClientID = robot.ClientID
	if !again.logsIn(robot) || !again.logsIn(before) || again.logsIn(former) || again.logsIn(mixed) {
		t.Error("after the restart other secrets are good than before")
	}
	again.ok("DELETE", "/scim/v2/ServicePrincipals/"+robotID, nil)
	if again.logsIn(robot) {
		t.Error("a service principal that was deleted logs in")
	}
	raw, err := os.ReadFile(file)
	if err != nil || strings.Contains(string(raw), robot.ClientSecret) {
		t.Errorf("the file holds the client secret of a service principal, or %v", err)
	}

	// The account's own: the list shows the latest, and with it all go.
	own := ""
	for _, found := range again.ok("GET", "/scim/v2/ServicePrincipals", nil).items("Resources") {
		if (body{value: found}).str("applicationId") == before.ClientID {
			own = body{value: found}.str("id")
		}
	}
	path := "/servicePrincipals/" + own + "/credentials/secrets"
	listed := again.ok("GET", path, nil).items("secrets")
	if len(listed) != 1 {
		t.Fatalf("the account's own service principal has the secrets %v, want one", listed)
	}
	again.ok("DELETE", path+"/"+first(body{value: listed}).str("id"), nil)
	if again.logsIn(again.account) || again.logsIn(before) {
		t.Error("a deleted secret logs in")
	}
	last := restart(t, again, file)
	if last.logsIn(before) || !last.logsIn(last.account) {
		t.Error("after another restart other secrets are good than the new one")
	}
}
