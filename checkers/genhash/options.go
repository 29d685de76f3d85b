package genhash

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// options are those of one run.
type options struct {
	ssl, sni, verbose bool
	server            netip.Addr
	port              uint16
	url               string
	virtualHost       string
	fwmark            uint32
	protocol          string
	timeout           time.Duration
}

// option is one of the command line.
type option struct {
	long  string
	short byte
	value bool
	set   func(o *options, v string) error
}

// defaultTimeout is that of the C program, 2^32-1 microseconds.
const defaultTimeout = (1<<32 - 1) * time.Microsecond

func table() []option {
	flag := func(f func(o *options)) func(*options, string) error {
		return func(o *options, _ string) error { f(o); return nil }
	}
	return []option{
		{"use-ssl", 'S', false, flag(func(o *options) { o.ssl = true })},
		{"use-sni", 'I', false, flag(func(o *options) { o.sni = true })},
		{"server", 's', true, (*options).setServer},
		{"port", 'p', true, (*options).setPort},
		{"url", 'u', true, func(o *options, v string) error { o.url = v; return nil }},
		{"use-virtualhost", 'V', true, func(o *options, v string) error { o.virtualHost = v; return nil }},
		{"verbose", 'v', false, flag(func(o *options) { o.verbose = true })},
		{"help", 'h', false, nil},
		{"fwmark", 'm', true, (*options).setFWMark},
		{"protocol", 'P', true, (*options).setProtocol},
		{"timeout", 't', true, (*options).setTimeout},
	}
}

func (o *options) setServer(v string) (err error) {
	if o.server, err = netip.ParseAddr(v); err != nil {
		return fmt.Errorf("server should be an IP, not %s", v)
	}
	return nil
}

// number reads a number as strtoul does, within limits.
func number(v string, low, high uint64) (uint64, bool) {
	n, err := strconv.ParseUint(strings.TrimPrefix(strings.TrimLeft(v, " \t\n\v\f\r"), "+"), 10, 64)
	return n, err == nil && n >= low && n <= high
}

func (o *options) setPort(v string) error {
	n, ok := number(v, 1, 65535)
	if !ok {
		return fmt.Errorf("invalid port number '%s'", v)
	}
	o.port = uint16(n)
	return nil
}

func (o *options) setFWMark(v string) error {
	n, ok := number(v, 0, 1<<32-1)
	if !ok {
		return fmt.Errorf("invalid fwmark '%s'", v)
	}
	o.fwmark = uint32(n)
	return nil
}

func (o *options) setProtocol(v string) error {
	switch v {
	case "1.0", "1.0c", "1.0C", "1.1":
		o.protocol = v
		return nil
	}
	return fmt.Errorf("invalid HTTP protocol version '%s'", v)
}

// setTimeout takes whole seconds. No timeout at all is what 0 means.
func (o *options) setTimeout(v string) error {
	n, ok := number(v, 0, 1<<64-1)
	if !ok {
		return fmt.Errorf("invalid timeout '%s'", v)
	}
	if o.timeout = defaultTimeout; n > 0 && n < uint64(defaultTimeout/time.Second) {
		o.timeout = time.Duration(n) * time.Second
	}
	return nil
}

// parse reads the arguments as getopt_long does: options and others in any
// order, bundled letters, unambiguous beginnings of long names. It returns nil
// options when only the usage is to be shown.
func parse(args []string) (*options, []string) {
	p := parser{o: &options{timeout: defaultTimeout}, args: args}
	for len(p.args) > 0 {
		a := p.args[0]
		p.args = p.args[1:]
		switch {
		case a == "--":
			p.others = append(p.others, p.args...)
			p.args = nil
		case strings.HasPrefix(a, "--"):
			p.long(a[2:])
		case len(a) > 1 && a[0] == '-':
			p.letters(a[1:])
		default:
			p.others = append(p.others, a)
		}
		if p.help {
			return nil, p.complaints
		}
	}
	if len(p.others) > 0 && len(p.complaints) == 0 {
		p.complain("Unexpected argument(s): %s", strings.Join(p.others, " "))
	}
	if !p.o.server.IsValid() || p.o.port == 0 || p.o.url == "" {
		return nil, p.complaints
	}
	return p.o, p.complaints
}

type parser struct {
	o          *options
	args       []string
	others     []string
	complaints []string
	help       bool
}

func (p *parser) complain(format string, a ...any) {
	p.complaints = append(p.complaints, fmt.Sprintf(format, a...))
}

func (p *parser) long(word string) {
	name, value, given := strings.Cut(word, "=")
	var found []option
	for _, t := range table() {
		if t.long == name {
			found = []option{t}
			break
		}
		if strings.HasPrefix(t.long, name) {
			found = append(found, t)
		}
	}
	switch {
	case len(found) != 1 || given && !found[0].value:
		p.complain("Unknown option --%s", word)
	case found[0].value && !given && len(p.args) == 0:
		p.complain("Missing parameter for option --%s", name)
	default:
		if found[0].value && !given {
			value, p.args = p.args[0], p.args[1:]
		}
		p.use(found[0], value)
	}
}

func (p *parser) letters(letters string) {
	for len(letters) > 0 && !p.help {
		c := letters[0]
		letters = letters[1:]
		t, ok := byLetter(c)
		switch {
		case !ok:
			p.complain("Unknown option -%c", c)
		case !t.value:
			p.use(t, "")
		case letters != "":
			p.use(t, letters)
			return
		case len(p.args) == 0:
			p.complain("Missing parameter for option -%c", c)
		default:
			v := p.args[0]
			p.args = p.args[1:]
			p.use(t, v)
		}
	}
}

func byLetter(c byte) (option, bool) {
	for _, t := range table() {
		if t.short == c {
			return t, true
		}
	}
	return option{}, false
}

func (p *parser) use(t option, v string) {
	if t.set == nil {
		p.help = true
		return
	}
	if err := t.set(p.o, v); err != nil {
		p.complain("%s", err)
	}
}

const usage = `Usage: %s COMMAND [OPTIONS]
Commands:
   -s server-address -p port -u url
   -S -s server-address -p port -u url
   -h

Options:
Either long or short options are allowed.
   --use-ssl         -S       Use SSL connection to remote server.
   --use-sni         -I       Use SNI during SSL handshake (uses virtualhost setting; see -V).
   --server          -s       Use the specified remote server address.
   --port            -p       Use the specified remote server port.
   --url             -u       Use the specified remote server url.
   --use-virtualhost -V       Use the specified virtualhost in GET query.
   --verbose         -v       Use verbose mode output.
   --help            -h       Display this short inlined help screen.
   --fwmark          -m       Use the specified FW mark.
   --protocol        -P       Use the specified HTTP protocol - '1.0', 1.0c', '1.1'.
                                1.0c means 1.0 with 'Connection: close'
   --timeout         -t       Timeout in seconds
`
