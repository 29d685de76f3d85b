package parser

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"keepalived/core/config"
	"keepalived/parser/internal/cases"
	"keepalived/parser/internal/host"
	"keepalived/parser/source"
)

// silent are the templates of messages.tsv that reading a configuration never
// says, each with the reason.
var silent = map[string]string{
	// Only version 2.2.7 says these; another row has the words of 2.4.3.
	"Warning - cannot track route %s with no interface specified, not tracking": "2.2.7 only",
	"garp group %d does not have any delay set - removing":                      "2.2.7 only; the same text with %u",
	"nftables table name too long - ignoring":                                   "2.2.7 only",
	"ipvs nftables table name too long - ignoring":                              "2.2.7 only",
	"VRRP Error : iptables in chain name too long - ignored":                    "2.2.7 only; \"VRRP Error : %s %s name too long - ignored\" has the same words",
	"VRRP Error : iptables out chain name too long - ignored":                   "2.2.7 only; likewise",
	"VRRP Error : ipset address name too long - ignored":                        "2.2.7 only; likewise",
	"VRRP Error : ipset IPv6 address name too long - ignored":                   "2.2.7 only; likewise",
	"VRRP Error : ipset IPv6 address_iface name too long - ignored":             "2.2.7 only; likewise",
	"VRRP Error : ipset IGMP name too long - ignored":                           "2.2.7 only; likewise",
	"VRRP Error : ipset MLD name too long - ignored":                            "2.2.7 only; likewise",
	"SSL %s already specified - replacing":                                      "2.2.7 only; 2.4.3: Duplicate SSL",
	"(%s) %s is missing a value":                                                "2.2.7 only; 2.4.3 has the address before it",
	"(%s) unknown unicast_peer option %s":                                       "2.2.7 only; 2.4.3 has the address before it",
	"(%s) min_ttl %u > max_ttl %u - all packets will be discarded":              "2.2.7 only; 2.4.3 has the address before it",
	"(%s): vrrp script interval '%s' must be between 1 and %u - ignoring":       "2.2.7 only; 2.4.3: between 0.001 and",
	"Sync group %s has no virtual router(s). removing":                          "2.2.7 only; 2.4.3 says at the end of the block that it has no members",

	// About a build or a kernel without a feature that we always have.
	"iptables not supported, using nftables instead. Please replace 'vrrp_iptables and 'vrrp_ipsets' with 'nftables' config option": "a build without iptables",
	"include%c not supported - treating as includer":                       "a build without extended glob",
	"include_check type '%s' - not supported, treating as 'read'":          "a build without extended glob",
	"include_check type '%s' - not supported, ignoring":                    "a build without extended glob",
	"IPVS does not support IPv6 in this build - skipping %s/%s":            "a build without IPv6",
	"IPVS does not support IPv6 in this build - skipping %s":               "a build without IPv6",
	"IPVS with IPv6 is not supported by this build":                        "a build without IPv6",
	"Your kernel doesn't support mixed IPv4/IPv6 for virtual/real servers": "a kernel before 3.18",
	"kernel does not support %s":                                           "a kernel before 4.3 (igmp_link_local_mcast_reports)",
	"%s not supported by kernel":                                           "kernel headers before 4.3 (encap)",
	"(%s) kernel doesn't support ipvlan type %s":                           "kernel headers before 4.15",
	"no kernel support for track_process (CONFIG_PROC_EVENTS)":             "a kernel without process events: the VRRP process says so when it starts to watch",
	"(%s) track process not supported by kernel":                           "a kernel without process events",

	// Said elsewhere than while a configuration is read.
	"%s": "how a child repeats an include problem: the text of another row",
	"Cannot open config directory %s for writing, errno %d - %s": "the parent says it when it hands the configuration to its children: cmd/keepalived script saved",
	"Track file directory for %s does not exist - removing":      "a daemon's start; the same is found while reading",
	"Track file realpath for %s too long - removing":             "a daemon's start; no path of a file is that long here",
	"track file %s is not accessible - ignoring":                 "a daemon's start (core/track)",
	"Unable to initialise track file %s":                         "a daemon's start (core/track)",
	"(%s) disabling ARP since interface does not support it":     "a daemon's start, with -D",
	"(%s) Cannot find an IP address to use for interface %s":     "a reload, of an instance that had a source address",

	// Never said by the C daemon either: something else is found first.
	"Process name missing":                                                                            "a missing word is fatal, and an empty one accepted",
	"Unable to find config_save_dir %s":                                                               "a missing parent directory shows when the directory is created",
	"config_save_dir %s is not a directory":                                                           "what exists and is no directory is the row with \"exists and\"",
	"SNMP error : snmp socket name too long - ignored":                                                "a line has at most 1022 characters, the limit is 4095",
	"Unable to open /proc/uptime for vrrp_delay_after_boot - ignoring":                                "the file is always there",
	"Unable to read /proc/uptime for vrrp_delay_after_boot - ignoring":                                "the file can always be read",
	"Static route cannot have track_group if interface not specified":                                 "an address without dev is on the default interface, or refused",
	"use_vmac for a address requires an interface":                                                    "2.2.7 accepts it, and misses the interface later",
	"table cannot be specified for l3mdev rules":                                                      "the second of two actions is refused as such",
	"IPv4 persistence_granularity netmask is not solid - %s":                                          "2.2.7 accepts every mask",
	"Range address families do not match %s - skipping":                                               "an end of the other family is no end: extra characters, or no address",
	"%s - no matching file":                                                                           "a pattern always has a name",
	"Error reading config file(s): glob(\"%s\") returned %d, skipping.":                               "glob fails without memory only",
	"chdir(%s) error (%s)":                                                                            "the directory of a file that has been found can be entered, by root",
	"Unable to find configuration file %s":                                                            "2.2.7 is silent about a pattern without match",
	"Failed to open configuration file":                                                               "2.2.7 is silent",
	"(%s) VRRPv2 advertisement interval %.2fs is out of range. Must be less than %ds. Setting to %ds": "advert_int is at most 255",
	"(%s) %s interface name %s already exists as a non %s interface. ignoring configured name":        "found when the name is read",
	"(%s) IPv4 ipvlan address family does not match instance. setting instance to fault state":        "an address of the other family is refused when it is read",
	"(%s) Cannot have weighted track script '%s' with priority %d":                                    "the weight has been ignored before",
	"(%s) cannot use VMAC if no interface specified":                                                  "use_vmac has been cleared at the end of the block, or there are no peers",
}

