package status

import (
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"keepalived/core/config"
)

// checker is 05-observability section 4.3.
func (w lines) checker(all *Checkers, v *VirtualServer, r *RealServer, k *Checker) {
	c := k.Config
	w.line("%s -> %s", v.Name, r.Name)
	w.inset("Enabled = %s", yesNo(!v.Suspended))
	w.inset("Up = %s", yesNo(k.Up))
	w.inset("Has run = %s", yesNo(k.HasRun))
	w.inset("Current weight = %d", k.Weight)
	switch c.Kind {
	case config.CheckFile:
	case config.CheckBFD:
		w.inset("Alpha = %s", yesNo(c.Alpha))
		w.untimed()
	default:
		w.inset("Alpha = %s", yesNo(c.Alpha))
		w.inset("Delay loop = %d us", c.DelayLoop.Microseconds())
		w.inset("Warmup = %d us", c.Warmup.Microseconds())
		w.inset("Retries = %d", c.Retry)
		if c.Retry != 0 {
			w.inset("Delay before retry = %d us", c.DelayBeforeRetry.Microseconds())
			w.inset("Retries iterations = %d", k.Retries)
		}
		w.inset("Default delay before retry = %d us", defaultDelay(c).Microseconds())
	}
	w.inset("Log all failures = %s", yesNo(c.LogAllFailures || all.Config.Global.CheckerLogAllFailures))
	switch c.Kind {
	case config.CheckMisc, config.CheckFile, config.CheckBFD:
	default:
		w.target(k)
	}
	method := c.Kind.String()
	if c.HTTP != nil {
		method += ", http protocol " + strings.ToUpper(c.HTTP.Version)
	}
	w.inset("Keepalive method = %s", method)
	w.kind(k)
}

// untimed is what the C daemon shows of a checker that has no times: the
// largest numbers.
func (w lines) untimed() {
	w.inset("Delay loop = %d us", uint64(math.MaxUint64))
	w.inset("Warmup = %d us", uint64(math.MaxUint64))
	w.inset("Retries = %d", uint32(math.MaxUint32))
	w.inset("Delay before retry = %d us", uint64(math.MaxUint64))
	w.inset("Retries iterations = %d", uint32(math.MaxUint32))
	w.inset("Default delay before retry = 1000000 us")
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

func (w lines) target(k *Checker) {
	t := k.Config.Target
	w.inset("Connection")
	w.inset("  Dest = [%s]:%d", t.Addr, t.Port)
	if t.BindAddr.IsValid() {
		w.inset("  Bind to = [%s]:%d", t.BindAddr, t.BindPort)
	}
	w.given("    Bind i/f = %s", t.BindInterface)
	if t.FWMark != 0 {
		w.inset("  Mark = %d", t.FWMark)
	}
	w.inset("  Timeout = %s", fixed(t.Timeout))
	if k.Errno != 0 {
		w.inset("  Last errno = %d", int(k.Errno))
	}
}

// kind writes what only one kind of checker has.
func (w lines) kind(k *Checker) {
	switch c := k.Config; c.Kind {
	case config.CheckHTTP, config.CheckSSL:
		w.http(k)
	case config.CheckSMTP:
		w.inset("helo = %s", c.SMTP.HeloName)
	case config.CheckDNS:
		w.inset("Type = %s", c.DNS.Type)
		w.inset("Name = %s", c.DNS.Name)
	case config.CheckMisc:
		w.misc(k)
	case config.CheckUDP:
		w.udp(c.UDP)
	case config.CheckFile:
		w.inset("  Tracked file = %s", c.File.TrackFile)
		w.inset("  Reloaded = No")
	case config.CheckPing:
		if k.Known {
			w.inset("  ICMP seq no = %d", uint16(k.Attempts))
		}
	case config.CheckBFD:
		w.inset("Name = %s", c.BFD.Name)
		w.inset("Alpha is %s", onOff(c.Alpha))
	}
}

func (w lines) misc(k *Checker) {
	m := k.Config.Misc
	if m.Script != nil {
		if m.Script.Path != m.Script.Args[0] {
			w.given("  path = %s", m.Script.Path)
		}
		w.inset("script = %s", Command(m.Script.Args))
	}
	w.inset("timeout = %d", int(m.Timeout.Seconds()))
	w.inset("dynamic = %s", pick(m.Dynamic, "YES", "NO"))
	if m.Script != nil {
		w.inset("uid:gid = %d:%d", m.Script.UID, m.Script.GID)
	}
	if !k.Started.IsZero() {
		w.inset("Last ran = %s", behind(k.Started))
	}
	w.inset("Last status = %d", k.LastStatus)
}

func (w lines) udp(u *config.UDPCheck) {
	if u.PayloadSet {
		w.inset("Payload len = %d", len(u.Payload))
	} else {
		w.inset("Payload specified = no")
	}
	w.inset("Require reply = %s", yesNo(u.RequireReply))
	if u.RequireReply {
		w.inset("  Min reply length = %d", u.MinReply)
		w.inset("  Max reply length = %d", u.MaxReply)
		w.inset("  Reply data len = %d", len(u.Reply))
		w.inset("  Reply data mask = %s", yesNo(slices.ContainsFunc(u.ReplyMask, func(b byte) bool { return b != 0xff })))
	}
}

func (w lines) http(k *Checker) {
	h := k.Config.HTTP
	set := func(on bool) string { return pick(on, "set", "unset") }
	w.given("  Virtualhost = %s", h.VirtualHost)
	w.inset("Enable SNI %s", set(h.SNI))
	w.inset("Fast recovery %s", set(h.FastRecovery))
	if k.Config.Kind == config.CheckSSL {
		w.inset("tls_compliant %s", set(h.TLSCompliant))
	}
	for _, u := range h.URLs {
		w.inset("Checked url = %s", u.Path)
		w.given("    digest = %s", hex.EncodeToString(u.Digest))
		w.inset("  tls_compliant %s", set(u.TLSCompliant))
		w.inset("  HTTP Status Code(s)")
		codes := u.StatusCodes
		if len(codes) == 0 {
			codes = []config.StatusRange{{First: 200, Last: 299}}
		}
		for _, r := range codes {
			if r.First == r.Last {
				w.inset("    %d", r.First)
			} else {
				w.inset("    %d-%d", r.First, r.Last)
			}
		}
		w.given("    Virtual host = %s", u.VirtualHost)
		if u.Regex != nil {
			w.regex(u.Regex)
		}
	}
	if k.FailedURL >= 0 {
		w.inset("Failed URL = %s", h.URLs[k.FailedURL].Path)
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

func (w lines) regex(r *config.Regex) {
	w.inset("  Regex = \"%s\"", r.Pattern)
	if r.NoMatch {
		w.inset("  Regex no match")
	}
	if r.MinOffset != 0 || r.MaxOffsetSet {
		end := ""
		if r.MaxOffsetSet {
			end = fmt.Sprintf(", max_offset = %d", r.MaxOffset)
		}
		w.inset("  Regex min offset = %d%s", r.MinOffset, end)
	}
	w.inset("  Regex options:%s", regexOptions(r))
	w.inset("  Regex ref count = 1")
	if r.StackStart != 0 {
		w.inset("  Regex stack start %d, max %d", r.StackStart, r.StackMax)
	}
}
