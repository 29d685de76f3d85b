package vrrp

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"keepalived/core/config"
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

// A stream of rejected datagrams is one trap a second.
func TestRejectedTraps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newNode(t, &network.Segment{}, 1)
		h := &stormHost{fakeHost: fakeHost{d.host}, datagram: datagram(255, []byte{0x31, 51, 200, 1, 0, 5, 0xde, 0xad, 192, 0, 2, 100})}
		d.service.open = func() (Host, error) { return h, nil }
		cfg := parse(t, instance("version 3\npriority 150\n"+vip))
		cfg.Global.SNMP = config.SNMP{RFCv3: true, Traps: true, Socket: "unix:" + t.TempDir() + "/none"}
		d.run(func() {
			if err := d.service.Start(cfg); err != nil {
				t.Error(err)
			}
		})
		sleep(5 * time.Second)
		h.end = time.Now().Add(3 * time.Second)
		d.loop.Post(d.service.pools[0].drain)
		sleep(4 * time.Second)
		if n := strings.Count(d.take(), "Sending SNMP notification vrrpTrapProtoError"); n != 3 {
			t.Errorf("%d traps in three seconds", n)
		}
		d.stop()
	})
}