// anywhere are messages that other processes say, too, than their row has.
var anywhere = map[string]string{
	"BFD %s already specified": "by the checker process as well (01-configuration section 20)",
}

// template is a row of messages.tsv, the specification's list of everything
// that a configuration test says.
type template struct {
	text    string
	pattern *regexp.Regexp
	literal int // how many characters are not placeholders
	class   config.Class
	passes  []config.Pass
}

// classes are the names of messages.tsv.
var classes = map[string]config.Class{
	"general": config.ClassGeneral, "number": config.ClassInvalidNumber, "warning": config.ClassWarning,
	"security": config.ClassSecurity, "file-not-found": config.ClassFileNotFound, "fatal": config.ClassFatal,
	"deprecated": config.ClassDeprecated, "quote": config.ClassUnmatchedQuote, "missing-parameter": config.ClassMissingParameter,
	"unknown-keyword": config.ClassUnknownKeyword, "unexpected-open": config.ClassUnexpectedOpen,
	"unexpected-close": config.ClassUnexpectedClose, "multiple-files": config.ClassMultipleFiles,
	"missing-open": config.ClassMissingOpen, "missing-close": config.ClassMissingClose, "bad-interface": config.ClassBadInterface,
}

// places are the processes in the words of messages.tsv; others are all four.
var places = map[string][]config.Pass{
	"parent": {config.PassParent}, "checker": {config.PassChecker}, "VRRP": {config.PassVRRP}, "BFD": {config.PassBFD},
	"checker+VRRP": {config.PassChecker, config.PassVRRP}, "VRRP+BFD": {config.PassVRRP, config.PassBFD},
}

