package mib

import (
	"net/netip"
	"testing"
	"time"

	"keepalived/core/config"
	"keepalived/core/notify"
	"keepalived/core/snmp/agentx"
	"keepalived/core/status"
)

func sample() *status.VRRP {
	vip := func(s string) status.Address {
		return status.Address{Config: &config.Address{Prefix: netip.MustParsePrefix(s)}, Link: "eth0", Set: true}
	}
	c := &config.Config{}
	c.Global.RouterID, c.Global.NotificationEmails = "R", []string{"a@b", "c@d"}
	c.VRRP.StaticRoutes = []*config.Route{{Family: 4, Dst: netip.MustParsePrefix("10.0.0.0/8"), Type: 1, Protocol: 18}}
	first := &config.Instance{Name: "A", Interface: "eth0", VRID: 1, Version: 2, Family: 4, AdvertInt: time.Second, MulticastGroup: netip.MustParseAddr("224.0.0.18")}
	second := &config.Instance{Name: "B", Interface: "eth0", VRID: 2, Version: 3, Family: 4, AdvertInt: time.Second / 2, Unicast: true}
	return &status.VRRP{
		Config: c,
		Instances: []status.Instance{
			{Config: first, State: status.Master, Link: "eth0", Base: 100, VIPs: []status.Address{vip("10.9.0.1/24")}},
			{Config: second, State: status.Backup, Link: "eth0", Base: 90, VIPs: []status.Address{vip("10.9.0.2/24")}, Excluded: []status.Address{vip("10.9.0.3/24")}},
		},
		Links: []status.Link{{Name: "eth0", Index: 4, MAC: []byte{2, 0, 0, 0, 0, 1}}},
	}
}

func TestView(t *testing.T) {
	v := New(sample(), time.Now())
	for name, want := range map[string]agentx.Value{
		"1.3.6.1.4.1.9586.100.5.1.3.5.1.2.2":       agentx.Text("c@d"),
		"1.3.6.1.4.1.9586.100.5.2.3.1.2.2":         agentx.Text("B"),
		"1.3.6.1.4.1.9586.100.5.2.3.1.12.1":        agentx.Gauge(1),
		"1.3.6.1.4.1.9586.100.5.2.3.1.12.2":        agentx.Gauge(50),
		"1.3.6.1.4.1.9586.100.5.2.3.1.27.1":        agentx.Int(0),
		"1.3.6.1.4.1.9586.100.5.2.3.1.35.1":        agentx.Octets([]byte{224, 0, 0, 18}),
		"1.3.6.1.4.1.9586.100.5.2.3.1.35.2":        {Type: agentx.NoSuchInstance},
		"1.3.6.1.4.1.9586.100.5.2.7.1.18.0.1":      agentx.Int(19),
		"1.3.6.1.2.1.68.1.3.1.2.4.1":               agentx.Octets([]byte{2, 0, 0, 0, 0, 1}),
		"1.3.6.1.2.1.68.1.3.1.3.4.2":               {Type: agentx.NoSuchInstance},
		"1.3.6.1.2.1.207.1.1.1.1.6.4.2.1":          agentx.Int(2),
		"1.3.6.1.2.1.207.1.1.2.1.2.4.2.1.10.9.0.2": agentx.Int(1),
		"1.3.6.1.4.1.9586.100.5.2.8.1.39.1":        {Type: agentx.NoSuchObject},
		"1.3.6.1.4.1.9586.100.5.2.23.1.1.1":        {Type: agentx.NoSuchObject},
	} {
		got := v.Get(agentx.ParseOID(name))
		if got.Type != want.Type || got.Number != want.Number || string(got.Octets) != string(want.Octets) {
			t.Errorf("%s is %v, not %v", name, got, want)
		}
	}
}

// TestAdvertised: an address is advertised whichever instance it is of.
func TestAdvertised(t *testing.T) {
	v := New(sample(), time.Now())
	for name, want := range map[string]int32{"1.1": 1, "2.1": 1, "2.2": 2} {
		if got := v.Get(agentx.ParseOID("1.3.6.1.4.1.9586.100.5.2.6.1.11." + name)).Int(); got != want {
			t.Errorf("vrrpAddressAdvertising.%s is %d, not %d", name, got, want)
		}
	}
}

// TestWalk: a walk meets every object once, in order, and Get agrees with it.
func TestWalk(t *testing.T) {
	v := New(sample(), time.Now())
	var at agentx.OID
	n := 0
	for {
		name, value := v.Next(agentx.Range{Start: at})
		if name == nil {
			break
		}
		if name.Compare(at) <= 0 {
			t.Fatalf("%v comes behind %v", name, at)
		}
		if got := v.Get(name); got.Type != value.Type || got.Number != value.Number {
			t.Errorf("%v is %v in a walk and %v to a Get", name, value, got)
		}
		at, n = name, n+1
	}
	if n < 150 {
		t.Errorf("a walk of two instances has %d objects", n)
	}
}

func TestChanged(t *testing.T) {
	v := sample()
	trap, ok := Changed(v.Config, notify.InstanceState{Instance: v.Instances[0].Config, State: notify.Stop})
	if !ok || trap.Name.String() != ".1.3.6.1.4.1.9586.100.5.2.10.0.2" || len(trap.Binds) != 4 || trap.Binds[1].Value.Int() != 5 {
		t.Errorf("the stop of an instance is told as %v", trap)
	}
	if _, ok := Changed(v.Config, notify.InstanceState{Instance: v.Instances[0].Config, State: notify.MasterRxLowerPri}); ok {
		t.Error("a master that hears a lower priority sends a notification")
	}
}

func TestInstanceOf(t *testing.T) {
	v := sample()
	in, column := InstanceOf(v, agentx.ParseOID("1.3.6.1.4.1.9586.100.5.2.3.1.7.2"))
	if in != &v.Instances[1] || column != 7 {
		t.Errorf("found %v, column %d", in, column)
	}
	for _, name := range []string{"1.3.6.1.4.1.9586.100.5.2.3.1.7.3", "1.3.6.1.4.1.9586.100.5.2.3.1.7.0", "1.3.6.1.4.1.9586.100.5.2.3.1.7"} {
		if in, _ := InstanceOf(v, agentx.ParseOID(name)); in != nil {
			t.Errorf("%s is an instance", name)
		}
	}
}
