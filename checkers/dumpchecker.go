package checkers

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"keepalived/checkers/machine"
	"keepalived/core/config"
	"keepalived/core/status"
)

// dumpChecker writes one checker (section 13).
func (s *service) dumpChecker(d dumper, k *machine.Checker) {
	c := k.Config
	d.line(" %s -> %s", k.RS.VS.Name, k.RS.Name)
	d.line("   Enabled = %s", yesNo(!s.suspended(k.RS.VS)))
	d.line("   Up = %s", yesNo(k.Up))
	d.line("   Has run = %s", yesNo(k.HasRun))
	d.line("   Current weight = %d", k.Weight)
	switch c.Kind {
	case config.CheckFile:
	case config.CheckBFD:
		d.line("   Alpha = %s", yesNo(c.Alpha))
		d.untimed()
	default:
		d.line("   Alpha = %s", yesNo(c.Alpha))
		d.line("   Delay loop = %d us", c.DelayLoop.Microseconds())
		d.line("   Warmup = %d us", c.Warmup.Microseconds())
		d.line("   Retries = %d", c.Retry)
		if c.Retry != 0 {
			d.line("   Delay before retry = %d us", c.DelayBeforeRetry.Microseconds())
			d.line("   Retries iterations = %d", k.Retries)
		}
		d.line("   Default delay before retry = %d us", defaultDelay(c).Microseconds())
	}
	d.line("   Log all failures = %s", yesNo(c.LogAllFailures || s.options.LogAllFailures))
	switch c.Kind {
	case config.CheckMisc, config.CheckFile, config.CheckBFD:
	default:
		s.dumpTarget(d, k)
	}
	method := c.Kind.String()
	if c.HTTP != nil {
		method += ", http protocol " + strings.ToUpper(c.HTTP.Version)
	}
	d.line("   Keepalive method = %s", method)
	s.dumpKind(d, k)
}

// untimed is what the C daemon shows of a checker that has no times: the
// largest numbers.
func (d dumper) untimed() {
	d.line("   Delay loop = %d us", uint64(math.MaxUint64))
	d.line("   Warmup = %d us", uint64(math.MaxUint64))
	d.line("   Retries = %d", uint32(math.MaxUint32))
	d.line("   Delay before retry = %d us", uint64(math.MaxUint64))
	d.line("   Retries iterations = %d", uint32(math.MaxUint32))
	d.line("   Default delay before retry = 1000000 us")
}

func defaultDelay(c *config.Checker) time.Duration {
	switch c.Kind {
	case config.CheckHTTP, config.CheckSSL:
		return 3 * time.Second
	case config.CheckDNS:
		return 0
	}
	return time.Second
}

func (s *service) dumpTarget(d dumper, k *machine.Checker) {
	t := k.Config.Target
	d.line("   Connection")
	d.line("     Dest = [%s]:%d", t.Addr, t.Port)
	if t.BindAddr.IsValid() {
		d.line("     Bind to = [%s]:%d", t.BindAddr, t.BindPort)
	}
	d.some("     Bind i/f = %s", t.BindInterface)
	if t.FWMark != 0 {
		d.line("     Mark = %d", t.FWMark)
	}
	d.line("     Timeout = %s", seconds(t.Timeout))
	if c := s.checks[k]; c != nil && c.errno != 0 {
		d.line("     Last errno = %d", int(c.errno))
	}
}

// dumpKind writes what only one kind of checker has.
func (s *service) dumpKind(d dumper, k *machine.Checker) {
	switch c := k.Config; c.Kind {
	case config.CheckHTTP, config.CheckSSL:
		d.http(k)
	case config.CheckSMTP:
		d.line("   helo = %s", c.SMTP.HeloName)
	case config.CheckDNS:
		d.line("   Type = %s", c.DNS.Type)
		d.line("   Name = %s", c.DNS.Name)
	case config.CheckMisc:
		d.misc(s, k)
	case config.CheckUDP:
		d.udp(c.UDP)
	case config.CheckFile:
		d.line("     Tracked file = %s", c.File.TrackFile)
		d.line("     Reloaded = No")
	case config.CheckPing:
		if c := s.checks[k]; c != nil {
			d.line("     ICMP seq no = %d", uint16(c.attempts))
		}
	case config.CheckBFD:
		d.line("   Name = %s", c.BFD.Name)
		d.line("   Alpha is %s", onOff(c.Alpha))
	}
}