var placeholder = regexp.MustCompile(`%(?:0?\*)?[0-9.*]*(?:ll|l|h)?[sduxfc%]`)

// readTemplates reads messages.tsv.
func readTemplates(t *testing.T) []*template {
	t.Helper()
	data, err := os.ReadFile("testdata/messages.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var rows []*template
	for _, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n")[1:] {
		f := strings.Split(line, "\t")
		m := &template{text: f[0]}
		var ok bool
		class, _, _ := strings.Cut(f[3], " if the check is on")
		if m.class, ok = classes[class]; !ok {
			t.Fatalf("%q: class %q", f[0], f[3])
		}
		place, _, _ := strings.Cut(f[4], ",")
		if m.passes, ok = places[place]; !ok {
			m.passes = []config.Pass{config.PassParent, config.PassChecker, config.PassVRRP, config.PassBFD}
		}
		expression := "^"
		rest := m.text
		for {
			at := placeholder.FindStringIndex(rest)
			if at == nil {
				break
			}
			expression += regexp.QuoteMeta(rest[:at[0]]) + wildcard(rest[at[0]:at[1]])
			m.literal += at[0]
			rest = rest[at[1]:]
		}
		m.literal += len(rest)
		m.pattern = regexp.MustCompile(expression + regexp.QuoteMeta(rest) + "$")
		rows = append(rows, m)
	}
	return rows
}

// wildcard returns the pattern for what a placeholder prints.
func wildcard(verb string) string {
	switch verb[len(verb)-1] {
	case 'd':
		return `-?\d+`
	case 'u':
		return `\d*` // without any for no decimals
	case 'x':
		return `[0-9a-f]+`
	case 'f':
		return `-?\d+\.\d+`
	case '%':
		return "%"
	}
	return "(?s:.*)"
}

var prefix = regexp.MustCompile(`^\((?:[^()]*: )?Line \d+\) `)

// find returns the templates of a message: of those that fit, the ones with
// the most text of their own.
func find(rows []*template, message string) []*template {
	text := prefix.ReplaceAllString(message, "")
	var best []*template
	for _, m := range rows {
		if m.literal == 0 || !m.pattern.MatchString(text) {
			continue
		}
		if len(best) > 0 && m.literal > best[0].literal {
			best = nil
		}
		if len(best) == 0 || m.literal == best[0].literal {
			best = append(best, m)
		}
	}
	return best
}

// fits reports whether a row says that a diagnostic is of this class and from
// this process.
func (m *template) fits(d config.Diagnostic) bool {
	if m.class == config.ClassFileNotFound {
		// No class without a check, and the children repeat it.
		return d.Class == m.class || d.Class == config.ClassNone
	}
	return d.Class == m.class && (anywhere[m.text] != "" || slices.Contains(m.passes, d.Pass))
}

