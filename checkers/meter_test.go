package checkers

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"keepalived/core/config"
	"keepalived/core/status"
	"keepalived/ipvs"
)

// dial is a kernel whose counters say how often they were read.
type dial struct {
	ipvs.Client
	asked  []string
	closed bool
}

func (d *dial) Counters(key ipvs.ServiceKey) (ipvs.Counters, error) {
	d.asked = append(d.asked, "service "+key.String())
	if key.Port == 9 {
		return ipvs.Counters{}, errors.New("no such service")
	}
	return ipvs.Counters{Connections: 1, ByteRateOut: 10}, nil
}

func (d *dial) Statistics(key ipvs.ServiceKey) (s ipvs.Statistics, err error) {
	d.asked = append(d.asked, "servers "+key.String())
	server := func(a string, port uint16, active uint32) ipvs.DestinationStatistics {
		return ipvs.DestinationStatistics{Key: ipvs.DestinationKey{Addr: netip.MustParseAddr(a), Port: port}, Active: active}
	}
	s.Destinations = []ipvs.DestinationStatistics{server("10.1.1.1", 80, 3), server("10.1.1.9", key.Port, 2), server("10.1.1.7", 80, 100)}
	return s, nil
}

func (d *dial) open(*config.Config) (ipvs.Client, error) { return d, nil }

func (d *dial) Close() error { d.closed = true; return nil }

// Counters are summed up over the services of a virtual server, those of real
// servers are found by what their method makes of their ports, and each is read
// once in its interval.
func TestMeter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kernel, opened := &dial{}, 0
		m := newMeter(func(*config.Config) (ipvs.Client, error) {
			if opened++; opened == 1 {
				return nil, errors.New("no IPVS yet")
			}
			return kernel, nil
		})
		c := &config.Config{}
		c.Global.SNMP.VSStatsInterval, c.Global.SNMP.RSStatsInterval = 5*time.Second, 20*time.Second
		vs := &config.VirtualServer{
			RealServers: []*config.RealServer{{Addr: netip.MustParseAddr("10.1.1.2"), Port: 80}, {Addr: netip.MustParseAddr("10.1.1.1"), Port: 80}},
			SorryServer: &config.SorryServer{Addr: netip.MustParseAddr("10.1.1.9"), Port: 80, Method: config.Method{Forwarding: config.ForwardDR}},
		}
		key := func(port uint16) ipvs.ServiceKey {
			return ipvs.AddressKey(config.ProtocolTCP, netip.MustParseAddr("10.0.0.1"), port)
		}
		g := gauge{m, &status.Checkers{Config: c, VirtualServers: []status.VirtualServer{{Config: vs}}}, [][]ipvs.ServiceKey{{key(1), key(2), key(9)}}}
		look := func() string {
			s := g.Service(0)
			return fmt.Sprint(s.Connections, s.ByteRateOut, g.Server(0, 0).Active, g.Server(0, 1).Active, g.Server(0, -1).Active)
		}
		if got := look(); got != "0 0 0 9 6" {
			t.Errorf("at first %s", got)
		}
		time.Sleep(5 * time.Second)
		for range 3 {
			if got := look(); got != "2 20 0 9 6" {
				t.Errorf("then %s", got)
			}
		}
		want := []string{"servers 10.0.0.1:1", "servers 10.0.0.1:2", "servers 10.0.0.1:9", "service 10.0.0.1:1", "service 10.0.0.1:2", "service 10.0.0.1:9"}
		for i := range want {
			want[i] = want[i][:8] + key(map[int]uint16{0: 1, 1: 2, 2: 9}[i%3]).String()
		}
		if !slices.Equal(kernel.asked, want) {
			t.Errorf("asked %q, want %q", kernel.asked, want)
		}
		kernel.asked = nil
		time.Sleep(15 * time.Second)
		look()
		if len(kernel.asked) != 6 {
			t.Errorf("after both intervals: %q", kernel.asked)
		}
		if m.close(); !kernel.closed || opened != 2 {
			t.Errorf("closed %t, opened %d times", kernel.closed, opened)
		}
	})
}
