package network

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Host is the network namespace of this process (of the calling thread, when
// it was opened). Its methods are for one goroutine at a time.
type Host struct {
	conn       *conn
	frames     int // packet socket, negative while there is none
	neighbours map[string]forwarding
}

// Open connects to the kernel. It needs no privileges; most verbs do.
func Open() (*Host, error) {
	c, err := newConn()
	if err != nil {
		return nil, fmt.Errorf("host network: %w", err)
	}
	h := &Host{conn: c, frames: -1, neighbours: map[string]forwarding{}}
	if fd, err := openFrames(); err == nil { // without the right to have one, Announce says so
		h.frames = fd
	}
	return h, nil
}

// Close gives back what the host holds. Sockets and watches have their own
// Close.
func (h *Host) Close() {
	if h.frames >= 0 {
		unix.Close(h.frames)
		h.frames = -1
	}
	h.conn.close()
}
