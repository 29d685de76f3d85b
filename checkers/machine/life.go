package machine

import (
	"keepalived/checkers/message"
	"keepalived/core/config"
)

// Files are the numbers in the tracked files, by name.
type Files map[string]int64

// ReadFiles puts the FILE_CHECKs of a virtual server that has not started into
// the states of their files.
func (v *VirtualServer) ReadFiles(f Files) {
	for _, r := range v.RealServers {
		r.readFiles(f)
	}
}

func (r *RealServer) readFiles(f Files) {
	for _, k := range r.Checkers {
		if k.Config.Kind == config.CheckFile {
			k.setFile(f[k.Config.File.TrackFile])
		}
	}
}

// Start is section 6.3. The caller makes the table as Wanted says before it
// carries out the actions.
func (v *VirtualServer) Start() []Action {
	a := actions{whole: true}
	for _, r := range v.RealServers {
		v.enter(&a, r)
	}
	v.quorum(&a, true)
	v.sync(&a)
	return a.list
}

// enter is the first appearance of a real server.
func (v *VirtualServer) enter(a *actions, r *RealServer) {
	r.entered = true
	r.setAlive(r.Failed == 0)
	v.ask(a, wish{&r.slot, v.wantedRS(r)})
	if r.Alive && v.options.RSInitNotifies {
		a.notifyRS(r)
	}
}

// Stop is section 11. The caller takes the virtual server out of the table
// before it carries out the actions.
func (v *VirtualServer) Stop() []Action {
	a := actions{whole: true}
	v.pending = nil
	if v.options.FlushOnStop == config.FlushOnStopOff {
		for _, r := range v.RealServers {
			line := message.ShuttingDown
			if r.Config.InhibitOnFailure && !r.Alive {
				line = message.ShuttingDownInhib
			}
			a.log(line, r.Name, v.Name)
			v.drop(&a, r, message.MailShuttingDown, !v.Config.Omega)
		}
	}
	v.QuorumUp = false
	a.add(NotifyVS{Config: v.Config, VS: v.Name, Alive: v.Up, Stopping: true, Quiet: !v.Config.Omega})
	if v.Config.Omega {
		a.mailVS(v, message.MailShuttingDown)
	}
	return a.list
}

// drop tells of a real server that leaves for good, if it was serving.
func (v *VirtualServer) drop(a *actions, r *RealServer, mail string, quiet bool) {
	if !r.slot.shown.Present || !r.Alive {
		return
	}
	r.setAlive(false)
	a.tellRS(r, quiet)
	if !quiet {
		a.mailRS(r, mail)
	}
}

// remove is the end of a virtual server that a reload has removed (section 10,
// 1).
func (v *VirtualServer) remove(a *actions) {
	if v.Config.Group != "" {
		a.log(message.RemovingVSGroup, v.Config.Group)
	} else {
		a.log(message.RemovingVS, v.Name)
	}
	if v.options.FlushOnStop == config.FlushOnStopOff {
		for _, r := range v.RealServers {
			v.removeRS(a, r)
		}
		if v.QuorumUp {
			v.QuorumUp = false
			a.notifyVS(v)
			q, h := v.Config.Quorum, v.Config.Hysteresis
			a.mailVS(v, sprintf(message.MailLost, q, h, q-h, 0))
		}
	}
}

// removeRS is the end of a real server that a reload has removed.
func (v *VirtualServer) removeRS(a *actions, r *RealServer) {
	if !r.slot.shown.Present {
		return
	}
	line := message.RemovingRS
	if r.Config.InhibitOnFailure && !r.Alive {
		line = message.RemovingRSInhib
	}
	a.log(line, r.Name, v.Name)
	v.drop(a, r, message.MailRemoving, false)
}
