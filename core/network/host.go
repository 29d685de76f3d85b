package network

import "fmt"

// Host is the network namespace of this process (of the calling thread, when
// it was opened). Its methods are for one goroutine at a time.
type Host struct {
	conn       *conn
	announcers map[int]*announcer // by index of the link
	neighbours map[string]forwarding
}

// Open connects to the kernel. It needs no privileges; most verbs do.
func Open() (*Host, error) {
	c, err := newConn()
	if err != nil {
		return nil, fmt.Errorf("host network: %w", err)
	}
	return &Host{conn: c, announcers: map[int]*announcer{}, neighbours: map[string]forwarding{}}, nil
}

// Close gives back what the host holds. Sockets and watches have their own
// Close.
func (h *Host) Close() {
	for _, a := range h.announcers {
		a.close()
	}
	h.announcers = nil
	h.conn.close()
}
