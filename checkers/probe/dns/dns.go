package dns

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/checkers/message"
	"keepalived/checkers/probe"
	"keepalived/core/config"
)

// Probe is one DNS_CHECK.
type Probe struct {
	Target config.Target
	Name   string // a domain name, empty for the root
	Type   uint16
	Label  string // the real server, for messages
}

// query is the datagram that is sent (RFC 1035 section 4.1): recursion
// desired, one question of class IN.
func query(id uint16, name string, typ uint16) []byte {
	b := binary.BigEndian.AppendUint16(nil, id)
	b = append(b, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0)
	if name = strings.TrimSuffix(name, "."); name != "" {
		for label := range strings.SplitSeq(name, ".") {
			label = label[:min(len(label), 63)]
			b = append(append(b, byte(len(label))), label...)
		}
	}
	b = append(b, 0)
	b = binary.BigEndian.AppendUint16(b, typ)
	return binary.BigEndian.AppendUint16(b, 1)
}

// Probe asks.
func (p *Probe) Probe(ctx context.Context, _ probe.Attempt) probe.Result {
	var r probe.Result
	deadline := time.Now().Add(p.Target.Timeout)
	c, o := probe.Dial(ctx, &r, p.Target, unix.SOCK_DGRAM, deadline)
	switch o {
	case probe.NoSocket, probe.BindFailed:
		line := func(text string) string { return fmt.Sprintf(message.DNSLine, p.Label, text) }
		return o.Void(&r, line(message.DNSNoSocket), line(message.DNSBindFailed))
	case probe.Immediate:
		r.Text = fmt.Sprintf(message.DNSUnreachable, fmt.Sprintf("[%s]:%d", p.Target.Addr, p.Target.Port))
		return r
	case probe.TimedOut:
		r.Text = message.DNSConnectTimeout
		return r
	case probe.Refused:
		r.Text = message.DNSConnectFailure
		return r
	}
	defer c.Close()
	id := uint16(rand.Uint32())
	datagram := query(id, p.Name, p.Type)
	c.Until(deadline)
	if _, err := c.Write(datagram); err != nil {
		r.Text = message.DNSWriteFailed
		if probe.Timeout(err) {
			r.Text = message.DNSWriteTimeout
		}
		return r
	}
	r.Text = p.await(c, id)
	r.OK = r.Text == ""
	return r
}

// await reads until the reply has come, and returns what is wrong with it.
// Datagrams that are no reply to this query are ignored.
func (p *Probe) await(c *probe.Conn, id uint16) string {
	c.Until(time.Now().Add(p.Target.Timeout))
	buf := make([]byte, 768)
	var text string
	err := c.Receive(func(fd int) bool {
		for {
			n, _, err := unix.Recvfrom(fd, buf, 0)
			var errno syscall.Errno
			switch {
			case errors.Is(err, unix.EAGAIN):
				return false
			case errors.Is(err, unix.EINTR):
			case errors.As(err, &errno):
				text = fmt.Sprintf(message.DNSReadFailed, int(errno), probe.Strerror(errno))
				return true
			case n < 12 || binary.BigEndian.Uint16(buf) != id || buf[2]&0x80 == 0:
			default:
				if rcode := buf[3] & 0xf; rcode != 0 {
					text = fmt.Sprintf(message.DNSReplyError, rcode)
				}
				return true
			}
		}
	})
	if err != nil {
		return message.DNSReadTimeout
	}
	return text
}
