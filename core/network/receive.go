package network

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Datagram is what was received, or what went wrong.
type Datagram struct {
	// Data begins with the IPv4 header for raw IPv4, and is the payload for
	// IPv6 and UDP.
	Data []byte
	// Source and Destination are invalid when unknown; for IPv4 they are
	// in the header.
	Source, Destination netip.Addr
	SourcePort          uint16 // of UDP
	HopLimit            int    // of IPv6 and UDP; -1 when unknown
	// Truncated is the real length of a datagram that was longer than the
	// longest one to be read; Data is then empty.
	Truncated int
	// ControlTruncated says that Destination and HopLimit did not fit.
	ControlTruncated bool
	// Err is the error of receiving, instead of a datagram.
	Err error
}

// receiver is the receiving half of a pair with its reader goroutine.
type receiver struct {
	fd      int
	file    *os.File
	family  int
	buf     []byte
	oob     []byte
	inbox   *Inbox
	closing chan struct{}
	stopped chan struct{}
}

// bindDevices are the devices to which a receiving socket is bound, before
// and after it gets its address: an address of an interface in a VRF can only
// be bound in the VRF (03-vrrp section 3.2).
func openReceiver(spec SocketSpec, o SocketOptions, bind []string, inbox *Inbox) (*receiver, error) {
	domain := unix.AF_INET
	if spec.Family == 6 {
		domain = unix.AF_INET6
	}
	fd, err := unix.Socket(domain, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, spec.Protocol)
	if err != nil {
		return nil, fmt.Errorf("receive socket: %w", err)
	}
	if err := configureReceiver(fd, spec, o, bind); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("receive socket: %w", err)
	}
	longest := o.MaxDatagram
	if longest == 0 {
		longest = DefaultMaxDatagram
	}
	r := &receiver{
		fd: fd, file: os.NewFile(uintptr(fd), "raw socket"), family: spec.Family,
		buf: make([]byte, longest), oob: make([]byte, 64), inbox: inbox, closing: make(chan struct{}), stopped: make(chan struct{}),
	}
	go r.run()
	return r, nil
}

// configureReceiver sets the options of 03-vrrp section 3.2 in its order.
func configureReceiver(fd int, spec SocketSpec, so SocketOptions, bind []string) error {
	o := options{fd: fd}
	if so.ReceiveBuffer > 0 {
		o.setInt("SO_RCVBUF", unix.SOL_SOCKET, unix.SO_RCVBUF, so.ReceiveBuffer)
	}
	if len(bind) > 1 {
		o.bindToDevice(bind[0])
	}
	var sa unix.Sockaddr
	if spec.Family == 4 {
		sa = o.prepare4(spec)
	} else {
		sa = o.prepare6(spec)
	}
	o.set("bind", unix.Bind(fd, sa))
	if spec.Family == 6 {
		o.setInt("IPV6_RECVPKTINFO", unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO, 1)
		o.setInt("IPV6_RECVHOPLIMIT", unix.IPPROTO_IPV6, unix.IPV6_RECVHOPLIMIT, 1)
	}
	if len(bind) > 0 {
		o.bindToDevice(bind[len(bind)-1])
	}
	if spec.Family == 6 {
		o.setInt("IPV6_CHECKSUM", unix.IPPROTO_RAW, unix.IPV6_CHECKSUM, checksumOffset)
	}
	return o.err
}

func (o *options) prepare4(spec SocketSpec) unix.Sockaddr {
	o.setInt("IP_MULTICAST_ALL", unix.IPPROTO_IP, unix.IP_MULTICAST_ALL, 0)
	if spec.Unicast() {
		o.setInt("IP_FREEBIND", unix.IPPROTO_IP, unix.IP_FREEBIND, 1)
		sa := &unix.SockaddrInet4{}
		if spec.Local.IsValid() {
			sa.Addr = spec.Local.As4()
		}
		return sa
	}
	group := spec.Group.As4()
	o.set("IP_ADD_MEMBERSHIP", unix.SetsockoptIPMreqn(o.fd, unix.IPPROTO_IP, unix.IP_ADD_MEMBERSHIP,
		&unix.IPMreqn{Multiaddr: group, Ifindex: int32(spec.Interface)}))
	return &unix.SockaddrInet4{Addr: group}
}

