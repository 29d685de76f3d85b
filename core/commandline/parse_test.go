package commandline

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"keepalived/core/logging"
)

// What the C daemon prints about a command line, and with what status it ends
// (02-runtime section 1.2, and observed on it).
func TestMessages(t *testing.T) {
	for _, c := range []struct {
		args, stdout, stderr string
		status               int // -1: goes on
	}{
		{"", "", "", -1},
		{"-Z", "", "Unknown option -Z\n", 1},
		{"-nZW -n", "", "Unknown option -Z\nUnknown option -W\n", 1},
		{"--bogus", "", "Unknown option --bogus\n", 1},
		{"--vrr", "", "Unknown option --vrr\n", 1},
		{"--help=3", "", "Unknown option --help=3\n", 1},
		{"--log-c=3", "", "Unknown option --log-c=3\n", 1},
		{"-?", "", "Unknown option -?\n", 1},
		{"-f", "", "Missing parameter for option -f\n", 1},
		{"--use-file=", "", "Missing parameter for option --use-file\n", 1},
		{"--us", "", "Missing parameter for option --use-file\n", 1},
		{"foo -n bar -- -Z", "Unexpected argument(s): foo bar -Z \n", "", -1},
		{"foo -Z", "", "Unknown option -Z\n", 1},
		{"-S foo", "", "Invalid log facility 'foo'\n", -1},
		{"-u 9zz", "", "Invalid --umask option 9zz", -1},
		{"-u 01777", "", "Invalid --umask option 01777", -1},
		{"-g", "", "-g requires configure option --enable-log-file\n", 1},
		{"-Z --signum STOP", "15\n", "Unknown option -Z\n", 0},
		{"--signum=JSON -Z", "36\n", "", 0},
		{"--sig STATS_CLEAR", "63\n", "", 0},
		{"--signum=stop", "", "Unknown sigfunc stop\n", 1},
		{"--config-fd=9", "", "", -1},
		{"--form json", "", "Unknown option --form\n", 1},
		{"--format=xml", "", "Unknown format xml\n", 1},
		{"--print-config=xml", "", "Unknown format xml\n", 1},
		{"--keyword", "", "Unknown option --keyword\n", 1},
		{"-n -T", "", "Warning -- `-T` not used as first option, previous options ignored\n", -1},
	} {
		var stdout, stderr bytes.Buffer
		r := Parse(append([]string{"keepalived"}, strings.Fields(c.args)...), &stdout, &stderr)
		status := -1
		if r.Exit {
			status = r.Status
		}
		if stdout.String() != c.stdout || stderr.String() != c.stderr || status != c.status {
			t.Errorf("%s: stdout %q, stderr %q, status %d", c.args, &stdout, &stderr, status)
		}
	}
}

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		args string
		want func(*Options)
	}{
		{"-nlDD", func(o *Options) { o.DontFork, o.LogConsole, o.Detail = true, true, 2 }},
		{"-ffile -p=x", func(o *Options) { o.File, o.PIDFile = "file", "=x" }},
		{"--use=f --pi p --vrrp_pid r --checkers c --bfd=b", func(o *Options) {
			o.File, o.PIDFile, o.VRRPPIDFile, o.CheckersPIDFile, o.BFDPIDFile = "f", "p", "r", "c", "b"
		}},
		{"-t file", func(o *Options) { o.ConfigTest = true }},
		{"-tfile", func(o *Options) { o.ConfigTest, o.ConfigTestFile = true, "file" }},
		{"--config-test=file", func(o *Options) { o.ConfigTest, o.ConfigTestFile = true, "file" }},
		{"--keywords", func(o *Options) { o.Keywords = true }},
		{"--keywords=*_garp_*", func(o *Options) { o.Keywords, o.KeywordPattern = true, "*_garp_*" }},
		{"--keywords garp", func(o *Options) { o.Keywords, o.KeywordPattern = true, "garp" }},
		{"--print-config", func(o *Options) { o.PrintConfig = "conf" }},
		{"--print-config=json", func(o *Options) { o.PrintConfig = "json" }},
		{"-M", func(o *Options) { o.CoreDump, o.CorePattern = true, "core" }},
		{"-M/x", func(o *Options) { o.CoreDump, o.CorePattern = true, "/x" }},
		{"-P -C --all", func(o *Options) { o.All = true }},
		{"--all -PB", func(o *Options) { o.All, o.NoChecker, o.NoBFD = true, true, true }},
		{"-u 022", func(o *Options) { o.Umask = 0o22 }},
		{"-u 0x1f", func(o *Options) { o.Umask = 0x1f }},
		{"-u 18", func(o *Options) { o.Umask = 18 }},
		{"-S local3", func(o *Options) { o.Facility = logging.Local0 + 3 }},
		{"-XVIRGdaxemi id -s ns -A sock --ignore", func(o *Options) {
			o.ReleaseVIPs, o.DontReleaseVRRP, o.DontReleaseIPVS, o.DontRespawn, o.NoSyslog, o.DumpConf = true, true, true, true, true, true
			o.AddressMonitoring, o.SNMP, o.AllConfig, o.CoreDump, o.IgnoreSIGINT = true, true, true, true, true
			o.ConfigID, o.Namespace, o.SNMPSocket = "id", "ns", "sock"
		}},
		{"-T -s host -Z", func(o *Options) { o.Genhash = []string{"keepalived --genhash", "-s", "host", "-Z"} }},
		{"-Ts host", func(o *Options) { o.Genhash = []string{"keepalived --genhash", "-s", "host"} }},
	} {
		want := Options{File: DefaultFile, Umask: -1, Facility: logging.Daemon}
		c.want(&want)
		var out bytes.Buffer
		r := Parse(append([]string{"keepalived"}, strings.Fields(c.args)...), &out, &out)
		if !reflect.DeepEqual(r.Options, want) || r.Exit {
			t.Errorf("%s: %+v\nwant %+v\n%s", c.args, r.Options, want, &out)
		}
	}
}

