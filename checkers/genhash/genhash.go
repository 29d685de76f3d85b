package genhash

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"keepalived/checkers/message"
	"keepalived/checkers/probe"
	"keepalived/checkers/probe/http"
	"keepalived/core/config"
)

// Main runs the tool. argv[0] is how it was called, as the usage shows it
// ("genhash", or "keepalived --genhash"). It returns the exit status: 1 for
// usage errors, else 0, also when the page cannot be fetched.
func Main(argv []string, stdout, stderr io.Writer) int {
	o, complaints := parse(argv[1:])
	// One word alone is answered with the usage and nothing else; the name
	// "keepalived --genhash" counts as two.
	alone := len(argv) <= 2
	if alone && !strings.HasSuffix(argv[0], " --genhash") {
		complaints = nil
	}
	for _, c := range complaints {
		fmt.Fprintln(stderr, c)
	}
	if o == nil || len(complaints) > 0 || alone {
		fmt.Fprintf(stderr, usage, argv[0])
		return 1
	}
	o.fetch(stdout, stderr)
	return 0
}

func (o *options) fetch(stdout, stderr io.Writer) {
	host := o.virtualHost
	if host == "" {
		host = http.HostOf(o.server, o.port)
	}
	d := &dump{w: stdout}
	f := http.Options{
		Target:  config.Target{Addr: o.server, Port: o.port, FWMark: o.fwmark, Timeout: o.timeout},
		Request: http.Request(o.url, host, o.protocol),
	}
	if o.ssl {
		name := ""
		if o.sni {
			name = o.virtualHost
		}
		f.TLS = http.TLSConfig(name, nil)
	}
	if o.verbose {
		f.Tap, f.Counted = d.read, d.body
	}
	begin := time.Now()
	var r probe.Result
	page := http.Fetch(context.Background(), &r, f)
	for _, n := range r.Notes {
		fmt.Fprintln(stderr, n.Text)
	}
	switch {
	case page.Outcome == probe.NoSocket:
		fmt.Fprintln(stdout, message.WebNoSocket)
	case page.Outcome == probe.BindFailed:
		fmt.Fprintln(stdout, message.WebBindFailed)
	case page.Failure == message.WebNoData:
		fmt.Fprintln(stderr, noData)
		if o.verbose {
			o.explain(stdout, page.Reply.Digest(), "", time.Since(begin))
		}
	case page.Failure != "":
		fmt.Fprintln(stdout, page.Failure)
	default:
		o.result(stdout, page.Reply.Digest(), time.Since(begin))
	}
}

const noData = "no data received from remote webserver"

func (o *options) result(w io.Writer, digest []byte, took time.Duration) {
	if text := hex.EncodeToString(digest); o.verbose {
		o.explain(w, digest, text+"\n", took)
	} else {
		fmt.Fprintln(w, text)
	}
}

// explain is the end of the verbose output.
func (o *options) explain(w io.Writer, digest []byte, text string, took time.Duration) {
	fmt.Fprintln(w)
	title(w, "   HTML hash resulting   ")
	hexdump(w, digest)
	title(w, "HTML hash final resulting")
	fmt.Fprintf(w, "%s\nGlobal response time for [%s] = %d usecs\n", text, o.url, took.Microseconds())
}

// dump prints a reply as it arrives.
type dump struct {
	w        io.Writer
	header   []byte
	complete bool
	untitled bool // the body has begun with the header, its title is due
}

func (d *dump) read(b []byte) {
	if d.complete {
		return
	}
	title(d.w, "   HTTP Header Buffer   ")
	d.header = append(d.header, b...)
	i := bytes.Index(d.header, []byte("\r\n\r\n"))
	if i < 0 {
		return
	}
	d.complete = true
	head := d.header[:i+4]
	d.untitled = len(d.header) > len(head)
	hexdump(d.w, head)
	title(d.w, "HTTP Header Ascii Buffer")
	fmt.Fprintf(d.w, "%s\n", head)
}

// body prints a part of the body, without what is beyond Content-Length.
func (d *dump) body(b []byte) {
	if d.untitled {
		d.untitled = false
		title(d.w, "       HTML Buffer       ")
	}
	hexdump(d.w, b)
}

func title(w io.Writer, text string) {
	rule := strings.Repeat("-", 23)
	fmt.Fprintf(w, "%s[ %s ]%s\n", rule, text, rule)
}

// hexdump prints lines of 16 octets.
func hexdump(w io.Writer, b []byte) {
	for offset := 0; offset < len(b); offset += 16 {
		line := b[offset:min(offset+16, len(b))]
		var s strings.Builder
		fmt.Fprintf(&s, "%04d ", offset)
		for i := range 16 {
			if i < len(line) {
				fmt.Fprintf(&s, " %02x", line[i])
			} else {
				s.WriteString("   ")
			}
			if i == 7 {
				s.WriteString(" -")
			}
		}
		s.WriteString("   ")
		for i := range 16 {
			switch {
			case i >= len(line):
				s.WriteByte(' ')
			case line[i] < 0x20 || line[i] > 0x7e:
				s.WriteByte('.')
			default:
				s.WriteByte(line[i])
			}
		}
		fmt.Fprintln(w, s.String())
	}
}
