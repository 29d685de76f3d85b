package parser

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"keepalived/parser/effective"
	"keepalived/parser/internal/host"
)

// everything has one block of each kind; a line @PATH stands where a test puts
// a keyword of that path.
const everything = `@
global_defs {
enable_script_security
script_user root
@global_defs
}
SSL {
@SSL
}
track_group T {
group {
V
}
@track_group
}
track_file F {
file /tmp/golden_track_file
@track_file
}
vrrp_track_file F2 {
file /tmp/golden_track_file
@vrrp_track_file
}
vrrp_script S {
script /usr/bin/true
@vrrp_script
}
vrrp_track_process P {
process sleep
@vrrp_track_process
}
bfd_instance B {
neighbor_ip 192.0.2.99
@bfd_instance
}
garp_group {
garp_interval 0.5
interface ifb1
@garp_group
}
vrrp_sync_group G {
group {
W
X
}
@vrrp_sync_group
}
vrrp_instance V {
interface eth0
virtual_router_id 51
virtual_ipaddress {
192.0.2.1
}
authentication {
auth_type PASS
auth_pass abc
@vrrp_instance/authentication
}
@vrrp_instance
}
vrrp_instance W {
interface eth0
virtual_router_id 52
virtual_ipaddress {
192.0.2.2
}
auth_hmac {
key 1 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
active_key 1
@vrrp_instance/auth_hmac
}
}
vrrp_instance X {
interface eth0
virtual_router_id 53
virtual_ipaddress {
192.0.2.3
}
}
vrrp_instance Y {
interface eth0
virtual_router_id 54
virtual_ipaddress {
192.0.2.4
}
track_script {
S
}
track_process {
P
}
}
virtual_server 198.51.100.1 80 {
protocol TCP
lb_algo rr
lb_kind NAT
@virtual_server
real_server 198.51.100.11 80 {
@virtual_server/real_server
TCP_CHECK {
@virtual_server/real_server/TCP_CHECK
}
HTTP_GET {
@virtual_server/real_server/HTTP_GET
url {
path /
@virtual_server/real_server/HTTP_GET/url
}
}
SSL_GET {
@virtual_server/real_server/SSL_GET
url {
path /
@virtual_server/real_server/SSL_GET/url
}
}
SMTP_CHECK {
@virtual_server/real_server/SMTP_CHECK
}
SMTP_CHECK {
host {
@virtual_server/real_server/SMTP_CHECK/host
}
}
DNS_CHECK {
@virtual_server/real_server/DNS_CHECK
}
MISC_CHECK {
misc_path /usr/bin/true
@virtual_server/real_server/MISC_CHECK
}
PING_CHECK {
@virtual_server/real_server/PING_CHECK
}
UDP_CHECK {
@virtual_server/real_server/UDP_CHECK
}
FILE_CHECK {
track_file F
@virtual_server/real_server/FILE_CHECK
}
BFD_CHECK {
name B
@virtual_server/real_server/BFD_CHECK
}
}
}
`

// valuesAt is where --print-config=json has the keywords of a path.
func valuesAt(block string) string {
	const instance, server = "vrrp_instance/0/values", "virtual_server/0/values/real_server/0/values"
	switch {
	case block == "":
		return ""
	case block == "global_defs" || block == "SSL":
		return block + "/values"
	case block == "vrrp_track_file":
		return "track_file/1/values"
	case block == "vrrp_instance/authentication":
		return instance + "/authentication/values"
	case block == "vrrp_instance/auth_hmac":
		return "vrrp_instance/1/values/auth_hmac/values"
	case block == "virtual_server/real_server":
		return server
	case strings.HasSuffix(block, "/host"):
		return server + "/SMTP_CHECK/1/values"
	case strings.HasSuffix(block, "/url"):
		return server + "/" + path.Base(path.Dir(block)) + "/0/values/url/0/values"
	case strings.HasPrefix(block, "virtual_server/real_server/"):
		return server + "/" + path.Base(block) + "/0/values"
	}
	return block + "/0/values"
}

// needed reports whether a block is of use to a keyword in another one: they
// are read by the same process.
func needed(top, block string) bool {
	server := func(s string) bool { return strings.HasPrefix(s, "virtual_server") || strings.HasPrefix(s, "SSL") }
	switch block, _, _ = strings.Cut(block, "/"); {
	case top == "global_defs" || top == block || top == "track_file" || top == "bfd_instance":
		return true
	case block == "" || block == "global_defs":
		return false
	}
	return server(top) == server(block)
}

