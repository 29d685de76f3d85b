package machine

import (
	"net/netip"
	"slices"

	"keepalived/checkers/message"
	"keepalived/core/config"
)

// identity is what makes two virtual servers the same (section 3.1).
type identity struct {
	group    string
	index    int
	family   int
	mark     uint32
	protocol config.Protocol
	addr     netip.Addr
	port     uint16
}

func identityOf(c *config.VirtualServer) identity {
	switch {
	case c.Group != "":
		return identity{group: c.Group, index: c.GroupIndex}
	case c.IsFWMark:
		return identity{family: c.Family, mark: c.FWMark}
	}
	return identity{family: config.Family(c.Addr), protocol: c.Protocol, addr: c.Addr, port: c.Port}
}

// Reload goes over to new virtual servers (section 10). What is in both keeps
// its state. The quorum of each is evaluated once, when its servers and their
// new states are all known. The caller makes the table as Wanted says before it
// carries out the actions.
func Reload(old []*VirtualServer, next []*config.VirtualServer, o *Options, f Files) ([]*VirtualServer, []Action) {
	a := actions{whole: true}
	configs := make(map[identity]*config.VirtualServer, len(next))
	for _, c := range slices.Backward(next) { // the first of equal ones inherits
		configs[identityOf(c)] = c
	}
	kept := make(map[*config.VirtualServer]*VirtualServer)
	for _, v := range old {
		v.pending = nil
		v.options = o
		id := identityOf(v.Config)
		c := configs[id]
		if c == nil {
			v.remove(&a)
			continue
		}
		delete(configs, id)
		kept[c] = v
		v.migrate(&a, c, f)
	}
	out := make([]*VirtualServer, 0, len(next))
	for _, c := range next {
		v := kept[c]
		if v == nil {
			v = New(c, o)
			v.resetRetries()
			v.ReadFiles(f)
			a.list = append(a.list, v.Start()...)
		} else {
			v.settle(&a)
		}
		out = append(out, v)
	}
	return out, a.list
}

// resetRetries has new checkers start with a full number of retries: only at
// the start of the process is one failure enough.
func (v *VirtualServer) resetRetries() {
	for _, r := range v.RealServers {
		for _, k := range r.Checkers {
			k.Retries = 0
		}
	}
}

type serverKey struct {
	addr netip.Addr
	port uint16
}

func (r *RealServer) key() serverKey { return serverKey{r.Config.Addr, r.Config.Port} }

// migrate takes the new configuration, and hands the state of each server on.
func (v *VirtualServer) migrate(a *actions, c *config.VirtualServer, f Files) {
	before := make(map[serverKey]*RealServer)
	oldServers, oldSorry, sorrySet := v.RealServers, v.Config.SorryServer, v.sorry.shown.Present
	for _, r := range oldServers {
		before[r.key()] = r
	}
	v.Config, v.Name, v.RealServers, v.sorry = c, Name(c), nil, slot{}
	v.Reloaded = true
	a.add(Kept{v})
	now := make(map[serverKey]bool)
	for _, rc := range c.RealServers {
		r := v.newRealServer(rc)
		v.RealServers = append(v.RealServers, r)
		now[r.key()] = true
	}
	v.pair()
	for _, r := range oldServers {
		if !now[r.key()] {
			a.log(message.NoLongerExists, r.Name)
			v.removeRS(a, r)
		}
	}
	v.Up = 0 // those of before are not counted any more
	for _, r := range v.RealServers {
		if o := before[r.key()]; o != nil {
			r.inherit(a, o, f)
			continue
		}
		for _, k := range r.Checkers {
			k.startAlpha()
		}
		r.readFiles(f)
	}
	if oldSorry != nil {
		v.migrateSorry(a, oldSorry, sorrySet && !now[serverKey{oldSorry.Addr, oldSorry.Port}])
	}
}

// migrateSorry is step 4 of section 10; leaves is set when the old sorry server
// was in the table and has no place there as a real server. The alive real
// servers come back to the pool in settle.
func (v *VirtualServer) migrateSorry(a *actions, old *config.SorryServer, leaves bool) {
	ss := v.Config.SorryServer
	if ss != nil && ss.Addr == old.Addr && ss.Port == old.Port {
		return
	}
	if v.SorryActive || leaves {
		a.log(message.RemovingSorry, ServerName(old.Addr, v.Config.Protocol, old.Port), v.Name)
	}
	if v.SorryActive && ss == nil {
		a.log(message.AddingAlive, v.Name)
	}
	v.SorryActive = false
}

