package machine

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"keepalived/checkers/internal/fixture"
	"keepalived/core/config"
)

var update = flag.Bool("update", false, "rewrite the want sections of testdata")

// world runs virtual servers against a table that does what it is told.
type world struct {
	t      *testing.T
	vss    []*VirtualServer
	o      *Options
	files  Files
	kernel map[string]map[string]Destination // by virtual server, then address
	refuse bool
	out    *strings.Builder
	texts  map[string]string // configurations by name
}

func newWorld(t *testing.T) *world {
	return &world{t: t, files: Files{}, kernel: map[string]map[string]Destination{}, out: new(strings.Builder)}
}

func (w *world) load(text string) []*config.VirtualServer {
	c := fixture.Read(text)
	w.o = &Options{
		LogAllFailures: c.Global.CheckerLogAllFailures, RSInitNotifies: c.Global.RSInitNotifies,
		NoCheckerEmails: c.Global.NoCheckerEmails, FlushOnStop: c.Global.LVSFlushOnStop,
	}
	return c.LVS.VirtualServers
}

func (w *world) start(text string) {
	var a []Action
	for _, c := range w.load(text) {
		w.vss = append(w.vss, New(c, w.o))
	}
	for _, v := range w.vss {
		v.ReadFiles(w.files)
		a = append(a, v.Start()...)
	}
	w.whole(a)
}

// checker finds "r2", "r2.1" (the second checker), "v1.r2.1".
func (w *world) checker(name string) *Checker {
	v, r, k := 0, 0, 0
	parts := strings.Split(name, ".")
	if strings.HasPrefix(parts[0], "v") {
		v, _ = strconv.Atoi(parts[0][1:])
		v--
		parts = parts[1:]
	}
	r, _ = strconv.Atoi(strings.TrimPrefix(parts[0], "r"))
	if len(parts) > 1 {
		k, _ = strconv.Atoi(parts[1])
	}
	return w.vss[v].RealServers[r-1].Checkers[k]
}

func (w *world) step(k *Checker, e Event) { w.do(k.RS.VS.Step(e)) }

func (w *world) event(line string) {
	f := strings.Fields(line)
	arg := func(i int) string {
		if i < len(f) {
			return strings.Join(f[i:], " ")
		}
		return ""
	}
	switch f[0] {
	case "start":
		w.start(w.texts["conf"])
	case "reload":
		w.vss, _ = w.reload(w.texts[f[1]])
	case "stop":
		var a []Action
		for _, v := range w.vss {
			a = append(a, v.Stop()...)
		}
		w.vss = nil
		w.whole(a)
	case "file":
		n, _ := strconv.ParseInt(f[2], 0, 64)
		w.file(f[1], n)
	case "refuse":
		w.refuse = true
	default:
		k := w.checker(f[1])
		w.step(k, eventOf(k, f[0], arg(2)))
	}
}

func eventOf(k *Checker, verb, arg string) Event {
	n, _ := strconv.Atoi(arg)
	switch verb {
	case "ok":
		return Result{Checker: k, OK: true, Text: arg}
	case "fail":
		return Result{Checker: k, Text: arg}
	case "void":
		return Result{Checker: k, Void: true}
	case "exit":
		return Result{Checker: k, Misc: MiscResult{Status: n}}
	case "signal":
		return Result{Checker: k, Misc: MiscResult{Signal: n}}
	case "timeout":
		return Result{Checker: k, Misc: MiscResult{TimedOut: true}}
	case "bfd":
		return BFDState{Checker: k, Up: arg == "up"}
	case "weight":
		return Weight{RS: k.RS, Weight: int64(n)}
	}
	panic("unknown event " + verb)
}

func (w *world) file(name string, n int64) {
	w.files[name] = n
	for _, v := range w.vss {
		for _, r := range v.RealServers {
			for _, k := range r.Checkers {
				if k.Config.Kind == config.CheckFile && k.Config.File.TrackFile == name {
					w.step(k, FileValue{k, n})
				}
			}
		}
	}
}

func (w *world) reload(text string) ([]*VirtualServer, []Action) {
	next := w.load(text)
	vss, a := Reload(w.vss, next, w.o, w.files)
	w.vss = vss
	w.whole(a)
	return vss, a
}

