package mib

import (
	"strings"
	"time"

	"keepalived/core/config"
	"keepalived/core/snmp"
	"keepalived/core/snmp/agentx"
	"keepalived/core/status"
	"keepalived/core/track"
)

var (
	root = snmp.Keepalived.Append(2)
	v2   = agentx.ParseOID("1.3.6.1.2.1.68")
	v3   = agentx.ParseOID("1.3.6.1.2.1.207")
)

// look is a snapshot with what the tables look up in it.
type look struct {
	*status.VRRP
	links map[string]*status.Link
	born  time.Time
}

// New returns the view of a snapshot. Born is when the agent began, from which
// moments are counted.
func New(v *status.VRRP, born time.Time) *snmp.View {
	l := &look{v, map[string]*status.Link{}, born}
	for i := range v.Links {
		l.links[v.Links[i].Name] = &v.Links[i]
	}
	nodes := append(snmp.Global(v.Config), l.groups()...)
	nodes = append(nodes, l.instances())
	nodes = append(nodes, l.tracked()...)
	nodes = append(nodes, l.addresses())
	nodes = append(nodes, l.routes()...)
	nodes = append(nodes, l.rules())
	nodes = append(nodes, l.objects()...)
	nodes = append(nodes, l.rfc2787()...)
	return snmp.NewView(append(nodes, l.rfc6527()...)...)
}

func (l *look) index(name string) int {
	if k := l.links[name]; k != nil {
		return k.Index
	}
	return 0
}

func command(s *config.Script) snmp.Value {
	if s == nil {
		return snmp.Value{}
	}
	return agentx.Text(status.Command(s.Args))
}

func seconds(d time.Duration) snmp.Value      { return agentx.Gauge(uint32(d / time.Second)) }
func microseconds(d time.Duration) snmp.Value { return agentx.Gauge(uint32(d / time.Microsecond)) }

func notifies(n *config.Notify) bool {
	for _, s := range []*config.Script{n.Master, n.Backup, n.Fault, n.Stop, n.Any, n.Deleted, n.MasterRxLowerPri} {
		if s != nil {
			return true
		}
	}
	return false
}

func (l *look) groups() []snmp.Node {
	var rows []snmp.Row[*status.Group]
	var members []snmp.Row[string]
	for i := range l.Groups {
		g := &l.Groups[i]
		rows = append(rows, snmp.Row[*status.Group]{Index: []uint32{uint32(i + 1)}, Data: g})
		members = append(members, snmp.Numbered(g.Members, uint32(i+1))...)
	}
	type group = *status.Group
	return []snmp.Node{
		snmp.Table(root.Append(1, 1), rows, []snmp.Column[group]{
			{ID: 2, Value: func(g group) snmp.Value { return agentx.Text(g.Config.Name) }},
			{ID: 3, Value: func(g group) snmp.Value { return agentx.Int(int(g.State)) }},
			{ID: 4, Value: func(g group) snmp.Value { return agentx.Truth(g.Config.Notify.SMTPAlert) }},
			{ID: 5, Value: func(g group) snmp.Value { return agentx.Truth(notifies(&g.Config.Notify)) }},
			{ID: 6, Value: func(g group) snmp.Value { return command(g.Config.Notify.Master) }},
			{ID: 7, Value: func(g group) snmp.Value { return command(g.Config.Notify.Backup) }},
			{ID: 8, Value: func(g group) snmp.Value { return command(g.Config.Notify.Fault) }},
			{ID: 9, Value: func(g group) snmp.Value { return command(g.Config.Notify.Any) }},
			{ID: 10, Value: func(g group) snmp.Value { return agentx.Truth(g.Config.TrackingWeight) }},
			{ID: 11, Value: func(g group) snmp.Value { return command(g.Config.Notify.Stop) }},
		}),
		snmp.Table(root.Append(2, 1), members, []snmp.Column[string]{{ID: 2, Value: agentx.Text}}),
	}
}

// tracked are the lists of what instances and groups track.
func (l *look) tracked() []snmp.Node {
	var nodes []snmp.Node
	add := func(table, first uint32, of func(*config.Tracking) []config.Tracked, group bool) {
		var rows []snmp.Row[config.Tracked]
		list := func(i int, t *config.Tracking) {
			var own []config.Tracked
			for _, o := range of(t) {
				if group || !o.OfGroup {
					own = append(own, o)
				}
			}
			rows = append(rows, snmp.Numbered(own, uint32(i+1))...)
		}
		if group {
			for i := range l.Groups {
				list(i, &l.Groups[i].Config.Tracking)
			}
		} else {
			for i := range l.Instances {
				list(i, &l.Instances[i].Config.Tracking)
			}
		}
		nodes = append(nodes, snmp.Table(root.Append(table, 1), rows, []snmp.Column[config.Tracked]{
			{ID: first, Value: func(t config.Tracked) snmp.Value { return agentx.Text(t.Name) }},
			{ID: first + 1, Value: func(t config.Tracked) snmp.Value { return agentx.Int(t.Weight) }},
			{ID: first + 2, Value: func(t config.Tracked) snmp.Value { return agentx.Truth(t.Reverse) }},
		}))
	}
	for _, t := range []struct {
		of                       func(*config.Tracking) []config.Tracked
		first, instances, groups uint32
	}{
		{func(t *config.Tracking) []config.Tracked { return t.Interfaces }, 1, 4, 14},
		{func(t *config.Tracking) []config.Tracked { return t.Scripts }, 2, 5, 15},
		{func(t *config.Tracking) []config.Tracked { return t.Files }, 2, 12, 16},
		{func(t *config.Tracking) []config.Tracked { return t.BFDs }, 2, 17, 19},
		{func(t *config.Tracking) []config.Tracked { return t.Processes }, 2, 20, 22},
	} {
		add(t.instances, t.first, t.of, false)
		add(t.groups, t.first, t.of, true)
	}
	return nodes
}

