package lvs

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// url is a url block while it is read.
type url struct {
	config.HTTPURL
	regex config.Regex
	// parameters is set when a regex keyword other than regex was given.
	parameters bool
	hasRegex   bool
	pathGiven  bool
}

// regexOptions are the words of regex_options, which are PCRE2's flags.
var regexOptions = []string{
	"allow_empty_class", "alt_bsux", "auto_callout", "caseless", "dollar_endonly", "dotall", "dupnames", "extended", "firstline",
	"match_unset_backref", "multiline", "never_ucp", "never_utf", "no_auto_capture", "no_auto_possess", "no_dotstar_anchor",
	"no_start_optimize", "ucp", "ungreedy", "utf", "never_backslash_c", "alt_circumflex", "alt_verbnames", "use_offset_limit",
}

func (r *Room) httpHandlers(h reader.Handlers, path string) {
	read := func(name string, f func(*reader.Pass, *reader.Statement)) { h[path+"/"+name] = reader.Handler{Read: f} }
	read("nb_get_retry", func(p *reader.Pass, s *reader.Statement) {
		p.General(msgGetRetryDeprecated)
		word := p.Need(s, 1)
		v, ok := p.Unsigned(word, 0, maxUint32, reader.Lenient)
		if !ok {
			p.General(msgGetRetry, word)
			return
		}
		r.checker.retry = give(v)
	})
	read("virtualhost", func(p *reader.Pass, s *reader.Statement) {
		text(p, s, &r.checker.HTTP.VirtualHost, "virtualhost", msgHTTPVirtualHost)
	})
	read("http_protocol", func(p *reader.Pass, s *reader.Statement) {
		switch word := s.Word(1); {
		case !s.Has(1):
			p.General(msgHTTPVersionMissing)
		case word == "1.0" || word == "1.1":
			r.checker.HTTP.Version = p.Keep(word)
		case word == "1.0c" || word == "1.0C":
			r.checker.HTTP.Version = "1.0C"
		default:
			p.General(msgHTTPVersion, word)
		}
	})
	read("enable_sni", func(p *reader.Pass, s *reader.Statement) { plainBool(p, s, &r.checker.HTTP.SNI, msgSNI) })
	read("fast_recovery", func(p *reader.Pass, s *reader.Statement) {
		plainBool(p, s, &r.checker.HTTP.FastRecovery, msgFastRecovery)
	})
	read("tls_compliant", func(p *reader.Pass, s *reader.Statement) {
		plainBool(p, s, &r.checker.HTTP.TLSCompliant, msgTLSCompliant)
	})
	r.urlHandlers(h, path+"/url")
}

func (r *Room) urlHandlers(h reader.Handlers, path string) {
	h[path] = reader.Handler{
		Open: func(p *reader.Pass, _ *reader.Statement) bool {
			r.url = new(url)
			p.Made(r.url, nil)
			return true
		},
		Close: r.closeURL,
	}
	read := func(name string, f func(*reader.Pass, *reader.Statement)) { h[path+"/"+name] = reader.Handler{Read: f} }
	read("path", func(p *reader.Pass, s *reader.Statement) {
		p.Need(s, 1)
		r.url.pathGiven = true // be it empty
		text(p, s, &r.url.Path, "path", "")
	})
	read("digest", r.digest)
	read("status_code", r.statusCode)
	read("virtualhost", func(p *reader.Pass, s *reader.Statement) {
		text(p, s, &r.url.VirtualHost, "url virtualhost", msgURLVirtualHost)
	})
	read("tls_compliant", func(p *reader.Pass, s *reader.Statement) { plainBool(p, s, &r.url.TLSCompliant, msgTLSCompliant) })
	read("regex", r.regex)
	read("regex_no_match", func(*reader.Pass, *reader.Statement) { r.url.regex.NoMatch, r.url.parameters = true, true })
	read("regex_options", func(p *reader.Pass, s *reader.Statement) {
		r.url.parameters = true
		for _, word := range s.Words[1:] {
			if slices.Contains(regexOptions, word) {
				r.url.regex.Options = append(r.url.regex.Options, p.Keep(word))
			}
		}
	})
	read("regex_min_offset", func(p *reader.Pass, s *reader.Statement) { r.regexOffset(p, s, &r.url.regex.MinOffset) })
	read("regex_max_offset", func(p *reader.Pass, s *reader.Statement) {
		// In the C daemon a bad one counts as 0.
		r.url.regex.MaxOffset, r.url.regex.MaxOffsetSet = 0, true
		r.regexOffset(p, s, &r.url.regex.MaxOffset)
	})
	read("regex_stack", r.regexStack)
}

