package vrrp

import (
	"keepalived/core/config"
	"keepalived/parser/reader"
)

// The keywords whose objects are looked at after reading.
const (
	pathInstance = "vrrp_instance"
	pathGroup    = "vrrp_sync_group"
	pathScript   = "vrrp_script"
)

// Finish examines and completes what the VRRP pass has read, and puts it
// into the configuration (section 11.2). It returns false for a condition
// with which the VRRP process of a daemon cannot run.
func (r *Room) Finish(p *reader.Pass) bool {
	if r.lines != nil && r.lines.BadInterface {
		p.Report(config.ClassBadInterface, msgNonExistentInterface)
		return false
	}
	r.examineScripts(p)
	if !r.validate(p) {
		return false
	}
	r.publish(p)
	return true
}

// validate takes the steps in their order.
func (r *Room) validate(p *reader.Pass) bool {
	for _, v := range r.instances {
		p.About(pathInstance, v.head)
		if !minimum(p, v) {
			return false
		}
	}
	r.resolveGroups(p)
	for _, v := range r.instances {
		p.About(pathInstance, v.head)
		if !r.complete(p, v) {
			return false
		}
		v.InitialState = v.State
	}
	if !r.vridConflicts(p) {
		return false
	}
	r.sharedVMACs(p)
	p.About("", reader.Head{})
	r.resolveTrackGroups(p)
	for _, g := range r.groups {
		p.About(pathGroup, g.head)
		r.groupTracking(p, g)
	}
	for _, g := range r.groups {
		g.start()
	}
	r.unusedScripts(p)
	p.About("", reader.Head{})
	r.syncDaemon(p)
	return true
}

// minimum is what an instance must have at least.
func minimum(p *reader.Pass, v *instance) bool {
	switch {
	case v.VRID == 0:
		p.General(msgNoVRID, v.Name)
	case v.Interface == "" && !v.unicastKeyword:
		p.General(msgNoInterface, v.Name)
	case v.Interface == "" && v.vmac != nil:
		p.General(msgVMACNoInterface, v.Name)
	default:
		return true
	}
	return false
}

// unusedScripts takes out what no instance tracks.
func (r *Room) unusedScripts(p *reader.Pass) {
	used := map[string]bool{}
	for _, v := range r.instances {
		for _, t := range v.Tracking.Scripts {
			used[t.Name] = true
		}
	}
	for _, t := range r.scripts {
		switch {
		case r.scriptByName[t.Name] != t: // a later one of the same name
		case used[t.Name]:
			p.Config.VRRP.Scripts = append(p.Config.VRRP.Scripts, &t.TrackScript)
		default:
			p.About(pathScript, t.head)
			p.Log(logUnusedScript, t.Name)
		}
	}
}

// syncDaemon forgets lvs_sync_daemon when its instance does not exist.
func (r *Room) syncDaemon(p *reader.Pass) {
	d := p.Config.Global.LVSSyncDaemon
	if d != nil && d.Instance != "" && r.byName[d.Instance] == nil {
		p.Log(logSyncInstance, d.Instance)
		p.Config.Global.LVSSyncDaemon = nil
	}
}

// publish puts the results into the configuration.
func (r *Room) publish(p *reader.Pass) {
	out := &p.Config.VRRP
	for _, v := range r.instances {
		out.Instances = append(out.Instances, &v.Instance)
	}
	for _, g := range r.groups {
		for _, v := range g.members {
			g.Instances = append(g.Instances, v.Name)
		}
		out.SyncGroups = append(out.SyncGroups, &g.SyncGroup)
	}
	tracked := map[string]bool{}
	for _, v := range r.instances {
		for _, t := range v.Tracking.Processes {
			tracked[t.Name] = true
		}
	}
	for _, t := range r.processes {
		if tracked[t.Name] && r.processByName[t.Name] == t {
			out.TrackProcesses = append(out.TrackProcesses, t)
		}
	}
}
