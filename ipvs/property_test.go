package ipvs_test

import (
	"fmt"
	"net/netip"
	"testing"

	"pgregory.net/rapid"

	"keepalived/core/config"
	"keepalived/ipvs"
)

// The generators draw from few keys, so that commands meet, and from values
// that the kernel takes as well as some that it refuses.

func serviceKeys() *rapid.Generator[ipvs.ServiceKey] {
	return rapid.Custom(func(r *rapid.T) ipvs.ServiceKey {
		if rapid.IntRange(0, 3).Draw(r, "mark") == 0 {
			return ipvs.FWMarkKey(rapid.SampledFrom([]int{4, 6}).Draw(r, "family"), rapid.SampledFrom([]uint32{1, 2}).Draw(r, "fwmark"))
		}
		addr := netip.MustParseAddr(rapid.SampledFrom([]string{"10.0.0.1", "10.0.0.2", "fd00::1"}).Draw(r, "addr"))
		protocol := rapid.SampledFrom([]config.Protocol{config.ProtocolTCP, config.ProtocolUDP, config.ProtocolSCTP}).Draw(r, "protocol")
		return ipvs.AddressKey(protocol, addr, rapid.SampledFrom([]uint16{0, 80}).Draw(r, "port"))
	})
}

func services() *rapid.Generator[ipvs.Service] {
	return rapid.Custom(func(r *rapid.T) ipvs.Service {
		s := ipvs.Service{Key: serviceKeys().Draw(r, "key")}
		s.Scheduler = rapid.SampledFrom([]string{"rr", "wrr", "lc", "wlc", "sh", "mh", "nq"}).Draw(r, "scheduler")
		s.Flags = ipvs.Flags(rapid.SampledFrom([]uint32{0, 1, 4, 5, 8, 0x39}).Draw(r, "flags"))
		s.Timeout = rapid.Uint32Range(0, 2678400).Draw(r, "timeout")
		s.Netmask = rapid.SampledFrom([]uint32{0, 1, 64, 128}).Draw(r, "netmask")
		if s.Key.Family == 4 {
			s.Netmask *= 0x1010101
		}
		s.PersistenceEngine = rapid.SampledFrom([]string{"", "", "sip"}).Draw(r, "engine")
		return s
	})
}

// destinations draws servers that fit a service of the family, and, unless
// valid is set, some that do not.
func destinations(family int, valid bool) *rapid.Generator[ipvs.Destination] {
	return rapid.Custom(func(r *rapid.T) ipvs.Destination {
		family := family
		if !valid && rapid.IntRange(0, 7).Draw(r, "mixed") == 0 {
			family = 10 - family
		}
		prefix := map[int]string{4: "10.1.1.", 6: "fd01::"}[family]
		d := ipvs.Destination{Key: ipvs.DestinationKey{
			Addr: netip.MustParseAddr(fmt.Sprint(prefix, rapid.IntRange(1, 3).Draw(r, "host"))),
			Port: rapid.SampledFrom([]uint16{0, 80}).Draw(r, "port"),
		}}
		d.Weight = rapid.SampledFrom([]uint32{0, 1, 65536, ipvs.MaxWeight}).Draw(r, "weight")
		d.Method = config.Method{
			Forwarding: rapid.SampledFrom([]config.Forwarding{config.ForwardNAT, config.ForwardTUN, config.ForwardDR}).Draw(r, "forwarding"),
			Tunnel:     rapid.SampledFrom([]config.TunnelType{config.TunnelIPIP, config.TunnelGUE, config.TunnelGRE}).Draw(r, "tunnel"),
			Port:       rapid.Uint16Range(1, 65535).Draw(r, "tunnel port"),
			Checksum:   rapid.SampledFrom([]config.TunnelChecksum{config.TunnelNoChecksum, config.TunnelChecksumOn, config.TunnelRemoteChecksum}).Draw(r, "checksum"),
		}
		d.Lower = rapid.Uint32Range(0, 3).Draw(r, "lower")
		d.Upper = d.Lower + rapid.Uint32Range(0, 3).Draw(r, "room")
		if !valid && rapid.IntRange(0, 7).Draw(r, "bad") == 0 {
			d.Weight++
			d.Lower++
			d.Method.Port = 0
		}
		return d
	})
}

