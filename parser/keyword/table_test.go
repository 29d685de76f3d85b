package keyword

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"keepalived/core/config"
)

// TestHelp: every keyword says what it is for, in one line.
func TestHelp(t *testing.T) {
	for _, k := range New().All() {
		if len(k.Help) < 10 || strings.Contains(k.Help, "\n") {
			t.Errorf("%s/%s: help %q", k.Path, k.Name, k.Help)
		}
		if strings.HasPrefix(k.Help, "same") || strings.HasPrefix(k.Help, "see ") {
			t.Errorf("%s/%s: help %q refers elsewhere", k.Path, k.Name, k.Help)
		}
	}
}

// TestComplete: the table has exactly the keywords that the specification
// lists, with the same arguments.
func TestComplete(t *testing.T) {
	f, err := os.Open("testdata/keywords.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string]string)
	for _, row := range rows {
		want[row[0]+"\t"+row[1]] = row[2]
	}
	for _, k := range New().All() {
		key := k.Path + "\t" + k.Name
		args, ok := want[key]
		if !ok {
			t.Errorf("%s: not in the specification, or twice in the table", key)
		} else if args != k.Args {
			t.Errorf("%s: arguments %q, want %q", key, k.Args, args)
		}
		delete(want, key)
	}
	for key := range want {
		t.Errorf("%s: missing", key)
	}
}

// TestAliases: what a keyword is another spelling of exists.
func TestAliases(t *testing.T) {
	table := New()
	for _, k := range table.All() {
		if k.AliasOf == "" || k.Shape == Word || strings.Contains(k.AliasOf, "/") || strings.Contains(k.AliasOf, " ") {
			continue
		}
		if table.Level(k.Path)[k.AliasOf] == nil {
			t.Errorf("%s/%s: alias of %s, which does not exist", k.Path, k.Name, k.AliasOf)
		}
	}
}

// TestOwners: who reads which block (01-configuration section 1).
func TestOwners(t *testing.T) {
	top := New().Level("")
	for name, want := range map[string]Passes{
		"global_defs":    Of(config.PassParent),
		"instance":       Of(config.PassParent),
		"virtual_server": Of(config.PassChecker),
		"vrrp_instance":  Of(config.PassVRRP),
		"static_routes":  Of(config.PassVRRP),
		"track_file":     Of(config.PassChecker, config.PassVRRP),
		"bfd_instance":   Of(config.PassChecker, config.PassVRRP, config.PassBFD),
	} {
		if got := top[name].Passes; got != want {
			t.Errorf("%s: passes %b, want %b", name, got, want)
		}
	}
}

func TestScriptLike(t *testing.T) {
	for name, want := range map[string]bool{
		"script": true, "notify": true, "notify_master": true, "notify_fifo_script": true, "vrrp_notify_fifo_script": true,
		"misc_path": true, "quorum_up": true, "notify_fifo": false, "notify_priority_changes": false, "notification_email": false, "priority": false,
	} {
		if ScriptLike(name) != want {
			t.Errorf("%s: script-like %v", name, !want)
		}
	}
}
