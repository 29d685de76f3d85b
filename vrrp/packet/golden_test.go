package packet

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"keepalived/vrrp/internal/golden"
)

// split returns the parts of a captured datagram.
func split(a golden.Advert) (ip, ah, pdu []byte) {
	if a.Family != 4 {
		return nil, nil, a.Data
	}
	ip, pdu = a.Data[:ipHeaderLen], a.Data[ipHeaderLen:]
	if ip[9] == ProtocolAH {
		ah, pdu = pdu[:ahLen], pdu[ahLen:]
	}
	return ip, ah, pdu
}

// Every advert that was ever captured is encoded as it was decoded.
func TestDecodeAppendGolden(t *testing.T) {
	n := 0
	for _, c := range golden.Captures(t) {
		for _, a := range golden.Adverts(t, c[0], c[1]) {
			_, _, pdu := split(a)
			got, err := Decode(a.Family, pdu)
			if err != nil {
				if !strings.Contains(c[0], "rx-") { // made too short on purpose
					t.Errorf("%s: %x: %v", c[0], pdu, err)
				}
				continue
			}
			b := got.Append(nil)
			want := bytes.Clone(pdu[:len(b)])
			if got.Version == 3 {
				want[4] &= 15 // reserved, sent as 0
			}
			if !bytes.Equal(b, want) {
				t.Errorf("%s: %x became %x", c[0], want, b)
			}
			n++
		}
	}
	if n < 1000 {
		t.Errorf("only %d adverts", n)
	}
}

// kernelFields fills in what the kernel does: the IPv4 header checksum, or the
// checksum of an IPv6 PDU, which covers the trailer too.
func kernelFields(b []byte, family int, source, destination netip.Addr) {
	if family == 4 {
		binary.BigEndian.PutUint16(b[10:], fold(sum(0, b[:ipHeaderLen])))
		return
	}
	s, d := source.As16(), destination.As16()
	binary.BigEndian.PutUint16(b[6:], fold(sum(sum(sum(uint32(ProtocolVRRP+len(b)), s[:]), d[:]), b)))
}

// trailerTime is the clock that a trailer was made from.
func trailerTime(trailer []byte) time.Time {
	s := binary.BigEndian.Uint64(trailer[4:])
	fraction := (s>>16&0xffff*1e9 + 0xffff) >> 16
	return time.Unix(int64(s>>32), int64(fraction))
}

// sent lists the recordings whose node A sends with one configuration all the
// time, with the prefix of its addresses.
var sent = []struct {
	name, source string
}{
	{"01-v2-noauth", "192.0.2.1"},
	{"02-v2-auth-pass", "192.0.2.1"},
	{"03-v2-auth-ah", "192.0.2.1"},
	{"04-v2-25vips-excluded", "192.0.2.1"},
	{"05-v3-ipv4", "192.0.2.1"},
	{"06-v3-ipv6", "fe80::"},
	{"07-v2-unicast", "192.0.2.1"},
	{"08-v3-unicast", "192.0.2.1"},
	{"09-vmac-ipv4", "192.0.2.1"},
	{"10-vmac-ipv6", "fe80::"},
	{"10b-vmac-ipv6-v243", "fe80::"},
	{"11-prio0-stop-takeover", "192.0.2.1"},
	{"17-v3-advert-250ms", "192.0.2.1"},
	{"19-lower-prio-advert", "192.0.2.1"},
	{"21-v2-ipv6", "fe80::"},
	{"22-mcast-src-ip", "192.0.2.77"},
	{"23-old-unicast-checksum", "192.0.2.1"},
	{"24-vmac-xmit-base", "192.0.2.1"},
	{"25-v6-unicast", "2001:db8::1"},
	{"30-track-script-weight", "192.0.2.1"},
	{"50-hmac-v2-v243", "192.0.2.1"},
	{"51-hmac-v3-ipv4-v243", "192.0.2.1"},
	{"52-hmac-v3-ipv6-v243", "fe80::"},
	{"53-hmac-unicast-v243", "192.0.2.1"},
	{"54-hmac-pair-v243", "192.0.2.1"},
	{"57-v3-checksum-as-v2-v243", "192.0.2.1"},
	{"69-no-vips", "192.0.2.1"},
	{"79-unicast-vmac", "192.0.2.1"},
	{"df-master-priority-changes-v243", "192.0.2.5"},
}

