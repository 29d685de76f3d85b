package network

import (
	"testing"

	"golang.org/x/sys/unix"
)

// Force goes beyond what the system allows, which bounds the rest; the kernel
// doubles what it is told.
func TestBuffer(t *testing.T) {
	const huge = 64 << 20
	for _, c := range []struct {
		buffer  Buffer
		at, max int
	}{
		{Buffer{Octets: 4096}, 8192, 8192},
		{Buffer{Octets: huge, Force: true}, 2 * huge, 2 * huge},
		{Buffer{Octets: huge}, 8192, 2*huge - 1},
	} {
		h, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		h.SetBuffer(c.buffer)
		fd, err := watchSocket(WatchOptions{Buffer: c.buffer})
		if err != nil {
			t.Fatal(err)
		}
		for _, fd := range []int{h.conn.fd, fd} {
			if got, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF); err != nil || got < c.at || got > c.max {
				t.Errorf("%+v: %d (%v)", c.buffer, got, err)
			}
		}
		unix.Close(fd)
		h.Close()
	}
}
