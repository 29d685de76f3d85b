package checkers

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"keepalived/checkers/machine"
	"keepalived/checkers/probe"
	"keepalived/core/process"
	"keepalived/ipvs"
)

// snapshot is what one look at the C daemon 2.4.3 showed.
type snapshot struct {
	label            string
	table            string
	ruleset          string // as nft prints it; empty where it was not looked at, or is empty
	logs, fifo, mail []string
}

// others are log lines of the parent, of the parser, and of the machine on
// which the observations were made.
var others = regexp.MustCompile(`^(Starting (Keepalived|Healthcheck|BFD)|Discarding packet|Received BFD event|Command line|Opening file|Configuration file|WARNING - keepalived was built|` +
	`NOTICE: |Remote SMTP server \[.*connected|SMTP alert|Startup complete|Reload|Stopp|CPU usage|EXIT |Virtual server .*: no scheduler|\(@W@|Warning - |Virtual server .*hysteresis|` +
	`Virtual server .*: real server|Virtual server .* specified but|WARNING - (virtual|fwmark)|virtual server .*ports don't match|Initializing ipvs|Reinitializing ipvs|Registering )`)

// mailLine finds the subject and the body in what a mail server was told.
var mailLine = regexp.MustCompile(`^smtp\[10\.1\.1\.6\]:2525 DATA b'(?:Subject: \[RTR\] )?(Realserver .*|Virtualserver .*|=> .*)\\r\\n'$`)

// observed reads a file of observations.
func observed(t *testing.T, name string) []snapshot {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out []snapshot
	part := ""
	stamp := regexp.MustCompile(`^\[ *[0-9.]+\] `)
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "### "):
			_, label, _ := strings.Cut(line, "] ")
			out = append(out, snapshot{label: label})
			part = "--- ipvsadm -Sn"
			continue
		case strings.HasPrefix(line, "--- "):
			part = line
			continue
		case len(out) == 0:
			continue
		}
		s := &out[len(out)-1]
		switch part {
		case "--- ipvsadm -Sn":
			if strings.HasPrefix(line, "-") {
				s.table += line + "\n"
			}
		case "--- nft list ruleset":
			s.ruleset += line + "\n"
		case "--- log":
			if line = stamp.ReplaceAllString(line, ""); !others.MatchString(line) {
				s.logs = append(s.logs, line)
			}
		case "--- fifo":
			s.fifo = append(s.fifo, line)
		case "--- servers":
			if m := mailLine.FindStringSubmatch(line); m != nil {
				s.mail = append(s.mail, m[1])
			}
		}
	}
	return out
}

// reasons are why some scenarios are compared with an "ours.txt", in which the
// lines that differ from the C daemon's are changed by hand.
var reasons = map[string]string{
	"33-reload-sorry":         "a reload asks the kernel for differences only, so it deletes nothing that is not there",
	"64-reload-removed-vs":    "the quorum of a virtual server is evaluated once, with its new values: no DOWN that nothing corrects",
	"73-reload-file":          "a reload looks at tracked files before it judges: nothing flaps",
	"77-reload-sorry-stuck":   "a real server that a reload brings up takes the sorry server out",
	"61-weight-quorum-sorry":  "a weight is withdrawn with the script that gave it, also when that dies by a signal",
	"35-flush":                "what is found at the start is corrected, and not reported as an error",
	"76-nftables-shared":      "as 27-group-shared",
	"27-group-shared":         "a service that two virtual servers share is deleted once",
	"51-reload-group-nosorry": "the C daemon crashes",
	"24-file":                 "a product out of range leaves no permanent offset",
	"65-file-values":          "reverse counts at the start as well",
	"42-dont-release":         "what is found at the start is taken over, and not reported as an error",
	"63-kernel-refuses":       "a reload repairs what somebody else has deleted",
}

// TestGolden plays the scenarios of the specification. Their steps are in the
// file "steps" beside the configuration.
func TestGolden(t *testing.T) {
	dirs, err := filepath.Glob("testdata/golden/*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			name := filepath.Join(dir, "observed-2.4.3.txt")
			differs := reasons[filepath.Base(dir)] != ""
			if differs && !*writeOurs {
				name = filepath.Join(dir, "ours.txt")
			}
			want := observed(t, name)
			synctest.Test(t, func(t *testing.T) {
				g := &golden{t: t, dir: dir, want: want, tmp: t.TempDir(), rewrite: differs && *writeOurs}
				g.play()
				if g.rewrite {
					if err := os.WriteFile(filepath.Join(dir, "ours.txt"), []byte(g.ours.String()), 0o644); err != nil {
						t.Fatal(err)
					}
				}
			})
		})
	}
}

