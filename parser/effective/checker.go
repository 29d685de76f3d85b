package effective

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

type checker = config.Checker

// connects reports whether a checker has a target of its own.
func connects(k config.CheckerKind) bool {
	return k != config.CheckMisc && k != config.CheckFile && k != config.CheckBFD
}

func checkers(r *renderer, b *backend, _ *reader.Source) []statement {
	var all []statement
	if b.Unchecked {
		all = append(all, r.refused())
	}
	for _, c := range b.Checkers {
		all = append(all, statement{
			kind: block, many: true, keyword: c.Kind.String(), origin: r.made(c), children: render(r, c, c, checkerRows(c.Kind)),
		})
	}
	return all
}

// refused is a check that will be refused, as those were that the server had:
// it stays down without any.
func (r *renderer) refused() statement {
	user, _ := r.owner(0, 0)
	return statement{
		kind: block, many: true, keyword: config.CheckMisc.String(), origin: origin{known: true, from: "checks that were refused"},
		children: []statement{
			{keyword: "misc_path", value: value{json: []string{"/dev/null"}, words: []string{"/dev/null"}}},
			{keyword: "user", value: value{json: user, words: []string{user}}},
			{keyword: "alpha", value: yesNo(true)},
		},
	}
}

// checkerKinds are all kinds.
func checkerKinds() []config.CheckerKind {
	return []config.CheckerKind{
		config.CheckTCP, config.CheckHTTP, config.CheckSSL, config.CheckSMTP, config.CheckDNS,
		config.CheckMisc, config.CheckUDP, config.CheckPing, config.CheckFile, config.CheckBFD,
	}
}

func checkerRows(k config.CheckerKind) []row[checker] {
	alpha := choice("alpha", func(c *checker) bool { return c.Alpha }).from("../alpha")
	switch k {
	case config.CheckFile:
		return fileRowsOf()
	case config.CheckBFD:
		return []row[checker]{text("name", func(c *checker) string { return c.BFD.Name }), alpha}
	}
	var rows []row[checker]
	if connects(k) {
		rows = targetRows()
	}
	rows = append(rows,
		duration("delay_loop", func(c *checker) time.Duration { return c.DelayLoop }).from("../delay_loop"),
		duration("warmup", func(c *checker) time.Duration { return c.Warmup }).from("../warmup", "./delay_loop", "../delay_loop"),
		number("retry", func(c *checker) uint32 { return c.Retry }).from("../retry"),
		duration("delay_before_retry", func(c *checker) time.Duration { return c.DelayBeforeRetry }).from("../delay_before_retry"),
		alpha,
		choice("log_all_failures", func(c *checker) bool { return c.LogAllFailures }).
			fromIf(func(c *checker) bool { return c.LogAllFailures }, "global_defs/checker_log_all_failures"),
	)
	switch k {
	case config.CheckHTTP, config.CheckSSL:
		rows = append(rows, httpRows(k == config.CheckSSL)...)
	case config.CheckSMTP:
		rows = append(rows, text("helo_name", func(c *checker) string { return c.SMTP.HeloName }))
	case config.CheckDNS:
		rows = append(rows,
			text("type", func(c *checker) string { return c.DNS.Type }),
			text("name", func(c *checker) string { return c.DNS.Name }))
	case config.CheckMisc:
		rows = append(rows, miscRows()...)
	case config.CheckUDP:
		rows = append(rows, udpRows()...)
	}
	return rows
}

func targetRows() []row[checker] {
	return []row[checker]{
		address("connect_ip", func(c *checker) netip.Addr { return c.Target.Addr }).from("../").unless(foreign),
		positive("connect_port", func(c *checker) uint16 { return c.Target.Port }).from("../"),
		address("bindto", func(c *checker) netip.Addr { return c.Target.BindAddr }),
		positive("bind_port", func(c *checker) uint16 { return c.Target.BindPort }),
		text("bind_if", func(c *checker) string { return c.Target.BindInterface }),
		duration("connect_timeout", func(c *checker) time.Duration { return c.Target.Timeout }).from("../connect_timeout"),
		positive("fwmark", func(c *checker) uint32 { return c.Target.FWMark }),
	}
}

// foreign tells whether a checker is bound to an address of another family than
// it connects to. Said, the two refuse each other; an SMTP_CHECK can have both
// when it takes the real server's address, which it does not have before its end.
func foreign(c *checker) bool {
	return c.Target.BindAddr.IsValid() && config.Family(c.Target.BindAddr) != config.Family(c.Target.Addr)
}

// maxMiscTimeout is the longest that misc_timeout takes.
const maxMiscTimeout = 4294 * time.Second

func miscRows() []row[checker] {
	return []row[checker]{
		custom("misc_path", func(_ *renderer, c *checker) value {
			return value{json: c.Misc.Script.Args, text: command(c.Misc.Script.Args)}
		}),
		custom("user", func(r *renderer, c *checker) value {
			user, group := r.owner(c.Misc.Script.UID, c.Misc.Script.GID)
			return value{json: object{{"user", user}, {"group", group}}, words: []string{user, group}}
		}).from("global_defs/script_user"),
		// A time that it does not take is the virtual server's delay_loop.
		duration("misc_timeout", func(c *checker) time.Duration { return c.Misc.Timeout }).from("../delay_loop").
			unless(func(c *checker) bool { return c.Misc.Timeout%time.Second != 0 || c.Misc.Timeout > maxMiscTimeout }),
		flag("misc_dynamic", func(c *checker) bool { return c.Misc.Dynamic }),
	}
}

