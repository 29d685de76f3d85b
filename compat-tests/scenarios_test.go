package compat

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"keepalived/compat-tests/scenario"
	"keepalived/compat-tests/uml"
)

// inGuest is set in the guest by the test that boots it.
const inGuest = "KEEPALIVED_IN_GUEST"

// TestMain provides the two programs.
func TestMain(m *testing.M) {
	status, err := withPrograms(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

func withPrograms(run func() int) (int, error) {
	if os.Geteuid() != 0 {
		return 1, errors.New("the scenarios make network namespaces: run the tests as root")
	}
	if os.Getenv("KEEPALIVED_ORACLE") == "" {
		if err := os.Setenv("KEEPALIVED_ORACLE", "/usr/sbin/keepalived"); err != nil {
			return 1, err
		}
	}
	if _, err := os.Stat(os.Getenv("KEEPALIVED_ORACLE")); err != nil {
		return 1, fmt.Errorf("the C daemon is missing (apt-get install keepalived, or make prerequisites): %w", err)
	}
	if os.Getenv("KEEPALIVED_OURS") == "" {
		dir, err := os.MkdirTemp("", "keepalived-ours-")
		if err != nil {
			return 1, err
		}
		defer os.RemoveAll(dir)
		ours := filepath.Join(dir, "keepalived")
		if output, err := exec.Command("go", "build", "-o", ours, "keepalived/cmd/keepalived").CombinedOutput(); err != nil {
			return 1, fmt.Errorf("build: %w\n%s", err, output)
		}
		if err := os.Setenv("KEEPALIVED_OURS", ours); err != nil {
			return 1, err
		}
	}
	ours, err := identity(os.Getenv("KEEPALIVED_OURS"))
	if err != nil {
		return 1, err
	}
	// "make install PREFIX=/usr" puts ours where the C daemon was.
	if oracle, err := identity(os.Getenv("KEEPALIVED_ORACLE")); err != nil || oracle == ours {
		return 1, fmt.Errorf("%s is not the C daemon but %q (apt-get install --reinstall keepalived) (%v)", os.Getenv("KEEPALIVED_ORACLE"), oracle, err)
	}
	return run(), nil
}

// identity is the first line that a keepalived says of itself.
func identity(path string) (string, error) {
	output, err := exec.Command(path, "-v").CombinedOutput()
	line, _, _ := strings.Cut(string(output), "\n")
	return line, err
}

func environment() scenario.Environment {
	e := scenario.Environment{
		Programs: map[scenario.Daemon]string{scenario.Ours: os.Getenv("KEEPALIVED_OURS"), scenario.Oracle: os.Getenv("KEEPALIVED_ORACLE")},
		Slowness: 1,
	}
	if os.Getenv(inGuest) != "" {
		e.Slowness = 6
	}
	return e
}

// TestScenarios runs every scenario that needs only network namespaces.
func TestScenarios(t *testing.T) {
	runAll(t, func(s *scenario.Scenario) bool { return !s.IPVS })
}

// TestIPVSScenarios runs every scenario that needs IPVS, in a guest kernel when
// this one has none.
func TestIPVSScenarios(t *testing.T) {
	if os.Getenv(inGuest) != "" || kernelHasIPVS() {
		runAll(t, func(s *scenario.Scenario) bool { return s.IPVS && !s.NFTables })
		return
	}
	runInGuest(t, uml.Job{})
}

// kernelHasIPVS loads the module if there is one.
func kernelHasIPVS() bool {
	_ = exec.Command("modprobe", "ip_vs").Run()
	_, err := os.Stat("/proc/net/ip_vs")
	return err == nil
}

func runAll(t *testing.T, chosen func(*scenario.Scenario) bool) {
	for _, s := range scenarios(t) {
		if chosen(s) {
			t.Run(s.Name, func(t *testing.T) { runScenario(t, s) })
		}
	}
}

// scenarios reads every file; one that is wrong fails the test, not the others.
func scenarios(t *testing.T) []*scenario.Scenario {
	t.Helper()
	files, err := filepath.Glob("scenarios/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	var list []*scenario.Scenario
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := scenario.Parse(strings.TrimSuffix(filepath.Base(file), ".txtar"), data)
		if err != nil {
			t.Error(err)
			continue
		}
		list = append(list, s)
	}
	return list
}

// runScenario runs the cases side by side and compares their records.
func runScenario(t *testing.T, s *scenario.Scenario) {
	t.Parallel()
	cases, err := s.Cases()
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	records := map[string]map[scenario.Daemon][]scenario.Record{}
	if s.Same {
		// Cleanup runs after the parallel cases.
		t.Cleanup(func() { compare(t, records) })
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			env := environment()
			env.Log = t.Logf
			recorded, err := c.Run(ctx, env)
			if err != nil {
				t.Fatal(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if records[c.Group] == nil {
				records[c.Group] = map[scenario.Daemon][]scenario.Record{}
			}
			records[c.Group][c.Programs[""]] = recorded
		})
	}
}

func compare(t *testing.T, records map[string]map[scenario.Daemon][]scenario.Record) {
	if t.Failed() {
		return // a case that failed has no records
	}
	for group, of := range records {
		ours, haveOurs := of[scenario.Ours]
		oracle, haveOracle := of[scenario.Oracle]
		// With -run one of the two may have been left out.
		if haveOurs && haveOracle {
			if err := scenario.Compare(ours, oracle); err != nil {
				t.Errorf("%s: %v", group, err)
			}
		}
	}
}

// runInGuest compiles this test without the race detector, which a guest has no
// room for, and runs it there, in a guest as the job describes it; the guest's
// results become subtests.
func runInGuest(t *testing.T, job uml.Job) {
	scenarios(t) // a mistake in a file shows before the guest starts
	dir := t.TempDir()
	binary := filepath.Join(dir, "compat.test")
	if output, err := exec.Command("go", "test", "-c", "-tags", tags, "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("compile: %v\n%s", err, output)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	pattern := "^" + t.Name() + "$"
	if chosen := flag.Lookup("test.run").Value.String(); strings.Contains(chosen, t.Name()) {
		pattern = chosen
	}
	ours := os.Getenv("KEEPALIVED_OURS")
	job.Command = []string{binary, "-test.v", "-test.run", pattern, "-test.parallel", "6", "-test.timeout", "20m"}
	job.Env = []string{inGuest + "=1", "KEEPALIVED_OURS=" + ours, "KEEPALIVED_ORACLE=" + os.Getenv("KEEPALIVED_ORACLE")}
	job.Dir, job.Share, job.Timeout = here, []string{dir, filepath.Dir(ours), here}, 20*time.Minute
	result, err := uml.Boot(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	verdicts := regexp.MustCompile(`(?m)^ *--- (PASS|FAIL|SKIP): `+t.Name()+`/(\S+) .*$`).FindAllStringSubmatch(string(result.Output), -1)
	for _, verdict := range verdicts {
		t.Run(verdict[2], func(t *testing.T) {
			if verdict[1] != "PASS" {
				t.Error(verdict[0])
			}
		})
	}
	if len(verdicts) == 0 || result.Status != 0 {
		t.Errorf("guest: status %d, %d results\n%s", result.Status, len(verdicts), result.Output)
	}
}
