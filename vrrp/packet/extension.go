package packet

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"net/netip"
	"time"

	"keepalived/core/config"
)

// The auth_hmac trailer (03-vrrp section 5.4.2).
const (
	trailerLen  = 28
	trailerType = 1
	trailerHead = 12 // the part before the HMAC
)

// senders is how many senders of a group are remembered.
const senders = 4

// extension is auth_hmac: its keys, the last sequence used, and the last one
// seen of every sender.
type extension struct {
	keys      [256]hash.Hash
	active    uint8
	window    int64 // seconds
	monotonic bool
	sends     bool
	enforce   bool

	last    uint64 // sequence of the last trailer sent
	sent    bool
	senders []sender
	fixed   bool // unicast: one sender for each peer, no others
	use     uint64

	head [20]byte
	zero [16]byte
	mac  [sha256.Size]byte
}

// sender is what is remembered about one sender.
type sender struct {
	addr     netip.Addr
	sequence uint64
	known    bool
	used     uint64
}

func newExtension(in *config.Instance) *extension {
	x := &extension{
		active:    in.HMAC.ActiveKey,
		window:    int64(in.HMAC.TimeWindow / time.Second),
		monotonic: in.HMAC.Monotonic,
		sends:     in.HMAC.Mode != config.HMACReceiveOnly,
		enforce:   in.HMAC.Mode == config.HMACEnforce,
		fixed:     in.Unicast,
	}
	if x.window == 0 {
		x.window = min(max(int64(3*in.AdvertInt/time.Second), 5), 300)
	}
	for _, k := range in.HMAC.Keys {
		x.keys[k.ID] = hmac.New(sha256.New, k.Secret)
	}
	if x.keys[x.active] == nil {
		x.sends = false
	}
	for _, p := range in.UnicastPeers {
		x.senders = append(x.senders, sender{addr: p.Addr.WithZone("")})
	}
	return x
}

// sequenceOf is the clock as a sequence: seconds, fraction in 1/65536 s, and a
// counter of 0.
func sequenceOf(now time.Time) uint64 {
	return uint64(uint32(now.Unix()))<<32 | uint64(now.Nanosecond())<<16/1e9<<16
}

// next is the sequence of the next trailer: the clock, or one more than the
// last one when the clock is not ahead of it.
func (x *extension) next(now time.Time) uint64 {
	s := sequenceOf(now)
	if x.sent && int64(s-x.last) <= 0 {
		ahead := int64(int32(uint32(x.last>>32) - uint32(s>>32)))
		if x.monotonic || ahead <= x.window {
			s = x.last + 1
		}
	}
	x.last, x.sent = s, true
	return s
}

// append signs the PDU in b.
func (x *extension) append(b []byte, in *config.Instance, now time.Time, source netip.Addr) []byte {
	pdu := len(b)
	b = append(b, trailerType, x.active, 0, 0)
	b = binary.BigEndian.AppendUint64(b, x.next(now))
	mac := x.sign(x.keys[x.active], uint8(in.Version), in.VRID, source, b[:pdu], b[pdu:])
	return append(b, mac...)
}

// sign is the HMAC of 5.4.2. The checksum field of the PDU counts as zero; the
// result is valid until the next call.
func (x *extension) sign(key hash.Hash, version, vrid uint8, source netip.Addr, pdu, trailer []byte) []byte {
	clear(x.head[:])
	x.head[0], x.head[1], x.head[2] = 6, version, vrid
	if source.Is4() {
		x.head[0] = 4
		a := source.As4()
		copy(x.head[4:], a[:])
	} else {
		a := source.As16()
		copy(x.head[4:], a[:])
	}
	key.Reset()
	key.Write(x.head[:])
	key.Write(pdu[:6])
	key.Write(x.zero[:2])
	key.Write(pdu[8:])
	key.Write(trailer[:trailerHead])
	key.Write(x.zero[:])
	return key.Sum(x.mac[:0])[:trailerLen-trailerHead]
}

// check judges a trailer (5.4.5 #1 to #5). The second finding is a note.
func (x *extension) check(a *Advert, source netip.Addr, pdu, trailer []byte, now time.Time) (reject, note Finding) {
	if trailer[0] != trailerType || trailer[2] != 0 || trailer[3] != 0 {
		return Finding{Kind: TrailerMalformed}, Finding{}
	}
	sequence := binary.BigEndian.Uint64(trailer[4:])
	skew := int64(int32(uint32(now.Unix()) - uint32(sequence>>32)))
	if !x.monotonic && abs(skew) > x.window {
		return Finding{Kind: TrailerStale, Got: int(skew), Want: int(x.window)}, Finding{}
	}
	key := x.keys[trailer[1]]
	if key == nil {
		return Finding{Kind: TrailerUnknownKey, Got: int(trailer[1])}, Finding{}
	}
	if !hmac.Equal(x.sign(key, a.Version, a.VRID, source, pdu, trailer), trailer[trailerHead:]) {
		return Finding{Kind: TrailerInvalid}, Finding{}
	}
	from := x.sender(source)
	if from == nil {
		return Finding{Kind: SourceNotPeerExtension}, Finding{}
	}
	if from.known && !x.forgotten(from.sequence, now) && int64(sequence-from.sequence) <= 0 {
		return Finding{Kind: TrailerReplayed}, Finding{}
	}
	x.use++
	from.sequence, from.known, from.used = sequence, true, x.use
	if !x.monotonic && abs(skew) > x.window/2 {
		note = Finding{Kind: ClockSkew, Got: int(skew), Want: int(x.window)}
	}
	return Finding{}, note
}

// forgotten reports whether a remembered sequence is too far from the clock to
// mean anything.
func (x *extension) forgotten(sequence uint64, now time.Time) bool {
	return !x.monotonic && abs(int64(int32(uint32(now.Unix())-uint32(sequence>>32)))) > x.window
}

// sender finds the memory of a sender whose HMAC was good: the slot of a
// unicast peer, or one of the four of a group, of which the least recently
// used gives way.
func (x *extension) sender(source netip.Addr) *sender {
	for i := range x.senders {
		if x.senders[i].addr == source {
			return &x.senders[i]
		}
	}
	if x.fixed {
		return nil
	}
	if len(x.senders) < senders {
		x.senders = append(x.senders, sender{addr: source})
		return &x.senders[len(x.senders)-1]
	}
	oldest := &x.senders[0]
	for i := range x.senders {
		if x.senders[i].used < oldest.used {
			oldest = &x.senders[i]
		}
	}
	*oldest = sender{addr: source}
	return oldest
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}