// TestCovered: each message of the specification is in a case of testdata, by
// the process and of the class that the specification has for it, or in the
// table above; and nothing is said that the specification does not have.
func TestCovered(t *testing.T) {
	rows := readTemplates(t)
	said := make(map[string]bool)
	add := func(name string, r *Result) {
		for _, d := range r.Diagnostics {
			templates := find(rows, d.Message)
			for _, m := range templates {
				said[m.text] = said[m.text] || d.LogOnly || m.fits(d)
			}
			if d.LogOnly {
				continue
			}
			if len(templates) == 0 {
				t.Errorf("%s: not in the specification: %s", name, d.Message)
			} else if !slices.ContainsFunc(templates, func(m *template) bool { return m.fits(d) }) {
				t.Errorf("%s: class %d from the %s process: %s", name, d.Class, d.Pass, d.Message)
			}
		}
	}
	for _, pattern := range []string{"messages", "found", "structure"} {
		cases.Each(t, "testdata/"+pattern+"/*.txtar", 1, func(t *testing.T, c *cases.Case) {
			eachConfiguration(c, func(conf string, r *Result, _ bool) { add(c.Name+" "+conf, r) })
		})
	}
	func() {
		defer os.Chdir(chdir(t, "testdata/golden"))
		for _, g := range readGolden(t) {
			add(g.file, Load(Options{Path: g.file, Test: true, Host: host.Golden()}))
		}
	}()
	for _, c := range commandLines {
		add("-f "+c.path, c.load(t))
	}
	for _, m := range rows {
		reason, listed := silent[m.text]
		switch {
		case !said[m.text] && !listed:
			t.Errorf("no case says: %s", m.text)
		case said[m.text] && listed && !strings.HasPrefix(reason, "2.2.7 only"):
			t.Errorf("a case says what is listed as silent: %s", m.text)
		}
	}
	for text := range silent {
		if !slices.ContainsFunc(rows, func(m *template) bool { return m.text == text }) {
			t.Errorf("listed, and not in the specification: %s", text)
		}
	}
}

// chdir changes the working directory and returns the one before.
func chdir(t *testing.T, dir string) string {
	t.Helper()
	old, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chdir(dir); err != nil {
		t.Fatal(err)
	}
	return old
}

// commandLine is a value of -f, in a directory with the files a.conf and
// b.conf, a directory dir, the executable file exec, and secret, which nobody
// may read.
type commandLine struct {
	path string
	want string
}

var commandLines = []commandLine{
	{"none", "exit 0\nConfig files missing 'none'.\n"},
	{"none*", "exit 0\n"},
	{"dir", "exit 0\nConfiguration file 'dir/' is a directory - skipping\n"},
	{"exec", "exit 0\nConfiguration file 'exec' is not a regular non-executable file - skipping\n"},
	{"secret", "exit 4\nUnable to read configuration file secret\n"},
	{"*.conf", "exit 5\nWARNING, multiple configuration file matches of *.conf, starting with a.conf\n" +
		"(b.conf: Line 1) Unknown keyword 'x'\n(b.conf: Line 1) Unknown keyword 'x'\n(b.conf: Line 1) Unknown keyword 'x'\n(b.conf: Line 1) Unknown keyword 'x'\n"},
	{"{a,none}.conf", "exit 0\nSome config files missing: \"{a,none}.conf\".\nSome config files missing: \"{a,none}.conf\".\n"},
}

// secretive is the real file system with a file that may not be read.
type secretive struct{ source.Disk }

func (s secretive) Read(path string) (string, error) {
	if filepath.Base(path) == "secret" {
		return "", &fs.PathError{Op: "open", Path: path, Err: fs.ErrPermission}
	}
	return s.Disk.Read(path)
}

func (c commandLine) load(t *testing.T) *Result {
	t.Helper()
	defer os.Chdir(chdir(t, t.TempDir()))
	for name, text := range map[string]string{"a.conf": "", "b.conf": "x\n", "exec": "", "secret": "", "dir/x": ""} {
		mode := fs.FileMode(0o644)
		if name == "exec" {
			mode = 0o755
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	return Load(Options{Path: c.path, Test: true, Host: host.Golden(), Files: secretive{}})
}

// TestCommandLine: what a test says of the file that -f names (01-configuration
// section 2.3).
func TestCommandLine(t *testing.T) {
	for _, c := range commandLines {
		if got := told(c.load(t), true); got != c.want {
			t.Errorf("-f %s: got:\n%swant:\n%s", c.path, got, c.want)
		}
	}
}