func fileRowsOf() []row[checker] {
	return []row[checker]{
		text("track_file", func(c *checker) string { return c.File.TrackFile }),
		weight("weight", func(c *checker) (int, bool) { return int(c.File.Weight), c.File.Reverse }).
			fromSource("track_file/weight", func(r *renderer, c *checker) *reader.Source {
				return r.Origins.Of(r.files[c.File.TrackFile])
			}),
	}
}

func udpRows() []row[checker] {
	return []row[checker]{
		custom("payload", func(_ *renderer, c *checker) value {
			text := hex.EncodeToString(c.UDP.Payload)
			return value{json: text, words: octets(text), absent: !c.UDP.PayloadSet}
		}),
		custom("require_reply", func(_ *renderer, c *checker) value {
			text := masked(c.UDP.Reply, c.UDP.ReplyMask)
			v := value{json: text, words: octets(text), absent: !c.UDP.RequireReply}
			if text == "" {
				v.json, v.words = true, nil
			}
			return v
		}),
		number("min_reply_length", func(c *checker) int { return c.UDP.MinReply }),
		number("max_reply_length", func(c *checker) int { return c.UDP.MaxReply }),
	}
}

// masked is hexadecimal with an x for each digit that may be any.
func masked(data, mask []byte) string {
	text := []byte(hex.EncodeToString(data))
	for i, m := range mask {
		if m&0xf0 == 0 {
			text[2*i] = 'x'
		}
		if m&0x0f == 0 {
			text[2*i+1] = 'x'
		}
	}
	return string(text)
}

// octets cuts hexadecimal into words; one that is empty without any.
func octets(text string) []string {
	const digits = 32
	words := []string{text[:min(len(text), digits)]}
	for rest := text[len(words[0]):]; rest != ""; {
		n := min(len(rest), digits)
		words, rest = append(words, rest[:n]), rest[n:]
	}
	return words
}

func httpRows(tls bool) []row[checker] {
	rows := []row[checker]{
		text("http_protocol", func(c *checker) string { return c.HTTP.Version }),
		choice("enable_sni", func(c *checker) bool { return c.HTTP.SNI }),
		choice("fast_recovery", func(c *checker) bool { return c.HTTP.FastRecovery }),
		text("virtualhost", func(c *checker) string { return c.HTTP.VirtualHost }),
	}
	if tls {
		rows = append(rows, choice("tls_compliant", func(c *checker) bool { return c.HTTP.TLSCompliant }))
	}
	return append(rows, blocks("url", func(r *renderer, c *checker, _ *reader.Source) []statement {
		var all []statement
		for i := range c.HTTP.URLs {
			at := reader.Nth{Owner: c, List: "url", N: i}
			all = append(all, statement{
				kind: block, many: true, keyword: "url", origin: r.made(at), children: render(r, &c.HTTP.URLs[i], at, urlRows(tls)),
			})
		}
		return all
	}))
}

func urlRows(tls bool) []row[config.HTTPURL] {
	rows := []row[config.HTTPURL]{
		text("path", func(u *config.HTTPURL) string { return u.Path }),
		text("digest", func(u *config.HTTPURL) string { return hex.EncodeToString(u.Digest) }),
		custom("status_code", func(_ *renderer, u *config.HTTPURL) value {
			v := value{absent: len(u.StatusCodes) == 0}
			for _, s := range u.StatusCodes {
				word := strconv.Itoa(int(s.First))
				if s.Last != s.First {
					word = fmt.Sprintf("%d-%d", s.First, s.Last)
				}
				v.words = append(v.words, word)
			}
			v.json = v.words
			return v
		}),
		text("virtualhost", func(u *config.HTTPURL) string { return u.VirtualHost }),
	}
	if tls {
		rows = append(rows, choice("tls_compliant", func(u *config.HTTPURL) bool { return u.TLSCompliant }))
	}
	regex := func(keyword string, f func(x *config.Regex) value) {
		rows = append(rows, custom(keyword, func(_ *renderer, u *config.HTTPURL) value {
			if u.Regex == nil {
				return value{absent: true}
			}
			return f(u.Regex)
		}))
	}
	regex("regex", func(x *config.Regex) value { return value{json: x.Pattern, text: pattern(x.Pattern)} })
	regex("regex_no_match", func(x *config.Regex) value { return value{json: x.NoMatch, silent: !x.NoMatch} })
	regex("regex_options", func(x *config.Regex) value {
		return value{json: x.Options, words: x.Options, absent: len(x.Options) == 0}
	})
	regex("regex_min_offset", func(x *config.Regex) value {
		v := numeric(x.MinOffset)
		v.silent = x.MinOffset == 0
		return v
	})
	regex("regex_max_offset", func(x *config.Regex) value {
		v := numeric(x.MaxOffset)
		v.absent = !x.MaxOffsetSet
		return v
	})
	regex("regex_stack", func(x *config.Regex) value {
		words := []string{strconv.FormatUint(uint64(x.StackStart), 10), strconv.FormatUint(uint64(x.StackMax), 10)}
		return value{json: object{{"start", x.StackStart}, {"max", x.StackMax}}, words: words, absent: x.StackMax == 0}
	})
	return rows
}
