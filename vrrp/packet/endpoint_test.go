package packet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"

	"keepalived/core/config"
	"keepalived/vrrp/internal/golden"
)

// anyInstance draws the configuration of a virtual router.
func anyInstance(t *rapid.T, families ...int) *config.Instance {
	in := &config.Instance{
		Name: "VI", Family: rapid.SampledFrom(families).Draw(t, "family"), Version: rapid.IntRange(2, 3).Draw(t, "version"),
		VRID: rapid.Uint8Min(1).Draw(t, "vrid"), UnicastTTL: -1, Priority: 100,
	}
	in.AdvertInt = time.Duration(rapid.IntRange(1, 255).Draw(t, "s")) * time.Second
	if in.Version == 3 {
		in.AdvertInt = time.Duration(rapid.IntRange(1, 4095).Draw(t, "cs")) * 10 * time.Millisecond
	}
	for range rapid.IntRange(0, 30).Draw(t, "vips") {
		in.VIPs = append(in.VIPs, &config.Address{Prefix: netip.PrefixFrom(anyAddr(t, in.Family), 24)})
	}
	if in.Version == 2 {
		in.AuthType = rapid.SampledFrom([]config.AuthType{config.AuthNone, config.AuthPass, config.AuthAH}).Draw(t, "auth")
		if in.AuthType == config.AuthAH && in.Family == 6 || in.AuthType == config.AuthPass && in.Family == 6 {
			in.AuthType = config.AuthNone
		}
		copy(in.AuthPass[:], rapid.StringN(0, 8, 8).Draw(t, "pass"))
	}
	if in.AuthType == config.AuthNone && rapid.Bool().Draw(t, "hmac") {
		in.HMAC = &config.AuthHMAC{
			Keys:      []config.HMACKey{{ID: 3, Secret: bytes.Repeat([]byte("k"), 32)}, {ID: 9, Secret: bytes.Repeat([]byte("l"), 64)}},
			ActiveKey: 9, Monotonic: rapid.Bool().Draw(t, "monotonic"),
		}
	}
	if rapid.Bool().Draw(t, "unicast") {
		in.Unicast = true
		in.UnicastPeers = []config.UnicastPeer{{Addr: source(in.Family), MaxTTL: 255}, {Addr: peerAddr(in.Family), MaxTTL: 255}}
		in.UnicastTTL = rapid.IntRange(-1, 255).Draw(t, "ttl")
		in.ChecksumCompat = rapid.SampledFrom([]config.ChecksumCompat{0, 1, 2}).Draw(t, "compat")
	}
	return in
}

func anyAddr(t *rapid.T, family int) netip.Addr {
	a, _ := netip.AddrFromSlice(rapid.SliceOfN(rapid.Byte(), addressLen(family), addressLen(family)).Draw(t, "addr"))
	return a
}

func source(family int) netip.Addr {
	if family == 4 {
		return netip.MustParseAddr("192.0.2.1")
	}
	return netip.MustParseAddr("fe80::1")
}

func peerAddr(family int) netip.Addr {
	if family == 4 {
		return netip.MustParseAddr("192.0.2.2")
	}
	return netip.MustParseAddr("fe80::2")
}

func destination(in *config.Instance) netip.Addr {
	switch {
	case in.Unicast:
		return peerAddr(in.Family)
	case in.Family == 4:
		return netip.MustParseAddr("224.0.0.18")
	}
	return netip.MustParseAddr("ff02::12")
}

func datagram(in *config.Instance, b []byte) Datagram {
	return Datagram{Data: b, Source: source(in.Family), Destination: destination(in), HopLimit: 255}
}

var epoch = time.Unix(1795339663, 123456789)

