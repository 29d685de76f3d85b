package vrrp

import (
	"time"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

func (r *Room) interfaceHandlers() reader.Handlers {
	return reader.Handlers{
		"garp_group": {
			Open: func(p *reader.Pass, _ *reader.Statement) bool {
				r.garp = new(config.GARPGroup)
				p.Made(r.garp, nil)
				return true
			},
			Close: r.closeGARPGroup,
		},
		"garp_group/garp_interval": {Read: func(p *reader.Pass, s *reader.Statement) {
			r.garpDelay(p, s, &r.garp.GARPInterval, msgGARPInterval)
		}},
		"garp_group/gna_interval": {Read: func(p *reader.Pass, s *reader.Statement) {
			r.garpDelay(p, s, &r.garp.GNAInterval, msgGNAInterval)
		}},
		"garp_group/interface": {Read: func(p *reader.Pass, s *reader.Statement) {
			name := p.Need(s, 1)
			r.garpInterface(p, name, name)
		}},
		"garp_group/interfaces": {
			Open: func(*reader.Pass, *reader.Statement) bool { r.garpWords = nil; r.garpLists++; return true },
			Line: func(p *reader.Pass, s *reader.Statement) {
				for _, w := range s.Words {
					r.garpWords = append(r.garpWords, p.Keep(w))
				}
			},
			End: r.endGARPInterfaces,
		},
		"linkbeat_interfaces":      {Line: r.linkbeat},
		"interface_up_down_delays": {Line: r.upDownDelay},
	}
}

// maxGARPDelay is what fits a 32 bit number of microseconds.
const maxGARPDelay = 4294967295 * time.Microsecond

func (r *Room) garpDelay(p *reader.Pass, s *reader.Statement, to *time.Duration, format string) {
	word := p.Need(s, 1)
	d, ok := p.Timer(word, 0, maxGARPDelay, reader.Lenient)
	if !ok {
		p.General(format, word)
		return
	}
	if d >= time.Second {
		p.Log(logGARPDelayLarge, s.Keyword(), word)
	}
	*to = d
}

// endGARPInterfaces adds the interfaces of the list. The message about one
// that has a group already shows the second word of the list, whichever it
// is, as in the C daemon.
func (r *Room) endGARPInterfaces(p *reader.Pass, lines int) {
	if lines == 0 {
		p.General(msgGARPEmpty)
		return
	}
	shown := r.garpWords[min(1, len(r.garpWords)-1)]
	for _, name := range r.garpWords {
		r.garpInterface(p, name, shown)
	}
}

func (r *Room) garpInterface(p *reader.Pass, name, shown string) {
	switch _, ok := r.link(p, name); {
	case !ok:
		p.General(msgGARPNoInterface, name)
		r.context(p).BadInterface = true
	case r.devices[name] != nil:
		p.General(msgGARPOnVMAC, name)
	case r.garpOf[name]:
		p.General(msgGARPTwice, shown)
	default:
		r.garpOf[name] = true
		r.garp.Interfaces = append(r.garp.Interfaces, p.Keep(name))
	}
}

func (r *Room) closeGARPGroup(p *reader.Pass) {
	if r.garp.GARPInterval == 0 && r.garp.GNAInterval == 0 {
		p.General(msgGARPNoDelay, r.garpLists)
		for _, name := range r.garp.Interfaces {
			delete(r.garpOf, name)
		}
		return
	}
	p.Config.VRRP.GARPGroups = append(p.Config.VRRP.GARPGroups, r.garp)
}

func (r *Room) linkbeat(p *reader.Pass, s *reader.Statement) {
	if _, ok := r.link(p, s.Word(0)); !ok {
		p.Report(config.ClassFatal, msgLinkbeatInterface, s.Word(0))
		return
	}
	l := config.LinkbeatInterface{Interface: p.Keep(s.Word(0))}
	switch s.Word(1) {
	case "MII", "ETHTOOL", "IOCTL":
		l.Method = p.Keep(s.Word(1))
	}
	if s.Has(2) || s.Has(1) && l.Method == "" {
		p.General(msgLinkbeatWords, s.Word(1))
	}
	p.Config.VRRP.Linkbeat = append(p.Config.VRRP.Linkbeat, l)
}

// maxUpDownDelay is the longest debounce time.
const maxUpDownDelay = 255 * time.Second

func (r *Room) upDownDelay(p *reader.Pass, s *reader.Statement) {
	if _, ok := r.link(p, s.Word(0)); !ok {
		p.Report(config.ClassFatal, msgDelayInterface, s.Word(0))
		return
	}
	if !s.Has(1) { // an interface without delays is accepted without a word
		return
	}
	d := config.UpDownDelay{Interface: p.Keep(s.Word(0)), Down: delay(p, s.Word(1))}
	if s.Has(2) {
		d.Up = delay(p, s.Word(2))
	}
	p.Config.VRRP.UpDownDelays = append(p.Config.VRRP.UpDownDelays, d)
}

// delay reads a debounce time; 0 is what a bad one is taken for.
func delay(p *reader.Pass, word string) time.Duration {
	d, ok := p.Timer(word, 0, maxUpDownDelay, reader.Lenient)
	if !ok {
		return 0
	}
	return d
}
