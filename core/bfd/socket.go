package bfd

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/network"
)

// realNetwork is the kernel's network.
type realNetwork struct{}

// longest is the length of the longest datagram that is told apart from others
// that are too long.
const longest = 256

// input is a listening socket with its reader goroutine.
type input struct {
	*network.Inbox
	fd      int
	file    *os.File
	stopped chan struct{}
}

// Listen implements Network. One socket serves both families; a host without
// IPv6 has one for IPv4.
func (realNetwork) Listen(port uint16, ready func()) (Input, error) {
	fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	family := unix.AF_INET6
	if errors.Is(err, unix.EAFNOSUPPORT) {
		family = unix.AF_INET
		fd, err = unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	}
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	if err := prepareInput(fd, family, port); err != nil {
		unix.Close(fd)
		return nil, err
	}
	in := &input{Inbox: network.NewInbox(ready), fd: fd, file: os.NewFile(uintptr(fd), "bfd"), stopped: make(chan struct{})}
	go in.run()
	return in, nil
}

func prepareInput(fd, family int, port uint16) error {
	set := [][3]int{{unix.IPPROTO_IP, unix.IP_RECVTTL, 1}}
	var local unix.Sockaddr = &unix.SockaddrInet4{Port: int(port)}
	if family == unix.AF_INET6 {
		set = append(set, [][3]int{
			{unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 0}, {unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO, 1}, {unix.IPPROTO_IPV6, unix.IPV6_RECVHOPLIMIT, 1},
		}...)
		local = &unix.SockaddrInet6{Port: int(port)}
	} else {
		set = append(set, [3]int{unix.IPPROTO_IP, unix.IP_PKTINFO, 1})
	}
	for _, o := range set {
		if err := unix.SetsockoptInt(fd, o[0], o[1], o[2]); err != nil {
			return os.NewSyscallError("setsockopt", err)
		}
	}
	return os.NewSyscallError("bind", unix.Bind(fd, local))
}

// After an error the reader waits, lest one that stays keeps it busy.
const errorPause = 100 * time.Millisecond

func (in *input) run() {
	defer close(in.stopped)
	raw, err := in.file.SyscallConn()
	if err != nil {
		return
	}
	buf, oob := make([]byte, longest), make([]byte, 128)
	for {
		var d network.Datagram
		err := raw.Read(func(uintptr) bool {
			d = receive(in.fd, buf, oob)
			return !errors.Is(d.Err, unix.EAGAIN) && !errors.Is(d.Err, unix.EINTR)
		})
		if err != nil {
			return // closed
		}
		in.Put(&d)
		if d.Err != nil {
			time.Sleep(errorPause)
		}
	}
}

func receive(fd int, buf, oob []byte) network.Datagram {
	n, oobn, _, from, err := unix.Recvmsg(fd, buf, oob, 0)
	if err != nil {
		return network.Datagram{Err: err}
	}
	d := network.Datagram{Data: buf[:n], HopLimit: -1}
	switch a := from.(type) {
	case *unix.SockaddrInet4:
		d.Source, d.SourcePort = netip.AddrFrom4(a.Addr), uint16(a.Port)
	case *unix.SockaddrInet6:
		d.Source, d.SourcePort = netip.AddrFrom16(a.Addr).Unmap(), uint16(a.Port)
	}
	readControl(&d, oob[:oobn])
	return d
}

// readControl reads destination and hop limit.
func readControl(d *network.Datagram, oob []byte) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return
	}
	for _, m := range messages {
		h := m.Header
		switch {
		case h.Level == unix.IPPROTO_IP && h.Type == unix.IP_TTL, h.Level == unix.IPPROTO_IPV6 && h.Type == unix.IPV6_HOPLIMIT:
			if len(m.Data) >= 4 {
				d.HopLimit = int(binary.NativeEndian.Uint32(m.Data))
			}
		case h.Level == unix.IPPROTO_IP && h.Type == unix.IP_PKTINFO:
			if len(m.Data) >= unix.SizeofInet4Pktinfo {
				d.Destination = netip.AddrFrom4([4]byte(m.Data[8:12]))
			}
		case h.Level == unix.IPPROTO_IPV6 && h.Type == unix.IPV6_PKTINFO:
			if len(m.Data) >= unix.SizeofInet6Pktinfo {
				d.Destination = netip.AddrFrom16([16]byte(m.Data[:16])).Unmap()
			}
		}
	}
}

func (in *input) Descriptor() int { return in.fd }

func (in *input) Close() {
	in.file.Close()
	<-in.stopped
}

// output is the socket that a session sends with.
type output struct {
	fd int
	to unix.Sockaddr
}

// Open implements Network.
func (realNetwork) Open(c *config.BFDInstance) (Output, error) {
	family, level, option := unix.AF_INET, unix.IPPROTO_IP, unix.IP_TTL
	if c.Neighbor.Is6() {
		family, level, option = unix.AF_INET6, unix.IPPROTO_IPV6, unix.IPV6_UNICAST_HOPS
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	if err := unix.SetsockoptInt(fd, level, option, c.TTL); err != nil {
		unix.Close(fd)
		return nil, os.NewSyscallError("setsockopt", err)
	}
	if err := bindSource(fd, c); err != nil {
		unix.Close(fd)
		return nil, os.NewSyscallError("bind", err)
	}
	port := uint16(portSingleHop)
	if c.Multihop {
		port = portMultihop
	}
	return &output{fd, sockaddr(c.Neighbor, port)}, nil
}

// The source ports of RFC 5881 section 4: "The source port MUST be in the range
// 49152 through 65535."
const (
	firstPort = 49152
	lastPort  = 65535
)

// bindTries is how many ports are tried. Each is taken with a small probability.
const bindTries = 100

// bindSource binds a socket to the session's source address, if it has one, and
// to a random port.
func bindSource(fd int, c *config.BFDInstance) error {
	source := c.Source
	if !source.IsValid() {
		source = netip.IPv4Unspecified()
		if c.Neighbor.Is6() {
			source = netip.IPv6Unspecified()
		}
	}
	ports, _ := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	first, last := sourcePorts(string(ports))
	var err error
	for range bindTries {
		err = unix.Bind(fd, sockaddr(source, uint16(first+rand.IntN(last-first+1))))
		if !errors.Is(err, unix.EADDRINUSE) {
			return err
		}
	}
	return err
}

// sourcePorts are those that the RFC allows, without those that the kernel does
// not want to be used as local ports (17.2) if any is left then.
func sourcePorts(kernel string) (first, last int) {
	first, last = firstPort, lastPort
	var low, high int
	if n, _ := fmt.Fscan(strings.NewReader(kernel), &low, &high); n == 2 && max(low, first) <= min(high, last) {
		return max(low, first), min(high, last)
	}
	return first, last
}

func sockaddr(a netip.Addr, port uint16) unix.Sockaddr {
	if a.Is4() {
		return &unix.SockaddrInet4{Addr: a.As4(), Port: int(port)}
	}
	return &unix.SockaddrInet6{Addr: a.As16(), Port: int(port)}
}

func (o *output) Send(b []byte) error {
	return os.NewSyscallError("sendto", unix.Sendto(o.fd, b, 0, o.to))
}
func (o *output) Descriptor() int { return o.fd }
func (o *output) Close()          { unix.Close(o.fd) }
