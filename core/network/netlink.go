package network

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// RequestError is the kernel's refusal of a request.
type RequestError struct {
	Errno syscall.Errno
	Type  uint16 // RTM_*, see TypeName
	Seq   uint32
	// Detail is the kernel's explanation, if it gave one.
	Detail string
}

func (e *RequestError) Error() string {
	s := fmt.Sprintf("%s: %v", e.TypeName(), e.Errno)
	if e.Detail != "" {
		s += " (" + e.Detail + ")"
	}
	return s
}

func (e *RequestError) Unwrap() error { return e.Errno }

// TypeName is the kernel's name of the message that was refused.
func (e *RequestError) TypeName() string {
	switch e.Type {
	case unix.RTM_NEWADDR:
		return "RTM_NEWADDR"
	case unix.RTM_DELADDR:
		return "RTM_DELADDR"
	case unix.RTM_NEWROUTE:
		return "RTM_NEWROUTE"
	case unix.RTM_DELROUTE:
		return "RTM_DELROUTE"
	case unix.RTM_NEWRULE:
		return "RTM_NEWRULE"
	case unix.RTM_DELRULE:
		return "RTM_DELRULE"
	case unix.RTM_NEWLINK:
		return "RTM_NEWLINK"
	case unix.RTM_DELLINK:
		return "RTM_DELLINK"
	case unix.RTM_GETLINK:
		return "RTM_GETLINK"
	}
	return fmt.Sprintf("RTM_%d", e.Type)
}

// conn is a netlink socket for requests that are answered at once. It is not
// safe for concurrent use. The library's own executes a request with 64 KiB of
// fresh memory each; with thousands of addresses that shows.
type conn struct {
	fd  int
	pid uint32
	seq uint32
	buf []byte
}

const replyTimeout = 10 // seconds; the kernel answers within the system call

func newConn() (*conn, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("netlink socket: %w", err)
	}
	c := &conn{fd: fd, buf: make([]byte, 32<<10)}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		c.close()
		return nil, fmt.Errorf("netlink socket: bind: %w", err)
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		c.close()
		return nil, fmt.Errorf("netlink socket: %w", err)
	}
	c.pid = sa.(*unix.SockaddrNetlink).Pid
	_ = unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: replyTimeout})
	// Explanations are a help where the kernel has them (Linux 4.12).
	_ = unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_EXT_ACK, 1)
	return c, nil
}

func (c *conn) close() { unix.Close(c.fd) }

func (c *conn) send(req *nl.NetlinkRequest) error {
	c.seq++
	req.Seq = c.seq
	if err := unix.Sendto(c.fd, req.Serialize(), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return fmt.Errorf("netlink request %d: %w", req.Type, err)
	}
	return nil
}

// receive reads one datagram of the kernel and calls f with each message that
// answers the request seq.
func (c *conn) receive(seq uint32, f func(syscall.NetlinkMessage) error) error {
	n, from, err := unix.Recvfrom(c.fd, c.buf, unix.MSG_TRUNC)
	switch {
	case errors.Is(err, unix.EINTR):
		return nil
	case err != nil:
		return fmt.Errorf("netlink answer: %w", err)
	case n > len(c.buf):
		return fmt.Errorf("netlink answer: %d octets, buffer %d", n, len(c.buf))
	}
	if sa, ok := from.(*unix.SockaddrNetlink); !ok || sa.Pid != 0 {
		return nil // not from the kernel
	}
	msgs, err := syscall.ParseNetlinkMessage(c.buf[:n])
	if err != nil {
		return fmt.Errorf("netlink answer: %w", err)
	}
	for _, m := range msgs {
		if m.Header.Seq != seq || m.Header.Pid != c.pid {
			continue // the late answer to a request that was given up
		}
		if err := f(m); err != nil {
			return err
		}
	}
	return nil
}

// execute sends a request that has NLM_F_ACK and waits for its answer.
func (c *conn) execute(req *nl.NetlinkRequest) error {
	return c.executeFor(req, func(syscall.NetlinkMessage) error { return nil })
}