// What one endpoint sends, another of the same configuration accepts and
// reads; and of a signed datagram no bit may be changed.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInstance(t, 4, 6)
		tx, rx := NewEndpoint(in, &config.Global{}), NewEndpoint(in, &config.Global{})
		now := epoch
		for range rapid.IntRange(1, 4).Draw(t, "adverts") {
			priority := rapid.Uint8().Draw(t, "priority")
			tx.Begin(now, priority, source(in.Family))
			b := tx.Append(nil, destination(in))
			r := rx.Check(datagram(in, b), Context{Now: now})
			if r.Found != 0 {
				t.Fatalf("%s", r.Line("VI", r.Findings[0]))
			}
			if r.Advert.Priority != priority || r.Source != source(in.Family) || r.Advert.Interval() != in.AdvertInt {
				t.Fatalf("%+v", r)
			}
			for i, vip := range in.VIPs {
				if r.Advert.Address(i) != vip.Prefix.Addr() {
					t.Fatalf("address %d: %v, want %v", i, r.Advert.Address(i), vip.Prefix.Addr())
				}
			}
			again := verdict(rx, datagram(in, b), now)
			if want := map[bool]Kind{true: TrailerReplayed}[in.HMAC != nil]; in.AuthType != config.AuthAH && again != want {
				t.Fatalf("the same once more: %v, want %v", again, want)
			}
			if in.AuthType == config.AuthAH && again != AHReplayed {
				t.Fatalf("the same once more: %v", again)
			}
			now = now.Add(time.Duration(rapid.IntRange(-2, 1000).Draw(t, "ms")) * time.Millisecond)
		}
	})
}

// A changed bit of the PDU or of the trailer is noticed by every signature and
// by every checksum. (The checksum of IPv6 is the kernel's.)
func TestChangedBit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInstance(t, 4)
		tx, rx := NewEndpoint(in, &config.Global{}), NewEndpoint(in, &config.Global{})
		tx.Begin(epoch, 100, source(4))
		b := tx.Append(nil, destination(in))
		bit := rapid.IntRange(ipHeaderLen*8, len(b)*8-1).Draw(t, "bit")
		b[bit/8] ^= 1 << (bit % 8)
		if verdict(rx, datagram(in, b), epoch) == Fine {
			t.Fatalf("bit %d changed and accepted", bit)
		}
	})
}

// verdict is why an endpoint rejects a datagram.
func verdict(e *Endpoint, d Datagram, now time.Time) Kind {
	r := e.Check(d, Context{Now: now})
	return r.Rejected().Kind
}