// What an endpoint sends is byte for byte what the C daemon sent.
func TestSendGolden(t *testing.T) {
	for _, c := range sent {
		t.Run(c.name, func(t *testing.T) {
			conf := golden.Conf(t, c.name, "keepalived.conf")
			e := NewEndpoint(conf.VRRP.Instances[0], &conf.Global)
			n, last := 0, -1
			for _, a := range golden.Adverts(t, c.name, "capture.pcap") {
				if !strings.HasPrefix(a.Source.String(), c.source) {
					continue
				}
				ip, _, pdu := split(a)
				ident := n
				if ip != nil {
					ident = int(binary.BigEndian.Uint16(ip[4:]))
				}
				if ident != last {
					now := a.At
					if e.ext != nil {
						now = trailerTime(pdu[len(pdu)-trailerLen:])
					}
					e.Begin(now, pdu[2], a.Source)
				}
				last = ident
				b := e.Append(nil, a.Destination)
				kernelFields(b, a.Family, a.Source, a.Destination)
				if !bytes.Equal(b, a.Data) {
					t.Errorf("advert %d:\n got %x\nwant %x", n, b, a.Data)
				}
				n++
			}
			if n < 2 {
				t.Errorf("only %d adverts", n)
			}
		})
	}
}

// After a change of address the SPI of the C daemon keeps the old one, ours
// follows (DIFFERENCES); everything else is equal.
func TestAHFollowsSource(t *testing.T) {
	const name = "d8-ah-source-change-v243"
	conf := golden.Conf(t, name, "keepalived.conf")
	e := NewEndpoint(conf.VRRP.Instances[0], &conf.Global)
	peer := NewEndpoint(conf.VRRP.Instances[0], &conf.Global)
	var sources []netip.Addr
	for _, a := range golden.Adverts(t, name, "capture.pcap") {
		if !strings.HasPrefix(a.MAC, "02:00:00:00:00:2") {
			continue
		}
		e.Begin(a.At, a.Data[ipHeaderLen+ahLen+2], a.Source)
		b := e.Append(nil, a.Destination)
		kernelFields(b, 4, a.Source, a.Destination)
		if same := bytes.Equal(b, a.Data); same != (len(sources) == 0 || a.Source == sources[0]) {
			t.Errorf("from %s: equal %v\n got %x\nwant %x", a.Source, same, b, a.Data)
		}
		if r := peer.Check(Datagram{Data: b}, Context{}); r.Found != 0 {
			t.Errorf("from %s: peer says %v", a.Source, r.All())
		}
		if !slices.Contains(sources, a.Source) {
			sources = append(sources, a.Source)
		}
	}
	if len(sources) < 2 {
		t.Errorf("sources %v", sources)
	}
}

// Two C daemons with AH: each accepts what the other sends, in its order.
func TestAHTakeover(t *testing.T) {
	const name = "20-ah-takeover"
	conf := golden.Conf(t, name, "keepalived.conf")
	e := NewEndpoint(conf.VRRP.Instances[0], &conf.Global)
	seen := map[netip.Addr]int{}
	for _, a := range golden.Adverts(t, name, "capture.pcap") {
		seen[a.Source]++
		r := e.Check(Datagram{Data: a.Data}, Context{})
		if f := r.Rejected(); f.Kind != Fine {
			t.Errorf("from %s: %s", a.Source, r.Line("VI_1", f))
		}
	}
	if len(seen) != 2 {
		t.Errorf("senders %v", seen)
	}
}

