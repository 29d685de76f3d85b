package vrrp

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// clashingPairs compares every instance with every other one, as section 11.3
// words it.
func clashingPairs(instances []*instance) (pairs []string) {
	for i, v := range instances {
		for _, o := range instances[i+1:] {
			if v.VRID != o.VRID || v.Family != o.Family || v.Unicast != o.Unicast {
				continue
			}
			same := v.base() == o.base() && v.MulticastGroup == o.MulticastGroup
			if v.Unicast {
				common := slices.ContainsFunc(v.UnicastPeers, func(a config.UnicastPeer) bool {
					return slices.ContainsFunc(o.UnicastPeers, func(b config.UnicastPeer) bool { return a.Addr == b.Addr })
				})
				same = common && v.Source == o.Source && (v.Interface == o.Interface || v.Interface == "" || o.Interface == "")
			}
			if same {
				pairs = append(pairs, v.Name+" "+o.Name)
			}
		}
	}
	return pairs
}

// The index finds the pairs that a comparison of all with all finds, in the
// same order.
func TestConflictIndex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		address := func(last int) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, 2, byte(last)}) }
		r := &Room{}
		for i := range rapid.IntRange(0, 12).Draw(t, "instances") {
			v := &instance{place: i, Instance: config.Instance{
				Name: fmt.Sprint("V", i), VRID: uint8(rapid.IntRange(1, 2).Draw(t, "vrid")), Family: 4,
				Interface:      rapid.SampledFrom([]string{"", "eth0", "eth1", "vlan"}).Draw(t, "interface"),
				MulticastGroup: netip.AddrFrom4([4]byte{224, 0, 0, byte(rapid.IntRange(18, 19).Draw(t, "group"))}),
			}}
			if v.Interface == "vlan" {
				v.link.Base = "eth0"
			}
			for range rapid.IntRange(0, 3).Draw(t, "peers") {
				v.UnicastPeers = append(v.UnicastPeers, config.UnicastPeer{Addr: address(rapid.IntRange(1, 4).Draw(t, "peer"))})
			}
			v.Unicast = len(v.UnicastPeers) > 0
			if rapid.Bool().Draw(t, "source given") {
				v.Source = address(9)
			}
			r.instances = append(r.instances, v)
		}
		p := reader.NewPass(config.PassVRRP, reader.Mode{Test: true}, nil, new(config.Config), machine())
		ok := r.vridConflicts(p)
		var got []string
		for _, d := range p.Diagnostics {
			words := strings.Fields(d.Message)
			if strings.HasPrefix(words[0], "(") { // (A) duplicate VRID conflict with B VRID 1
				got = append(got, strings.Trim(words[0], "()")+" "+words[5])
			} else { // A and B both use VRID 1 ...
				got = append(got, words[0]+" "+words[2])
			}
		}
		if want := clashingPairs(r.instances); ok != (len(want) == 0) || !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

// sequence is an instance for each VRID on each of many groups: the example
// of the manual with 65,024 instances, which the C daemon compares with each
// other for two minutes.
func sequence(count int) string {
	conf := make([]byte, 0, 200*count)
	for i := range count {
		conf = fmt.Appendf(conf, "vrrp_instance V%d {\n interface eth0\n virtual_router_id %d\n mcast_dst_ip 224.0.%d.%d\n virtual_ipaddress {\n  10.%d.%d.%d\n }\n}\n",
			i, i%255+1, i/255/255, i/255%255, i>>16, i>>8&255, i&255)
	}
	return string(conf)
}

// Time grows with the number of instances, not with its square.
func TestManyInstances(t *testing.T) {
	start := time.Now()
	o := load(t, sequence(65024))
	if n := len(o.config.VRRP.Instances); n != 65024 || len(o.messages) > 0 {
		t.Fatalf("%d instances, %d messages, the first %.1q", n, len(o.messages), o.messages)
	}
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("%v for 65,024 instances", took)
	}
}

func BenchmarkInstances(b *testing.B) {
	conf := sequence(10000)
	b.ReportAllocs()
	for b.Loop() {
		load(b, conf)
	}
}