func (o *options) prepare6(spec SocketSpec) unix.Sockaddr {
	o.setInt("IPV6_MULTICAST_ALL", unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_ALL, 0)
	if spec.Unicast() {
		o.setInt("IPV6_FREEBIND", unix.IPPROTO_IPV6, unix.IPV6_FREEBIND, 1)
		sa := &unix.SockaddrInet6{}
		if spec.Local.IsValid() {
			sa.Addr = spec.Local.As16()
		}
		if spec.Local.IsLinkLocalUnicast() {
			sa.ZoneId = uint32(spec.Interface)
		}
		return sa
	}
	group := spec.Group.As16()
	o.set("IPV6_JOIN_GROUP", unix.SetsockoptIPv6Mreq(o.fd, unix.IPPROTO_IPV6, unix.IPV6_JOIN_GROUP,
		&unix.IPv6Mreq{Multiaddr: group, Interface: uint32(spec.Interface)}))
	return &unix.SockaddrInet6{Addr: group, ZoneId: uint32(spec.Interface)}
}

// After maxErrors errors in a row the reader reports one each errorPause: a
// socket may recover, and a router that has become deaf for ever would take
// itself for the only one.
const (
	maxErrors  = 10
	errorPause = time.Second
)

func (r *receiver) run() {
	defer close(r.stopped)
	raw, err := r.file.SyscallConn()
	if err != nil {
		return
	}
	failures := 0
	for {
		var d Datagram
		err := raw.Read(func(uintptr) bool {
			d = r.receive()
			return !errors.Is(d.Err, unix.EAGAIN)
		})
		if err != nil {
			return // closed
		}
		r.inbox.Put(&d)
		if d.Err == nil {
			failures = 0
			continue
		}
		if failures++; failures < maxErrors {
			continue
		}
		select {
		case <-time.After(errorPause):
		case <-r.closing:
			return
		}
	}
}

// receive reads one datagram into r.buf.
func (r *receiver) receive() Datagram {
	var n, oobn, flags int
	var from unix.Sockaddr
	err := unix.EINTR
	for range 10 {
		n, oobn, flags, from, err = recvmsg(r.fd, r.buf, r.oob)
		if err != unix.EINTR {
			break
		}
	}
	if err != 0 {
		return Datagram{Err: err}
	}
	d := Datagram{Source: addrOf(from), HopLimit: -1, ControlTruncated: flags&unix.MSG_CTRUNC != 0}
	if n > len(r.buf) {
		d.Truncated = n
		return d
	}
	d.Data = r.buf[:n]
	if r.family == 6 && !d.ControlTruncated {
		readControl(&d, r.oob[:oobn])
	}
	return d
}

func recvmsg(fd int, buf, oob []byte) (n, oobn, flags int, from unix.Sockaddr, errno unix.Errno) {
	n, oobn, flags, from, err := unix.Recvmsg(fd, buf, oob, unix.MSG_TRUNC)
	if err != nil && !errors.As(err, &errno) {
		errno = unix.EIO
	}
	return n, oobn, flags, from, errno
}

// readControl reads destination and hop limit (RFC 3542 section 6).
func readControl(d *Datagram, oob []byte) {
	msgs, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return
	}
	for _, m := range msgs {
		if m.Header.Level != unix.IPPROTO_IPV6 {
			continue
		}
		switch m.Header.Type {
		case unix.IPV6_PKTINFO:
			if len(m.Data) >= unix.SizeofInet6Pktinfo {
				d.Destination = netip.AddrFrom16([16]byte(m.Data[:16]))
			}
		case unix.IPV6_HOPLIMIT:
			d.HopLimit = controlInt(m.Data)
		}
	}
}

func (r *receiver) close() {
	close(r.closing)
	r.file.Close()
	<-r.stopped
}
