package commandline

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"keepalived/core/logging"
)

// DefaultFile is the configuration file without -f. A build for another
// SYSCONFDIR sets it with the linker; nothing else ever writes it.
var DefaultFile = "/etc/keepalived/keepalived.conf"

// Options is what a command line asks for. The zero value of a field means
// that its option was not given.
type Options struct {
	File                        string // DefaultFile without -f
	NoChecker, NoVRRP, NoBFD    bool
	All                         bool
	LogConsole, NoSyslog        bool
	Detail                      int
	Facility                    logging.Facility
	BadFacility                 bool // counts as a diagnostic of -t
	Umask                       int  // -1 without -u
	ReleaseVIPs                 bool
	DontReleaseVRRP             bool
	DontReleaseIPVS             bool
	DontRespawn, DontFork       bool
	DumpConf                    bool
	PIDFile, VRRPPIDFile        string
	CheckersPIDFile, BFDPIDFile string
	AddressMonitoring           bool
	SNMP                        bool
	SNMPSocket                  string
	Namespace                   string
	CoreDump                    bool
	CorePattern                 string
	AllConfig                   bool
	ConfigID                    string
	ConfigTest                  bool
	ConfigTestFile              string
	JSON, Explain               bool
	// Keywords asks for the help of the keywords that match KeywordPattern.
	Keywords       bool
	KeywordPattern string
	// PrintConfig is "conf" or "json" when the configuration is to be
	// printed as it will be used.
	PrintConfig  string
	IgnoreSIGINT bool
	// Genhash is genhash's own command line, its name first, when -T was
	// given.
	Genhash []string
}

// Result is a command line that has been read.
type Result struct {
	Options
	// Exit is set when the program is to end with Status: a bad option,
	// or one that has already done all that was asked for.
	Exit   bool
	Status int
}

// Parse reads args, whose first word is the program's name. It writes what the
// C daemon writes about the command line to stdout and stderr.
func Parse(args []string, stdout, stderr io.Writer) Result {
	p := &parser{name: "keepalived", table: table(), stdout: stdout, stderr: stderr}
	if len(args) > 0 {
		p.name, p.words = args[0], args[1:]
	}
	p.File, p.Umask, p.Facility = DefaultFile, -1, logging.Daemon
	p.parse()
	if !p.Exit && p.bad {
		p.exit(1)
	}
	return p.Result
}

// parser is a command line that is being read.
type parser struct {
	Result
	name           string
	table          []option
	words          []string // not yet read
	stdout, stderr io.Writer
	bad            bool // the program will end with status 1, once all has been read
	read           int  // options so far
}

func (p *parser) parse() {
	var other []string
	for len(p.words) > 0 && !p.Exit && p.Genhash == nil {
		word := p.words[0]
		p.words = p.words[1:]
		switch {
		case word == "--":
			other = append(other, p.words...)
			p.words = nil
		case strings.HasPrefix(word, "--"):
			p.long(word)
		case len(word) > 1 && word[0] == '-':
			p.short(word[1:])
		default:
			other = append(other, word)
		}
	}
	if p.Keywords && p.KeywordPattern == "" && len(other) > 0 {
		// An option of ours: --keywords garp is what people type.
		p.KeywordPattern, other = other[0], other[1:]
	}
	if len(other) > 0 && !p.Exit && p.Genhash == nil && !p.bad {
		fmt.Fprintf(p.stdout, "Unexpected argument(s): %s \n", strings.Join(other, " "))
	}
}

// short reads a word of bundled one-letter options.
func (p *parser) short(letters string) {
	for len(letters) > 0 && !p.Exit && p.Genhash == nil {
		letter := letters[0]
		letters = letters[1:]
		o := p.byLetter(letter)
		if o == nil {
			p.fail("Unknown option -" + string(letter))
			continue
		}
		value := ""
		switch o.arg {
		case required:
			if letters == "" && len(p.words) == 0 {
				p.fail("Missing parameter for option -" + string(letter))
				return
			}
			if value = letters; value == "" {
				value, p.words = p.words[0], p.words[1:]
			}
			letters = ""
		case optional:
			value, letters = letters, ""
		}
		p.apply(o, value, letters)
	}
}

