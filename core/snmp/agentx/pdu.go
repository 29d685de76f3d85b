package agentx

import (
	"encoding/binary"
	"fmt"
)

// Kind is the type of a PDU (RFC 2741 section 6.1).
type Kind uint8

// The kinds.
const (
	Open            Kind = 1
	Close           Kind = 2
	Register        Kind = 3
	Unregister      Kind = 4
	Get             Kind = 5
	GetNext         Kind = 6
	GetBulk         Kind = 7
	TestSet         Kind = 8
	CommitSet       Kind = 9
	UndoSet         Kind = 10
	CleanupSet      Kind = 11
	Notify          Kind = 12
	Ping            Kind = 13
	IndexAllocate   Kind = 14
	IndexDeallocate Kind = 15
	AddAgentCaps    Kind = 16
	RemoveAgentCaps Kind = 17
	Response        Kind = 18
)

// The flags that this package knows.
const (
	flagContext   = 0x08
	flagBigEndian = 0x10
)

// HeaderSize is the size of the header of a PDU.
const HeaderSize = 20

// MaxPayload is the largest payload that is accepted.
const MaxPayload = 1 << 20

// Error is the error of a response (RFC 2741 section 6.2.16, RFC 3416 section
// 3).
type Error uint16

// The errors that this program gives or looks for.
const (
	NoError             Error = 0
	GenErr              Error = 5
	NoAccess            Error = 6
	WrongType           Error = 7
	WrongLength         Error = 8
	WrongValue          Error = 10
	ResourceUnavailable Error = 13
	CommitFailed        Error = 14
	UndoFailed          Error = 15
	NotWritable         Error = 17
	NotOpen             Error = 257
	ParseError          Error = 266
	RequestDenied       Error = 267
	ProcessingError     Error = 268
)

// Bind is a name with a value.
type Bind struct {
	Name  OID
	Value Value
}

// Range is what a GetNext looks through: from Start, which counts only with
// Include, up to but not including End; an empty End is none.
type Range struct {
	Start, End OID
	Include    bool
}

// PDU is a message. Each kind uses some of its fields.
type PDU struct {
	Kind                         Kind
	Session, Transaction, Packet uint32
	Context                      []byte // nil: the default context

	Timeout     uint8  // Open, Register: seconds, 0 the master's default
	Priority    uint8  // Register, Unregister
	Reason      uint8  // Close
	ID          OID    // Open: of the sub-agent; Register, Unregister: the subtree; capabilities: sysORID
	Description string // Open, AddAgentCaps

	Ranges         []Range // Get (Start only), GetNext, GetBulk
	NonRepeaters   uint16  // GetBulk
	MaxRepetitions uint16

	Binds []Bind // TestSet, Notify, IndexAllocate, IndexDeallocate, Response

	Error Error // Response
	Index uint16
}

// Append encodes a PDU behind b, in network byte order.
func (p *PDU) Append(b []byte) []byte {
	begin := len(b)
	flags := byte(flagBigEndian)
	if p.Context != nil {
		flags |= flagContext
	}
	b = append(b, 1, byte(p.Kind), flags, 0)
	b = binary.BigEndian.AppendUint32(b, p.Session)
	b = binary.BigEndian.AppendUint32(b, p.Transaction)
	b = binary.BigEndian.AppendUint32(b, p.Packet)
	b = binary.BigEndian.AppendUint32(b, 0)
	if p.Context != nil {
		b = appendOctets(b, p.Context)
	}
	b = p.appendBody(b)
	binary.BigEndian.PutUint32(b[begin+16:], uint32(len(b)-begin-HeaderSize))
	return b
}

func (p *PDU) appendBody(b []byte) []byte {
	switch p.Kind {
	case Open:
		b = append(b, p.Timeout, 0, 0, 0)
		b = appendOID(b, p.ID, false)
		b = appendOctets(b, []byte(p.Description))
	case Close:
		b = append(b, p.Reason, 0, 0, 0)
	case Register, Unregister:
		b = append(b, p.Timeout, p.Priority, 0, 0)
		b = appendOID(b, p.ID, false)
	case GetBulk:
		b = binary.BigEndian.AppendUint16(b, p.NonRepeaters)
		b = binary.BigEndian.AppendUint16(b, p.MaxRepetitions)
		b = appendRanges(b, p.Ranges)
	case Get, GetNext:
		b = appendRanges(b, p.Ranges)
	case AddAgentCaps:
		b = appendOID(b, p.ID, false)
		b = appendOctets(b, []byte(p.Description))
	case RemoveAgentCaps:
		b = appendOID(b, p.ID, false)
	case Response:
		b = append(b, 0, 0, 0, 0) // sysUpTime: only the master's counts
		b = binary.BigEndian.AppendUint16(b, uint16(p.Error))
		b = binary.BigEndian.AppendUint16(b, p.Index)
		b = appendBinds(b, p.Binds)
	case TestSet, Notify, IndexAllocate, IndexDeallocate:
		b = appendBinds(b, p.Binds)
	}
	return b
}

func appendRanges(b []byte, all []Range) []byte {
	for _, r := range all {
		b = appendOID(b, r.Start, r.Include)
		b = appendOID(b, r.End, false)
	}
	return b
}

func appendBinds(b []byte, all []Bind) []byte {
	for _, v := range all {
		b = binary.BigEndian.AppendUint16(b, uint16(v.Value.Type))
		b = append(b, 0, 0)
		b = appendOID(b, v.Name, false)
		b = appendValue(b, v.Value)
	}
	return b
}

func appendOctets(b, octets []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(octets)))
	b = append(b, octets...)
	return append(b, make([]byte, -len(octets)&3)...)
}

// appendOID uses the short form for what lies below 1.3.6.1 (section 5.1).
func appendOID(b []byte, o OID, include bool) []byte {
	var prefix byte
	if len(o) > 4 && o[0] == 1 && o[1] == 3 && o[2] == 6 && o[3] == 1 && o[4] > 0 && o[4] < 256 {
		prefix, o = byte(o[4]), o[5:]
	}
	flag := byte(0)
	if include {
		flag = 1
	}
	b = append(b, byte(len(o)), prefix, flag, 0)
	for _, n := range o {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return b
}

// PayloadSize returns how many octets follow a header.
func PayloadSize(header [HeaderSize]byte) (int, error) {
	order := orderOf(header[2])
	size := order.Uint32(header[16:])
	switch {
	case header[0] != 1:
		return 0, fmt.Errorf("agentx: version %d", header[0])
	case size > MaxPayload || size%4 != 0:
		return 0, fmt.Errorf("agentx: payload of %d octets", size)
	}
	return int(size), nil
}