type golden struct {
	t    *testing.T
	dir  string
	tmp  string
	want []snapshot
	l    *lab
	ours strings.Builder
	// rewrite is set with -ours, for a scenario that differs on purpose.
	rewrite bool
	o       process.Options
}

func (g *golden) play() {
	b, err := os.ReadFile(filepath.Join(g.dir, "steps"))
	if err != nil {
		g.t.Fatal(err)
	}
	g.fresh()
	defer func() { g.l.close() }()
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) > 0 && f[0][0] != '#' {
			g.step(f)
		}
	}
	if len(g.want) > 0 {
		g.t.Errorf("snapshots that no step compares: %d, from %q", len(g.want), g.want[0].label)
	}
}

// fresh makes a new process on the same kernel.
func (g *golden) fresh() {
	old := g.l
	g.l = newLab(g.t, g.o)
	if old == nil {
		g.l.table = goldenTable(g.t)
		return
	}
	old.close()
	g.l.table, g.l.servers, g.l.nft = old.table, old.servers, old.nft
}

// printed is the table as `ipvsadm -Sn` prints it.
func (g *golden) printed() string {
	list, err := ipvs.List(g.l.table)
	if err != nil {
		g.t.Fatal(err)
	}
	return ipvs.Save(list)
}

func (g *golden) conf(name string) string {
	b, err := os.ReadFile(filepath.Join(g.dir, name))
	if err != nil {
		g.t.Fatal(err)
	}
	text := string(b)
	for _, f := range []string{"f1", "f2"} {
		text = strings.ReplaceAll(text, "file @W@/"+f+"\n", "file "+g.tmp+"/"+f+"\n")
	}
	return text
}

func (g *golden) step(f []string) {
	l := g.l
	switch f[0] {
	case "open":
		l.open(f[1:]...)
	case "close":
		l.shut(f[1:]...)
	case "fail": // fail TARGET TEXT: attempts end with this text
		l.answers(f[1], probe.Result{Text: strings.Join(f[2:], " ")})
	case "exit": // exit NAME STATUS
		n, _ := strconv.Atoi(f[2])
		l.exit(f[1], machine.MiscResult{Status: n})
	case "signal":
		n, _ := strconv.Atoi(f[2])
		l.exit(f[1], machine.MiscResult{Signal: n})
	case "timeout":
		l.exit(f[1], machine.MiscResult{TimedOut: true})
	case "file": // file NAME NUMBER
		n, _ := strconv.ParseInt(f[2], 0, 64)
		if err := os.WriteFile(filepath.Join(g.tmp, f[1]), []byte(f[2]), 0o644); err != nil {
			g.t.Fatal(err)
		}
		if l.s.config != nil {
			l.on(func() { l.s.fileChanged(f[1], n) })
		}
	case "session": // session NAME up|down
		l.on(func() { l.s.sessionChanged(process.Report{Session: f[1], Up: f[2] == "up"}) })
	case "address":
		l.on(func() { l.s.addressChanged(parse(f[2]), f[1] == "add", false) })
	case "ipvsadm":
		g.ipvsadm(f[1:])
	case "option":
		g.o.DontReleaseIPVS = f[1] == "dont-release-ipvs"
		g.fresh()
	case "fresh":
		g.fresh()
	case "start":
		if err := l.start(g.conf(f[1])); err != nil {
			g.t.Fatal(err)
		}
	case "reload":
		if err := l.reload(g.conf(f[1])); err != nil {
			g.t.Fatal(err)
		}
	case "wait":
		d, err := time.ParseDuration(f[1])
		if err != nil {
			g.t.Fatal(err)
		}
		l.wait(d)
	case "until": // until TEXT: some line since the last look has it
		g.until(strings.Join(f[1:], " "))
	case "stop":
		l.stop()
	case "early", "snap": // "snap unordered": lines of different checkers come in any order
		g.compare(f)
	case "skip": // a look that shows nothing of this process
		if reasons[filepath.Base(g.dir)] == "" || g.rewrite {
			g.want = g.want[1:]
		}
	default:
		g.t.Fatalf("unknown step %q", f)
	}
}

// until waits for a line of the log.
func (g *golden) until(text string) {
	has := func(line string) bool { return strings.Contains(line, text) }
	for range 600 {
		if slices.ContainsFunc(g.l.record.lines(), has) {
			return
		}
		g.l.wait(100 * time.Millisecond)
	}
	g.t.Fatalf("not logged within a minute: %s\n%s", text, strings.Join(g.l.record.lines(), "\n"))
}

