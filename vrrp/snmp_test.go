package vrrp

import (
	"strings"
	"testing"

	"keepalived/core/network"
	"keepalived/core/snmp/agentx"
)

// TestChangedFromOutside is 05-observability section 8.4.
func TestChangedFromOutside(t *testing.T) {
	a := newNode(t, &network.Segment{}, 1)
	a.start(instance("priority 100\n" + vip))
	o := a.service.observer
	for _, c := range []struct {
		name  string
		value agentx.Value
		want  agentx.Error
	}{
		{"7.1", agentx.Int(0), agentx.WrongValue}, {"7.1", agentx.Int(255), agentx.WrongValue}, {"7.1", agentx.Gauge(5), agentx.WrongType},
		{"7.2", agentx.Int(5), agentx.NotWritable}, {"13.1", agentx.Int(3), agentx.WrongValue}, {"27.1", agentx.Int(1), agentx.NotWritable},
		{"7.1", agentx.Int(300), agentx.NoError}, {"13.1", agentx.Int(2), agentx.NoError},
	} {
		b := agentx.Bind{Name: agentx.ParseOID("1.3.6.1.4.1.9586.100.5.2.3.1." + c.name), Value: c.value}
		got := o.Test(b)
		if got != c.want {
			t.Errorf("setting %s to %v gives %d, not %d", c.name, c.value, got, c.want)
		}
		if got == agentx.NoError && o.Commit(b) != agentx.NoError {
			t.Errorf("%s is not set", c.name)
		}
	}
	if v := o.Get(agentx.ParseOID("1.3.6.1.4.1.9586.100.5.2.3.1.8.1")); v.Int() != 44 {
		t.Errorf("the effective priority is %v", v)
	}
	if v := o.Get(agentx.ParseOID("1.3.6.1.4.1.9586.100.5.2.3.1.13.1")); v.Int() != 2 {
		t.Errorf("preemption is %v", v)
	}
	if log := a.take(); !strings.Contains(log, "(VI_1) base priority changed from 100 to 44 via SNMP.") || !strings.Contains(log, "(VI_1) preemption disabled with SNMP") {
		t.Errorf("log:\n%s", log)
	}
	a.stop()
}
