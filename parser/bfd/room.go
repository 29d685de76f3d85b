package bfd

import (
	"net/netip"
	"time"

	"keepalived/core/config"
	"keepalived/parser/keyword"
	"keepalived/parser/reader"
)

// Limits of the keywords (03-vrrp section 17.1). Times are in milliseconds.
const (
	maxName         = 31
	maxTime         = 4294967
	minIdle         = 1000
	sensibleTime    = 10000
	maxMultiplier   = 255
	sensibleMult    = 10
	maxTTL          = 255
	maxWeight       = 253
	defaultTTL      = 255
	defaultHopLimit = 64
)

// Room reads the bfd_instance blocks of one configuration.
type Room struct {
	// The block being read. Each process has its own view of it.
	session  *session
	observer *observer

	names     map[string]bool // of the BFD process
	neighbors map[netip.Addr][]*config.BFDInstance
	vrrp      map[string]*observer
	checker   map[string]*observer
}

// session is a block as the BFD process reads it.
type session struct {
	config.BFDInstance
	spelling string // of the neighbour keyword: neighbor or neighbour
	dropped  bool   // said why already
}

// observer is a block as the processes read it that follow the session.
type observer struct {
	config.TrackBFD
	forVRRP, forChecker bool
}

// New returns a room for one configuration.
func New() *Room {
	return &Room{
		names: make(map[string]bool), neighbors: make(map[netip.Addr][]*config.BFDInstance),
		vrrp: make(map[string]*observer), checker: make(map[string]*observer),
	}
}

// LookupVRRP returns the session of that name which the VRRP process has read
// so far and may track.
func (r *Room) LookupVRRP(name string) (*config.TrackBFD, bool) {
	if o := r.vrrp[name]; o != nil && (o.forVRRP || !o.forChecker) {
		return &o.TrackBFD, true
	}
	return nil, false
}

// LookupChecker reports whether the checker process has read a session of
// that name so far and may follow it.
func (r *Room) LookupChecker(name string) bool {
	o := r.checker[name]
	return o != nil && (o.forChecker || !o.forVRRP)
}

// Handlers returns what to do at the keywords of bfd_instance.
func (r *Room) Handlers() reader.Handlers {
	own := keyword.Of(config.PassBFD)
	all := keyword.Of(config.PassVRRP, config.PassChecker, config.PassBFD)
	timer := func(field func(*config.BFDInstance) *time.Duration, low uint64) reader.Handler {
		return reader.Handler{In: own, Read: func(p *reader.Pass, s *reader.Statement) { r.timer(p, s, field(&r.session.BFDInstance), low) }}
	}
	return reader.Handlers{
		"bfd_instance":              {Open: r.open, Close: r.close},
		"bfd_instance/source_ip":    {In: own, Read: r.source},
		"bfd_instance/neighbor_ip":  {In: own, Read: r.neighbor},
		"bfd_instance/neighbour_ip": {In: own, Read: r.neighbor},
		"bfd_instance/min_rx":       timer(func(b *config.BFDInstance) *time.Duration { return &b.MinRX }, 1),
		"bfd_instance/min_tx":       timer(func(b *config.BFDInstance) *time.Duration { return &b.MinTX }, 1),
		"bfd_instance/idle_tx":      timer(func(b *config.BFDInstance) *time.Duration { return &b.IdleTX }, minIdle),
		"bfd_instance/multiplier":   {In: own, Read: r.multiplier},
		"bfd_instance/passive":      {In: own, Read: func(*reader.Pass, *reader.Statement) { r.session.Passive = true }},
		"bfd_instance/ttl":          {In: own, Read: r.ttl},
		"bfd_instance/hoplimit":     {In: own, Read: r.ttl},
		"bfd_instance/max_hops":     {In: own, Read: r.maxHops},
		"bfd_instance/multihop":     {In: own, Read: r.multihop},
		"bfd_instance/weight":       {In: keyword.Of(config.PassVRRP), Read: r.weight},
		"bfd_instance/vrrp": {In: all, Read: func(p *reader.Pass, _ *reader.Statement) {
			if p.Process == config.PassBFD {
				r.session.VRRP = true
			} else {
				r.observer.forVRRP = true
			}
		}},
		"bfd_instance/checker": {In: all, Read: func(p *reader.Pass, _ *reader.Statement) {
			if p.Process == config.PassBFD {
				r.session.Checker = true
			} else {
				r.observer.forChecker = true
			}
		}},
	}
}