// The verdicts about hand-made datagrams are those that the C daemon logged.
// It logged each kind once only, which is the state machine's work; here every
// line is told when it first differs. (Datagrams to the other kind of address
// never reached the daemon's socket.)
func TestCheckGolden(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"34b-rx-errors-v243", `
(VI_1) invalid TTL/HL from 192.0.2.2. Received 254 and expect 255
(VI_1) wrong VRRP version from 192.0.2.2. Received 3 and expect 2
(VI_1) received a 1 auth from 192.0.2.2, expecting 0!
(VI_1) Invalid auth type from 192.0.2.2: 7
(VI_1) advertisement interval mismatch with 192.0.2.2 mine=1 sec rcv'd=2 sec
(VI_1) Invalid packet type from 192.0.2.2. 2 and expect 1
(VI_1) Invalid VRRPv2 checksum from 192.0.2.2
(VI_1) vrrp packet from 192.0.2.2 too short, length 40 and expect 48
(VI_1) vrrp packet from 192.0.2.2 too long, length 44 and expect 40
(VI_1) Expected multicast packet but received unicast packet from 192.0.2.2
(VI_1) expected 1 VIPs but received 2
(VI_1) ip address associated with VRID 51 not present in advert from 192.0.2.2: 192.0.2.100
`},
		{"55-hmac-rx-errors-v243", `
(VI_1) missing authentication trailer from 192.0.2.2
(VI_1) unknown authentication key id 9 from 192.0.2.2
(VI_1) invalid authentication HMAC from 192.0.2.2
(VI_1) stale authentication trailer from 192.0.2.2, clock skew 100 sec exceeds window 5 sec
(VI_1) stale authentication trailer from 192.0.2.2, clock skew -100 sec exceeds window 5 sec
(VI_1) authentication clock skew 4 sec from 192.0.2.2 approaching window 5 sec
(VI_1) malformed authentication trailer from 192.0.2.2
(VI_1) replayed authentication trailer from 192.0.2.2
`},
		{"67b-unicast-checks-v243", `
(VI_1) TTL/HL 255 from 192.0.2.2 not in range [250, 254]
(VI_1) TTL/HL 249 from 192.0.2.2 not in range [250, 254]
(VI_1) unicast source address 192.0.2.9 not a unicast peer
(VI_1) Expected unicast packet but received multicast packet from 192.0.2.2
(VI_1) Invalid VRRPv3 checksum from 192.0.2.2
(VI_1) Setting unicast VRRPv3 checksum to old version
(VI_1) Invalid VRRPv3 checksum from 192.0.2.3
`},
		{"eb-rx-checks-v243", `
(VI_1) expected 1 VIPs but received 2
(VI_1) ip address associated with VRID 51 not present in advert from 192.0.2.9: 192.0.2.100
(VI_1) ip address associated with VRID 51 not present in advert from 192.0.2.8: 192.0.2.100
(VI_1) wrong VRRP version from 192.0.2.8. Received 3 and expect 2
(VI_1) invalid TTL/HL from 192.0.2.8. Received 254 and expect 255
(VI_1) advertisement interval mismatch with 192.0.2.8 mine=1 sec rcv'd=3 sec
(VI_1) Expected multicast packet but received unicast packet from 192.0.2.8
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			conf := golden.Conf(t, c.name, "keepalived.conf")
			in := conf.VRRP.Instances[0]
			e := NewEndpoint(in, &conf.Global)
			var got []string
			for _, a := range golden.Adverts(t, c.name, "capture.pcap") {
				if a.Source.String() == "192.0.2.1" || a.Source.String() == "192.0.2.5" {
					continue // own
				}
				if vrid, _, err := Identify(4, false, a.Data); err != nil || vrid != in.VRID {
					continue
				}
				r := e.Check(Datagram{Data: a.Data}, Context{Now: a.At})
				for _, f := range r.All() {
					if line := r.Line(in.Name, f); !slices.Contains(got, line) {
						got = append(got, line)
					}
				}
			}
			if want := strings.Split(strings.TrimSpace(c.want), "\n"); !slices.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// Every advert that one C daemon accepted from another is accepted, with and
// without authentication.
func TestAcceptGolden(t *testing.T) {
	for _, name := range []string{"13-election-timeline", "26-equal-priority", "54-hmac-pair-v243", "b0-partition-equal-priority"} {
		conf := golden.Conf(t, name, "keepalived.conf")
		e := NewEndpoint(conf.VRRP.Instances[0], &conf.Global)
		n := 0
		for _, a := range golden.Adverts(t, name, "capture.pcap") {
			r := e.Check(Datagram{Data: a.Data, Source: a.Source, Destination: a.Destination, HopLimit: a.HopLimit}, Context{Now: a.At})
			if r.Found != 0 {
				t.Errorf("%s: %s", name, r.Line("VI_1", r.Findings[0]))
			}
			n++
		}
		if n == 0 {
			t.Errorf("%s: no adverts", name)
		}
	}
}
