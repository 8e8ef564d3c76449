// Copyright (c) the hardbricks authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hardbricks/terraform-provider-hardbricks/internal/toolchain"
)

// playMain makes the test binary this command, which starts itself again too.
const playMain = "HARDBRICKS_TEST_PLAY_SANDBOX"

// fetchArg makes the test binary a program that gets a URL, for the inside.
const fetchArg = "__fetch"

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == fetchArg {
		os.Exit(fetch(os.Args[2]))
	}
	if os.Getenv(playMain) != "" {
		main()
	}
	os.Exit(m.Run())
}

func fetch(url string) int {
	client := &http.Client{Timeout: 5 * time.Second}
	resp, err := client.Get(url) //nolint:noctx,gosec // a test names the URL, and the client has a timeout of its own
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(os.Stdout, resp.Body)
	return 0
}

func self(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// wellKnown is a URL that the emulated account answers anybody.
const wellKnown = "https://accounts.cloud.databricks.com/.well-known/databricks-config"

type result struct {
	status         int
	stdout, stderr string
}

// sandboxed prepares the command, in an environment of its own.
func sandboxed(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, self(t), args...)
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

// eachNetwork runs a test with the machine's network and in a namespace.
func eachNetwork(t *testing.T, test func(t *testing.T, network string)) {
	t.Helper()
	t.Run(networkShared, func(t *testing.T) {
		t.Parallel()
		test(t, networkShared)
	})
	t.Run(networkNamespace, func(t *testing.T) {
		t.Parallel()
		needsNamespaces(t)
		test(t, networkNamespace)
	})
}

func needsNamespaces(t *testing.T) {
	t.Helper()
	if err := namespaces(); err != nil {
		t.Skip(err)
	}
}

// namespaces says why this machine has none, nil if it has.
var namespaces = sync.OnceValue(func() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(context.Background(), self, "--no-aws", "--network", networkNamespace, "--", "true")
	cmd.Env = append(os.Environ(), playMain+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
})

// needsMoto installs moto where it is missing, so that a new machine tests all.
func needsMoto(t *testing.T) {
	t.Helper()
	if _, err := toolchain.Moto(t.Context()); err != nil {
		t.Fatal(err)
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
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			eachNetwork(t, func(t *testing.T, network string) {
				t.Helper()
				args := append([]string{"--no-aws", "--network", network, "--"}, test.command...)
				if got := finish(t, sandboxed(t, args...)); got.status != test.want {
					t.Errorf("status %d, want %d; stderr:\n%s", got.status, test.want, got.stderr)
				}
			})
		})
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
	needsNamespaces(t)
	script := `
"$0" __fetch ` + wellKnown + ` || exit 10
for v in $(env | sed -n 's/^\([A-Za-z_]*_[Pp][Rr][Oo][Xx][Yy]\)=.*/\1/p'); do unset $v; done
"$0" __fetch https://accounts.cloud.databricks.com/ && exit 11
"$0" __fetch http://192.0.2.1/ && exit 12
"$0" __fetch http://` + outsideListener(t) + `/ && exit 13
[ "$(cat /proc/net/dev | grep -c :)" = 1 ] || exit 14
exit 0`
	got := finish(t, sandboxed(t, "--no-aws", "--network", networkNamespace, "--", "sh", "-c", script, self(t)))
	if got.status != 0 || !strings.Contains(got.stdout, "oidc_endpoint") {
		t.Errorf("%+v", got)
	}
}

func TestSharedNetworkNeedsNoNamespace(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("Go honours SSL_CERT_FILE on Linux only")
	}
	got := finish(t, sandboxed(t, "--no-aws", "--network", networkShared, "--", self(t), fetchArg, wellKnown))
	if got.status != 0 || !strings.Contains(got.stdout, "oidc_endpoint") || strings.Contains(got.stderr, "WARNING") {
		t.Errorf("%+v", got)
	}
}

