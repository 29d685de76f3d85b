package session

import "keepalived/core/snmp/agentx"

func answerTo(p *agentx.PDU, e agentx.Error) *agentx.PDU {
	return &agentx.PDU{Kind: agentx.Response, Session: p.Session, Transaction: p.Transaction, Packet: p.Packet, Error: e}
}

// handle answers a request of the master.
func (s *session) handle(p *agentx.PDU) error {
	h := s.agent.handler
	answer := answerTo(p, agentx.NoError)
	switch p.Kind {
	case agentx.Response:
		s.pinged = false
		return nil
	case agentx.Close:
		return errClosed
	case agentx.Get:
		for _, r := range p.Ranges {
			v := h.Get(r.Start)
			if !v.Present() {
				v.Type = agentx.NoSuchInstance
			}
			answer.Binds = append(answer.Binds, agentx.Bind{Name: r.Start, Value: v})
		}
	case agentx.GetNext:
		for _, r := range p.Ranges {
			answer.Binds = append(answer.Binds, next(h, r))
		}
	case agentx.GetBulk:
		answer.Binds = bulk(h, p)
	case agentx.TestSet:
		s.set = nil // what is not to be set is not there for a CommitSet
		if answer.Error, answer.Index = each(p.Binds, h.Test); answer.Error == agentx.NoError {
			s.set = p.Binds
		}
	case agentx.CommitSet:
		answer.Error, answer.Index = each(s.set, h.Commit)
	case agentx.UndoSet:
		answer.Error, s.set = agentx.UndoFailed, nil
	case agentx.CleanupSet:
		s.set = nil
		return nil
	default:
		answer.Error = agentx.ProcessingError
	}
	return s.write(answer)
}

// each does something with every value, up to the first error, whose place
// counts from 1.
func each(all []agentx.Bind, do func(agentx.Bind) agentx.Error) (agentx.Error, uint16) {
	for i, b := range all {
		if e := do(b); e != agentx.NoError {
			return e, uint16(i + 1)
		}
	}
	return agentx.NoError, 0
}

// next finds the first object of a range.
func next(h Handler, r agentx.Range) agentx.Bind {
	if r.Include {
		if v := h.Get(r.Start); v.Present() {
			return agentx.Bind{Name: r.Start, Value: v}
		}
	}
	name, v := h.Next(r.Start)
	if name == nil || len(r.End) > 0 && name.Compare(r.End) >= 0 {
		return agentx.Bind{Name: r.Start, Value: agentx.Value{Type: agentx.EndOfMIBView}}
	}
	return agentx.Bind{Name: name, Value: v}
}

// maxBinds bounds the answer to one request.
const maxBinds = 1000

// bulk is RFC 2741 section 7.2.3.3.
func bulk(h Handler, p *agentx.PDU) (all []agentx.Bind) {
	fixed := min(int(p.NonRepeaters), len(p.Ranges))
	for _, r := range p.Ranges[:fixed] {
		all = append(all, next(h, r))
	}
	again := append([]agentx.Range(nil), p.Ranges[fixed:]...)
	for range p.MaxRepetitions {
		ended := true
		for i := range again {
			b := next(h, again[i])
			ended = ended && b.Value.Type == agentx.EndOfMIBView
			all = append(all, b)
			again[i].Start, again[i].Include = b.Name, false
		}
		if ended || len(all) >= maxBinds {
			break
		}
	}
	return all
}
