package checkers

import (
	"keepalived/checkers/machine"
	"keepalived/core/status"
)

// snapshot is what all observers see: what this process is and has now.
func (s *service) snapshot() *status.Checkers {
	servers, checkers := 0, 0
	for _, v := range s.vss {
		servers += len(v.RealServers)
		for _, r := range v.RealServers {
			checkers += len(r.Checkers)
		}
	}
	c := camera{s, make([]status.RealServer, 0, servers), make([]status.Checker, 0, checkers)}
	all := &status.Checkers{Config: s.config, Former: s.oldGroups, Marks: s.groupMarks(), VirtualServers: make([]status.VirtualServer, 0, len(s.vss))}
	for _, v := range s.vss {
		all.VirtualServers = append(all.VirtualServers, c.virtualServer(v))
	}
	for _, f := range s.config.LVS.TrackFiles {
		if value, used := s.files[f.Name]; used {
			all.Files = append(all.Files, status.File{Config: f, Value: value})
		}
	}
	return all
}

// camera takes a snapshot. All servers lie in one piece of memory, and so do all
// checkers: there may be tens of thousands, and checks wait meanwhile.
type camera struct {
	*service
	servers []status.RealServer
	made    []status.Checker
}

func (c *camera) virtualServer(v *machine.VirtualServer) status.VirtualServer {
	first := len(c.servers)
	for _, r := range v.RealServers {
		c.servers = append(c.servers, c.realServer(r))
	}
	return status.VirtualServer{
		Config: v.Config, Name: v.Name, RealServers: c.servers[first:len(c.servers):len(c.servers)],
		Suspended: c.suspended(v), QuorumUp: v.QuorumUp, SorryActive: v.SorryActive, SorrySet: v.SorrySet(), Reloaded: v.Reloaded,
		Present: v.Present(),
	}
}

func (c *camera) realServer(r *machine.RealServer) status.RealServer {
	first := len(c.made)
	for _, k := range r.Checkers {
		c.made = append(c.made, c.checker(k))
	}
	return status.RealServer{
		Config: r.Config, Name: r.Name, Checkers: c.made[first:len(c.made):len(c.made)],
		Alive: r.Alive, Set: r.Set(), Reloaded: r.Reloaded, Failed: r.Failed, Effective: r.Effective, Previous: r.Previous,
	}
}

func (c *camera) checker(k *machine.Checker) status.Checker {
	n := status.Checker{
		Config: k.Config, Up: k.Up, HasRun: k.HasRun, Retries: k.Retries, Weight: k.Weight, FailedURL: k.FailedURL, LastStatus: k.LastStatus,
	}
	if at := c.checks[k]; at != nil {
		n.Known, n.Attempts, n.Started, n.Errno = true, at.attempts, at.started, at.errno
	}
	return n
}