// long reads a --word.
func (p *parser) long(word string) {
	name, value, attached := strings.Cut(word[2:], "=")
	o := p.byName(name)
	if o == nil || attached && o.arg == none {
		p.fail("Unknown option " + word)
		return
	}
	if o.arg == required {
		if !attached && len(p.words) > 0 {
			value, p.words = p.words[0], p.words[1:]
		}
		if value == "" {
			p.fail("Missing parameter for option --" + o.long)
			return
		}
	}
	p.apply(o, value, "")
}

func (p *parser) apply(o *option, value, rest string) {
	if rest != "" && o.short == 'T' {
		// The letters bundled behind -T are genhash's.
		p.words = append([]string{"-" + rest}, p.words...)
	}
	o.set(p, value)
	p.read++
}

func (p *parser) byLetter(letter byte) *option {
	for i := range p.table {
		if p.table[i].short == letter {
			return &p.table[i]
		}
	}
	return nil
}

// byName finds a long option by its name or an unambiguous prefix of it.
func (p *parser) byName(name string) *option {
	var found *option
	ambiguous := false
	for i := range p.table {
		o := &p.table[i]
		switch {
		case o.long == name:
			return o
		case strings.HasPrefix(o.long, name) && !o.extension:
			ambiguous = found != nil
			found = o
		}
	}
	if ambiguous {
		return nil
	}
	return found
}

// fail reports a bad option; the program ends when all have been read.
func (p *parser) fail(text string) {
	fmt.Fprintln(p.stderr, text)
	p.bad = true
}

func (p *parser) exit(status int) { p.Exit, p.Status = true, status }

func (p *parser) facility(v string) {
	f, err := logging.ParseFacility(v)
	if err != nil {
		fmt.Fprintf(p.stderr, "Invalid log facility '%s'\n", v)
		p.BadFacility = true
		return
	}
	p.Facility = f
}

// umask reads a number in C syntax. The text of its error has no newline.
func (p *parser) umask(v string) {
	digits, base := v, 10
	switch {
	case strings.HasPrefix(v, "0x"), strings.HasPrefix(v, "0X"):
		digits, base = v[2:], 16
	case strings.HasPrefix(v, "0"):
		base = 8
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > 0o777 {
		fmt.Fprintf(p.stderr, "Invalid --umask option %s", v)
		return
	}
	p.Umask = int(n)
}

func (p *parser) genhash(string) {
	if p.read > 0 {
		fmt.Fprintln(p.stderr, "Warning -- `-T` not used as first option, previous options ignored")
	}
	p.Genhash = append([]string{p.name + " --genhash"}, p.words...)
	p.words = nil
}

func (p *parser) printConfig(v string) {
	switch v {
	case "", "conf":
		p.PrintConfig = "conf"
	case "json":
		p.PrintConfig = v
	default:
		p.fail("Unknown format " + v)
	}
}

func (p *parser) format(v string) {
	if v != "json" {
		p.fail("Unknown format " + v)
		return
	}
	p.JSON = true
}

// signum prints the number of a signal. The real-time ones are those of glibc,
// which keeps the first two of the kernel's for itself (02-runtime section
// 1.3).
func (p *parser) signum(v string) {
	numbers := map[string]int{"STOP": 15, "RELOAD": 1, "DATA": 10, "STATS": 12, "STATS_CLEAR": 63, "JSON": 36}
	n, ok := numbers[v]
	if !ok {
		fmt.Fprintf(p.stderr, "Unknown sigfunc %s\n", v)
		p.exit(1)
		return
	}
	fmt.Fprintln(p.stdout, n)
	p.exit(0)
}