// ipvsadm does what an administrator does behind the daemon's back.
func (g *golden) ipvsadm(f []string) {
	key := func(s string) ipvs.ServiceKey { a := parsePort(s); return ipvs.AddressKey(6, a.Addr(), a.Port()) }
	var err error
	k := g.l.table
	switch f[0] {
	case "-C":
		err = k.Flush()
	case "-A":
		err = k.AddService(ipvs.Service{Key: key(f[2]), Scheduler: f[4]})
	case "-D":
		err = k.DelService(key(f[2]))
	case "-a":
		d := parsePort(f[4])
		w, _ := strconv.Atoi(f[7])
		err = k.AddDestination(key(f[2]), ipvs.Destination{Key: ipvs.DestinationKey{Addr: d.Addr(), Port: d.Port()}, Weight: uint32(w)})
	case "-d":
		d := parsePort(f[4])
		err = k.DelDestination(key(f[2]), ipvs.DestinationKey{Addr: d.Addr(), Port: d.Port()})
	}
	if err != nil {
		g.t.Fatal(err)
	}
}

// writeOurs rewrites an ours.txt; what differs from the observations is then
// to be looked at.
var writeOurs = flag.Bool("ours", false, "rewrite testdata/golden/*/ours.txt")

// keep writes down what a step shows, for -ours.
func (g *golden) keep(label string, tableOnly bool, logs, fifo []string) {
	fmt.Fprintf(&g.ours, "### [] %s\n--- ipvsadm -Sn\n%s", label, g.printed())
	if nft := g.l.ruleset(); nft != "" {
		g.ours.WriteString("--- nft list ruleset\n" + nft)
	}
	if tableOnly {
		return
	}
	g.ours.WriteString("--- log\n")
	for _, line := range logs {
		g.ours.WriteString("[0] " + line + "\n")
	}
	g.ours.WriteString("--- fifo\n")
	for _, line := range fifo {
		g.ours.WriteString(line + "\n")
	}
}

// compare compares with the next observation. Lines of different checkers may
// come in any order where the step says "unordered".
func (g *golden) compare(f []string) {
	if len(g.want) == 0 {
		g.t.Fatal("no observation is left")
	}
	w := g.want[0]
	g.want = g.want[1:]
	if g.rewrite {
		var logs, fifo []string
		if f[0] != "early" {
			logs, fifo = g.l.record.take()
		}
		g.keep(w.label, f[0] == "early", slices.DeleteFunc(logs, others.MatchString), fifo)
		return
	}
	if got := g.printed(); got != w.table {
		g.t.Errorf("%s: table:\n%sobserved:\n%s", w.label, got, w.table)
	}
	if got := g.l.ruleset(); spaced(got) != spaced(w.ruleset) {
		g.t.Errorf("%s: ruleset:\n%sobserved:\n%s", w.label, got, w.ruleset)
	}
	if f[0] == "early" {
		return
	}
	logs, fifo := g.l.record.take()
	logs = slices.DeleteFunc(logs, others.MatchString)
	want, wantFIFO := slices.Clone(w.logs), slices.Clone(w.fifo)
	if slices.Contains(f, "unordered") {
		for _, s := range [][]string{logs, want, fifo, wantFIFO} {
			slices.Sort(s)
		}
	}
	if !slices.Equal(logs, want) {
		g.t.Errorf("%s: log:\n%s\nobserved:\n%s", w.label, strings.Join(logs, "\n"), strings.Join(want, "\n"))
	}
	if mail := g.mail(); len(w.mail) > 0 && !slices.Equal(mail, slices.Sorted(slices.Values(w.mail))) {
		g.t.Errorf("%s: mail:\n%s\nobserved:\n%s", w.label, strings.Join(mail, "\n"), strings.Join(w.mail, "\n"))
	}
	if !slices.Equal(fifo, wantFIFO) {
		g.t.Errorf("%s: fifo:\n%s\nobserved:\n%s", w.label, strings.Join(fifo, "\n"), strings.Join(wantFIFO, "\n"))
	}
}

// spaced takes away what nft decides by width.
func spaced(s string) string { return strings.Join(strings.Fields(s), " ") }

// mail are subjects and bodies since the last look, sorted: the C daemon sends
// side by side.
func (g *golden) mail() []string {
	var lines []string
	for _, m := range g.l.record.mail {
		subject, body, _ := strings.Cut(m, ": =>")
		lines = append(lines, subject, "=>"+body)
	}
	g.l.record.mail = nil
	slices.Sort(lines)
	return lines
}

func parse(s string) netip.Addr         { return netip.MustParseAddr(s) }
func parsePort(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }
