package vrrp

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"keepalived/core/network"
)

const datagramTime = 100 * time.Microsecond

// stormHost is a host whose sockets are not empty until the storm is over: there
// is always one more datagram, and taking it lasts datagramTime.
type stormHost struct {
	fakeHost
	datagram []byte
	end      time.Time
}

func (h *stormHost) over() bool { return !time.Now().Before(h.end) }

type stormSocket struct {
	Socket
	host *stormHost
}

func (h *stormHost) OpenSocket(spec network.SocketSpec, o network.SocketOptions, ready func()) (Socket, error) {
	s, err := h.fakeHost.OpenSocket(spec, o, ready)
	return stormSocket{s, h}, err
}

func (s stormSocket) Len() int {
	if s.host.over() {
		return s.Socket.Len()
	}
	return 1
}

func (s stormSocket) Next(d *network.Datagram) bool {
	if s.host.over() {
		return s.Socket.Next(d)
	}
	time.Sleep(datagramTime)
	*d = network.Datagram{Data: s.host.datagram, Source: netip.MustParseAddr("192.0.2.2"), HopLimit: 255}
	return true
}

// A storm of datagrams, malformed or somebody else's, does not move an advert by
// more than the time that one datagram takes.
func TestStormOfDatagrams(t *testing.T) {
	const interval = 50 * time.Millisecond
	for name, data := range map[string][]byte{
		"checksum": datagram(255, []byte{0x31, 51, 200, 1, 0, 5, 0xde, 0xad, 192, 0, 2, 100}),
		"short":    datagram(255, []byte{0x31, 51}),
		"no PDU":   make([]byte, 10),
		"empty":    {},
		"VRID":     datagram(255, []byte{0x31, 52, 200, 1, 0, 5, 0, 0, 192, 0, 2, 100}),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var wire network.Segment
				d := newNode(t, &wire, 1)
				h := &stormHost{fakeHost: fakeHost{d.host}, datagram: data}
				d.service.open = func() (Host, error) { return h, nil }
				d.start(instance("version 3\npriority 150\nadvert_int 0.05\n" + vip))
				sleep(time.Second)
				from := time.Now()
				h.end = from.Add(time.Second)
				d.loop.Post(d.service.pools[0].drain)
				sleep(1500 * time.Millisecond)
				n := 0
				last := from
				for _, f := range wire.Frames() {
					if f.Announced.IsValid() || f.At.Before(from) || f.At.After(h.end) {
						continue
					}
					n++
					if gap := f.At.Sub(last); gap > interval+datagramTime {
						t.Errorf("%v between adverts", gap)
					}
					last = f.At
				}
				if n < 19 {
					t.Errorf("%d adverts in a second of storm", n)
				}
				d.stop()
			})
		})
	}
}