// Every way of being wrong has its own verdict.
func TestVerdicts(t *testing.T) {
	vip := []*config.Address{{Prefix: netip.MustParsePrefix("192.0.2.100/24")}}
	plain := func() *config.Instance {
		return &config.Instance{Name: "VI", Family: 4, Version: 3, VRID: 51, AdvertInt: time.Second, UnicastTTL: -1, Priority: 255, VIPs: vip}
	}
	fix := func(b []byte) { // a correct checksum over what the case has changed
		binary.BigEndian.PutUint16(b[26:], Checksum4(b[20:], netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))))
	}
	for _, c := range []struct {
		name   string
		change func(in *config.Instance, b []byte) []byte
		want   Kind
	}{
		{"nothing", func(_ *config.Instance, b []byte) []byte { return b }, Fine},
		{"empty", func(_ *config.Instance, b []byte) []byte { return nil }, TooShort},
		{"header only", func(_ *config.Instance, b []byte) []byte { return b[:20] }, TooShort},
		{"options that are not there", func(_ *config.Instance, b []byte) []byte { b[0] = 0x4f; return b }, TooShort},
		{"truncated", func(_ *config.Instance, b []byte) []byte { return b[:31] }, TooShort},
		{"more addresses than octets", func(_ *config.Instance, b []byte) []byte { b[23] = 255; return b }, TooShort},
		{"one octet more", func(_ *config.Instance, b []byte) []byte { return append(b, 0) }, TooLong},
		{"ethernet padding", func(_ *config.Instance, b []byte) []byte { return append(b, make([]byte, 14)...) }, Fine},
		{"vlan padding", func(_ *config.Instance, b []byte) []byte { return append(b, make([]byte, 10)...) }, Fine},
		{"oversized", func(_ *config.Instance, b []byte) []byte { return append(b, make([]byte, 1402)...) }, TooLong},
		{"ttl", func(_ *config.Instance, b []byte) []byte { b[8] = 254; return b }, WrongTTL},
		{"version", func(_ *config.Instance, b []byte) []byte { b[20] = 0x41; return b }, WrongVersion},
		{"type", func(_ *config.Instance, b []byte) []byte { b[20] = 0x32; fix(b); return b }, WrongType},
		{"ip length", func(_ *config.Instance, b []byte) []byte { b[3]--; return b }, WrongIPLength},
		{"checksum", func(_ *config.Instance, b []byte) []byte { b[26] ^= 1; return b }, WrongChecksum},
		{"checksum not looked at", func(in *config.Instance, b []byte) []byte { in.V3ChecksumAsV2 = true; b[26] ^= 1; return b }, Fine},
		{"unicast", func(_ *config.Instance, b []byte) []byte { copy(b[16:], []byte{192, 0, 2, 2}); fix(b); return b }, WrongDestination},
		{"interval", func(_ *config.Instance, b []byte) []byte { b[25] = 50; fix(b); return b }, IntervalDiffers},
		{"address", func(_ *config.Instance, b []byte) []byte { b[31] = 7; fix(b); return b }, MissingAddress},
		{"ah", func(_ *config.Instance, b []byte) []byte { b[9] = ProtocolAH; return b }, UnexpectedAH},
		{"owner", func(in *config.Instance, b []byte) []byte { in.OwnerIgnoreAdverts = true; return b }, IgnoredByOwner},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := plain()
			tx := NewEndpoint(in, &config.Global{})
			tx.Begin(epoch, 100, source(4))
			b := c.change(in, tx.Append(nil, destination(in)))
			r := NewEndpoint(in, &config.Global{}).Check(Datagram{Data: b}, Context{Now: epoch})
			got := Fine
			if r.Found > 0 {
				got = r.Findings[0].Kind
			}
			if got != c.want {
				t.Errorf("got %v, want %v: %s", got, c.want, r.Line("VI", r.Findings[0]))
			}
			if rejected := c.want.Rejects(); rejected != (r.Rejected().Kind != Fine) {
				t.Errorf("rejected: %v", r.Rejected())
			}
			if got != Fine && r.Line("VI", r.Findings[0]) == "" {
				t.Error("no line")
			}
		})
	}
}

// The AH numbers stand still at their end, until the next mastership.
func TestAHWrap(t *testing.T) {
	in := &config.Instance{Family: 4, Version: 2, VRID: 1, AdvertInt: time.Second, AuthType: config.AuthAH, UnicastTTL: -1}
	e := NewEndpoint(in, &config.Global{})
	e.ah.sequence = 0xfffffffc
	var got []uint32
	for range 4 {
		e.Begin(epoch, 100, source(4))
		got = append(got, binary.BigEndian.Uint32(e.Append(nil, destination(in))[ipHeaderLen+8:]))
	}
	e.RestartSequence()
	e.Begin(epoch, 100, source(4))
	got = append(got, e.ah.sequence)
	want := []uint32{0xfffffffd, 0xfffffffe, 0xfffffffe, 0xfffffffe, 1}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%x, want %x", got, want)
		}
	}
}