// with returns the text with lines at the place of a path, and the number of
// the first of them.
func with(block string, lines ...string) (text string, number int) {
	var b strings.Builder
	n, depth, top := 0, 0, ""
	for line := range strings.Lines(everything) {
		if depth == 0 && line[0] != '@' {
			top, _, _ = strings.Cut(line, " ")
		}
		depth += strings.Count(line, "{") - strings.Count(line, "}")
		if line[0] != '@' && !needed(top, block) {
			continue
		}
		if at, marker := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "@"); marker {
			if at == block {
				number = n + 1
				for _, l := range lines {
					n++
					b.WriteString(l + "\n")
				}
			}
			continue
		}
		n++
		b.WriteString(line)
	}
	return b.String(), number
}

// reading is what comes of a text.
type reading struct {
	result *Result
	line   int
	values any // what --print-config=json prints; nil when there is nothing
}

func read(t *testing.T, block string, lines ...string) reading {
	t.Helper()
	text, number := with(block, lines...)
	if number == 0 {
		t.Fatalf("no place for %s", block)
	}
	if err := os.WriteFile("k.conf", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	r := Load(Options{Path: "k.conf", Test: true, Host: host.Golden()})
	got := reading{result: r, line: number}
	if r.Config != nil {
		var b bytes.Buffer
		if err := effective.JSON(&b, effective.Input{Config: r.Config, Settings: r.Settings}); err != nil {
			t.Fatal(err)
		}
		d := json.NewDecoder(&b)
		d.UseNumber()
		if err := d.Decode(&got.values); err != nil {
			t.Fatal(err)
		}
	}
	return got
}

// complaints are the messages about the line that was put in.
func (r reading) complaints() []string {
	var found []string
	for _, d := range r.result.Diagnostics {
		if !d.LogOnly && d.Position.Line == r.line {
			found = append(found, d.Message)
		}
	}
	return found
}

// value returns the printed value of a keyword, as JSON; empty without one. A
// name with a slash in front is that of a block.
func (r reading) value(block, name string) string {
	at := r.values
	if at, ok := strings.CutPrefix(name, "/"); ok {
		block, name = "", at
	}
	for _, step := range strings.Split(path.Join(valuesAt(block), name), "/") {
		switch v := at.(type) {
		case map[string]any:
			at = v[step]
		case []any:
			var i int
			if _, err := fmt.Sscan(step, &i); err != nil || i >= len(v) {
				return ""
			}
			at = v[i]
		default:
			return ""
		}
	}
	if object, ok := at.(map[string]any); ok {
		if v, ok := object["value"]; ok {
			at = v
		}
	}
	if at == nil {
		return ""
	}
	b, err := json.Marshal(at)
	if err != nil {
		return ""
	}
	return string(b)
}

// specified is a row of keywords.tsv.
type specified struct {
	block, name, args, initial, limits, reaction, alias string
	words                                               string // "line", "words" and the like when it is a word of a line
}

func (s specified) key() string { return s.block + " " + s.name }

// shown is the keyword under which the value is printed.
func (s specified) shown() string {
	if s.alias != "" && s.name != "global_tracking" {
		return path.Base(s.alias)
	}
	return s.name
}

func readKeywords(t *testing.T) []specified {
	t.Helper()
	data, err := os.ReadFile("testdata/keywords.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var rows []specified
	for _, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n")[1:] {
		f := append(strings.Split(line, "\t"), make([]string, 9)...)
		s := specified{name: f[1], args: f[2], initial: f[3], limits: f[4], reaction: f[7], alias: f[8]}
		s.block, s.words, _ = strings.Cut(f[0], " (")
		s.words = strings.TrimSuffix(s.words, ")")
		if s.block == "(root)" {
			s.block = ""
		}
		if s.block == "(directive)" || strings.HasPrefix(f[0], "(directive)") {
			continue
		}
		rows = append(rows, s)
	}
	return rows
}

var limits = regexp.MustCompile(`^(-?[0-9.]*[0-9])\.\.(2\^32-1|[0-9.]*[0-9])?(?:[ ,;]|$)`)

// numbers returns the smallest and the largest value and the distance to the
// next one, nil where there is none.
func (s specified) numbers() (low, high, step *big.Rat) {
	m := limits.FindStringSubmatch(s.limits)
	decimal := strings.Contains(s.args, "<dec>")
	if m == nil || !decimal && !strings.Contains(s.args, "<int>") {
		return nil, nil, nil
	}
	rat := func(text string) *big.Rat {
		if text == "2^32-1" {
			text = "4294967295"
		}
		r, ok := new(big.Rat).SetString(text)
		if !ok {
			return nil
		}
		return r
	}
	step = big.NewRat(1, 1)
	if decimal {
		step = big.NewRat(1, 1000000)
		if s.block == "vrrp_script" || s.block == "bfd_instance" {
			step = big.NewRat(1, 1000)
		}
	}
	low = rat(m[1])
	if m[2] != "" {
		high = rat(m[2])
	}
	return low, high, step
}

// decimalText writes a number as a configuration has it.
func decimalText(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	return strings.TrimRight(r.FloatString(6), "0")
}