func virtuals() *rapid.Generator[ipvs.Virtual] {
	return rapid.Custom(func(r *rapid.T) ipvs.Virtual {
		s := services().Draw(r, "service")
		return ipvs.Virtual{Service: s, Destinations: rapid.SliceOfN(destinations(s.Key.Family, true), 0, 5).Draw(r, "destinations")}
	})
}

// drawStep draws one command that can be run on any client.
func drawStep(r *rapid.T) func(ipvs.Client) error {
	s := services().Draw(r, "service")
	d := destinations(s.Key.Family, false).Draw(r, "destination")
	switch rapid.SampledFrom([]string{"A", "A", "a", "a", "a", "E", "e", "e", "D", "d"}).Draw(r, "verb") {
	case "A":
		return func(c ipvs.Client) error { return c.AddService(s) }
	case "E":
		return func(c ipvs.Client) error { return c.SetService(s) }
	case "D":
		return func(c ipvs.Client) error { return c.DelService(s.Key) }
	case "a":
		return func(c ipvs.Client) error { return c.AddDestination(s.Key, d) }
	case "e":
		return func(c ipvs.Client) error { return c.SetDestination(s.Key, d) }
	case "d":
		return func(c ipvs.Client) error { return c.DelDestination(s.Key, d.Key) }
	}
	panic("unknown verb")
}

// TestApplyReaches shows, for any table before and any wish, that Apply leads
// to the wish, that doing it again does nothing, that foreign services stay,
// and that the end of the wish is the end of its services.
func TestApplyReaches(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		fake := ipvs.NewFake()
		for range rapid.IntRange(0, 20).Draw(r, "history") {
			_ = drawStep(r)(fake) // refused commands are part of a history
		}
		wish := rapid.SliceOfN(virtuals(), 0, 6).Draw(r, "wish")
		before, err := ipvs.List(fake)
		if err != nil {
			r.Fatal(err)
		}
		foreign := ipvs.Save(without(before, wish))

		table := ipvs.NewTable(fake)
		if err := table.Apply(wish); err != nil {
			r.Fatal(err)
		}
		fresh := ipvs.NewFake()
		if err := ipvs.NewTable(fresh).Apply(wish); err != nil {
			r.Fatal(err)
		}
		after, err := ipvs.List(fake)
		if err != nil {
			r.Fatal(err)
		}
		if got := ipvs.Save(without(after, wish)); got != foreign {
			r.Fatalf("foreign services\n%s\nbecame\n%s", foreign, got)
		}
		if got, want := within(after, wish), within(mustList(r, fresh), wish); fmt.Sprint(got) != fmt.Sprint(want) {
			r.Fatalf("reached\n%v\nwant\n%v", got, want)
		}
		fake.Log()
		if err := table.Apply(wish); err != nil {
			r.Fatal(err)
		}
		if again := fake.Log(); len(again) > 0 {
			r.Fatalf("a second Apply did %q", again)
		}
		if err := table.Apply(nil); err != nil {
			r.Fatal(err)
		}
		if got := fake.String(); got != foreign {
			r.Fatalf("after the end\n%s\nwant\n%s", got, foreign)
		}
	})
}

