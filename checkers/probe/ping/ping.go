package ping

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net/netip"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/checkers/message"
	"keepalived/checkers/probe"
	"keepalived/core/config"
)

// The types of echo messages.
const (
	echoRequest4, echoReply4 = 8, 0
	echoRequest6, echoReply6 = 128, 129
)

const (
	headerSize  = 8
	payloadSize = 128
	receiveSize = 131072 // of the socket's buffer
)

// Probe is one PING_CHECK. bindto, bind_if and fwmark are not looked at (7.5).
type Probe struct {
	Target config.Target

	sequence uint16
}

// Probe sends one request and waits for its reply.
func (p *Probe) Probe(ctx context.Context, _ probe.Attempt) probe.Result {
	var r probe.Result
	v6 := p.Target.Addr.Is6()
	t := p.Target
	t.BindAddr, t.BindInterface, t.FWMark = netip.Addr{}, "", 0
	protocol, noSocket := unix.IPPROTO_ICMP, message.PingNoSocket
	if v6 {
		protocol, noSocket = unix.IPPROTO_ICMPV6, message.Ping6NoSocket
	}
	fd, o := probe.Socket(&r, t, unix.SOCK_DGRAM, protocol)
	if o != probe.Connected {
		return o.Void(&r, noSocket, noSocket)
	}
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, receiveSize)
	c, err := probe.Wrap(ctx, fd)
	if err != nil {
		return o.Void(&r, noSocket, noSocket)
	}
	defer c.Close()
	p.sequence++
	if err := unix.Sendto(fd, request(v6, p.sequence), unix.MSG_NOSIGNAL, probe.Sockaddr(t.Addr, 0)); err != nil {
		var errno syscall.Errno
		errors.As(err, &errno)
		if v6 {
			r.Notef(message.Ping6SendFailed, int(errno))
		} else {
			r.Notef(message.PingSendFailed)
		}
		return r
	}
	c.Until(time.Now().Add(t.Timeout))
	p.await(c, &r, v6)
	return r
}

// request is an echo request. The kernel fills in identifier and checksum.
func request(v6 bool, sequence uint16) []byte {
	b := make([]byte, headerSize, headerSize+payloadSize)
	b[0] = echoRequest4
	if v6 {
		b[0] = echoRequest6
	}
	binary.BigEndian.PutUint16(b[6:], sequence)
	text := bytes.Repeat([]byte("keepalived check - "), payloadSize)
	return append(b, text[:payloadSize]...)
}

// await waits for the reply.
func (p *Probe) await(c *probe.Conn, r *probe.Result, v6 bool) {
	buf := make([]byte, 2048)
	n := 0
	var rerr error
	err := c.Receive(func(fd int) bool {
		n, _, rerr = unix.Recvfrom(fd, buf, 0)
		return !errors.Is(rerr, unix.EAGAIN) && !errors.Is(rerr, unix.EINTR)
	})
	if err != nil {
		r.Text = "timeout"
		return
	}
	r.Text = "failed"
	reply := byte(echoReply4)
	if v6 {
		reply = echoReply6
	}
	switch {
	case rerr != nil && v6:
		r.Notef(message.Ping6ReceiveError)
	case rerr != nil:
		r.Notef(message.PingReceiveError)
	case n < headerSize:
		r.Notef(message.PingShort, n)
	case buf[0] != reply:
		r.Notef(message.PingType, buf[0])
	case binary.BigEndian.Uint16(buf[6:]) != p.sequence:
		r.Notef(message.PingSequence, p.sequence, binary.BigEndian.Uint16(buf[6:]))
	default:
		r.OK, r.Text = true, ""
	}
}
