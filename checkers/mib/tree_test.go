package mib

import (
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"keepalived/core/config"
	"keepalived/core/status"
	"keepalived/ipvs"
)

// none are counters that stand still.
type none struct{}

func (none) Service(int) ipvs.Counters                      { return ipvs.Counters{} }
func (none) Server(int, int) (d ipvs.DestinationStatistics) { return d }

func sample() *status.Checkers {
	c := &config.Config{}
	c.LVS.Groups = []*config.VirtualServerGroup{
		{Name: "empty"},
		{Name: "g", Entries: []config.GroupEntry{{First: netip.MustParseAddr("10.0.0.1"), Last: netip.MustParseAddr("10.0.0.2")}, {IsFWMark: true, FWMark: 5}}},
	}
	server := func(a string) status.RealServer {
		return status.RealServer{Config: &config.RealServer{Addr: netip.MustParseAddr(a), Port: 80}, Effective: -3}
	}
	all := &status.Checkers{Config: c}
	all.VirtualServers = []status.VirtualServer{
		{Config: &config.VirtualServer{IsFWMark: true, FWMark: 9}},
		{Config: &config.VirtualServer{Group: "g"}, RealServers: []status.RealServer{server("10.0.1.1"), server("10.0.1.2")}},
		{Config: &config.VirtualServer{Addr: netip.MustParseAddr("2001:db8::1"), SorryServer: &config.SorryServer{Addr: netip.MustParseAddr("2001:db8::2")}}, RealServers: []status.RealServer{server("2001:db8::3")}},
	}
	return all
}

// Whatever the name: Next has the first of the objects behind it, and Get has
// an object by its name alone.
func TestNext(t *testing.T) {
	tree := New(sample(), none{})
	var names []OID
	for name, v := tree.Next(nil); name != nil; name, v = tree.Next(name) {
		if !v.Present() {
			t.Fatalf("%v has no value", name)
		}
		names = append(names, name)
	}
	if !slices.IsSortedFunc(names, slices.Compare[OID]) || len(names) < 250 {
		t.Fatalf("%d names: %v", len(names), names)
	}
	rapid.Check(t, func(rt *rapid.T) {
		name := slices.Clone(rapid.SampledFrom(names).Draw(rt, "near"))
		for range rapid.IntRange(0, 3).Draw(rt, "changes") {
			switch i := rapid.IntRange(0, len(name)).Draw(rt, "place"); {
			case i == len(name):
				name = append(name, rapid.Uint32().Draw(rt, "more"))
			case rapid.Bool().Draw(rt, "cut"):
				name = name[:i]
			default:
				name[i] += rapid.Uint32Range(0, 2).Draw(rt, "step") - 1
			}
		}
		at, exact := slices.BinarySearchFunc(names, name, slices.Compare[OID])
		if v := tree.Get(name); v.Present() != exact {
			rt.Fatalf("%v: value %+v, known %t", name, v, exact)
		}
		var want OID
		if exact {
			at++
		}
		if at < len(names) {
			want = names[at]
		}
		if got, _ := tree.Next(name); !slices.Equal(got, want) {
			rt.Fatalf("behind %v comes %v, want %v", name, got, want)
		}
	})
}

// Only real servers have a weight that may be set.
func TestWeight(t *testing.T) {
	c := sample()
	for _, x := range []struct {
		name OID
		want string
	}{
		{OID{4, 1, 7, 2, 1}, "10.0.1.1"},
		{OID{4, 1, 7, 2, 2}, "10.0.1.2"},
		{OID{4, 1, 7, 3, 2}, "2001:db8::3"},
		{OID{4, 1, 7, 3, 1}, ""}, // the sorry server
		{OID{4, 1, 7, 1, 1}, ""}, {OID{4, 1, 7, 9, 9}, ""}, {OID{4, 1, 7, 0, 1}, ""},
		{OID{4, 1, 8, 2, 1}, ""}, {OID{4, 1, 7, 2}, ""}, {OID{4, 1, 7, 2, 1, 0}, ""}, {nil, ""},
	} {
		got := ""
		if _, r, ok := Weight(c, below(root, x.name...)); ok {
			got = r.Config.Addr.String()
		}
		if got != x.want {
			t.Errorf("%v: %q, want %q", x.name, got, x.want)
		}
	}
}