func (r *Room) digest(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	if len(r.url.Digest) > 0 {
		p.General(msgDigestDefined, word)
		return
	}
	if len(word) != 2*digestLength {
		p.General(msgDigestLength, word, 2*digestLength, len(word))
		return
	}
	digest := make([]byte, digestLength)
	for i := range digest {
		if _, err := hex.Decode(digest[i:i+1], []byte(word[2*i:2*i+2])); err != nil {
			p.General(msgDigestHex, word, 2*i, 2*i+1)
			return
		}
	}
	r.url.Digest = digest
}

// digestLength is that of MD5, in octets.
const digestLength = 16

func (r *Room) statusCode(p *reader.Pass, s *reader.Statement) {
	for _, word := range s.Words[1:] {
		low, high, isRange := strings.Cut(word, "-")
		if !isRange {
			high = low
		}
		first, ok1 := httpStatus(low)
		last, ok2 := httpStatus(high)
		if !ok1 || !ok2 || last < first {
			p.General(msgStatusCode, word)
			continue
		}
		r.url.StatusCodes = append(r.url.StatusCodes, config.StatusRange{First: first, Last: last})
	}
}

func httpStatus(word string) (uint16, bool) {
	v, err := strconv.ParseUint(word, 10, 16)
	return uint16(v), err == nil && v >= 100 && v <= 599
}

func (r *Room) regex(p *reader.Pass, s *reader.Statement) {
	words := p.EscapedWords(s)
	if len(words) != 2 {
		p.General(msgRegexWords)
		return
	}
	if r.url.hasRegex {
		p.General(msgRegexDefined, r.url.regex.Pattern, words[1])
	}
	r.url.regex.Pattern, r.url.hasRegex = p.Keep(words[1]), true
}

// regexOffset reads an offset. What is wrong with a regex is only logged.
func (r *Room) regexOffset(p *reader.Pass, s *reader.Statement, field *uint32) {
	r.url.parameters = true
	if s.Len() != 2 {
		p.Log(msgRegexOffsetWords, s.Keyword())
		return
	}
	v, err := strconv.ParseUint(s.Word(1), 10, 32)
	if err != nil {
		p.Log(msgRegexOffset, s.Keyword(), s.Word(1))
		return
	}
	*field = uint32(v)
}

func (r *Room) regexStack(p *reader.Pass, s *reader.Statement) {
	r.url.parameters = true
	start, startErr := strconv.ParseUint(s.Word(1), 10, 32)
	most, mostErr := strconv.ParseUint(s.Word(2), 10, 32)
	switch {
	case s.Len() != 3:
		p.Log(msgRegexStackWords)
	case startErr != nil:
		p.Log(msgRegexStackStart)
	case mostErr != nil:
		p.Log(msgRegexStackMax)
	case start > most:
		p.Log(msgRegexStackOrder)
	default:
		r.url.regex.StackStart, r.url.regex.StackMax = uint32(start), uint32(most)
	}
}

func (r *Room) closeURL(p *reader.Pass) {
	u := r.url
	if !u.pathGiven {
		p.General(msgNoPath)
		return
	}
	switch {
	case u.hasRegex:
		x := &u.regex
		if x.MaxOffsetSet && x.MinOffset > x.MaxOffset {
			p.Log(msgRegexOffsets, x.MinOffset, x.MaxOffset)
			x.MinOffset, x.MaxOffset, x.MaxOffsetSet = 0, 0, false
		}
		u.HTTPURL.Regex = x
	case u.parameters:
		p.Log(msgRegexWithout)
	}
	r.checker.HTTP.URLs = append(r.checker.HTTP.URLs, u.HTTPURL)
	if p.Origins != nil {
		p.Origins.Rename(u, reader.Nth{Owner: r.checker.Checker, List: "url", N: len(r.checker.HTTP.URLs) - 1})
	}
}

func closeHTTP(p *reader.Pass, c *checker) bool {
	if len(c.HTTP.URLs) == 0 {
		p.General(msgNoURL)
		return false
	}
	return true
}
