package effective

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"keepalived/core/config"
	"keepalived/parser"
	"keepalived/parser/internal/host"
	"keepalived/parser/reader"
)

// machine is the golden one with the VRF blue, on which users have numbers for
// names as well: what is printed has no others.
func machine() host.Host {
	h := host.Golden()
	h.Interfaces["blue"] = reader.Link{Index: 8, MTU: 1500, Kind: "vrf"}
	for _, ids := range []map[string]uint32{h.Users, h.Groups} {
		for _, id := range []uint32{0, 1, 65534} {
			ids[strconv.Itoa(int(id))] = id
		}
	}
	return h
}

func loadText(text string) *parser.Result {
	return parser.Load(parser.Options{Path: "/k.conf", Host: machine(), Files: host.Disk{"/k.conf": text}, Origins: true})
}

func input(r *parser.Result) Input {
	return Input{Config: r.Config, Settings: r.Settings, Origins: r.Origins}
}

// printed returns the configuration in its own language.
func printed(t failer, r *parser.Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := Conf(&b, input(r)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// essential leaves out what says only that there was something that is not
// part of the configuration any more.
func essential(c *config.Config) *config.Config {
	d := *c
	d.HasVRRP, d.HasLVS, d.HasBFD = false, false, false
	return &d
}

// sources says what values come from, for those who show a configuration: what
// is printed has them as if they were given, and a user with each script.
var sources = cmp.Options{
	cmpopts.IgnoreFields(config.Defaults{}, "GARPLowerPrioDelayGiven", "GARPLowerPrioRepeatGiven", "EmailFromGiven", "ScriptUserKnown", "ScriptUID", "ScriptGID"),
}

// again prints what was loaded, loads it, and compares.
func again(t failer, r *parser.Result) (text, diff string) {
	t.Helper()
	text = printed(t, r)
	s := loadText(text)
	if s.Config == nil {
		return text, "cannot be used"
	}
	return text, cmp.Diff(essential(r.Config), essential(s.Config), cmpopts.EquateEmpty(), sources,
		cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}, netip.AddrPort{}))
}

// Every golden configuration means the same after it was printed.
func TestGoldenAgain(t *testing.T) {
	files, err := filepath.Abs("../testdata/golden")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(files)
	names, err := filepath.Glob("*.conf")
	if err != nil || len(names) < 250 {
		t.Fatalf("golden files: %d, %v", len(names), err)
	}
	usable := 0
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			r := parser.Load(parser.Options{Path: name, Host: machine(), Origins: true})
			if r.Config == nil {
				return
			}
			usable++
			if text, diff := again(t, r); diff != "" {
				original, _ := os.ReadFile(name)
				t.Errorf("-want +got\n%s\n%s\nprinted:\n%s", diff, original, text)
			}
			var b bytes.Buffer
			if err := JSON(&b, input(r)); err != nil || !json.Valid(b.Bytes()) {
				t.Errorf("json: %v\n%s", err, b.String())
			}
		})
	}
	if usable < 150 {
		t.Errorf("only %d of the golden configurations can be used", usable)
	}
}

// The states that the members of a sync group ask for mean the same after they
// were printed, whatever is written and whatever the group makes of them.
func TestGroupStatesAgain(t *testing.T) {
	var words []string
	for _, state := range []string{"", "state MASTER\n", "state BACKUP\n"} {
		for _, priority := range []string{"", "priority 150\n", "priority 255\n"} {
			words = append(words, state+priority)
		}
	}
	member := func(n, words string) string {
		return "vrrp_instance V" + n + " {\ninterface eth0\nvirtual_router_id 5" + n + "\n" + words + "virtual_ipaddress {\n192.0.2." + n + "\n}\n}\n"
	}
	asked := 0
	for _, a := range words {
		for _, b := range words {
			text := member("1", a) + member("2", b) + "vrrp_sync_group G {\ngroup {\nV1\nV2\n}\n}\n"
			r := loadText(text)
			if r.Config == nil {
				t.Fatalf("cannot be used:\n%s", text)
			}
			if v := r.Config.VRRP.Instances[0]; v.InitialState != v.State {
				asked++
			}
			if text2, diff := again(t, r); diff != "" {
				t.Errorf("-want +got\n%s\n%s\nprinted:\n%s", diff, text, text2)
			}
		}
	}
	if asked == 0 {
		t.Error("no group overrules a member")
	}
}

// failer is a test of either kind.
type failer interface {
	Helper()
	Fatal(args ...any)
}
