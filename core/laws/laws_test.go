package laws

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pkg is what go list says of a package.
type pkg struct {
	ImportPath string
	Dir        string
	Name       string
	Imports    []string // direct
	Deps       []string // all
	GoFiles    []string
}

// house lists the packages of this module.
func house(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Dir,Name,Imports,Deps,GoFiles", "keepalived/...")
	cmd.Stderr = os.Stderr
	output, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []pkg
	for decoder := json.NewDecoder(strings.NewReader(string(output))); ; {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	if len(list) < 20 {
		t.Fatalf("only %d packages: the list is not the house", len(list))
	}
	return list
}

// within tells whether an import path is one of the rooms or lies inside one.
func within(path string, rooms ...string) bool {
	return slices.ContainsFunc(rooms, func(room string) bool { return path == room || strings.HasPrefix(path, room+"/") })
}

// TestImports checks what each room may not depend on, not even indirectly.
func TestImports(t *testing.T) {
	for _, law := range []struct {
		rooms     []string
		except    []string
		forbidden []string
		reason    string
	}{
		{
			rooms: []string{"keepalived/vrrp"}, forbidden: []string{"keepalived/checkers", "keepalived/ipvs", "keepalived/core/bfd"},
			reason: "the processes are independent: one must be replaceable, and able to crash, without the other",
		},
		{
			rooms: []string{"keepalived/checkers"}, forbidden: []string{"keepalived/vrrp", "keepalived/core/bfd"},
			reason: "the processes are independent: one must be replaceable, and able to crash, without the other",
		},
		{
			rooms: []string{"keepalived/ipvs"}, forbidden: []string{"keepalived/checkers", "keepalived/vrrp", "keepalived/core/process", "keepalived/core/notify", "keepalived/core/script"},
			reason: "the kernel's table knows nothing of health checks",
		},
		{
			rooms: []string{"keepalived"}, except: []string{"keepalived/cmd", "keepalived/core/supervisor", "keepalived/parser", "keepalived/packaging", "keepalived/compat-tests"},
			forbidden: []string{"keepalived/parser"},
			reason:    "text becomes a typed configuration once, in the parent",
		},
		{
			rooms: []string{"keepalived"}, except: []string{"keepalived/cmd", "keepalived/core/bfd"},
			forbidden: []string{"keepalived/core/bfd"},
			reason:    "BFD is a process of its own: who follows its sessions hears of them over a link",
		},
		{
			rooms: []string{"keepalived/core"}, except: []string{"keepalived/core/supervisor"},
			forbidden: []string{"keepalived/vrrp", "keepalived/checkers", "keepalived/parser", "keepalived/ipvs"},
			reason:    "imports point down",
		},
		{
			rooms:     []string{"keepalived/core/supervisor"},
			forbidden: []string{"keepalived/vrrp", "keepalived/checkers", "keepalived/ipvs"},
			reason:    "the parent has no knowledge of VRRP or LVS",
		},
		{
			rooms:     []string{"keepalived/core/config"},
			forbidden: []string{"keepalived/core/process", "keepalived/core/network", "keepalived/core/notify", "keepalived/core/script", "keepalived/core/logging"},
			reason:    "the configuration is the lowest room: values, no behaviour",
		},
		{
			rooms:     []string{"keepalived/cmd", "keepalived/core", "keepalived/parser", "keepalived/vrrp", "keepalived/checkers", "keepalived/ipvs"},
			forbidden: []string{"keepalived/compat-tests"},
			reason:    "the laboratory is not shipped",
		},
	} {
		for _, p := range house(t) {
			if !within(p.ImportPath, law.rooms...) || within(p.ImportPath, law.except...) {
				continue
			}
			for _, dep := range p.Deps {
				if within(dep, law.forbidden...) {
					t.Errorf("%s depends on %s: %s", p.ImportPath, dep, law.reason)
				}
			}
		}
	}
}

// TestOwners checks that a library is imported only in the rooms that own it.
func TestOwners(t *testing.T) {
	for _, law := range []struct {
		library string
		owners  []string
		reason  string
	}{
		{"github.com/vishvananda/netlink", []string{"keepalived/core/network", "keepalived/ipvs"}, "the kernel is reached through verbs"},
		{"github.com/moby/ipvs", []string{"keepalived/ipvs"}, "the kernel is reached through verbs"},
		{"github.com/mdlayher/arp", []string{"keepalived/core/network"}, "link layer frames are sent by core/network"},
		{"github.com/mdlayher/ndp", []string{"keepalived/core/network"}, "link layer frames are sent by core/network"},
		{"github.com/mdlayher/packet", []string{"keepalived/compat-tests/laboratory"}, "link layer frames are sent by core/network, over one socket for all links"},
		{"github.com/google/nftables", []string{"keepalived/core/firewall"}, "the firewall has one owner"},
		{"github.com/godbus/dbus", []string{"keepalived/core/dbus"}, "D-Bus calls arrive on foreign goroutines: one room deals with that"},
		{"github.com/coreos/go-systemd", []string{"keepalived/core/supervisor"}, "only the parent talks to the service manager"},
		{"github.com/alecthomas/participle", []string{"keepalived/parser"}, "the language has one reader"},
		{"os/exec", []string{"keepalived/core/script", "keepalived/core/supervisor", "keepalived/compat-tests"}, "processes are started off the loop, by those who know how"},
		{"log", nil, "loggers are slog and passed in"},
	} {
		for _, p := range house(t) {
			for _, imported := range p.Imports {
				if within(imported, law.library) && !within(p.ImportPath, law.owners...) && imported != "log/slog" && imported != "log/syslog" {
					t.Errorf("%s imports %s: %s", p.ImportPath, imported, law.reason)
				}
			}
		}
	}
}

// TestPureHearts checks that the hearts cannot do I/O, and have no clock.
func TestPureHearts(t *testing.T) {
	hearts := []string{"keepalived/vrrp/packet", "keepalived/vrrp/fsm", "keepalived/checkers/machine", "keepalived/core/bfd/packet", "keepalived/core/bfd/session", "keepalived/core/config", "keepalived/parser/syntax", "keepalived/parser/line"}
	forbidden := []string{"os", "os/exec", "net", "net/http", "syscall", "golang.org/x/sys", "context", "log/slog"}
	seen := 0
	for _, p := range house(t) {
		if !slices.Contains(hearts, p.ImportPath) {
			continue
		}
		seen++
		for _, imported := range p.Imports {
			if slices.Contains(forbidden, imported) || within(imported, "golang.org/x/sys") {
				t.Errorf("%s imports %s: a heart does no I/O, starts no goroutine, holds no lock", p.ImportPath, imported)
			}
		}
		for _, file := range p.GoFiles {
			for _, call := range impurities(t, filepath.Join(p.Dir, file)) {
				t.Errorf("%s: %s: a heart has no clock (the time is in the event), no goroutine, no lock", p.ImportPath, call)
			}
		}
	}
	if seen != len(hearts) {
		t.Errorf("%d of %d hearts found: %v", seen, len(hearts), hearts)
	}
}

// impurities finds the clock, goroutines and locks in a file.
func impurities(t *testing.T, path string) []string {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	ast.Inspect(file, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.GoStmt:
			found = append(found, files.Position(n.Pos()).String()+": go")
		case *ast.SelectorExpr:
			x, ok := n.X.(*ast.Ident)
			if ok && x.Name == "sync" && slices.Contains([]string{"Mutex", "RWMutex", "WaitGroup", "Cond"}, n.Sel.Name) {
				found = append(found, files.Position(n.Pos()).String()+": sync."+n.Sel.Name)
			}
			if ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "After", "Sleep", "NewTimer", "NewTicker", "AfterFunc", "Tick"}, n.Sel.Name) {
				found = append(found, files.Position(n.Pos()).String()+": time."+n.Sel.Name)
			}
		}
		return true
	})
	return found
}

