package checkers

import (
	"strings"
	"testing"

	"keepalived/core/config"
	"keepalived/core/snmp"
	"keepalived/core/snmp/agentx"
)

const twoServers = `
virtual_server 10.9.0.1 80 {
    lvs_sched rr
    protocol TCP
    sorry_server 10.1.1.9 80
    real_server 10.1.1.1 80 { }
    real_server 10.1.1.2 80 { }
}
virtual_server 10.9.0.2 80 {
    lvs_sched rr
    protocol TCP
    real_server 10.1.1.3 80 { }
}
`

// Only the weight of a real server can be set, by an INTEGER of which the low
// octet counts, and a reload forgets it.
func TestSetWeight(t *testing.T) {
	inBubble(t, func(t *testing.T, l *lab) {
		if err := l.start(twoServers); err != nil {
			t.Fatal(err)
		}
		weight := snmp.Keepalived.Append(3, 4, 1, 7)
		set := func(v snmp.Value, name ...uint32) agentx.Error {
			b := agentx.Bind{Name: weight.Append(name...), Value: v}
			if e := l.s.observer.Test(b); e != agentx.NoError {
				return e
			}
			return l.s.observer.Commit(b)
		}
		for _, c := range []struct {
			name  []uint32
			value snmp.Value
			want  agentx.Error
		}{
			{[]uint32{1, 3}, agentx.Int(7), agentx.NoError},
			{[]uint32{1, 2}, agentx.Int(300), agentx.NoError},
			{[]uint32{2, 1}, agentx.Int(-3), agentx.NoError},
			{[]uint32{1, 1}, agentx.Int(7), agentx.NotWritable}, // the sorry server
			{[]uint32{1, 4}, agentx.Int(7), agentx.NotWritable},
			{[]uint32{2, 2}, agentx.Int(7), agentx.NotWritable},
			{[]uint32{3, 1}, agentx.Int(7), agentx.NotWritable},
			{[]uint32{0, 1}, agentx.Int(7), agentx.NotWritable},
			{[]uint32{1, 0}, agentx.Int(7), agentx.NotWritable},
			{[]uint32{1}, agentx.Int(7), agentx.NotWritable},
			{[]uint32{1, 2, 0}, agentx.Int(7), agentx.NotWritable},
			{[]uint32{1, 2}, agentx.Gauge(7), agentx.WrongType},
		} {
			if got := set(c.value, c.name...); got != c.want {
				t.Errorf("%v to %+v: error %d, want %d", c.name, c.value, got, c.want)
			}
		}
		weights := func() string {
			var all []string
			for line := range strings.Lines(l.kernel.String()) {
				if _, w, ok := strings.Cut(line, " -w "); ok {
					all = append(all, strings.TrimSpace(w))
				}
			}
			return strings.Join(all, " ")
		}
		if got := weights(); got != "44 7 253" {
			t.Errorf("weights %s", got)
		}
		_ = l.reload(twoServers)
		if got := weights(); got != "1 1 1" {
			t.Errorf("weights after a reload %s", got)
		}
	})
}

// The kernel's counters of the view that a manager sees are those of the
// virtual server's services.
func TestLook(t *testing.T) {
	inBubble(t, func(t *testing.T, l *lab) {
		if err := l.start(twoServers); err != nil {
			t.Fatal(err)
		}
		kernel := new(dial)
		var build func() *snmp.View
		l.on(func() {
			l.s.config.Global.SNMP = config.SNMP{}
			build = l.s.look(newMeter(kernel.open))
		})
		view := build()
		if v := view.Get(snmp.Keepalived.Append(3, 3, 1, 27, 2)); v.Number != 1 {
			t.Errorf("connections %+v", v)
		}
		if v := view.Get(snmp.Keepalived.Append(3, 4, 1, 15, 1, 2)); v.Number != 3 {
			t.Errorf("active connections %+v", v)
		}
	})
}
