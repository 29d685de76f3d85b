package golden

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"testing"
	"time"

	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

//go:embed testdata
var recordings embed.FS

// Read returns a file of a recording.
func Read(t testing.TB, name, file string) []byte {
	t.Helper()
	b, err := recordings.ReadFile("testdata/" + name + "/" + file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Captures returns all captures, as name and file.
func Captures(t testing.TB) [][2]string {
	t.Helper()
	files, err := fs.Glob(recordings, "testdata/*/*.pcap")
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	var all [][2]string
	for _, f := range files {
		var c [2]string
		parts := bytes.Split([]byte(f), []byte("/"))
		c[0], c[1] = string(parts[1]), string(parts[2])
		all = append(all, c)
	}
	return all
}

// Advert is a captured VRRP datagram.
type Advert struct {
	At     time.Time
	MAC    string // sender, "02:00:00:00:00:01"
	Family int
	// Data is as a raw socket gives it: with the IPv4 header, without the
	// IPv6 one.
	Data                []byte
	Source, Destination netip.Addr
	HopLimit            int
}

// Adverts returns the VRRP datagrams of a capture.
func Adverts(t testing.TB, name, file string) []Advert {
	t.Helper()
	r, err := pcapgo.NewReader(bytes.NewReader(Read(t, name, file)))
	if err != nil {
		t.Fatalf("%s/%s: %v", name, file, err)
	}
	if r.LinkType() != layers.LinkTypeEthernet {
		t.Fatalf("%s/%s: link type %v", name, file, r.LinkType())
	}
	var all []Advert
	for {
		frame, info, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("%s/%s: %v", name, file, err)
		}
		if a, ok := advert(frame); ok {
			a.At = info.Timestamp
			all = append(all, a)
		}
	}
}

func advert(frame []byte) (Advert, bool) {
	if len(frame) < 34 {
		return Advert{}, false
	}
	m, ip := frame[6:12], frame[14:]
	a := Advert{MAC: fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5])}
	switch etype := int(frame[12])<<8 | int(frame[13]); {
	case etype == 0x0800 && (ip[9] == 112 || ip[9] == 51):
		a.Family, a.HopLimit = 4, int(ip[8])
		a.Source, _ = netip.AddrFromSlice(ip[12:16])
		a.Destination, _ = netip.AddrFromSlice(ip[16:20])
		// The kernel cuts padding off.
		a.Data = ip[:min(len(ip), max(20, int(ip[2])<<8|int(ip[3])))]
	case etype == 0x86dd && len(ip) >= 40 && ip[6] == 112:
		a.Family, a.HopLimit = 6, int(ip[7])
		a.Source, _ = netip.AddrFromSlice(ip[8:24])
		a.Destination, _ = netip.AddrFromSlice(ip[24:40])
		a.Data = ip[40:min(len(ip), 40+(int(ip[4])<<8|int(ip[5])))]
	default:
		return Advert{}, false
	}
	return a, true
}
