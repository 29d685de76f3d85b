package packet

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"keepalived/core/config"
	"keepalived/vrrp/message"
)

// TooShortError is a datagram that is too short to name its virtual router.
// Its text is the log line.
type TooShortError struct {
	Family int
	AH     bool
	Length int
}

func (e *TooShortError) Error() string {
	switch {
	case e.Family != 4:
		return fmt.Sprintf(message.IPv6TooShort, e.Length)
	case e.AH:
		return fmt.Sprintf(message.IPv4AHTooShort, e.Length)
	}
	return fmt.Sprintf(message.IPv4TooShort, e.Length)
}

// Identify tells for which virtual router a datagram is (6.1 R3). Over IPv4 it
// also reads the source address from the header. Ah says that the socket's
// protocol is AH.
func Identify(family int, ah bool, data []byte) (vrid uint8, source netip.Addr, err error) {
	if family != 4 {
		if len(data) < headerLen {
			return 0, netip.Addr{}, &TooShortError{Family: family, Length: len(data)}
		}
		return data[1], netip.Addr{}, nil
	}
	start := ipHeaderLen
	if len(data) > 0 {
		start = max(int(data[0]&15)*4, ipHeaderLen)
	}
	if ah {
		start += ahLen
	}
	if len(data) < start+headerLen {
		return 0, netip.Addr{}, &TooShortError{Family: family, AH: ah, Length: len(data)}
	}
	return data[start+1], netip.AddrFrom4([4]byte(data[12:16])), nil
}

// judge is one datagram under examination.
type judge struct {
	*Endpoint
	Result
	ctx         Context
	data        []byte // IPv4: with the header
	pdu         []byte // without padding and trailer
	signed      []byte // PDU and trailer: what AH and IP length cover
	trailer     []byte
	start       int // of the PDU in data, where the configuration expects it
	destination netip.Addr
	hopLimit    int
}

func (j *judge) note(f Finding) {
	j.Findings[j.Found] = f
	j.Found++
}

// Check judges a datagram in the order of 03-vrrp section 6.2. It may be called
// for an instance in BACKUP or MASTER only, because accepted sequence numbers
// are remembered.
func (e *Endpoint) Check(d Datagram, c Context) Result {
	j := &e.work
	*j = judge{Endpoint: e, ctx: c, data: d.Data, destination: d.Destination, hopLimit: d.HopLimit}
	j.Source = d.Source.WithZone("")
	for _, check := range [...]func(*judge) Finding{
		(*judge).open, (*judge).length, (*judge).ttl, (*judge).version, (*judge).extension,
		(*judge).authentication, (*judge).kind, (*judge).interval, (*judge).sum,
		(*judge).cast, (*judge).owner, (*judge).addresses, (*judge).peer,
	} {
		if f := check(j); f.Kind != Fine {
			j.note(f)
			break
		}
	}
	result := j.Result
	*j = judge{}
	return result
}

// open finds the PDU: R8 for IPv6, and #1.
func (j *judge) open() Finding {
	if j.in.Family != 4 {
		if len(j.data) < headerLen {
			return Finding{Kind: TooShort, Got: len(j.data), Want: headerLen}
		}
		if j.destination.IsValid() && j.destination.IsMulticast() != j.multicast() {
			return Finding{Kind: WrongCast, Got: b2i(j.destination.IsMulticast())}
		}
		return Finding{}
	}
	if len(j.data) < ipHeaderLen+headerLen {
		return Finding{Kind: TooShort, Got: len(j.data), Want: ipHeaderLen + headerLen}
	}
	j.start = max(int(j.data[0]&15)*4, ipHeaderLen)
	j.Source = netip.AddrFrom4([4]byte(j.data[12:16]))
	j.destination = netip.AddrFrom4([4]byte(j.data[16:20]))
	j.hopLimit = int(j.data[8])
	switch isAH := j.data[9] == ProtocolAH; {
	case isAH && j.ah == nil:
		return Finding{Kind: UnexpectedAH}
	case !isAH && j.ah != nil:
		return Finding{Kind: MissingAH}
	case isAH:
		j.start += ahLen
	}
	if len(j.data) < j.start+headerLen {
		return Finding{Kind: TooShort, Got: len(j.data), Want: j.start + headerLen}
	}
	return Finding{}
}

// ethernetMinimum is the smallest payload of an Ethernet frame.
const ethernetMinimum = 46

// length is #2: the length must be the one that the packet itself announces. A
// surplus that can be the padding of an Ethernet frame, with or without a VLAN
// tag, is cut off; a trailer must fit exactly.
func (j *judge) length() Finding {
	version, count := j.data[j.start]>>4, int(j.data[j.start+3])
	n := pduLen(j.in.Family, version, count)
	want, got := j.start+n, len(j.data)
	signed := want
	switch {
	case j.ext != nil && got == want+trailerLen:
		signed = got
		j.trailer = j.data[want:]
	case got < want:
		return Finding{Kind: TooShort, Got: got, Want: want}
	case got > want && (want >= ethernetMinimum || got > ethernetMinimum || (got-want)%4 != 2):
		return Finding{Kind: TooLong, Got: got, Want: want}
	}
	j.pdu, j.signed = j.data[j.start:want], j.data[j.start:signed]
	j.Advert, _ = Decode(j.in.Family, j.pdu)
	return Finding{}
}

// ttl is #3.
func (j *judge) ttl() Finding {
	if j.multicast() && j.hopLimit >= 0 && j.hopLimit != 255 {
		return Finding{Kind: WrongTTL, Got: j.hopLimit, Want: 255}
	}
	return Finding{}
}

// version is #4.
func (j *judge) version() Finding {
	if int(j.Advert.Version) != j.in.Version {
		return Finding{Kind: WrongVersion, Got: int(j.Advert.Version), Want: j.in.Version}
	}
	return Finding{}
}

// extension is #5.
func (j *judge) extension() Finding {
	switch {
	case j.ext == nil:
		return Finding{}
	case j.trailer == nil && j.ext.enforce:
		return Finding{Kind: TrailerMissing}
	case j.trailer == nil:
		return Finding{}
	}
	reject, note := j.ext.check(&j.Advert, j.Source, j.pdu, j.trailer, j.ctx.Now)
	if note.Kind != Fine {
		j.note(note)
	}
	return reject
}

// authentication is #6a to #6d.
func (j *judge) authentication() Finding {
	if j.Advert.Version != 2 {
		return Finding{}
	}
	switch got := j.Advert.AuthType; {
	case got > config.AuthAH:
		return Finding{Kind: InvalidAuthType, Got: int(got)}
	case got != j.in.AuthType:
		return Finding{Kind: WrongAuthType, Got: int(got), Want: int(j.in.AuthType)}
	case got == config.AuthPass && j.Advert.AuthData != j.in.AuthPass:
		return Finding{Kind: WrongPassword}
	case j.ah != nil:
		return j.ah.check(j.data[:ipHeaderLen], j.data[j.start-ahLen:j.start], j.signed, j.multicast())
	}
	return Finding{}
}

// kind is #6e, #7 and #8.
func (j *judge) kind() Finding {
	if j.Advert.Version == 2 && j.Advert.MaxAdvertInt != j.advert.MaxAdvertInt {
		return Finding{Kind: IntervalMismatch, Got: int(j.Advert.MaxAdvertInt), Want: int(j.advert.MaxAdvertInt)}
	}
	if j.Advert.Type != TypeAdvertisement {
		return Finding{Kind: WrongType, Got: int(j.Advert.Type), Want: TypeAdvertisement}
	}
	if j.in.Family == 4 {
		total, received := int(binary.BigEndian.Uint16(j.data[2:])), j.start+len(j.signed)
		if total != received {
			return Finding{Kind: WrongIPLength, Got: total, Want: received}
		}
	}
	return Finding{}
}

// interval is #9.
func (j *judge) interval() Finding {
	if j.Advert.Version == 3 && j.Advert.MaxAdvertInt != j.advert.MaxAdvertInt {
		j.note(Finding{Kind: IntervalDiffers, Got: int(j.Advert.MaxAdvertInt), Want: int(j.advert.MaxAdvertInt)})
	}
	return Finding{}
}

// sum is #10, with the variants of section 4.9. IPv6 leaves it to the kernel.
func (j *judge) sum() Finding {
	if j.in.Family != 4 || j.Advert.Version == 3 && j.asV2 {
		return Finding{}
	}
	if j.checksum(j.pdu, j.Source, j.destination) == j.Advert.Checksum {
		return Finding{}
	}
	if j.Advert.Version == 3 && j.in.Unicast && j.in.ChecksumCompat == config.ChecksumCompatAuto && !j.oldSum &&
		Checksum4(j.pdu, j.Source, j.sumGroup) == j.Advert.Checksum {
		j.oldSum = true
		j.note(Finding{Kind: OldChecksumAdopted})
		return Finding{}
	}
	return Finding{Kind: WrongChecksum, Got: int(j.Advert.Version)}
}

// cast is #11.
func (j *judge) cast() Finding {
	if j.in.Family == 4 && j.destination.IsMulticast() != j.multicast() {
		return Finding{Kind: WrongDestination, Got: b2i(j.destination.IsMulticast()), Want: b2i(j.multicast())}
	}
	return Finding{}
}

// owner is #12.
func (j *judge) owner() Finding {
	if j.in.OwnerIgnoreAdverts && j.in.Owner() {
		return Finding{Kind: IgnoredByOwner}
	}
	return Finding{}
}

// addresses is #14 and #15.
func (j *judge) addresses() Finding {
	if got, want := int(j.Advert.Count), len(j.in.VIPs); got != want {
		j.note(Finding{Kind: WrongCount, Got: got, Want: want})
		return Finding{}
	}
	if j.in.SkipCheckAdvAddr && j.Source == j.ctx.Master {
		return Finding{}
	}
	for _, vip := range j.in.VIPs {
		if addr := vip.Prefix.Addr(); !j.Advert.Contains(addr) {
			j.note(Finding{Kind: MissingAddress, Addr: addr})
			break
		}
	}
	return Finding{}
}

// peer is #16.
func (j *judge) peer() Finding {
	if !j.checkSrc || !j.in.Unicast {
		return Finding{}
	}
	for i := range j.in.UnicastPeers {
		p := &j.in.UnicastPeers[i]
		if p.Addr.WithZone("") != j.Source {
			continue
		}
		if p.TTLGiven && j.hopLimit >= 0 && (j.hopLimit < int(p.MinTTL) || j.hopLimit > int(p.MaxTTL)) {
			return Finding{Kind: TTLOutOfRange, Got: j.hopLimit, Want: int(p.MinTTL)<<8 | int(p.MaxTTL)}
		}
		return Finding{}
	}
	return Finding{Kind: SourceNotPeer}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
