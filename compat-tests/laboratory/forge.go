package laboratory

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Forge makes the Ethernet frame of a VRRP advertisement over IPv4 from words:
//
//	version=2|3 src=192.0.2.9 dst=224.0.0.18 vrid=51 prio=150 interval=1s
//	vips=192.0.2.100,... pass=secret ttl=255 type=1 auth=N defect=NAME
//
// Defects: checksum (one bit wrong), truncated (the last 4 octets missing, the
// IP length too), short (4 octets of VRRP), long (4 octets too many), lying (the
// IP length says more than there is), garbage (random-looking octets after the
// IP header), count (one address more announced than present).
// A word hex=... gives the whole frame instead.
func Forge(words []string) ([]byte, error) {
	advert := advert{
		version: 2, source: netip.MustParseAddr("192.0.2.9"), destination: netip.MustParseAddr("224.0.0.18"),
		vrid: 51, priority: 100, interval: time.Second, ttl: 255, kind: 1, auth: -1,
	}
	for _, word := range words {
		key, value, _ := strings.Cut(word, "=")
		if key == "hex" {
			frame, err := hex.DecodeString(value)
			if err != nil || len(frame) < 14 {
				return nil, fmt.Errorf("frame %q: not the hexadecimal digits of a frame", value)
			}
			return frame, nil
		}
		if err := advert.set(key, value); err != nil {
			return nil, fmt.Errorf("advert: %s: %w", word, err)
		}
	}
	return advert.frame(), nil
}

type advert struct {
	version, vrid, priority, ttl, kind, auth int
	source, destination                      netip.Addr
	interval                                 time.Duration
	addresses                                []netip.Addr
	password, defect                         string
}

func (a *advert) set(key, value string) (err error) {
	number := func(target *int) { *target, err = strconv.Atoi(value) }
	switch key {
	case "version":
		number(&a.version)
	case "vrid":
		number(&a.vrid)
	case "prio":
		number(&a.priority)
	case "ttl":
		number(&a.ttl)
	case "type":
		number(&a.kind)
	case "auth":
		number(&a.auth)
	case "src":
		a.source, err = netip.ParseAddr(value)
	case "dst":
		a.destination, err = netip.ParseAddr(value)
	case "interval":
		a.interval, err = time.ParseDuration(value)
	case "pass":
		a.password = value
	case "vips":
		for _, text := range strings.Split(value, ",") {
			address, err := netip.ParseAddr(text)
			if err != nil {
				return err
			}
			a.addresses = append(a.addresses, address)
		}
	case "defect":
		if !strings.Contains(" checksum truncated short long lying garbage count ", " "+value+" ") {
			return fmt.Errorf("no such defect")
		}
		a.defect = value
	default:
		return fmt.Errorf("unknown word")
	}
	return err
}

// message is the VRRP part, with the defects that lie in it.
func (a *advert) message() []byte {
	b := []byte{byte(a.version<<4 | a.kind), byte(a.vrid), byte(a.priority), byte(len(a.addresses)), 0, 0, 0, 0}
	if a.defect == "count" {
		b[3]++
	}
	if a.version == 2 {
		if a.password != "" {
			b[4] = 1
		}
		if a.auth >= 0 {
			b[4] = byte(a.auth)
		}
		b[5] = byte(a.interval / time.Second)
	} else {
		binary.BigEndian.PutUint16(b[4:], uint16(a.interval/(10*time.Millisecond)))
	}
	for _, address := range a.addresses {
		b = append(b, address.AsSlice()...)
	}
	if a.version == 2 {
		password := make([]byte, 8)
		copy(password, a.password)
		b = append(b, password...)
	}
	if a.defect == "long" {
		b = append(b, 0, 0, 0, 0)
	}
	binary.BigEndian.PutUint16(b[6:], checksum(b, pseudoHeader(byte(a.version), len(b), a.source, a.destination)))
	switch a.defect {
	case "checksum":
		b[7] ^= 1
	case "truncated":
		b = b[:len(b)-4]
	case "short":
		b = b[:4]
	case "garbage":
		for i := range b {
			b[i] = byte(i*151 + 77)
		}
	}
	return b
}

func (a *advert) frame() []byte {
	message := a.message()
	header := make([]byte, 20)
	header[0], header[1], header[8], header[9] = 0x45, 0xc0, byte(a.ttl), 112
	length := 20 + len(message)
	if a.defect == "lying" {
		message = message[:len(message)-4]
	}
	binary.BigEndian.PutUint16(header[2:], uint16(length))
	copy(header[12:], a.source.AsSlice())
	copy(header[16:], a.destination.AsSlice())
	binary.BigEndian.PutUint16(header[10:], checksum(header, nil))
	// Broadcast reaches every node, whatever the destination address is.
	ethernet := []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0, 0xff, 9, 0x08, 0x00}
	if a.destination.IsMulticast() {
		d := a.destination.As4()
		copy(ethernet, []byte{0x01, 0x00, 0x5e, d[1] & 0x7f, d[2], d[3]})
	}
	return append(append(ethernet, header...), message...)
}
