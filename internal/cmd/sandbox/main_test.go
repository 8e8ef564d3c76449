// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// playMain makes the test binary this command, which starts itself again too.
const playMain = "HARDBRICKS_TEST_PLAY_SANDBOX"

func TestMain(m *testing.M) {
	if os.Getenv(playMain) != "" {
		main()
	}
	os.Exit(m.Run())
}

type result struct {
	status         int
	stdout, stderr string
}

// sandboxed prepares the command, in an environment of its own.
func sandboxed(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = append(os.Environ(), playMain+"=1", "TMPDIR="+t.TempDir())
	return cmd
}

func finish(t *testing.T, cmd *exec.Cmd) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

func needs(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skip(program + " is not on PATH")
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		want    int
		command []string
	}{
		{"its own", 7, []string{"sh", "-c", "exit 7"}},
		{"success", 0, []string{"true"}},
		{"signal", 128 + 15, []string{"sh", "-c", "kill -TERM $$"}},
		{"not found", 127, []string{"no-such-command"}},
		{"not runnable", 126, []string{"/"}},
	} {
		for _, network := range []string{networkShared, networkAuto} {
			t.Run(test.name+" "+network, func(t *testing.T) {
				t.Parallel()
				args := append([]string{"--no-aws", "--network", network, "--"}, test.command...)
				if got := finish(t, sandboxed(t, args...)); got.status != test.want {
					t.Errorf("status %d, want %d; stderr:\n%s", got.status, test.want, got.stderr)
				}
			})
		}
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	if got := finish(t, sandboxed(t, "-h")); got.status != 0 || !strings.Contains(got.stderr, "Usage: sandbox") || !strings.Contains(got.stderr, "-no-aws") {
		t.Errorf("%+v", got)
	}
	if got := finish(t, sandboxed(t, "--network", "none", "--", "true")); got.status != 2 || !strings.Contains(got.stderr, "namespace, shared or auto") {
		t.Errorf("%+v", got)
	}
}

func TestNothingRealFlowsIn(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	for name, content := range map[string]string{
		".databrickscfg":   "[DEFAULT]\nhost = https://real\ntoken = dapi-real\n",
		".aws/credentials": "[default]\naws_access_key_id = AKIAREAL\naws_secret_access_key = real\n",
	} {
		file := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := sandboxed(t, "--no-aws", "--", "sh", "-c", `env; cat "$DATABRICKS_CONFIG_FILE" "$AWS_CONFIG_FILE" "$AWS_SHARED_CREDENTIALS_FILE"`)
	cmd.Env = append(cmd.Env, "HOME="+home, "DATABRICKS_TOKEN=dapi-real", "DATABRICKS_CONFIG_PROFILE=real", "AWS_PROFILE=real",
		"AWS_SECRET_ACCESS_KEY=real", "AWS_CONFIG_FILE="+filepath.Join(home, ".aws", "credentials"))
	got := finish(t, cmd)
	if got.status != 0 || strings.Contains(got.stdout, "real") || strings.Contains(got.stdout, "AKIAREAL") {
		t.Errorf("status %d, environment:\n%s", got.status, got.stdout)
	}
	if !strings.Contains(got.stdout, "DATABRICKS_HOST=https://accounts.cloud.databricks.com") {
		t.Errorf("the environment leads nowhere:\n%s", got.stdout)
	}
}

func TestNothingFlowsOutOfTheNamespace(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has network namespaces")
	}
	needs(t, "curl")
	script := `
curl -sS https://accounts.cloud.databricks.com/.well-known/databricks-config || exit 10
for v in $(env | sed -n 's/^\([A-Za-z_]*_[Pp][Rr][Oo][Xx][Yy]\)=.*/\1/p'); do unset $v; done
curl -sS -m 5 --noproxy '*' https://accounts.cloud.databricks.com/ && exit 11
curl -sS -m 5 --noproxy '*' http://192.0.2.1/ && exit 12
curl -sS -m 5 --noproxy '*' http://` + outsideListener(t) + `/ && exit 13
[ "$(cat /proc/net/dev | grep -c :)" = 1 ] || exit 14
exit 0`
	got := finish(t, sandboxed(t, "--no-aws", "--network", networkNamespace, "--", "sh", "-c", script))
	if got.status == exitSandbox && strings.Contains(got.stderr, "allows no network namespace") {
		t.Skip("this machine allows no network namespace")
	}
	if got.status != 0 || !strings.Contains(got.stdout, "oidc_endpoint") {
		t.Errorf("%+v", got)
	}
}

func TestSharedNetworkNeedsNoNamespace(t *testing.T) {
	t.Parallel()
	needs(t, "curl")
	got := finish(t, sandboxed(t, "--no-aws", "--network", networkShared, "--", "curl", "-sS", "https://accounts.cloud.databricks.com/.well-known/databricks-config"))
	if got.status != 0 || !strings.Contains(got.stdout, "oidc_endpoint") || strings.Contains(got.stderr, "WARNING") {
		t.Errorf("%+v", got)
	}
}

func TestSignalsAreForwarded(t *testing.T) {
	t.Parallel()
	for _, network := range []string{networkShared, networkAuto} {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			ready := filepath.Join(t.TempDir(), "ready")
			cmd := sandboxed(t, "--no-aws", "--network", network, "--", "sh", "-c",
				`trap 'exit 42' TERM; touch "$0"; while :; do sleep 0.1; done`, ready)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the command to run", func() bool { _, err := os.Stat(ready); return err == nil })
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != 42 {
				t.Errorf("status %d, want 42; stderr:\n%s", got, stderr.String())
			}
		})
	}
}