// A variable without a value in "-u $MASK" must not open files to everybody.
func TestEmptyUmask(t *testing.T) {
	var stdout, stderr bytes.Buffer
	r := Parse([]string{"keepalived", "-u", ""}, &stdout, &stderr)
	if r.Umask != -1 || r.Exit || stderr.String() != "Invalid --umask option " {
		t.Errorf("umask %o, exit %v, %q", r.Umask, r.Exit, &stderr)
	}
}

// Each option is there once, can be set, and the help text shows it unless it
// is meant for programs.
func TestTable(t *testing.T) {
	var help bytes.Buffer
	writeHelp(&help, "keepalived")
	seen := make(map[string]bool)
	hidden := []string{"config-fd", "log-file"}
	for _, o := range table() {
		for _, name := range []string{o.long, string(rune(o.short))} {
			if seen[name] && name != "\x00" {
				t.Errorf("%s: twice", name)
			}
			seen[name] = true
		}
		if o.set == nil {
			t.Errorf("%s: does nothing", o.long)
		}
		if shown := strings.Contains(help.String(), "--"+o.long); shown == slices.Contains(hidden, o.long) {
			t.Errorf("%s: in the help text: %v", o.long, shown)
		}
	}
	for line := range strings.Lines(help.String()) {
		if len(line) > 120 {
			t.Errorf("long line: %s", line)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"-nlD", "--us x", "-t/x", "-T -s a", "--=x", "-- -", "-f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		var out bytes.Buffer
		r := Parse(append([]string{"keepalived"}, strings.Split(line, " ")...), &out, &out)
		if r.Exit && r.Status != 0 && out.Len() == 0 {
			t.Errorf("%q: status %d without a word", line, r.Status)
		}
	})
}