// A signature's sequence never repeats, whatever the clock does; a clock that
// was set back by more than the window starts it anew in time mode only.
func TestSequenceOfTrailers(t *testing.T) {
	for _, monotonic := range []bool{false, true} {
		in := &config.Instance{Family: 4, Version: 3, VRID: 1, AdvertInt: time.Second, UnicastTTL: -1, HMAC: &config.AuthHMAC{
			Keys: []config.HMACKey{{ID: 1, Secret: make([]byte, 32)}}, ActiveKey: 1, Monotonic: monotonic}}
		x := NewEndpoint(in, &config.Global{}).ext
		first := x.next(epoch)
		if second := x.next(epoch); second != first+1 {
			t.Errorf("monotonic %v: same time: %x after %x", monotonic, second, first)
		}
		if third := x.next(epoch.Add(-time.Second)); third != first+2 {
			t.Errorf("monotonic %v: one second back: %x after %x", monotonic, third, first)
		}
		back := x.next(epoch.Add(-time.Hour))
		if restarted := back == sequenceOf(epoch.Add(-time.Hour)); restarted == monotonic {
			t.Errorf("monotonic %v: an hour back: %x after %x", monotonic, back, first)
		}
	}
}

// A multicast instance remembers four senders; the one not heard for longest
// gives way.
func TestSenders(t *testing.T) {
	in := &config.Instance{Family: 4, Version: 3, VRID: 1, AdvertInt: time.Second, UnicastTTL: -1, HMAC: &config.AuthHMAC{
		Keys: []config.HMACKey{{ID: 1, Secret: make([]byte, 32)}}, ActiveKey: 1}}
	rx := NewEndpoint(in, &config.Global{})
	var first []byte
	for i := range 6 {
		tx := NewEndpoint(in, &config.Global{})
		tx.Begin(epoch, 100, netip.AddrFrom4([4]byte{192, 0, 2, byte(i % 5)}))
		b := tx.Append(nil, destination(in))
		if i == 0 {
			first = b
		}
		want := Fine // after four others the first is forgotten
		if got := verdict(rx, Datagram{Data: b}, epoch); got != want {
			t.Errorf("sender %d: %v", i, got)
		}
	}
	if got := verdict(rx, Datagram{Data: first}, epoch); got != TrailerReplayed {
		t.Errorf("first again: %v", got)
	}
	if len(rx.ext.senders) != senders {
		t.Errorf("%d senders", len(rx.ext.senders))
	}
}

func TestIdentify(t *testing.T) {
	for _, c := range []struct {
		family int
		ah     bool
		length int
		want   string
	}{
		{4, false, 24, "IPv4 VRRP packet too short - 24 bytes"},
		{4, true, 51, "IPv4 VRRP packet with AH too short - 51 bytes"},
		{6, false, 7, "IPv6 VRRP packet too short - 7 bytes"},
		{4, false, 0, "IPv4 VRRP packet too short - 0 bytes"},
		{4, false, 28, ""}, {4, true, 52, ""}, {6, false, 8, ""},
	} {
		_, _, err := Identify(c.family, c.ah, make([]byte, c.length))
		var short *TooShortError
		if got := ""; errors.As(err, &short) {
			got = err.Error()
			if got != c.want {
				t.Errorf("%+v: %q", c, got)
			}
		} else if c.want != "" {
			t.Errorf("%+v: no error", c)
		}
	}
}

// Nothing is allocated for a packet.
func TestNoAllocation(t *testing.T) {
	for name, e := range benchEndpoints() {
		buf := make([]byte, 0, 2048)
		now := epoch
		allocs := testing.AllocsPerRun(100, func() {
			now = now.Add(time.Second)
			e.tx.Begin(now, 100, source(e.in.Family))
			buf = e.tx.Append(buf[:0], destination(e.in))
			if r := e.rx.Check(datagram(e.in, buf), Context{Now: now}); r.Found != 0 {
				t.Fatal(r.Line("VI", r.Findings[0]))
			}
		})
		if allocs != 0 {
			t.Errorf("%s: %v allocations", name, allocs)
		}
	}
}

type benchEndpoint struct {
	in     *config.Instance
	tx, rx *Endpoint
}

