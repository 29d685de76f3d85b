package udp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"keepalived/checkers/message"
	"keepalived/checkers/probe"
	"keepalived/core/config"
)

// defaultPayload is sent without a configured one.
const defaultPayload = "keepalived check - keepalived ch"

// Probe is one UDP_CHECK.
type Probe struct {
	Target config.Target
	Check  config.UDPCheck
}

// Probe sends, and waits for connect_timeout.
func (p *Probe) Probe(ctx context.Context, _ probe.Attempt) probe.Result {
	var r probe.Result
	fd, ok := p.socket(&r)
	if !ok {
		return r
	}
	c, err := probe.Wrap(ctx, fd)
	if err != nil {
		return probe.NoSocket.Void(&r, message.UDPNoSocket, "")
	}
	defer c.Close()
	payload := []byte(defaultPayload)
	if p.Check.PayloadSet {
		payload = p.Check.Payload
	}
	var serr error
	_ = c.Control(func(fd int) { serr = unix.Sendto(fd, payload, unix.MSG_NOSIGNAL, nil) })
	if serr != nil {
		p.immediate(&r, message.UDPSendError, serr)
		return r
	}
	c.Until(time.Now().Add(p.Target.Timeout))
	p.await(c, &r)
	return r
}

// socket makes the connected socket. bind_if is not looked at, and a source
// address that cannot be had is a failure of the check (7.5).
func (p *Probe) socket(r *probe.Result) (fd int, ok bool) {
	t := p.Target
	t.BindInterface, t.BindAddr = "", netip.Addr{}
	fd, o := probe.Socket(r, t, unix.SOCK_DGRAM, 0)
	if o != probe.Connected {
		o.Void(r, message.UDPNoSocket, message.UDPNoSocket)
		return -1, false
	}
	if t.Addr.Is6() {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_RECVERR, 1)
	} else {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_RECVERR, 1)
	}
	if a := p.Target.BindAddr; a.IsValid() {
		if err := unix.Bind(fd, probe.Sockaddr(a, p.Target.BindPort)); err != nil {
			var errno syscall.Errno
			errors.As(err, &errno)
			r.Notef(message.UDPBindFailed, int(errno), probe.Strerror(errno))
			unix.Close(fd)
			return -1, false
		}
	}
	if err := unix.Connect(fd, probe.Sockaddr(t.Addr, t.Port)); err != nil {
		p.immediate(r, message.UDPConnectError, err)
		unix.Close(fd)
		return -1, false
	}
	return fd, true
}

func (p *Probe) immediate(r *probe.Result, format string, err error) {
	if errors.As(err, &r.Errno) {
		r.ErrnoText = fmt.Sprintf(format, int(r.Errno), probe.Strerror(r.Errno))
	}
}

// await is the table of 8.2.
func (p *Probe) await(c *probe.Conn, r *probe.Result) {
	r.Text = "failed"
	buf := make([]byte, p.Check.MaxReply+1)
	err := c.Receive(func(fd int) bool {
		if unreachable, any := errorQueue(fd); any {
			r.OK = !unreachable && (!p.Check.RequireReply || len(p.Check.Reply) == 0)
			return true
		}
		n, _, err := unix.Recvfrom(fd, buf, unix.MSG_TRUNC)
		switch {
		case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
			return false
		case err != nil:
			return true
		}
		p.judge(r, buf[:min(n, len(buf))])
		return true
	})
	if err != nil { // nothing came
		r.OK = !p.Check.RequireReply
	}
	if r.OK {
		r.Text = ""
	}
}

// judge compares a reply.
func (p *Probe) judge(r *probe.Result, b []byte) {
	u := p.Check
	r.OK = true
	if !u.RequireReply || len(u.Reply) == 0 {
		return
	}
	r.OK = len(b) >= u.MinReply && len(b) <= u.MaxReply
	for i := range min(len(b), len(u.Reply)) {
		mask := byte(0xff)
		if i < len(u.ReplyMask) {
			mask = u.ReplyMask[i]
		}
		r.OK = r.OK && b[i]&mask == u.Reply[i]&mask
	}
	if !r.OK {
		r.Text = "mismatch"
	}
}

// errorQueue takes an entry from the socket's error queue. unreachable is set
// for an ICMP or ICMPv6 "destination unreachable" of any code.
func errorQueue(fd int) (unreachable, any bool) {
	oob := make([]byte, 512)
	_, n, _, _, err := unix.Recvmsg(fd, make([]byte, 1), oob, unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
	if err != nil {
		return false, false
	}
	messages, err := unix.ParseSocketControlMessage(oob[:n])
	if err != nil {
		return false, true
	}
	for _, m := range messages {
		v4 := m.Header.Level == unix.IPPROTO_IP && m.Header.Type == unix.IP_RECVERR
		v6 := m.Header.Level == unix.IPPROTO_IPV6 && m.Header.Type == unix.IPV6_RECVERR
		if !v4 && !v6 || len(m.Data) < int(unsafe.Sizeof(unix.SockExtendedErr{})) {
			continue
		}
		e := (*unix.SockExtendedErr)(unsafe.Pointer(&m.Data[0]))
		switch {
		case e.Origin == unix.SO_EE_ORIGIN_ICMP && e.Type == 3:
			return true, true
		case e.Origin == unix.SO_EE_ORIGIN_ICMP6 && e.Type == 1:
			return true, true
		}
	}
	return false, true
}
