package global

import (
	"math"
	"time"

	"keepalived/parser/reader"
)

// rootHandlers are the scalar keywords of the top level.
func (r *Room) rootHandlers() reader.Handlers {
	return reader.Handlers{
		"net_namespace":         {Read: r.netNamespace},
		"net_namespace_ipvs":    {Read: r.netNamespaceIPVS},
		"namespace_with_ipsets": flag(&r.config.NamespaceWithIPsets),
		"use_pid_dir":           flag(&r.config.UsePIDDir),
		"instance":              {Read: r.instance},
		"child_wait_time":       {Read: r.childWaitTime},
		"linkbeat_use_polling":  flag(&r.config.LinkbeatUsePolling),
	}
}

func (r *Room) netNamespace(p *reader.Pass, s *reader.Statement) {
	switch {
	case !s.Has(1):
		p.General(msgNamespaceMissing)
	case r.NamespaceGiven:
		p.General(msgNamespaceDuplicate, s.Word(1))
	default:
		r.NamespaceGiven = true
		r.config.NetNamespace = p.Keep(s.Word(1))
	}
}

func (r *Room) netNamespaceIPVS(p *reader.Pass, s *reader.Statement) {
	if r.config.NetNamespaceIPVSSet {
		p.General(msgNamespaceIPVSDuplicate, p.Need(s, 1))
		return
	}
	r.config.NetNamespaceIPVSSet = true
	r.config.NetNamespaceIPVS = p.Keep(s.Word(1))
}

func (r *Room) instance(p *reader.Pass, s *reader.Statement) {
	switch {
	case !s.Has(1):
		p.General(msgInstanceMissing)
	case r.instanceGiven:
		p.General(msgInstanceDuplicate, s.Word(1))
	default:
		r.instanceGiven = true
		r.config.Instance = p.Keep(s.Word(1))
	}
}

func (r *Room) childWaitTime(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	v, ok := p.Unsigned(word, 0, math.MaxUint32, reader.Lenient)
	if !ok {
		p.General(msgChildWaitTime, word)
		return
	}
	r.config.ChildWaitTime = time.Duration(v) * time.Second
}