// inherit takes over the state of the same real server.
func (r *RealServer) inherit(a *actions, old *RealServer, f Files) {
	v := r.VS
	r.entered, r.Reloaded = true, true
	r.setAlive(old.Alive)
	r.Previous, r.Effective = old.Previous, old.Effective
	if r.Config.Unchecked && r.Alive {
		r.Failed = 0 // a reload takes nobody out whom no check has found bad
	}
	used := make(map[*Checker]bool)
	for _, k := range r.Checkers {
		for _, o := range old.Checkers {
			if !used[o] && k.same(o) {
				used[o] = true
				k.inherit(o)
				break
			}
		}
	}
	r.inheritFiles(a, old, f)
	anyRun := slices.ContainsFunc(r.Checkers, func(k *Checker) bool { return k.HasRun })
	if r.Failed > 0 || !r.Alive && len(r.Checkers) > 0 && !anyRun {
		for _, k := range r.Checkers {
			if !k.HasRun {
				k.startAlpha()
				if k.Config.Kind != config.CheckSMTP {
					k.Retries = k.Config.Retry
				}
			}
		}
	}
	if up := r.Failed == 0; up != r.Alive {
		v.logServer(a, r, up)
		r.setAlive(up)
		v.ask(a, wish{&r.slot, v.wantedRS(r)})
		a.notifyRS(r)
	}
}

// inheritFiles looks at the tracked files, and tells of those whose state has
// changed with the reload.
func (r *RealServer) inheritFiles(a *actions, old *RealServer, f Files) {
	for _, k := range r.Checkers {
		if k.Config.Kind != config.CheckFile {
			continue
		}
		name := k.Config.File.TrackFile
		was := old.fileWasUp(k.Config.File)
		s, fault := fileStatus(k.Config.File, f[name])
		k.HasRun = true
		k.setUp(!fault)
		if !fault {
			k.Weight = s
		}
		switch {
		case fault && was:
			a.detail(message.FileFault, r.Name, name)
		case !fault && !was:
			a.detail(message.FileOK, r.Name, name)
		}
	}
}

// fileWasUp is the old state of a FILE_CHECK: that of an equal one, else that
// of one on the same file.
func (r *RealServer) fileWasUp(f *config.FileCheck) bool {
	was := true
	for _, o := range r.Checkers {
		if o.Config.Kind != config.CheckFile || o.Config.File.TrackFile != f.TrackFile {
			continue
		}
		was = o.Up
		if *o.Config.File == *f {
			break
		}
	}
	return was
}

// inherit takes over the state of the same checker.
func (k *Checker) inherit(old *Checker) {
	k.HasRun = old.HasRun
	k.URL, k.FailedURL, k.LastStatus = old.URL, old.FailedURL, old.LastStatus
	if k.HasRun {
		k.setUp(old.Up)
	}
	if k.Up || !k.HasRun {
		k.Retries = min(old.Retries, k.Config.Retry)
	} else {
		k.Retries = k.Config.Retry + 1
	}
	if k.Config.Kind == config.CheckMisc && k.Config.Misc.Dynamic && k.Up && k.HasRun && k.LastStatus >= 2 {
		k.Weight = int64(k.LastStatus) - 2 - k.RS.Config.Weight
	}
}

// settle ends the reload of a virtual server that was there before (steps 5
// to 8).
func (v *VirtualServer) settle(a *actions) {
	for _, r := range v.RealServers {
		if r.entered {
			v.changeWeight(a, r)
		} else {
			v.enter(a, r)
		}
	}
	v.quorum(a, true)
	v.sync(a)
}

// same reports whether two checkers check the same (table of section 10).
func (k *Checker) same(o *Checker) bool {
	a, b := k.Config, o.Config
	switch a.Kind {
	case config.CheckTCP, config.CheckUDP, config.CheckPing:
		return a.Kind == b.Kind && a.Target == b.Target
	case config.CheckHTTP, config.CheckSSL:
		return (b.Kind == config.CheckHTTP || b.Kind == config.CheckSSL) && a.Target == b.Target &&
			a.HTTP.VirtualHost == b.HTTP.VirtualHost && slices.EqualFunc(a.HTTP.URLs, b.HTTP.URLs, sameURL)
	case config.CheckSMTP:
		return a.Kind == b.Kind && a.Target == b.Target && *a.SMTP == *b.SMTP
	case config.CheckDNS:
		return a.Kind == b.Kind && a.Target == b.Target && *a.DNS == *b.DNS
	case config.CheckMisc:
		return a.Kind == b.Kind && a.Misc.Dynamic == b.Misc.Dynamic && sameArgs(a.Misc.Script, b.Misc.Script)
	case config.CheckBFD:
		return a.Kind == b.Kind && *a.BFD == *b.BFD
	}
	return false
}

func sameArgs(a, b *config.Script) bool {
	if a == nil || b == nil {
		return a == b
	}
	return slices.Equal(a.Args, b.Args)
}

func sameURL(a, b config.HTTPURL) bool {
	return a.Path == b.Path && a.VirtualHost == b.VirtualHost && slices.Equal(a.Digest, b.Digest) &&
		slices.Equal(a.StatusCodes, b.StatusCodes) && sameRegex(a.Regex, b.Regex)
}

func sameRegex(a, b *config.Regex) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Pattern == b.Pattern && slices.Equal(a.Options, b.Options) && a.NoMatch == b.NoMatch &&
		a.MinOffset == b.MinOffset && a.MaxOffset == b.MaxOffset && a.MaxOffsetSet == b.MaxOffsetSet
}
