package checkers

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/diff"

	"keepalived/checkers/mib"
	"keepalived/core/notify"
	"keepalived/core/snmp"
	"keepalived/core/snmp/agentx"
	"keepalived/ipvs"
)

// counted are the counters of the recorded walk: only the first virtual server
// had traffic, all to one real server.
type counted struct{}

func (counted) Service(v int) ipvs.Counters {
	if v != 0 {
		return ipvs.Counters{}
	}
	return ipvs.Counters{
		Connections: 5, PacketsIn: 30, PacketsOut: 30, BytesIn: 2170, BytesOut: 2085,
		PacketRateIn: 2, PacketRateOut: 2, ByteRateIn: 124, ByteRateOut: 119,
	}
}

func (c counted) Server(v, place int) (d ipvs.DestinationStatistics) {
	if place != 0 {
		return d
	}
	if d.Counters = c.Service(v); d.Counters.Connections == 0 {
		return d
	}
	d.Counters.PacketRateIn, d.Counters.PacketRateOut, d.Counters.ByteRateIn, d.Counters.ByteRateOut = 1, 1, 93, 89
	d.Inactive, d.Persistent = 5, 1
	return d
}

// walked is what snmpwalk prints of a tree.
func walked(t *snmp.View) string {
	var b strings.Builder
	for name, v := t.Next(agentx.Range{}); name != nil; name, v = t.Next(agentx.Range{Start: name}) {
		if g := t.Get(name); printed(g) != printed(v) {
			fmt.Fprintf(&b, "Get has %s\n", printed(g))
		}
		fmt.Fprintf(&b, "%s = %s\n", dotted(name), printed(v))
	}
	return b.String()
}

var address = regexp.MustCompile(`[^ -~]`)

func printed(v mib.Value) string {
	switch v.Type {
	case agentx.Integer:
		return fmt.Sprintf("INTEGER: %d", v.Int())
	case agentx.Gauge32:
		return fmt.Sprintf("Gauge32: %d", v.Number)
	case agentx.Counter32:
		return fmt.Sprintf("Counter32: %d", v.Number)
	case agentx.Counter64:
		return fmt.Sprintf("Counter64: %d", v.Number)
	}
	if len(v.Octets) == 0 {
		return `""`
	}
	if address.Match(v.Octets) {
		return fmt.Sprintf("Hex-STRING: % X", v.Octets)
	}
	return fmt.Sprintf("STRING: %q", v.Octets)
}

// notRun is how many checkers have not run yet, which depends on BFD.
var notRun = regexp.MustCompile(`(check\.4\.1\.63\.\S+) = Gauge32: [01]`)

// unlike are the date of the program, and mail addresses, which it does not show.
var unlike = regexp.MustCompile(`(?m)^global\.(1\.0|3\.5\.1\.2\.\d) .*\n`)

// The walks of the C daemon 2.4.3 in testdata/dump are those of its dumps. The
// first one ends where it has died: at the last column of a sorry server.
func TestWalkLikeC(t *testing.T) {
	for _, name := range []string{"lvs-full", "lvs-nosorry"} {
		t.Run(name, func(t *testing.T) {
			directory := filepath.Join("testdata/dump", name)
			recorded, err := os.ReadFile(filepath.Join(directory, "walk.txt"))
			if err != nil {
				t.Fatal(err)
			}
			scripts := t.TempDir()
			cfg := load(t, filepath.Join(directory, "keepalived.conf"), scripts)
			inBubble(t, func(t *testing.T, l *lab) {
				l.open("10.9.0.11:80/", "10.9.0.11:80/x", "10.9.0.11:80", "10.9.0.12:81", "10.9.0.13:0", "10.9.0.13:80", "10.9.0.12:53")
				l.on(func() {
					if err := l.s.Start(cfg); err != nil {
						t.Error(err)
					}
				})
				l.on(func() { l.s.fileChanged("tf_rs", 3) })
				l.wait(20 * time.Second)
				var tree *snmp.View
				l.on(func() { tree = mib.New(l.s.snapshot(), counted{}) })
				got := strings.ReplaceAll(walked(tree), scripts, scriptsOfC)
				want := string(recorded)
				if name == "lvs-full" {
					before, rest, _ := strings.Cut(got, "check.4.1.63.1.1 = Gauge32: 0\n")
					if got = before; !strings.Contains(rest, "check.7.3.0 = INTEGER: 300\n") {
						t.Errorf("behind the row of a sorry server there is only\n%s", rest)
					}
				}
				if !strings.Contains(got, "\nglobal.3.5.1.2.1 = STRING: \"ops@example.net\"\n") {
					t.Error("the address of mail is missing")
				}
				got, want = unlike.ReplaceAllString(got, ""), unlike.ReplaceAllString(want, "")
				got, want = notRun.ReplaceAllString(got, "$1"), notRun.ReplaceAllString(want, "$1")
				if got != want {
					t.Errorf("%s", diff.Diff("C daemon", []byte(want), "ours", []byte(got)))
				}
			})
		})
	}
}

// trapLog keeps traps as snmptrapd prints them.
type trapLog struct{ lines []string }

func (l *trapLog) Notify(e notify.Event) {
	t, ok := mib.TrapOf(e, "LAB_LVS")
	if !ok {
		return
	}
	line := dotted(t.Name)
	for _, b := range t.Binds {
		line += "; " + dotted(b.Name) + " = " + printed(b.Value)
	}
	l.lines = append(l.lines, line)
}

// dotted is a name below KEEPALIVED-MIB.
func dotted(name mib.OID) string {
	text := name.String()
	return strings.NewReplacer(".1.3.6.1.4.1.9586.100.5.3.", "check.", ".1.3.6.1.4.1.9586.100.5.1.", "global.").Replace(text)
}

// The traps of a start, of checks and of a stop are among those that the C
// daemon 2.4.3 has sent, word by word.
func TestTrapsLikeC(t *testing.T) {
	const directory = "testdata/dump/lvs-nosorry"
	recorded, err := os.ReadFile(filepath.Join(directory, "traps.txt"))
	if err != nil {
		t.Fatal(err)
	}
	cfg := load(t, filepath.Join(directory, "keepalived.conf"), t.TempDir())
	inBubble(t, func(t *testing.T, l *lab) {
		traps := new(trapLog)
		l.s.events.Add(traps)
		l.open("10.9.0.11:80/", "10.9.0.11:80/x", "10.9.0.11:80", "10.9.0.12:81", "10.9.0.12:53")
		l.on(func() {
			if err := l.s.Start(cfg); err != nil {
				t.Error(err)
			}
		})
		l.wait(20 * time.Second)
		l.stop()
		if len(traps.lines) < 15 {
			t.Errorf("%d traps", len(traps.lines))
		}
		// How many are alive when one fails depends on which check was the first.
		alive := regexp.MustCompile(`(?m)(^check\.5\.0\.1.*check\.3\.1\.21 = Gauge32: )\d`)
		known := alive.ReplaceAllString(string(recorded), "${1}N")
		for _, line := range traps.lines {
			if !strings.Contains(known, alive.ReplaceAllString(line, "${1}N")+"\n") {
				t.Errorf("the C daemon sends no %s", line)
			}
		}
	})
}