// TestRooms checks what every package owes its visitor.
func TestRooms(t *testing.T) {
	homeless := []string{"util", "utils", "common", "helper", "helpers", "types", "manager", "misc", "base", "lib"}
	for _, p := range house(t) {
		name := filepath.Base(p.ImportPath)
		if slices.Contains(homeless, name) {
			t.Errorf("%s: a room is named for what lives there", p.ImportPath)
		}
		if name != strings.ToLower(name) || strings.ContainsAny(p.Name, "_-") {
			t.Errorf("%s: package names are one lower-case noun", p.ImportPath)
		}
		checkDoc(t, p)
		for _, file := range p.GoFiles {
			checkFile(t, p, file)
		}
	}
}

// checkDoc wants the package comment in doc.go; a command may have it in main.go.
func checkDoc(t *testing.T, p pkg) {
	t.Helper()
	for _, name := range []string{"doc.go", "main.go"} {
		if name == "main.go" && p.Name != "main" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.PackageClauseOnly)
		if err == nil && file.Doc != nil && len(file.Doc.Text()) > 80 {
			return
		}
	}
	t.Errorf("%s: no doc.go that says its job, its guarantees, and what it never does", p.ImportPath)
}

// checkFile refuses init functions and files that have become more than one idea.
func checkFile(t *testing.T, p pkg, name string) {
	t.Helper()
	path := filepath.Join(p.Dir, name)
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(source), "\n"); lines > 600 {
		t.Errorf("%s: %d lines: a file is one idea", path, lines)
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, declaration := range file.Decls {
		if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			t.Errorf("%s: init(): nothing happens behind the reader's back", path)
		}
	}
}
