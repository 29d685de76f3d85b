package global

import (
	"keepalived/core/config"
	"keepalived/parser/reader"
	"keepalived/parser/script"
)

// fifoKind says which events a FIFO gets.
type fifoKind int

const (
	fifoAll fifoKind = iota
	fifoVRRP
	fifoLVS
)

// prefix is what stands before "notify_fifo" in keyword and message.
func (k fifoKind) prefix() string { return [...]string{"", "vrrp_", "lvs_"}[k] }

// fifo is a notify FIFO and its script while they are being read.
type fifo struct {
	path   string
	owner  script.Owner
	script *config.Script
}

// fifoHandlers are the keywords about notification through FIFOs.
func (r *Room) fifoHandlers() reader.Handlers {
	h := reader.Handlers{
		"global_defs/fifo_write_vrrp_states_on_reload": flag(&r.config.Global.FIFOWriteVRRPStatesOnReload),
	}
	for k := fifoAll; k <= fifoLVS; k++ {
		h["global_defs/"+k.prefix()+"notify_fifo"] = reader.Handler{Read: r.fifoPath(k)}
		h["global_defs/"+k.prefix()+"notify_fifo_script"] = reader.Handler{Read: r.fifoScript(k)}
	}
	return h
}

func (r *Room) fifoPath(k fifoKind) func(*reader.Pass, *reader.Statement) {
	return func(p *reader.Pass, s *reader.Statement) {
		f := &r.fifos[k]
		switch {
		case !s.Has(1):
			p.General(msgFIFOMissing, k.prefix())
			return
		case f.path != "":
			p.General(msgFIFODuplicate, k.prefix(), s.Word(1))
			return
		}
		owner, problem := r.Users.For(p, s.Words[2:])
		if problem != script.None {
			p.Log(msgFIFOUser, s.Word(1))
			return
		}
		f.owner, f.path = owner, p.Keep(s.Word(1))
	}
}

func (r *Room) fifoScript(k fifoKind) func(*reader.Pass, *reader.Statement) {
	return func(p *reader.Pass, s *reader.Statement) {
		f := &r.fifos[k]
		switch {
		case !s.Has(1):
			p.General(msgFIFOScriptMissing, k.prefix())
			return
		case f.script != nil:
			p.General(msgFIFOScriptDuplicate, k.prefix(), s.Word(1))
			return
		}
		c, problem := r.Users.Read(p, s)
		if problem != script.None {
			p.Log(msgFIFOScriptUser, k.prefix(), s.Word(1))
			return
		}
		f.script = c
	}
}

// finishFIFOs resolves FIFOs of the same name (01-configuration section 10).
func (r *Room) finishFIFOs(p *reader.Pass) {
	all, vrrp, lvs := &r.fifos[fifoAll], &r.fifos[fifoVRRP], &r.fifos[fifoLVS]
	if all.path != "" && all.path == vrrp.path {
		p.Log(msgFIFOSame, all.path, "vrrp", "vrrp")
		*vrrp = fifo{}
	}
	if all.path != "" && all.path == lvs.path {
		p.Log(msgFIFOSame, all.path, "lvs", "lvs")
		*lvs = fifo{}
	}
	if vrrp.path != "" && vrrp.path == lvs.path && vrrp.script != nil && lvs.script != nil {
		p.Log(msgFIFOSameScript, vrrp.path)
		lvs.script = nil
	}
	for k, f := range r.fifos {
		if f.path != "" || f.script == nil {
			continue
		}
		if fifoKind(k) != fifoLVS {
			r.Settings.VRRPScripts = append(r.Settings.VRRPScripts, f.script)
		}
		if fifoKind(k) != fifoVRRP {
			r.Settings.LVSScripts = append(r.Settings.LVSScripts, f.script)
		}
	}
	g := &r.config.Global
	g.NotifyFIFO, g.VRRPNotifyFIFO, g.LVSNotifyFIFO = all.config(), vrrp.config(), lvs.config()
}

// config returns the FIFO as it is configured; nil without one.
func (f *fifo) config() *config.FIFO {
	if f.path == "" {
		return nil
	}
	return &config.FIFO{Path: f.path, UID: f.owner.UID, GID: f.owner.GID, Script: f.script}
}