func benchEndpoints() map[string]benchEndpoint {
	all := map[string]benchEndpoint{}
	for name, in := range map[string]*config.Instance{
		"v2":      {Family: 4, Version: 2, AuthType: config.AuthPass},
		"v2-ah":   {Family: 4, Version: 2, AuthType: config.AuthAH},
		"v3":      {Family: 4, Version: 3},
		"v3-ipv6": {Family: 6, Version: 3},
		"v3-hmac": {Family: 4, Version: 3, HMAC: &config.AuthHMAC{Keys: []config.HMACKey{{ID: 1, Secret: make([]byte, 32)}}, ActiveKey: 1}},
	} {
		in.VRID, in.AdvertInt, in.UnicastTTL = 51, time.Second, -1
		for i := range 3 {
			a := source(in.Family).As16()
			a[15] = byte(100 + i)
			in.VIPs = append(in.VIPs, &config.Address{Prefix: netip.PrefixFrom(netip.AddrFrom16(a).Unmap(), 24)})
		}
		all[name] = benchEndpoint{in, NewEndpoint(in, &config.Global{}), NewEndpoint(in, &config.Global{})}
	}
	return all
}

func BenchmarkSend(b *testing.B) {
	for name, e := range benchEndpoints() {
		b.Run(name, func(b *testing.B) {
			buf := make([]byte, 0, 2048)
			b.ReportAllocs()
			for b.Loop() {
				e.tx.Begin(epoch, 100, source(e.in.Family))
				buf = e.tx.Append(buf[:0], destination(e.in))
			}
		})
	}
}

func BenchmarkCheck(b *testing.B) {
	for name, e := range benchEndpoints() {
		if e.in.HMAC != nil || e.in.AuthType == config.AuthAH {
			continue // the second time is a replay
		}
		b.Run(name, func(b *testing.B) {
			e.tx.Begin(epoch, 100, source(e.in.Family))
			d := datagram(e.in, e.tx.Append(nil, destination(e.in)))
			b.ReportAllocs()
			for b.Loop() {
				if r := e.rx.Check(d, Context{Now: epoch}); r.Found != 0 {
					b.Fatal(r.Line("VI", r.Findings[0]))
				}
			}
		})
	}
}

// No input makes the codec panic, and what it accepts it can say again.
func FuzzDecode(f *testing.F) {
	for _, c := range [][2]string{{"01-v2-noauth", "4"}, {"05-v3-ipv4", "4"}, {"06-v3-ipv6", "6"}, {"21-v2-ipv6", "6"}} {
		for _, a := range golden.Adverts(f, c[0], "capture.pcap") {
			_, _, pdu := split(a)
			f.Add(a.Family == 6, pdu)
		}
	}
	f.Fuzz(func(t *testing.T, six bool, pdu []byte) {
		family := 4
		if six {
			family = 6
		}
		a, err := Decode(family, pdu)
		if err != nil {
			return
		}
		b := a.Append(nil)
		want := bytes.Clone(pdu[:len(b)])
		if a.Version != 2 {
			want[4] &= 15
		}
		if !bytes.Equal(b, want) {
			t.Errorf("%x became %x", want, b)
		}
	})
}

// No datagram makes any kind of endpoint panic, and every rejection has a
// line, except the silent one.
func FuzzCheck(f *testing.F) {
	for _, name := range []string{"34b-rx-errors-v243", "55-hmac-rx-errors-v243", "67b-unicast-checks-v243", "eb-rx-checks-v243", "03-v2-auth-ah", "52-hmac-v3-ipv6-v243"} {
		for _, a := range golden.Adverts(f, name, "capture.pcap") {
			f.Add(a.Data)
		}
	}
	all := benchEndpoints()
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, e := range all {
			_, _, _ = Identify(e.in.Family, e.tx.Protocol() == ProtocolAH, data)
			r := e.rx.Check(datagram(e.in, data), Context{Now: epoch})
			for _, finding := range r.All() {
				if r.Line("VI", finding) == "" && finding.Kind != AHNotVRRP {
					t.Errorf("%v has no line", finding)
				}
			}
		}
	})
}
