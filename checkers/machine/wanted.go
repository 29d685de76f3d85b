package machine

// Wanted is the wish for every server of the virtual server, real servers in
// configuration order, then the sorry server unless it is one of them.
func (v *VirtualServer) Wanted() []Entry {
	var out []Entry
	for _, s := range v.slots() {
		out = append(out, s.wanted)
	}
	return out
}

// masked reports whether the sorry server serves instead of the real servers.
func (v *VirtualServer) masked() bool { return v.SorryActive && !v.QuorumUp }

type wish struct {
	slot   *slot
	wanted Entry
}

// slots pairs each slot with its wish.
func (v *VirtualServer) slots() []wish {
	out := make([]wish, 0, len(v.RealServers)+1)
	for _, r := range v.RealServers {
		out = append(out, wish{&r.slot, v.wantedRS(r)})
	}
	if v.Config.SorryServer != nil && v.twin == &v.sorry {
		out = append(out, wish{&v.sorry, v.wantedSorry()})
	}
	return out
}

// wantedRS is the wish for a real server (table "Configuration of an RS and its
// place in the kernel table" of 6.2).
func (v *VirtualServer) wantedRS(r *RealServer) Entry {
	if v.SorryActive && v.twin == &r.slot {
		return v.wantedSorry()
	}
	serving := r.Alive && !v.masked()
	if !serving && !r.Config.InhibitOnFailure {
		return Entry{}
	}
	d := Destination{
		Addr: r.Config.Addr, Port: r.Config.Port, Method: r.Config.Method,
		Upper: r.Config.UpperThreshold, Lower: r.Config.LowerThreshold,
	}
	if serving {
		d.Weight = clamp(r.Effective)
	}
	return Entry{Present: true, Destination: d}
}

func (v *VirtualServer) wantedSorry() Entry {
	ss := v.Config.SorryServer
	if !v.SorryActive && !ss.Inhibit {
		return Entry{}
	}
	d := Destination{Addr: ss.Addr, Port: ss.Port, Method: ss.Method}
	if v.SorryActive {
		d.Weight = 1
	}
	return Entry{Present: true, Destination: d}
}

// sync asks for every difference between what the table should hold and what
// it was asked to hold: first what leaves or gets weight 0, then the rest.
func (v *VirtualServer) sync(a *actions) {
	slots := v.slots()
	for _, s := range slots {
		if s.slot.shown.Present && (!s.wanted.Present || s.wanted.Destination.Weight == 0) {
			v.ask(a, s)
		}
	}
	for _, s := range slots {
		v.ask(a, s)
	}
}

// ask asks for the difference of one slot, and takes it for done.
func (v *VirtualServer) ask(a *actions, s wish) {
	if x := v.difference(s); x != nil && !a.whole {
		a.add(x)
	}
	s.slot.shown = s.wanted
}

// difference is the action that makes the slot what is wanted, nil when it is.
func (v *VirtualServer) difference(s wish) Action {
	switch {
	case s.slot.shown == s.wanted:
		return nil
	case s.wanted.Present:
		return SetDestination{VS: v, Destination: s.wanted.Destination}
	}
	return DeleteDestination{VS: v, Destination: s.slot.shown.Destination}
}

func clamp(w int64) int64 { return min(max(w, 0), 1<<31-1) }

// weight is W of section 6.4.
func (v *VirtualServer) weight() uint64 {
	var w uint64
	for _, r := range v.RealServers {
		if r.Alive {
			w += uint64(clamp(r.Effective))
		}
	}
	return w
}