// objects are what can be tracked.
func (l *look) objects() []snmp.Node {
	type script = status.Script
	type file = status.File
	type session = status.BFD
	type process = status.Process
	return []snmp.Node{
		snmp.Table(root.Append(9, 1), snmp.Numbered(l.Scripts), []snmp.Column[script]{
			{ID: 2, Value: func(s script) snmp.Value { return agentx.Text(s.Config.Name) }},
			{ID: 3, Value: func(s script) snmp.Value { return command(s.Config.Script) }},
			{ID: 4, Value: func(s script) snmp.Value { return agentx.Int(int(s.Config.Interval / time.Second)) }},
			{ID: 5, Value: func(s script) snmp.Value { return agentx.Int(s.Config.Weight) }},
			{ID: 6, Value: result},
			{ID: 7, Value: func(s script) snmp.Value { return agentx.Gauge(uint32(s.Config.Rise)) }},
			{ID: 8, Value: func(s script) snmp.Value { return agentx.Gauge(uint32(s.Config.Fall)) }},
			{ID: 9, Value: func(s script) snmp.Value { return agentx.Truth(s.Config.Reverse) }},
			{ID: 10, Value: func(s script) snmp.Value {
				if p := s.Config.Script.Path; p != "" {
					return agentx.Text(p)
				}
				return agentx.Text(strings.Join(s.Config.Script.Args[:min(1, len(s.Config.Script.Args))], ""))
			}},
			{ID: 11, Value: func(s script) snmp.Value { return microseconds(s.Config.Interval) }},
			{ID: 12, Value: func(s script) snmp.Value { return microseconds(s.Config.Timeout) }},
		}),
		snmp.Table(root.Append(13, 1), snmp.Numbered(l.Files), []snmp.Column[file]{
			{ID: 2, Value: func(f file) snmp.Value { return agentx.Text(f.Config.Name) }},
			{ID: 3, Value: func(f file) snmp.Value { return agentx.Text(f.Config.Path) }},
			{ID: 4, Value: func(f file) snmp.Value { return agentx.Int(int(f.Value)) }},
			{ID: 5, Value: func(f file) snmp.Value { return agentx.Int(f.Config.Weight) }},
			{ID: 6, Value: func(f file) snmp.Value { return agentx.Truth(f.Config.Reverse) }},
		}),
		snmp.Table(root.Append(18, 1), snmp.Numbered(l.BFDs), []snmp.Column[session]{
			{ID: 2, Value: func(b session) snmp.Value { return agentx.Text(b.Config.Name) }},
			{ID: 3, Value: func(b session) snmp.Value { return agentx.Int(map[bool]int{true: 1}[b.Up]) }},
			{ID: 4, Value: func(b session) snmp.Value { return agentx.Int(b.Config.Weight) }},
			{ID: 5, Value: func(b session) snmp.Value { return agentx.Truth(b.Config.Reverse) }},
		}),
		snmp.Table(root.Append(21, 1), snmp.Numbered(l.Processes), []snmp.Column[process]{
			{ID: 2, Value: func(p process) snmp.Value { return agentx.Text(p.Config.Name) }},
			{ID: 3, Value: func(p process) snmp.Value { return agentx.Text(p.Config.Process) }},
			{ID: 4, Value: func(p process) snmp.Value { return agentx.Text(strings.Join(p.Config.Params, " ")) }},
			{ID: 5, Value: func(p process) snmp.Value { // none, exact, partial, initial
				return agentx.Int(map[config.ParamMatch]int{config.ParamMatchExact: 1, config.ParamMatchPartial: 2, config.ParamMatchInitial: 3}[p.Config.ParamMatch])
			}},
			{ID: 6, Value: func(p process) snmp.Value { return agentx.Int(p.Config.Weight) }},
			{ID: 7, Value: func(p process) snmp.Value { return agentx.Truth(p.Config.Reverse) }},
			{ID: 8, Value: func(p process) snmp.Value { return agentx.Gauge(p.Config.Quorum) }},
			{ID: 9, Value: func(p process) snmp.Value { return agentx.Int(int(int32(p.Config.QuorumMax))) }},
			{ID: 10, Value: func(p process) snmp.Value { return microseconds(p.Config.ForkDelay) }},
			{ID: 11, Value: func(p process) snmp.Value { return microseconds(p.Config.TerminateDelay) }},
			{ID: 12, Value: func(p process) snmp.Value {
				return agentx.Truth(p.Config.FullCommand || len(p.Config.Params) > 0 || p.Config.ParamMatch != config.ParamMatchNone)
			}},
			{ID: 13, Value: func(p process) snmp.Value { return agentx.Int(int(p.Running)) }},
			{ID: 14, Value: func(p process) snmp.Value { return agentx.Truth(p.Quorum) }},
		}),
	}
}

// result is 1 before the first result, 5 if the script counts as failed until
// then, 2 bad, 3 good.
func result(s status.Script) snmp.Value {
	switch {
	case s.Init == string(track.BeginUndecided):
		return agentx.Int(1)
	case s.Init == string(track.BeginFailed):
		return agentx.Int(5)
	case s.Result >= s.Config.Rise:
		return agentx.Int(3)
	}
	return agentx.Int(2)
}
