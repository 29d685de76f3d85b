package agentx

import (
	"slices"
	"strconv"
	"strings"
)

// OID is an object identifier. It is not changed once made.
type OID []uint32

// ParseOID reads the dotted form, with or without a dot before it. It is nil if
// the text is none.
func ParseOID(text string) OID {
	var o OID
	for part := range strings.SplitSeq(strings.TrimPrefix(text, "."), ".") {
		n, err := strconv.ParseUint(part, 10, 32)
		if err != nil {
			return nil
		}
		o = append(o, uint32(n))
	}
	return o
}

// String is the dotted form with a dot before it.
func (o OID) String() string {
	var b strings.Builder
	for _, n := range o {
		b.WriteByte('.')
		b.WriteString(strconv.FormatUint(uint64(n), 10))
	}
	return b.String()
}

// Compare orders lexicographically.
func (o OID) Compare(p OID) int { return slices.Compare(o, p) }

// Under reports whether o is p or lies below it.
func (o OID) Under(p OID) bool { return len(o) >= len(p) && slices.Equal(o[:len(p)], p) }

// Append returns o with further sub-identifiers, in memory of its own.
func (o OID) Append(more ...uint32) OID {
	n := make(OID, 0, len(o)+len(more))
	return append(append(n, o...), more...)
}