func TestSignalsAreForwarded(t *testing.T) {
	t.Parallel()
	eachNetwork(t, func(t *testing.T, network string) {
		t.Helper()
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

// napping counts the processes that sleep for exactly so long, which tells those
// of one test from all others.
func napping(t *testing.T, seconds string) int {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, file := range files {
		if raw, err := os.ReadFile(file); err == nil && string(raw) == "sleep\x00"+seconds+"\x00" {
			n++
		}
	}
	return n
}

func nap() string { return fmt.Sprintf("1000.%d", time.Now().UnixNano()) }

func TestNoProcessIsLeftBehind(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("orphans are looked after on Linux only")
	}
	needs(t, "setsid")
	eachNetwork(t, func(t *testing.T, network string) {
		t.Helper()
		seconds, leave := nap(), filepath.Join(t.TempDir(), "leave")
		cmd := sandboxed(t, "--no-aws", "--network", network, "--", "sh", "-c",
			`setsid sleep "$0" >/dev/null 2>&1 & (sleep "$0" >/dev/null 2>&1 &); while [ ! -e "$1" ]; do sleep 0.05; done; exit 3`, seconds, leave)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "a child and a grandchild", func() bool { return napping(t, seconds) == 2 })
		if err := os.WriteFile(leave, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if _ = cmd.Wait(); cmd.ProcessState.ExitCode() != 3 {
			t.Errorf("ended with %v, want the command's 3", cmd.ProcessState)
		}
		if n := napping(t, seconds); n > 0 {
			t.Errorf("%d processes are left behind", n)
		}
	})
}

func TestKilledSandboxLeavesNoProcessBehind(t *testing.T) {
	t.Parallel()
	needsNamespaces(t)
	seconds := nap()
	cmd := sandboxed(t, "--no-aws", "--network", networkNamespace, "--", "sh", "-c", `sleep "$0" & sh -c 'sleep "$0" & sleep "$0"' "$0"`, seconds)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the children and grandchildren", func() bool { return napping(t, seconds) == 3 })
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	eventually(t, "all processes to end", func() bool { return napping(t, seconds) == 0 })
}

func TestOrphansAreReaped(t *testing.T) {
	t.Parallel()
	needsNamespaces(t)
	script := `
[ -d /proc/$$ ] || exit 77 # another namespace's /proc
for i in 1 2 3 4 5; do (sleep 0.1 &); done
for i in $(seq 300); do
  set -- /proc/[0-9]*/stat
  [ $# -le 3 ] && exit 0 # the first process, this one, and room for a sleep
  sleep 0.1
done
grep -h . /proc/[0-9]*/stat
exit 1`
	got := finish(t, sandboxed(t, "--no-aws", "--network", networkNamespace, "--", "sh", "-c", script))
	if got.status == 77 {
		t.Skip("this machine does not let a namespace have its own /proc")
	}
	if got.status != 0 {
		t.Errorf("status %d; processes:\n%s", got.status, got.stdout)
	}
}

func TestMotoDiesWithUs(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux kills children with their parent")
	}
	needsMoto(t)
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
	if runtime.GOOS != "linux" {
		t.Skip("Go honours SSL_CERT_FILE on Linux only")
	}
	file := filepath.Join(t.TempDir(), "requests.jsonl")
	got := finish(t, sandboxed(t, "--no-aws", "--log", file, "--", self(t), fetchArg, wellKnown))
	raw, err := os.ReadFile(file)
	if err != nil || got.status != 0 {
		t.Fatalf("%v, %+v", err, got)
	}
	if lines := strings.Split(strings.TrimSpace(string(raw)), "\n"); len(lines) != 2 || !strings.Contains(lines[1], `"path":"/.well-known/databricks-config"`) {
		t.Errorf("log:\n%s\nwant the canary and the call", raw)
	}
}

// TestRegistriesAreReachedThroughTheCallersProxy plays the only way out of a
// company's network, which notes where it is asked to lead.
func TestRegistriesAreReachedThroughTheCallersProxy(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("Go honours SSL_CERT_FILE on Linux only")
	}
	eachNetwork(t, func(t *testing.T, network string) {
		t.Helper()
		asked := make(chan string, 1)
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case asked <- r.Method + " " + r.Host:
			default:
			}
			w.WriteHeader(http.StatusForbidden)
		}))
		defer proxy.Close()
		cmd := sandboxed(t, "--no-aws", "--network", network, "--", self(t), fetchArg, "https://registry.terraform.io/")
		cmd.Env = append(cmd.Env, "HTTPS_PROXY="+proxy.URL)
		got := finish(t, cmd)
		select {
		case where := <-asked:
			if where != "CONNECT registry.terraform.io:443" || got.status != 1 {
				t.Errorf("the proxy was asked for %s; %+v", where, got)
			}
		default:
			t.Errorf("the proxy was not asked; %+v", got)
		}
	})
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
