package packaging

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMIBs: the shipped modules have every object's name, with and without the
// modules of the RFCs that they import.
func TestMIBs(t *testing.T) {
	var names, want []string
	for line := range strings.Lines(read(t, "testdata/mibs.tsv")) {
		name, oid, _ := strings.Cut(strings.TrimSpace(line), "\t")
		names, want = append(names, name), append(want, oid)
	}
	for _, directory := range []string{"mibs", "testdata/mibs"} { // for the cache of go test
		files, _ := filepath.Glob(directory + "/*")
		for _, name := range files {
			read(t, name)
		}
	}

	translate := func(path string, arguments ...string) (oids []string, complaints string) {
		t.Helper()
		command := exec.Command("snmptranslate", append([]string{"-M", path,
			"-m", "KEEPALIVED-MIB:VRRP-MIB:VRRPV3-MIB"}, arguments...)...)
		command.Env = append(os.Environ(), "HOME="+t.TempDir(), "MIBS=", "MIBDIRS=", "SNMPCONFPATH="+t.TempDir())
		var stderr bytes.Buffer
		command.Stderr = &stderr
		out, err := command.Output()
		if err != nil {
			t.Fatalf("snmptranslate -M %s: %v\n%s", path, err, stderr.Bytes())
		}
		return strings.Fields(string(out)), stderr.String()
	}
	for _, path := range []string{"mibs:testdata/mibs", "mibs"} {
		got, complaints := translate(path, append([]string{"-Pw", "-On"}, names...)...)
		if len(got) != len(want) {
			t.Fatalf("-M %s: %d of %d names", path, len(got), len(want))
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("-M %s: %s is %s, not %s", path, names[i], got[i], want[i])
			}
		}
		back, _ := translate(path, want...)
		for i := range names {
			if back[i] != names[i] {
				t.Errorf("-M %s: %s is %s, not %s", path, want[i], back[i], names[i])
			}
		}
		if strings.Contains(path, "testdata") && complaints != "" {
			t.Errorf("-M %s:\n%s", path, complaints)
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
