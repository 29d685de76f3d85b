package bfd

import (
	"strings"
	"time"

	"keepalived/parser/reader"
)

func (r *Room) neighbor(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	r.session.spelling = strings.TrimSuffix(s.Keyword(), "_ip")
	a, ok := reader.SocketAddress(word)
	if !ok {
		p.General(msgBadNeighbor, r.session.Name, r.session.spelling, word)
		r.session.dropped = true
		p.Abandon()
		return
	}
	r.session.Neighbor = a
}

func (r *Room) source(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	a, ok := reader.SocketAddress(word)
	if !ok {
		p.General(msgBadSource, r.session.Name, word)
		return
	}
	r.session.Source = a
}

// timer reads a number of milliseconds with up to three places.
func (r *Room) timer(p *reader.Pass, s *reader.Statement, field *time.Duration, low uint64) {
	word := p.Need(s, 1)
	v, ok := p.Decimal(word, low*1000, maxTime*1000, 3, reader.Strict)
	if !ok {
		p.General(msgBadTime, r.session.Name, s.Keyword(), word, low, maxTime)
		return
	}
	*field = time.Duration(v) * time.Microsecond
	if v > sensibleTime*1000 {
		p.Log(msgLargeTime, r.session.Name, s.Keyword(), word, sensibleTime)
	}
}

func (r *Room) multiplier(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	v, ok := p.Unsigned(word, 1, maxMultiplier, reader.Strict)
	if !ok {
		p.General(msgBadMultiplier, r.session.Name, word, 1, maxMultiplier)
		return
	}
	r.session.Multiplier = uint8(v)
	if v > sensibleMult {
		p.Log(msgLargeMultipler, r.session.Name, word, sensibleMult)
	}
}

func (r *Room) ttl(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	v, ok := p.Unsigned(word, 1, maxTTL, reader.Strict)
	if !ok {
		p.General(msgBadTTL, r.session.Name, word, maxTTL)
		return
	}
	r.session.TTL = int(v)
}

func (r *Room) maxHops(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	v, ok := p.Signed(word, -1, maxTTL, reader.Strict)
	if !ok {
		p.General(msgBadMaxHops, r.session.Name, word, maxTTL)
		return
	}
	r.session.MaxHops = int(v)
}

func (r *Room) multihop(p *reader.Pass, s *reader.Statement) {
	v, ok := s.Bool(1)
	if !ok {
		p.General(msgBadMultihop, r.session.Name, s.Word(1))
		return
	}
	r.session.Multihop = v
}

// weight is for the VRRP process. A third word other than "reverse" leaves the
// weight itself in force.
func (r *Room) weight(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	v, ok := p.Signed(word, -maxWeight, maxWeight, reader.Strict)
	if !ok {
		p.General(msgBadWeight, r.observer.Name, word, -maxWeight, maxWeight)
	} else {
		r.observer.Weight = int(v)
	}
	if !s.Has(2) {
		return
	}
	if s.Word(2) != "reverse" {
		p.General(msgWeightOption, r.observer.Name, s.Word(2))
		return
	}
	r.observer.Reverse = true
}