func (d dumper) misc(s *service, k *machine.Checker) {
	m := k.Config.Misc
	if m.Script != nil {
		if m.Script.Path != m.Script.Args[0] {
			d.some("   path = %s", m.Script.Path)
		}
		d.line("   script = %s", status.Command(m.Script.Args))
	}
	d.line("   timeout = %d", int(m.Timeout.Seconds()))
	d.line("   dynamic = %s", pick(m.Dynamic, "YES", "NO"))
	if m.Script != nil {
		d.line("   uid:gid = %d:%d", m.Script.UID, m.Script.GID)
	}
	var ran time.Time
	if c := s.checks[k]; c != nil {
		ran = c.started
	}
	if !ran.IsZero() {
		d.line("   Last ran = %d.%06d (%s.%06d)", ran.Unix(), ran.Nanosecond()/1000, ran.Format(time.ANSIC), ran.Nanosecond()/1000)
	}
	d.line("   Last status = %d", k.LastStatus)
}

func (d dumper) udp(u *config.UDPCheck) {
	if u.PayloadSet {
		d.line("   Payload len = %d", len(u.Payload))
	} else {
		d.line("   Payload specified = no")
	}
	d.line("   Require reply = %s", yesNo(u.RequireReply))
	if u.RequireReply {
		d.line("     Min reply length = %d", u.MinReply)
		d.line("     Max reply length = %d", u.MaxReply)
		d.line("     Reply data len = %d", len(u.Reply))
		d.line("     Reply data mask = %s", yesNo(slices.ContainsFunc(u.ReplyMask, func(b byte) bool { return b != 0xff })))
	}
}

func (d dumper) http(k *machine.Checker) {
	h := k.Config.HTTP
	set := func(b bool) string { return pick(b, "set", "unset") }
	d.some("   Virtualhost = %s", h.VirtualHost)
	d.line("   Enable SNI %s", set(h.SNI))
	d.line("   Fast recovery %s", set(h.FastRecovery))
	if k.Config.Kind == config.CheckSSL {
		d.line("   tls_compliant %s", set(h.TLSCompliant))
	}
	for _, u := range h.URLs {
		d.line("   Checked url = %s", u.Path)
		d.some("     digest = %s", hexText(u.Digest))
		d.line("     tls_compliant %s", set(u.TLSCompliant))
		d.line("     HTTP Status Code(s)")
		codes := u.StatusCodes
		if len(codes) == 0 {
			codes = []config.StatusRange{{First: 200, Last: 299}}
		}
		for _, r := range codes {
			if r.First == r.Last {
				d.line("       %d", r.First)
			} else {
				d.line("       %d-%d", r.First, r.Last)
			}
		}
		d.some("     Virtual host = %s", u.VirtualHost)
		if u.Regex != nil {
			d.regex(u.Regex)
		}
	}
	if k.FailedURL >= 0 {
		d.line("   Failed URL = %s", h.URLs[k.FailedURL].Path)
	}
}

// regexOptions are the words of the options in the order of the C daemon, each
// behind a blank. (2.2.7 shows all words when one is given.)
func regexOptions(r *config.Regex) string {
	text := ""
	for _, word := range []string{
		"allow_empty_class", "alt_bsux", "auto_callout", "caseless", "dollar_endonly", "dotall", "dupnames", "extended", "firstline",
		"match_unset_backref", "multiline", "never_ucp", "never_utf", "no_auto_capture", "no_auto_possess", "no_dotstar_anchor",
		"no_start_optimize", "ucp", "ungreedy", "utf", "never_backslash_c", "alt_circumflex", "alt_verbnames", "use_offset_limit",
	} {
		if slices.Contains(r.Options, word) {
			text += " " + word
		}
	}
	return text
}

func (d dumper) regex(r *config.Regex) {
	d.line("     Regex = \"%s\"", r.Pattern)
	if r.NoMatch {
		d.line("     Regex no match")
	}
	if r.MinOffset != 0 || r.MaxOffsetSet {
		end := ""
		if r.MaxOffsetSet {
			end = fmt.Sprintf(", max_offset = %d", r.MaxOffset)
		}
		d.line("     Regex min offset = %d%s", r.MinOffset, end)
	}
	d.line("     Regex options:%s", regexOptions(r))
	d.line("     Regex ref count = 1")
	if r.StackStart != 0 {
		d.line("     Regex stack start %d, max %d", r.StackStart, r.StackMax)
	}
}
