package network

import (
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"
)

// message is one netlink message with a payload.
func message(kind uint16, payload ...byte) []byte {
	b := make([]byte, unix.NLMSG_HDRLEN, unix.NLMSG_HDRLEN+len(payload))
	binary.NativeEndian.PutUint32(b, uint32(cap(b)))
	binary.NativeEndian.PutUint16(b[4:], kind)
	return append(b, payload...)
}

// Whatever the kernel says, reading it ends without a panic, and a view takes
// it in.
func FuzzEvents(f *testing.F) {
	for kind, size := range map[uint16]int{
		unix.RTM_NEWLINK: unix.SizeofIfInfomsg, unix.RTM_DELLINK: unix.SizeofIfInfomsg,
		unix.RTM_NEWADDR: unix.SizeofIfAddrmsg, unix.RTM_DELADDR: unix.SizeofIfAddrmsg,
		unix.RTM_DELROUTE: unix.SizeofRtMsg, unix.RTM_DELRULE: unix.SizeofRtMsg,
	} {
		fixed := make([]byte, size)
		f.Add(message(kind, fixed...))
		f.Add(message(kind, append(fixed, 8, 0, 1, 0, 192, 0, 2, 1, 8, 0, 2, 0, 192, 0, 2, 1)...))
		f.Add(message(kind, append(fixed, 4, 0, 18, 0, 5, 0, 3, 0, 'e')...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var v View
		for _, e := range parseEvents(data) {
			v.Apply(e)
		}
	})
}
