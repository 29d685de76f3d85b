package checkers

import (
	"net/netip"
	"slices"
	"testing"

	"keepalived/core/config"
	"keepalived/ipvs"
)

// TestKeys are the services of groups. A range that crosses a /24 boundary is
// walked properly: the C daemon walks it for ever.
func TestKeys(t *testing.T) {
	entry := func(first, last string, port uint16) config.GroupEntry {
		return config.GroupEntry{First: parse(first), Last: parse(last), Port: port}
	}
	mark := func(n uint32, family int) config.GroupEntry {
		return config.GroupEntry{IsFWMark: true, FWMark: n, Family: family}
	}
	tcp := func(addr string, port uint16) ipvs.ServiceKey {
		return ipvs.AddressKey(config.ProtocolTCP, netip.MustParseAddr(addr), port)
	}
	for _, c := range []struct {
		name    string
		vs      config.VirtualServer
		entries []config.GroupEntry
		want    []ipvs.ServiceKey
	}{
		{"address", config.VirtualServer{Addr: parse("10.9.0.1"), Port: 80, Protocol: config.ProtocolTCP}, nil, []ipvs.ServiceKey{tcp("10.9.0.1", 80)}},
		{"mark", config.VirtualServer{IsFWMark: true, FWMark: 7, Family: 6}, nil, []ipvs.ServiceKey{ipvs.FWMarkKey(6, 7)}},
		{"range over a /24 boundary", config.VirtualServer{Group: "g", Protocol: config.ProtocolTCP},
			[]config.GroupEntry{entry("10.9.0.254", "10.9.1.1", 80)},
			[]ipvs.ServiceKey{tcp("10.9.0.254", 80), tcp("10.9.0.255", 80), tcp("10.9.1.0", 80), tcp("10.9.1.1", 80)}},
		{"last address of all", config.VirtualServer{Group: "g", Protocol: config.ProtocolTCP},
			[]config.GroupEntry{entry("255.255.255.254", "255.255.255.255", 80)},
			[]ipvs.ServiceKey{tcp("255.255.255.254", 80), tcp("255.255.255.255", 80)}},
		{"marks after addresses", config.VirtualServer{Group: "g", Protocol: config.ProtocolTCP, Family: 6},
			[]config.GroupEntry{mark(5, 0), entry("fd01::1", "fd01::2", 81), mark(6, 4)},
			[]ipvs.ServiceKey{tcp("fd01::1", 81), tcp("fd01::2", 81), ipvs.FWMarkKey(6, 5), ipvs.FWMarkKey(4, 6)}},
	} {
		if got := keysOf(&c.vs, c.entries, 0); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestServices are the flags of scenario 28.
func TestServices(t *testing.T) {
	v4, v6 := ipvs.AddressKey(config.ProtocolTCP, parse("10.9.0.1"), 80), ipvs.AddressKey(config.ProtocolSCTP, parse("fd01::1"), 80)
	for _, c := range []struct {
		vs   config.VirtualServer
		key  ipvs.ServiceKey
		want string
	}{
		{config.VirtualServer{Scheduler: "sh", SchedulerFlags: 3, Persistent: true, PersistenceTimeout: 360, GranularityMask: parse("255.255.255.0")}, v4,
			"-A -t 10.9.0.1:80 -s sh -p 360 -M 255.255.255.0 -b sh-fallback,sh-port\n"},
		{config.VirtualServer{Scheduler: "mh", SchedulerFlags: 3}, v4, "-A -t 10.9.0.1:80 -s mh -b mh-fallback,mh-port\n"},
		{config.VirtualServer{Scheduler: "rr", SchedulerFlags: 1, OnePacket: true}, ipvs.AddressKey(config.ProtocolUDP, parse("10.9.0.3"), 5060),
			"-A -u 10.9.0.3:5060 -s rr -o -b flag-1\n"},
		{config.VirtualServer{Scheduler: "rr", Persistent: true, PersistenceTimeout: 100, PersistenceEngine: "sip"}, v4, "-A -t 10.9.0.1:80 -s rr -p 100 --pe sip\n"},
		{config.VirtualServer{Scheduler: "rr", PersistenceEngine: "sip"}, v4, "-A -t 10.9.0.1:80 -s rr\n"},
		{config.VirtualServer{Scheduler: "rr", Persistent: true, PersistenceTimeout: 50, GranularityLength: 64}, v6,
			"-A --sctp-service [fd01::1]:80 -s rr -p 50 -M 64\n"},
	} {
		fake := ipvs.NewFake()
		if err := fake.AddService(serviceOf(&c.vs, c.key)); err != nil {
			t.Errorf("%s: %v", c.want, err)
		}
		if got := fake.String(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}