// whole makes the table as it is wanted, tells of the differences, and carries
// out actions.
func (w *world) whole(a []Action) {
	old := w.kernel
	w.kernel = map[string]map[string]Destination{}
	for _, v := range w.vss {
		now := map[string]Destination{}
		w.kernel[v.Name] = now
		for _, e := range v.Wanted() {
			if e.Present {
				now[key(e.Destination)] = e.Destination
			}
		}
		for _, k := range slices.Sorted(maps.Keys(now)) {
			if was, there := old[v.Name][k]; !there || was != now[k] {
				fmt.Fprintf(w.out, "table %s: %s w%d\n", v.Name, k, now[k].Weight)
			}
		}
		for _, k := range slices.Sorted(maps.Keys(old[v.Name])) {
			if _, there := now[k]; !there {
				fmt.Fprintf(w.out, "table %s: no %s\n", v.Name, k)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if w.kernel[name] == nil {
			fmt.Fprintf(w.out, "table: no %s\n", name)
		}
	}
	w.do(a)
}

func key(d Destination) string { return fmt.Sprintf("%s:%d", d.Addr, d.Port) }

// do carries out actions, and answers when an answer is wanted.
func (w *world) do(a []Action) {
	for i, x := range a {
		fmt.Fprintln(w.out, w.text(x))
		if v, must := w.apply(x); must {
			if i != len(a)-1 {
				w.t.Errorf("an action with Must is followed by others: %v", a[i+1:])
			}
			refused := w.refuse
			w.refuse = false
			if refused {
				fmt.Fprintln(w.out, "refused")
			}
			w.do(v.Step(Answer{Refused: refused}))
		}
	}
}

func (w *world) apply(x Action) (*VirtualServer, bool) {
	switch x := x.(type) {
	case SetDestination:
		if !x.Must || !w.refuse {
			w.kernel[x.VS.Name][key(x.Destination)] = x.Destination
		}
		return x.VS, x.Must
	case DeleteDestination:
		if _, ok := w.kernel[x.VS.Name][key(x.Destination)]; !ok {
			w.t.Errorf("deletes %s, which is not in the table", key(x.Destination))
		}
		if !x.Must || !w.refuse {
			delete(w.kernel[x.VS.Name], key(x.Destination))
		}
		return x.VS, x.Must
	}
	return nil, false
}

// check compares the table with what the states say.
func (w *world) check() error {
	for _, v := range w.vss {
		got := w.kernel[v.Name]
		n := 0
		for _, e := range v.Wanted() {
			if !e.Present {
				continue
			}
			n++
			if k := key(e.Destination); got[k] != e.Destination {
				return fmt.Errorf("%s: table has %+v, state says %+v", v.Name, got[k], e.Destination)
			}
		}
		if n != len(got) {
			return fmt.Errorf("%s: table has %d servers, state says %d", v.Name, len(got), n)
		}
		for _, r := range v.RealServers {
			down := 0
			if r.Config.Unchecked && !r.Alive {
				down++
			}
			for _, k := range r.Checkers {
				if !k.Up {
					down++
				}
			}
			if r.Failed != down || r.Alive && down > 0 {
				return fmt.Errorf("%s %s: failed %d, alive %v, checkers down %d", v.Name, r.Name, r.Failed, r.Alive, down)
			}
		}
	}
	return nil
}

func (w *world) text(x Action) string {
	must := func(m bool) string {
		if m {
			return " must"
		}
		return ""
	}
	switch x := x.(type) {
	case Log:
		if x.Detail {
			return "detail " + x.Text
		}
		return "log " + x.Text
	case Kept:
		return "kept " + x.VS.Name
	case SetDestination:
		return fmt.Sprintf("set %s w%d%s", key(x.Destination), x.Destination.Weight, must(x.Must))
	case DeleteDestination:
		return fmt.Sprintf("delete %s%s", key(x.Destination), must(x.Must))
	case NotifyRS:
		return fmt.Sprintf("%s RS %s %s %s", listeners(x.Quiet), x.RS, x.VS, upWord(x.Up))
	case NotifyVS:
		return fmt.Sprintf("%s VS %s %s", listeners(x.Quiet), x.VS, upWord(x.Up))
	case Mail:
		return fmt.Sprintf("mail %s: %s", x.Subject, x.Body)
	case Schedule:
		return fmt.Sprintf("next %s", x.After)
	}
	return fmt.Sprintf("%T", x)
}

// listeners are who hears of a notification.
func listeners(quiet bool) string {
	if quiet {
		return "trap"
	}
	return "notify"
}

// TestTables runs the rows of the tables: readable events in, actions out.
func TestTables(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) { runTable(t, name) })
	}
}

func runTable(t *testing.T, name string) {
	ar, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	w.texts = map[string]string{}
	for _, f := range ar.Files {
		w.texts[f.Name] = string(f.Data)
	}
	for line := range strings.Lines(w.texts["events"]) {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
			continue
		case line[0] == '#':
			fmt.Fprintln(w.out, line)
			continue
		}
		fmt.Fprintln(w.out, "> "+line)
		w.event(line)
		if err := w.check(); err != nil {
			t.Errorf("after %q: %v", line, err)
		}
	}
	got := w.out.String()
	if *update {
		i := slices.IndexFunc(ar.Files, func(f txtar.File) bool { return f.Name == "want" })
		if i < 0 {
			ar.Files = append(ar.Files, txtar.File{Name: "want"})
			i = len(ar.Files) - 1
		}
		ar.Files[i].Data = []byte(got)
		if err := os.WriteFile(name, txtar.Format(ar), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := w.texts["want"]; got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestRowsNamed holds the tables to naming every row of the specification.
func TestRowsNamed(t *testing.T) {
	var all bytes.Buffer
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	rows := map[string]int{"C": 8, "R": 6, "Q": 8} // Q9 is a state that a reload no longer leads to
	for letter, n := range rows {
		for i := 1; i <= n; i++ {
			if !strings.Contains(all.String(), fmt.Sprintf("# %s%d", letter, i)) {
				t.Errorf("no case is named %s%d", letter, i)
			}
		}
	}
}
