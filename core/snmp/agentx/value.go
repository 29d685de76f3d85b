package agentx

import (
	"encoding/binary"
	"net/netip"
)

// Type is the type of a value (RFC 2741 section 5.4).
type Type uint16

// The types. Those of [Value] that no object has are the three exceptions.
const (
	Integer        Type = 2
	OctetString    Type = 4
	Null           Type = 5
	ObjectID       Type = 6
	IPAddress      Type = 64
	Counter32      Type = 65
	Gauge32        Type = 66
	TimeTicks      Type = 67
	Opaque         Type = 68
	Counter64      Type = 70
	NoSuchObject   Type = 128
	NoSuchInstance Type = 129
	EndOfMIBView   Type = 130
)

// Value is what an object is. The zero Value is no value: the object is not
// there.
type Value struct {
	Type   Type
	Number uint64 // Integer (two's complement), the counters, Gauge32, TimeTicks
	Octets []byte // OctetString, Opaque, IPAddress
	OID    OID    // ObjectID
}

// Int returns an Integer.
func Int(n int) Value { return Value{Type: Integer, Number: uint64(int64(int32(n)))} }

// Gauge returns a Gauge32, which is also Unsigned32.
func Gauge(n uint32) Value { return Value{Type: Gauge32, Number: uint64(n)} }

// Count32 returns a Counter32: the low 32 bits of a counter.
func Count32(n uint64) Value { return Value{Type: Counter32, Number: uint64(uint32(n))} }

// Count64 returns a Counter64.
func Count64(n uint64) Value { return Value{Type: Counter64, Number: n} }

// Ticks returns TimeTicks: hundredths of a second, modulo 2³².
func Ticks(n uint64) Value { return Value{Type: TimeTicks, Number: uint64(uint32(n))} }

// Text returns an OctetString.
func Text(s string) Value { return Value{Type: OctetString, Octets: []byte(s)} }

// Octets returns an OctetString.
func Octets(b []byte) Value { return Value{Type: OctetString, Octets: b} }

// Address returns the OctetString of an address: 4 or 16 octets, none for the
// zero Addr.
func Address(a netip.Addr) Value { return Value{Type: OctetString, Octets: a.AsSlice()} }

// IP returns an IpAddress; 0.0.0.0 for what is not IPv4.
func IP(a netip.Addr) Value {
	if !a.Is4() {
		a = netip.IPv4Unspecified()
	}
	return Value{Type: IPAddress, Octets: a.AsSlice()}
}

// Object returns an OBJECT IDENTIFIER.
func Object(o OID) Value { return Value{Type: ObjectID, OID: o} }

// Truth returns a TruthValue: 1 for true, 2 for false. Objects with 1 for
// enabled and 2 for disabled have the same values.
func Truth(b bool) Value {
	if b {
		return Int(1)
	}
	return Int(2)
}

// Present reports whether there is a value, and no exception.
func (v Value) Present() bool { return v.Type != 0 && v.Type < NoSuchObject }

// Int returns the number of an Integer.
func (v Value) Int() int32 { return int32(v.Number) }

func appendValue(b []byte, v Value) []byte {
	switch v.Type {
	case Integer, Counter32, Gauge32, TimeTicks:
		return binary.BigEndian.AppendUint32(b, uint32(v.Number))
	case Counter64:
		return binary.BigEndian.AppendUint64(b, v.Number)
	case OctetString, Opaque, IPAddress:
		return appendOctets(b, v.Octets)
	case ObjectID:
		return appendOID(b, v.OID, false)
	}
	return b
}

func (d *decoder) value(t Type) Value {
	v := Value{Type: t}
	switch t {
	case Integer:
		v.Number = uint64(int64(int32(d.uint32())))
	case Counter32, Gauge32, TimeTicks:
		v.Number = uint64(d.uint32())
	case Counter64:
		v.Number = d.uint64()
	case OctetString, Opaque, IPAddress:
		v.Octets = d.octets()
	case ObjectID:
		v.OID, _ = d.oid()
	case Null, NoSuchObject, NoSuchInstance, EndOfMIBView:
	default:
		d.fail("value of unknown type %d", t)
	}
	return v
}
