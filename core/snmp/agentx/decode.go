package agentx

import (
	"encoding/binary"
	"fmt"
)

func orderOf(flags byte) binary.ByteOrder {
	if flags&flagBigEndian != 0 {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// Decode reads a whole PDU: header and payload. If only the payload is wrong,
// the PDU comes back with what the header says, so that it can be answered.
func Decode(data []byte) (*PDU, error) {
	if len(data) < HeaderSize {
		return nil, fmt.Errorf("agentx: %d octets", len(data))
	}
	size, err := PayloadSize([HeaderSize]byte(data))
	if err != nil {
		return nil, err
	}
	if size != len(data)-HeaderSize {
		return nil, fmt.Errorf("agentx: payload of %d octets instead of %d", len(data)-HeaderSize, size)
	}
	d := decoder{rest: data[HeaderSize:], order: orderOf(data[2])}
	p := &PDU{Kind: Kind(data[1]), Session: d.order.Uint32(data[4:]), Transaction: d.order.Uint32(data[8:]), Packet: d.order.Uint32(data[12:])}
	if data[2]&flagContext != 0 {
		p.Context = d.octets()
	}
	d.body(p)
	if d.err == nil && len(d.rest) > 0 {
		d.fail("%d octets too many", len(d.rest))
	}
	if d.err != nil {
		head := PDU{Kind: p.Kind, Session: p.Session, Transaction: p.Transaction, Packet: p.Packet, Context: p.Context}
		return &head, d.err
	}
	return p, nil
}

// decoder takes a payload apart. After an error it yields zeros.
type decoder struct {
	rest  []byte
	order binary.ByteOrder
	err   error
}

func (d *decoder) body(p *PDU) {
	switch p.Kind {
	case Open:
		p.Timeout = d.take(4)[0]
		p.ID, _ = d.oid()
		p.Description = string(d.octets())
	case Close:
		p.Reason = d.take(4)[0]
	case Register, Unregister:
		head := d.take(4)
		p.Timeout, p.Priority = head[0], head[1]
		if head[2] != 0 {
			d.fail("registration of a range")
		}
		p.ID, _ = d.oid()
	case GetBulk:
		head := d.take(4)
		p.NonRepeaters, p.MaxRepetitions = d.order.Uint16(head), d.order.Uint16(head[2:])
		p.Ranges = d.ranges()
	case Get, GetNext:
		p.Ranges = d.ranges()
	case AddAgentCaps:
		p.ID, _ = d.oid()
		p.Description = string(d.octets())
	case RemoveAgentCaps:
		p.ID, _ = d.oid()
	case Response:
		head := d.take(8)
		p.Error, p.Index = Error(d.order.Uint16(head[4:])), d.order.Uint16(head[6:])
		p.Binds = d.binds()
	case TestSet, Notify, IndexAllocate, IndexDeallocate:
		p.Binds = d.binds()
	case CommitSet, UndoSet, CleanupSet, Ping:
	default:
		d.fail("PDU of unknown type %d", p.Kind)
	}
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("agentx: "+format, args...)
	}
	d.rest = nil
}

// take returns the next n octets, up to 8; zeros if there are not that many.
func (d *decoder) take(n int) []byte {
	if len(d.rest) < n {
		d.fail("payload too short")
		return make([]byte, n)
	}
	taken := d.rest[:n]
	d.rest = d.rest[n:]
	return taken
}

func (d *decoder) uint32() uint32 { return d.order.Uint32(d.take(4)) }

func (d *decoder) uint64() uint64 { return d.order.Uint64(d.take(8)) }

func (d *decoder) octets() []byte {
	n := uint64(d.uint32())
	padded := (n + 3) &^ 3
	if uint64(len(d.rest)) < padded {
		d.fail("string of %d octets is too long", n)
		return []byte{}
	}
	taken := d.rest[:n:n]
	d.rest = d.rest[padded:]
	return taken
}

// maxSubIDs is how many sub-identifiers an object identifier may have (RFC 2578
// section 7.1.3).
const maxSubIDs = 128

func (d *decoder) oid() (o OID, include bool) {
	head := d.take(4)
	n, prefix := int(head[0]), uint32(head[1])
	if n > maxSubIDs || len(d.rest) < 4*n {
		d.fail("object identifier is too long")
		return nil, false
	}
	if prefix != 0 {
		o = append(make(OID, 0, n+5), 1, 3, 6, 1, prefix)
	}
	for range n {
		o = append(o, d.uint32())
	}
	return o, head[2] != 0
}

func (d *decoder) ranges() []Range {
	var all []Range
	for len(d.rest) > 0 {
		var r Range
		r.Start, r.Include = d.oid()
		r.End, _ = d.oid()
		all = append(all, r)
	}
	return all
}

func (d *decoder) binds() []Bind {
	var all []Bind
	for len(d.rest) > 0 {
		t := Type(d.order.Uint16(d.take(4)))
		name, _ := d.oid()
		all = append(all, Bind{name, d.value(t)})
	}
	return all
}