// eventually waits for something to become so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// gone says whether a process has ended; one that nobody has waited for counts.
func gone(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || strings.Contains(string(stat), ") Z ")
}

func TestNoProcessIsLeftBehind(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("orphans are looked after on Linux only")
	}
	needs(t, "setsid")
	for _, network := range []string{networkShared, networkAuto} {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "pid")
			got := finish(t, sandboxed(t, "--no-aws", "--network", network, "--", "sh", "-c",
				`setsid sh -c 'echo $$ > "$0"; exec sleep 1000' "$0" >/dev/null 2>&1 & while [ ! -s "$0" ]; do sleep 0.05; done`, file))
			raw, err := os.ReadFile(file)
			if err != nil || got.status != 0 {
				t.Fatalf("%v, %+v", err, got)
			}
			pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
			if err != nil {
				t.Fatal(err)
			}
			if !gone(pid) {
				t.Errorf("process %d is left behind", pid)
			}
		})
	}
}

func TestMotoDiesWithUs(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux kills children with their parent")
	}
	needs(t, "moto_server")
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "children")
			cmd := sandboxed(t, "--network", networkShared, "--", "sh", "-c",
				`for s in /proc/[0-9]*/stat; do read -r p c st pp rest < "$s" && [ "$pp" = "$PPID" ] && echo $p; done > "$0".tmp 2>/dev/null; mv "$0".tmp "$0"; exec sleep 1000`, file)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the command to run", func() bool { _, err := os.Stat(file); return err == nil })
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			pids := strings.Fields(string(raw))
			if len(pids) < 2 {
				t.Fatalf("children %v, want the command and moto", pids)
			}
			for _, field := range pids {
				pid, err := strconv.Atoi(field)
				if err != nil {
					t.Fatal(err)
				}
				eventually(t, "child "+field+" to end", func() bool { return gone(pid) })
			}
		})
	}
}

func TestStaysUpAndPrintsTheEnvironment(t *testing.T) {
	t.Parallel()
	cmd := sandboxed(t, "--no-aws")
	cmd.Env = append(cmd.Env, "AWS_PROFILE=real")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	chunk := make([]byte, 4096)
	for !strings.Contains(out.String(), "export no_proxy=") {
		n, err := stdout.Read(chunk)
		out.Write(chunk[:n])
		if err != nil {
			t.Fatalf("%v; stdout:\n%s\nstderr:\n%s", err, out.String(), stderr.String())
		}
	}
	for _, want := range []string{"unset AWS_PROFILE\n", "export DATABRICKS_HOST='https://accounts.cloud.databricks.com'\n", "export HTTPS_PROXY='http://127.0.0.1:"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, out.String())
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v, want status 0; stderr:\n%s", err, stderr.String())
	}
	if entries, err := filepath.Glob(filepath.Join(tmpdir(cmd), "hardbricks-*")); err != nil || len(entries) > 0 {
		t.Errorf("files left behind: %v, %v", entries, err)
	}
}

func tmpdir(cmd *exec.Cmd) string {
	for _, entry := range cmd.Env {
		if dir, ok := strings.CutPrefix(entry, "TMPDIR="); ok && strings.Contains(dir, "Test") {
			return dir
		}
	}
	return "/nonexistent"
}

func TestRequestLogFile(t *testing.T) {
	t.Parallel()
	needs(t, "curl")
	file := filepath.Join(t.TempDir(), "requests.jsonl")
	got := finish(t, sandboxed(t, "--no-aws", "--log", file, "--", "curl", "-sS", "https://accounts.cloud.databricks.com/.well-known/databricks-config"))
	raw, err := os.ReadFile(file)
	if err != nil || got.status != 0 {
		t.Fatalf("%v, %+v", err, got)
	}
	if lines := strings.Split(strings.TrimSpace(string(raw)), "\n"); len(lines) != 2 || !strings.Contains(lines[1], `"path":"/.well-known/databricks-config"`) {
		t.Errorf("log:\n%s\nwant the canary and the call", raw)
	}
}

func TestMissingMotoIsExplained(t *testing.T) {
	t.Parallel()
	// A PATH with neither moto nor Python, and nothing installed before.
	cmd := sandboxed(t, "--", "true")
	empty := t.TempDir()
	cmd.Env = append(cmd.Env, "PATH="+empty, "HOME="+empty, "XDG_CACHE_HOME="+empty)
	got := finish(t, cmd)
	if got.status != exitSandbox || !strings.Contains(got.stderr, "moto") || !strings.Contains(got.stderr, "--no-aws") {
		t.Errorf("%+v, want to be told what is missing", got)
	}
}

func TestOneSignalIsOneSignal(t *testing.T) {
	t.Parallel()
	s := &signals{c: make(chan os.Signal, 1)}
	defer signal.Stop(s.c)
	called := make(chan struct{})
	stop := s.callOff(func() { close(called) })
	s.c <- syscall.SIGTERM
	<-called
	stop()
}

// outsideListener listens on this machine's loopback interface, which is not
// that of the namespace.
func outsideListener(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.NotFoundHandler()}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	return l.Addr().String()
}
