package status

import (
	"io"
)

// Data writes keepalived_check.data: the global definitions, and all that the
// health-check process has (05-observability sections 2 and 4).
func (c *Checkers) Data(out io.Writer) {
	w := lines{Writer: out}
	w.globals(c.Config, process{reads: c.Config.Global.LVSNotifyFIFO})
	c.Servers(out)
}

// Servers writes the part of the data dump that only this process has.
func (c *Checkers) Servers(out io.Writer) {
	w := lines{Writer: out}
	w.certificates(c)
	if len(c.VirtualServers) == 0 {
		return
	}
	w.header("LVS Topology", 1)
	w.line("System is compiled with LVS v1.2.1")
	for _, g := range c.Config.LVS.Groups {
		w.serverGroup(c, g)
	}
	for i := range c.VirtualServers {
		w.virtualServer(&c.VirtualServers[i])
	}
	first := true
	c.each(func(v *VirtualServer, r *RealServer, k *Checker) {
		if first {
			w.header("Health checkers", 1)
			first = false
		}
		w.checker(c, v, r, k)
	})
	section(w, "Checker track files", c.Files, func(f *File) { w.checkedFile(c, f) })
	w.sessions(c)
}

// each calls f with all checkers, in the order of the configuration.
func (c *Checkers) each(f func(*VirtualServer, *RealServer, *Checker)) {
	for i := range c.VirtualServers {
		v := &c.VirtualServers[i]
		for j := range v.RealServers {
			r := &v.RealServers[j]
			for k := range r.Checkers {
				f(v, r, &r.Checkers[k])
			}
		}
	}
}
