package uml_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"keepalived/compat-tests/uml"
)

// TestGuest looks at everything that a job is promised, in one guest: the
// environment, the directory, shared files in both directions, IPVS, output
// octet for octet, and the exit status.
func TestGuest(t *testing.T) {
	share := t.TempDir()
	if err := os.WriteFile(filepath.Join(share, "in"), []byte("from the host"), 0o644); err != nil {
		t.Fatal(err)
	}
	script := `
		echo "$GREETING"; pwd; cat "$SHARE/in"; echo
		ls -a /run/lock /var/log/nginx | tr '\n' ' '; echo
		ipvsadm -A -t 10.0.0.1:80 -s wrr && ipvsadm -Sn
		ip -br link show lo | cut -c1-2
		echo from the guest >"$SHARE/out"
		echo on standard error >&2
		test -t 1 || echo no terminal
		sleep 1000 &
		printf 'tab\tand no line end'
		exit 3`
	var live strings.Builder
	result := uml.Run(t, uml.Job{
		Command: []string{"sh", "-c", script},
		Env:     []string{"GREETING=it's me", "SHARE=" + share},
		Dir:     "/usr/share",
		Share:   []string{share},
		Timeout: time.Minute,
		Output:  &live,
	})
	want := "it's me\n/usr/share\nfrom the host\n/run/lock: . ..  /var/log/nginx: . .. \n-A -t 10.0.0.1:80 -s wrr\nlo\non standard error\nno terminal\ntab\tand no line end"
	if result.Output != want {
		t.Errorf("output %q, want %q", result.Output, want)
	}
	if result.Status != 3 {
		t.Errorf("exit status %d, want 3", result.Status)
	}
	if got := live.String(); got != want {
		t.Errorf("live output %q, want %q", got, want)
	}
	out, err := os.ReadFile(filepath.Join(share, "out"))
	if err != nil || string(out) != "from the guest\n" {
		t.Errorf("file written in the guest: %q, %v", out, err)
	}
}

// TestLongOutput shows that nothing of a long output is lost or changed.
func TestLongOutput(t *testing.T) {
	result := uml.Run(t, uml.Job{Command: []string{"seq", "1", "200000"}, Timeout: time.Minute})
	lines := strings.Split(strings.TrimSuffix(result.Output, "\n"), "\n")
	if len(lines) != 200000 || lines[0] != "1" || lines[199999] != "200000" {
		t.Errorf("%d lines, from %q to %q", len(lines), lines[0], lines[len(lines)-1])
	}
}

// TestTimeLimit shows that a guest that hangs ends, with what it said, and
// leaves no process.
func TestTimeLimit(t *testing.T) {
	// The memory size marks the guest's processes.
	const memory = "333M"
	_, err := uml.Boot(t.Context(), uml.Job{Command: []string{"sh", "-c", "echo so far; exec sleep 1000"}, Memory: memory, Timeout: 10 * time.Second})
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "so far") {
		t.Errorf("error %v, want the time limit and the output", err)
	}
	await(t, "the end of the guest", func() bool { return guests(t, memory) == 0 })
}

// TestCommand runs the command of this package: its output and exit status are
// those of the command in the guest.
func TestCommand(t *testing.T) {
	out, err := exec.Command(buildCommand(t), "-env", "WHO=me", "sh", "-c", "echo $WHO; exit 5").Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 5 || string(out) != "me\n" {
		t.Errorf("output %q, error %v, want exit status 5", out, err)
	}
}

// TestStarterKilled shows that a guest does not outlive the process that
// started it, however that ends.
func TestStarterKilled(t *testing.T) {
	const memory = "334M"
	starter := exec.Command(buildCommand(t), "-memory", memory, "sh", "-c", "echo running; sleep 1000")
	output, err := starter.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := starter.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(output).ReadString('\n'); line != "running\n" {
		t.Errorf("first line %q, %v", line, err)
	}
	if guests(t, memory) == 0 {
		t.Error("the guest's processes cannot be found")
	}
	if err := starter.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = starter.Wait() // it was killed
	await(t, "the end of the guest", func() bool { return guests(t, memory) == 0 })
}

// TestMissing shows that a missing kernel is an error that says what to do.
func TestMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := uml.Boot(t.Context(), uml.Job{Command: []string{"true"}})
	if err == nil || !strings.Contains(err.Error(), "apt-get install user-mode-linux kmod") {
		t.Errorf("error %v, want the command that installs it", err)
	}
}

// buildCommand compiles the command of this package.
func buildCommand(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "uml")
	if out, err := exec.Command("go", "build", "-o", binary, "keepalived/compat-tests/uml/cmd/uml").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// await polls a condition.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !done(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("no %s within 5 s", what)
		}
	}
}

// guests counts the processes of guests with that much memory.
func guests(t *testing.T, memory string) int {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, file := range files {
		if data, _ := os.ReadFile(file); strings.Contains(string(data), "linux.uml\x00mem="+memory) {
			n++
		}
	}
	return n
}