// TestApplyIsReload shows that going from one wish to another ends where a
// start with the other would, and that what both have is not touched.
func TestApplyIsReload(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a := rapid.SliceOfN(virtuals(), 0, 6).Draw(r, "a")
		b := rapid.SliceOfN(virtuals(), 0, 6).Draw(r, "b")
		both := virtuals().Draw(r, "both")
		if len(both.Destinations) == 0 {
			both.Destinations = []ipvs.Destination{destinations(both.Service.Key.Family, true).Draw(r, "destination")}
		}
		first, second := append([]ipvs.Virtual{both}, without(a, []ipvs.Virtual{both})...), append([]ipvs.Virtual{both}, without(b, []ipvs.Virtual{both})...)
		fake, fresh := ipvs.NewFake(), ipvs.NewFake()
		table := ipvs.NewTable(fake)
		if err := table.Apply(first); err != nil {
			r.Fatal(err)
		}
		fake.Count(both.Service.Key, both.Destinations[0].Key, 7, 70, 700)
		if err := table.Apply(second); err != nil {
			r.Fatal(err)
		}
		if err := ipvs.NewTable(fresh).Apply(second); err != nil {
			r.Fatal(err)
		}
		if got, want := fake.String(), fresh.String(); got != want {
			r.Fatalf("reload leads to\n%s\nstart to\n%s", got, want)
		}
		s, err := fake.Statistics(both.Service.Key)
		if err != nil || s.Counters.Connections != 7 {
			r.Fatalf("counters %+v, %v", s.Counters, err)
		}
		if c, err := fake.Counters(both.Service.Key); err != nil || c != s.Counters {
			r.Fatalf("counters alone %+v, %v", c, err)
		}
	})
}

func mustList(r *rapid.T, c ipvs.Client) []ipvs.Virtual {
	list, err := ipvs.List(c)
	if err != nil {
		r.Fatal(err)
	}
	return list
}

// without are the entries of a table whose keys a wish lacks, within those
// that it has.
func without(table, wish []ipvs.Virtual) []ipvs.Virtual { return choose(table, wish, false) }
func within(table, wish []ipvs.Virtual) []ipvs.Virtual  { return choose(table, wish, true) }

func choose(table, wish []ipvs.Virtual, wanted bool) []ipvs.Virtual {
	keys := map[ipvs.ServiceKey]bool{}
	for _, v := range wish {
		keys[v.Service.Key] = true
	}
	var chosen []ipvs.Virtual
	for _, v := range table {
		if keys[v.Service.Key] == wanted {
			chosen = append(chosen, v)
		}
	}
	return chosen
}

// grid is a wish of many services with many destinations each.
func grid(services, destinations int) []ipvs.Virtual {
	wish := make([]ipvs.Virtual, services)
	for i := range wish {
		wish[i].Service = ipvs.Service{Key: ipvs.AddressKey(config.ProtocolTCP, netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 80), Scheduler: "wlc"}
		for j := range destinations {
			wish[i].Destinations = append(wish[i].Destinations, ipvs.Destination{
				Key:    ipvs.DestinationKey{Addr: netip.AddrFrom4([4]byte{10, 1, byte(j >> 8), byte(j)}), Port: 80},
				Weight: 1,
			})
		}
	}
	return wish
}

// BenchmarkApply is Apply of 1,000 services with 100 destinations each on the
// fake: to an empty table, to one that is right, and to one with one weight to
// change.
func BenchmarkApply(b *testing.B) {
	wish := grid(1000, 100)
	apply := func(b *testing.B, table *ipvs.Table) {
		if err := table.Apply(wish); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("fill", func(b *testing.B) {
		for b.Loop() {
			apply(b, ipvs.NewTable(ipvs.NewFake()))
		}
	})
	b.Run("unchanged", func(b *testing.B) {
		table := ipvs.NewTable(ipvs.NewFake())
		apply(b, table)
		for b.Loop() {
			apply(b, table)
		}
	})
	b.Run("one weight", func(b *testing.B) {
		table := ipvs.NewTable(ipvs.NewFake())
		apply(b, table)
		for b.Loop() {
			wish[500].Destinations[50].Weight ^= 2
			apply(b, table)
		}
	})
}
