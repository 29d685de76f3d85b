package lvs

import (
	"time"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// timingMessages are the words for the timing keywords of one kind of block.
type timingMessages struct {
	retry, delayLoop, connectTimeout, warmup, delayForRetry string
	minRetry                                                uint32
	mode                                                    reader.Leniency // of retry
}

// timingHandlers adds the keywords that virtual servers, real servers and
// checkers have in common.
func timingHandlers(h reader.Handlers, path string, at func() *timing, m timingMessages) {
	read := func(name string, f func(*reader.Pass, *reader.Statement)) { h[path+"/"+name] = reader.Handler{Read: f} }
	read("retry", func(p *reader.Pass, s *reader.Statement) {
		word := p.Need(s, 1)
		v, ok := p.Unsigned(word, m.minRetry, maxUint32, m.mode)
		if !ok {
			p.General(m.retry, word)
			return
		}
		at().retry = give(v)
	})
	timer := func(name, message string, low, high uint64, field func(*timing) *config.Given[time.Duration]) {
		read(name, func(p *reader.Pass, s *reader.Statement) {
			word := p.Need(s, 1)
			v, ok := p.Decimal(word, low, high, 6, reader.Lenient)
			if !ok {
				p.General(message, word)
				return
			}
			d := maxDuration
			if v < uint64(maxDuration/time.Microsecond) {
				d = time.Duration(v) * time.Microsecond
			}
			*field(at()) = give(d)
		})
	}
	timer("delay_loop", m.delayLoop, microsecond, maxTimer, func(t *timing) *config.Given[time.Duration] { return &t.delayLoop })
	timer("delay_before_retry", m.delayForRetry, 0, maxTimer, func(t *timing) *config.Given[time.Duration] { return &t.delayForRetry })
	timer("warmup", m.warmup, 0, maxTimer, func(t *timing) *config.Given[time.Duration] { return &t.warmup })
	if m.connectTimeout != "" {
		timer("connect_timeout", m.connectTimeout, microsecond, maxConnectTimeout, func(t *timing) *config.Given[time.Duration] { return &t.connectTimeout })
	}
}

// optionalBool reads a boolean that may be left out.
func optionalBool(p *reader.Pass, s *reader.Statement, field **bool, message string) {
	v, ok := s.Bool(1)
	if !ok {
		p.General(message, s.Word(1))
		return
	}
	*field = &v
}

// plainBool reads a boolean into a field that has a default of its own.
func plainBool(p *reader.Pass, s *reader.Statement, field *bool, message string) {
	v, ok := s.Bool(1)
	if !ok {
		p.General(message, s.Word(1))
		return
	}
	*field = v
}

// text reads a string; a second one replaces the first.
func text(p *reader.Pass, s *reader.Statement, field *string, what, missing string) {
	if !s.Has(1) {
		p.General("%s", missing)
		return
	}
	if *field != "" {
		p.General(msgDuplicate, what, *field, s.Word(1))
	}
	*field = p.Keep(s.Word(1))
}

// single is text for exactly one word.
func single(p *reader.Pass, s *reader.Statement, field *string, what, missing string) {
	if s.Len() != 2 {
		p.General("%s", missing)
		return
	}
	text(p, s, field, what, missing)
}

func give[T any](v T) config.Given[T] { return config.Given[T]{Set: true, Value: v} }

// given is the first value that is given, if one is.
func given[T any](values ...config.Given[T]) config.Given[T] {
	for _, v := range values {
		if v.Set {
			return v
		}
	}
	return config.Given[T]{}
}

// first returns the first value that is given.
func first[T any](fallback T, values ...config.Given[T]) T {
	if v := given(values...); v.Set {
		return v.Value
	}
	return fallback
}

// firstBool is first for what may be left out.
func firstBool(fallback bool, values ...*bool) bool {
	for _, v := range values {
		if v != nil {
			return *v
		}
	}
	return fallback
}