// executeFor is execute for a request that is answered with messages.
func (c *conn) executeFor(req *nl.NetlinkRequest, f func(syscall.NetlinkMessage) error) error {
	if err := c.send(req); err != nil {
		return err
	}
	for done := false; !done; {
		var failed error
		err := c.receive(req.Seq, func(m syscall.NetlinkMessage) error {
			if m.Header.Type == unix.NLMSG_ERROR {
				done, failed = true, requestError(req, m)
				return nil
			}
			return f(m)
		})
		if err != nil {
			return err
		}
		if failed != nil {
			return failed
		}
	}
	return nil
}

// requestError reads an NLMSG_ERROR message; nil means success.
func requestError(req *nl.NetlinkRequest, m syscall.NetlinkMessage) error {
	if len(m.Data) < 4 {
		return fmt.Errorf("netlink answer: error message of %d octets", len(m.Data))
	}
	errno := -int32(binary.NativeEndian.Uint32(m.Data))
	if errno == 0 {
		return nil
	}
	e := &RequestError{Errno: syscall.Errno(errno), Type: req.Type, Seq: req.Seq}
	rest := m.Data[4:]
	if m.Header.Flags&unix.NLM_F_ACK_TLVS == 0 || len(rest) < unix.NLMSG_HDRLEN {
		return e
	}
	skip := unix.NLMSG_HDRLEN // the request's header; its payload only when not capped
	if m.Header.Flags&unix.NLM_F_CAPPED == 0 {
		skip = int(binary.NativeEndian.Uint32(rest)+3) &^ 3
	}
	if skip > len(rest) {
		return e
	}
	attrs, err := parseAttributes(rest[skip:])
	if err != nil {
		return e
	}
	for _, a := range attrs {
		if a.Attr.Type == nl.NLMSGERR_ATTR_MSG {
			e.Detail = attrString(a.Value)
		}
	}
	return e
}

// dumpAttempts is how often a dump is repeated that the kernel could not make
// consistent because the table changed meanwhile.
const dumpAttempts = 10

// dump sends a request that has NLM_F_DUMP and calls f with every message of
// the answer. restart is called before the dump is read once more.
func (c *conn) dump(req *nl.NetlinkRequest, f func(syscall.NetlinkMessage) error, restart func()) error {
	for range dumpAttempts {
		interrupted, err := c.dumpOnce(req, f)
		if err != nil {
			return err
		}
		if !interrupted {
			return nil
		}
		restart()
	}
	return fmt.Errorf("netlink dump %d: the table kept changing", req.Type)
}

func (c *conn) dumpOnce(req *nl.NetlinkRequest, f func(syscall.NetlinkMessage) error) (interrupted bool, err error) {
	if err := c.send(req); err != nil {
		return false, err
	}
	var failed error // what f said; the rest of the dump is still read
	for done := false; !done; {
		err := c.receive(req.Seq, func(m syscall.NetlinkMessage) error {
			if m.Header.Flags&unix.NLM_F_DUMP_INTR != 0 {
				interrupted = true
			}
			switch m.Header.Type {
			case unix.NLMSG_DONE:
				done = true
			case unix.NLMSG_ERROR:
				done = true
				if failed == nil {
					failed = requestError(req, m)
				}
			default:
				if failed == nil {
					failed = f(m)
				}
			}
			return nil
		})
		if err != nil {
			return interrupted, err
		}
	}
	return interrupted, failed
}

func attrUint32(b []byte) uint32 {
	if len(b) < 4 {
		return 0
	}
	return binary.NativeEndian.Uint32(b)
}

// attrString is a text up to its end, which may be missing.
func attrString(b []byte) string {
	text, _, _ := bytes.Cut(b, []byte{0})
	return string(text)
}

// parseAttributes reads a list of attributes (struct rtattr). The library's function
// trusts that the last one is padded.
func parseAttributes(b []byte) ([]syscall.NetlinkRouteAttr, error) {
	var list []syscall.NetlinkRouteAttr
	for len(b) >= unix.SizeofRtAttr {
		size := int(binary.NativeEndian.Uint16(b))
		if size < unix.SizeofRtAttr || size > len(b) {
			return nil, fmt.Errorf("attribute of %d octets, %d are left", size, len(b))
		}
		a := syscall.NetlinkRouteAttr{Value: b[unix.SizeofRtAttr:size]}
		a.Attr.Len, a.Attr.Type = uint16(size), binary.NativeEndian.Uint16(b[2:])
		list = append(list, a)
		b = b[min((size+3)&^3, len(b)):]
	}
	return list, nil
}
