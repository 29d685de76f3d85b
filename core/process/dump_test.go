package process

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"keepalived/core/config"
)

// The names of 05-observability section 1.2.
func TestDumpPath(t *testing.T) {
	for _, c := range []struct{ file, namespace, instance, vrrp, parent string }{
		{"", "", "", "/tmp/keepalived.data", "/tmp/keepalived_parent.data"},
		{"", "obA", "inst1", "/tmp/keepalived.obA_inst1.data", "/tmp/keepalived_parent.obA_inst1.data"},
		{"", "rt1", "", "/tmp/keepalived.rt1.data", "/tmp/keepalived_parent.rt1.data"},
		{"/x/my.dump", "", "web1", "/x/my.web1.dump", "/x/my_parent.web1.dump"},
		{"/d/", "", "", "/d/keepalived.data", "/d/keepalived_parent.data"},
		{"plain", "", "web1", "/tmp/plain.web1", "/tmp/plain_parent.web1"},
		{"rel/path.dat", "", "web1", "/tmp/path.web1.dat", "/tmp/path_parent.web1.dat"},
	} {
		cfg := &config.Config{Instance: c.instance, NetNamespace: c.namespace}
		cfg.Global.StateDumpFile, cfg.Global.DataUseInstance = c.file, true
		if got := DumpPath(cfg, "/tmp", ""); got != c.vrrp {
			t.Errorf("%+v: %s", c, got)
		}
		if got := DumpPath(cfg, "/tmp", "_parent"); got != c.parent {
			t.Errorf("%+v: %s", c, got)
		}
	}
	cfg := &config.Config{Instance: "web1"}
	if got := DumpPath(cfg, "/tmp", "_check"); got != "/tmp/keepalived_check.data" {
		t.Errorf("without data_use_instance: %s", got)
	}
}

// A dump replaces a link of somebody else, and what goes wrong with the next is
// told.
func TestDumps(t *testing.T) {
	dir := t.TempDir()
	loop := NewLoop()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	d := NewDumps(loop)
	target, link := filepath.Join(dir, "somebody's"), filepath.Join(dir, "keepalived.data")
	if err := os.WriteFile(target, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	var failures []error
	loop.Post(func() {
		d.Write(link, []byte("ours"), func(err error) { failures = append(failures, err) })
		d.Write(filepath.Join(dir, "missing", "file"), nil, func(err error) { failures = append(failures, err); cancel() })
	})
	loop.Run(ctx)
	if len(failures) != 1 || !os.IsNotExist(failures[0]) {
		t.Errorf("failures %v", failures)
	}
	ours, err := os.ReadFile(link)
	theirs, _ := os.ReadFile(target)
	if string(ours) != "ours" || string(theirs) != "theirs" || err != nil {
		t.Errorf("dump %q, the link's target %q, %v", ours, theirs, err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 2 {
		t.Errorf("files left: %v", files)
	}
}
