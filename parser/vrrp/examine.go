package vrrp

import (
	"slices"

	"keepalived/core/config"
	"keepalived/parser/reader"
	"keepalived/parser/script"
)

// examineScripts looks at every script that this process might run, tracked
// or not, if there is an instance at all (section 13).
func (r *Room) examineScripts(p *reader.Pass) {
	if len(r.instances) == 0 {
		return
	}
	e := script.NewExaminer(p)
	r.scripts = slices.DeleteFunc(r.scripts, func(t *trackScript) bool {
		p.About(pathScript, t.head)
		switch e.Examine(t.Script) {
		case script.Accepted:
			return false
		case script.NotFound:
			p.General(msgScriptNotFound, t.Name)
		case script.Insecure:
			p.General(msgScriptInsecure, t.Name)
		}
		r.untrack(t)
		return true
	})
	for _, n := range r.notifications() {
		p.About(n.path, n.head)
		for _, s := range []**config.Script{&n.Master, &n.Backup, &n.Fault, &n.Stop, &n.Deleted, &n.Any, &n.MasterRxLowerPri} {
			examine(e, s)
		}
	}
	p.About("", reader.Head{})
	g := &p.Config.Global
	for _, f := range []*config.FIFO{g.VRRPNotifyFIFO, g.NotifyFIFO} {
		if f != nil {
			examine(e, &f.Script)
		}
	}
	for _, s := range r.Global.Settings.VRRPScripts {
		e.Examine(s)
	}
	if executed, unsafe := e.Executed(); executed && !g.EnableScriptSecurity {
		remark := ""
		if unsafe {
			remark = " There are insecure scripts."
		}
		p.Report(config.ClassSecurity, msgSecurity, remark)
	}
}

// examine drops a script that must not run.
func examine(e *script.Examiner, s **config.Script) {
	if *s != nil && e.Examine(*s) != script.Accepted {
		*s = nil
	}
}

// notification is what an object has to run.
type notification struct {
	*config.Notify
	path string
	head reader.Head
}

// notifications are the scripts of all instances and groups.
func (r *Room) notifications() (all []notification) {
	for _, v := range r.instances {
		all = append(all, notification{&v.Notify, pathInstance, v.head})
	}
	for _, g := range r.groups {
		all = append(all, notification{&g.Notify, pathGroup, g.head})
	}
	return all
}

// untrack takes a script out of all lists, if it is the one that they mean.
func (r *Room) untrack(t *trackScript) {
	if r.scriptByName[t.Name] != t {
		return
	}
	delete(r.scriptByName, t.Name)
	drop := func(e config.Tracked) bool { return e.Name == t.Name }
	for _, v := range r.instances {
		remove(&v.Tracking.Scripts, drop)
	}
	for _, g := range r.groups {
		remove(&g.Tracking.Scripts, drop)
	}
}
