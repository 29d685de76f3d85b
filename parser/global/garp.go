package global

import (
	"math"
	"time"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// garpHandlers are the defaults for gratuitous ARP and unsolicited NA.
func (r *Room) garpHandlers() reader.Handlers {
	g, s := &r.config.Global, &r.Settings
	return reader.Handlers{
		"global_defs/vrrp_garp_master_delay": {Read: func(p *reader.Pass, st *reader.Statement) {
			if v, ok := number(p, st, 0, maxSeconds, msgInvalidIgnoring); ok {
				s.GARP.Delay = time.Duration(v) * time.Second
			}
		}},
		"global_defs/vrrp_garp_master_repeat":         atLeastOne(&s.GARP.Repeat),
		"global_defs/vrrp_garp_master_refresh":        {Read: r.garpRefresh},
		"global_defs/vrrp_garp_master_refresh_repeat": atLeastOne(&s.GARP.RefreshRepeat),
		"global_defs/vrrp_garp_lower_prio_delay": {Read: func(p *reader.Pass, st *reader.Statement) {
			if v, ok := number(p, st, 0, maxSeconds, msgInvalidIgnoring); ok {
				d := time.Duration(v) * time.Second
				s.GARPLowerPrioDelay = &d
			}
		}},
		"global_defs/vrrp_garp_lower_prio_repeat": {Read: func(p *reader.Pass, st *reader.Statement) {
			if v, ok := number(p, st, 0, math.MaxInt32, msgGARPRepeat); ok {
				s.GARPLowerPrioRepeat = &v
			}
		}},
		"global_defs/vrrp_garp_interval":   garpInterval(&g.GARPInterval),
		"global_defs/vrrp_gna_interval":    garpInterval(&g.GNAInterval),
		"global_defs/vrrp_min_garp":        {Read: r.minGARP},
		"global_defs/vrrp_garp_extra_if":   {Read: r.garpExtraIf},
		"global_defs/vrrp_vmac_garp_intvl": {Read: r.garpExtraIf},
	}
}

// number reads "keyword <int>"; message is given the keyword and the bad
// word.
func number(p *reader.Pass, s *reader.Statement, low, high uint32, message string) (uint32, bool) {
	word := p.Need(s, 1)
	v, ok := p.Unsigned(word, low, high, reader.Lenient)
	if !ok {
		p.General(message, s.Keyword(), word)
	}
	return v, ok
}

// atLeastOne handles a count for which 0 becomes 1.
func atLeastOne(set *uint32) reader.Handler {
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		v, ok := number(p, s, 0, math.MaxUint32, msgInvalidIgnoring)
		if !ok {
			return
		}
		if v == 0 {
			p.General(msgAtLeastOne, s.Keyword())
			v = 1
		}
		*set = v
	}}
}

func (r *Room) garpRefresh(p *reader.Pass, s *reader.Statement) {
	v, ok := number(p, s, 0, math.MaxUint32, msgGARPRefresh)
	if !ok {
		v = 0
	}
	r.Settings.GARP.Refresh = time.Duration(v) * time.Second
}

func garpInterval(set *time.Duration) reader.Handler {
	inner := timer(set, time.Microsecond)
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		inner.Read(p, s)
		if *set >= time.Second {
			p.Log(msgIntervalLarge, s.Keyword(), s.Word(1))
		}
	}}
}

// minGARP reduces gratuitous ARPs to one, where the value is still the
// default at this moment.
func (r *Room) minGARP(p *reader.Pass, s *reader.Statement) {
	on, ok := s.Bool(1)
	if !ok {
		p.General(msgInvalidBooleanBare, s.Keyword())
		return
	}
	if !on {
		return
	}
	g, d := &r.Settings.GARP, defaultGARP()
	if g.Repeat == d.Repeat {
		g.Repeat = 1
	}
	if g.RefreshRepeat == d.RefreshRepeat {
		g.RefreshRepeat = 0
	}
	if g.Delay == d.Delay {
		g.Delay = 0
	}
}

// garpExtraIf reads "[all] <int>".
func (r *Room) garpExtraIf(p *reader.Pass, s *reader.Statement) {
	if s.Keyword() == "vrrp_vmac_garp_intvl" {
		p.Report(config.ClassDeprecated, msgGARPIntervalDeprecated, s.Keyword(), "vrrp_garp_extra_if")
	}
	interval, all, bad := ExtraIfInterval(p, s, time.Second)
	switch {
	case bad != nil:
		p.General(msgInvalidIgnoring, s.Keyword(), *bad)
	case interval == nil:
		p.General(msgWithoutTime, s.Keyword())
	default:
		r.Settings.GARPExtraIf, r.Settings.GARPExtraIfAll = *interval, all
	}
}

// ExtraIfInterval reads the words "all" and a number of seconds, in any order;
// the last number counts. bad is the first word that is neither, or nil;
// interval is nil when there is no number.
func ExtraIfInterval(p *reader.Pass, s *reader.Statement, low time.Duration) (interval *time.Duration, all bool, bad *string) {
	for i := 1; s.Has(i); i++ {
		if s.Word(i) == "all" {
			all = true
			continue
		}
		v, ok := p.Unsigned(s.Word(i), uint32(low/time.Second), 86400, reader.Lenient)
		if !ok {
			word := s.Word(i)
			return nil, false, &word
		}
		d := time.Duration(v) * time.Second
		interval = &d
	}
	return interval, all, nil
}