// open begins a block. The C daemon crashes without a name; here that is a
// missing parameter like any other.
func (r *Room) open(p *reader.Pass, s *reader.Statement) bool {
	name := p.Need(s, 1)
	switch p.Process {
	case config.PassBFD:
		return r.openSession(p, name)
	case config.PassVRRP:
		if len(name) > maxName {
			p.General(msgLongName, name)
			return false
		}
		return r.openObserver(p, r.vrrp, name)
	}
	return r.openObserver(p, r.checker, name)
}

func (r *Room) openObserver(p *reader.Pass, known map[string]*observer, name string) bool {
	if known[name] != nil {
		p.General(msgDefined, name)
		return false
	}
	name = p.Keep(name)
	r.observer = &observer{TrackBFD: config.TrackBFD{Name: name}}
	known[name] = r.observer
	p.Made(&r.observer.TrackBFD, r.observer)
	return true
}

func (r *Room) openSession(p *reader.Pass, name string) bool {
	if len(name) > maxName {
		p.General(msgNameTooLong, name, maxName)
		return false
	}
	if r.names[name] {
		p.General(msgConfigured, name)
		return false
	}
	r.session = &session{spelling: "neighbor", BFDInstance: config.BFDInstance{
		Name: p.Keep(name), Multiplier: 5,
		MinRX: 10 * time.Millisecond, MinTX: 10 * time.Millisecond, IdleTX: time.Second,
	}}
	p.Made(&r.session.BFDInstance, r.session)
	return true
}

// close ends a block.
func (r *Room) close(p *reader.Pass) {
	switch p.Process {
	case config.PassBFD:
		r.closeSession(p)
	case config.PassVRRP:
		if t, ok := r.LookupVRRP(r.observer.Name); ok {
			p.Config.VRRP.TrackBFDs = append(p.Config.VRRP.TrackBFDs, t)
		} else {
			delete(r.vrrp, r.observer.Name) // another one may have the name
		}
	default:
		if r.LookupChecker(r.observer.Name) {
			p.Config.LVS.BFDs = append(p.Config.LVS.BFDs, r.observer.Name)
		} else {
			delete(r.checker, r.observer.Name)
		}
	}
}

func (r *Room) closeSession(p *reader.Pass) {
	b := r.session
	switch {
	case b.dropped:
		return
	case !b.Neighbor.IsValid():
		p.General(msgNoNeighbor, b.Name, b.spelling)
		return
	case b.Source.IsValid() && config.Family(b.Source) != config.Family(b.Neighbor):
		p.General(msgFamilies, b.Name, b.Source, b.spelling, b.Neighbor)
		return
	case r.duplicate(b):
		if b.Source.IsValid() {
			p.General(msgDuplicatePair, b.Name, b.spelling, b.Source, b.Neighbor)
		} else {
			p.General(msgDuplicate, b.Name, b.spelling, b.Neighbor)
		}
		return
	}
	if b.TTL == 0 {
		b.TTL = defaultTTL
		if b.Neighbor.Is6() {
			b.TTL = defaultHopLimit
		}
	}
	if b.MaxHops > b.TTL {
		p.General(msgMaxHops, b.Name)
		b.MaxHops = b.TTL
	}
	if !b.VRRP && !b.Checker {
		b.VRRP, b.Checker = true, true
	}
	r.names[b.Name] = true
	r.neighbors[b.Neighbor] = append(r.neighbors[b.Neighbor], &b.BFDInstance)
	p.Config.BFD.Instances = append(p.Config.BFD.Instances, &b.BFDInstance)
}

// duplicate reports whether an earlier session cannot be told apart: the same
// neighbour, and the same source or one that is left to the kernel.
func (r *Room) duplicate(b *session) bool {
	for _, o := range r.neighbors[b.Neighbor] {
		if o.Multihop == b.Multihop && (!o.Source.IsValid() || !b.Source.IsValid() || o.Source == b.Source) {
			return true
		}
	}
	return false
}
