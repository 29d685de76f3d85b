package firewall

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

const (
	// answerTime bounds a transaction. The kernel answers within the system
	// call that carries it.
	answerTime = 5 * time.Second
	// sendBuffer is what a transaction may have if the process may ask for so
	// much: some ten thousand elements. It takes no memory before it is used.
	sendBuffer = 4 << 20
	// watchBuffer holds what is told of other people's transactions.
	watchBuffer = 2 << 20
)

// socket speaks with nf_tables.
type socket struct {
	*netlink.Conn
	id    uint32 // netlink's name for the socket
	limit int    // octets that one transaction may have
}

// dial opens a socket in a network namespace; "" is that of the thread.
func dial(namespace string) (*socket, error) {
	c := netlink.Config{}
	if namespace != "" {
		f, err := os.Open(namespace)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		c.NetNS = int(f.Fd())
	}
	conn, err := netlink.Dial(unix.NETLINK_NETFILTER, &c)
	if err != nil {
		return nil, err
	}
	s := &socket{Conn: conn}
	// Neither is necessary: without them answers are longer and transactions
	// shorter.
	_ = conn.SetOption(netlink.CapAcknowledge, true)
	_ = conn.SetWriteBuffer(sendBuffer)
	if err := s.look(); err != nil {
		conn.Close()
		return nil, err
	}
	return s, nil
}

// look asks the kernel what the socket is like.
func (s *socket) look() error {
	raw, err := s.SyscallConn()
	if err != nil {
		return err
	}
	var name unix.Sockaddr
	var size int
	var failed error
	if err := raw.Control(func(fd uintptr) {
		name, failed = unix.Getsockname(int(fd))
		if failed == nil {
			size, failed = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_SNDBUF)
		}
	}); err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	own, ok := name.(*unix.SockaddrNetlink)
	if !ok {
		return fmt.Errorf("%T is no address of a netlink socket", name)
	}
	const overhead = 4096 // of the system call; the kernel wants 32 octets
	s.id, s.limit = own.Pid, size-overhead
	return nil
}

// send carries a transaction out: all of it or nothing, as long as it fits into
// the socket's buffer. One that does not is cut into several.
func (s *socket) send(t *transaction) error {
	if t.failed != nil {
		return t.failed
	}
	for rest := t.messages; len(rest) > 0; {
		n, size := 0, 0
		for n < len(rest) && (n == 0 || size+sizeOf(rest[n]) <= s.limit) {
			size += sizeOf(rest[n])
			n++
		}
		if err := s.sendBatch(rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// sizeOf is how many octets a message takes.
func sizeOf(m netlink.Message) int { return unix.NLMSG_HDRLEN + (len(m.Data)+3)&^3 }

// sendBatch has the last message acknowledged: what the kernel refuses it says
// before that, with an answer for each message that is wrong.
func (s *socket) sendBatch(messages []netlink.Message) error {
	if err := s.begin(); err != nil {
		return err
	}
	messages[len(messages)-1].Header.Flags |= netlink.Acknowledge
	batch := []netlink.Message{message(unix.NFNL_MSG_BATCH_BEGIN, netlink.Request, unix.AF_UNSPEC, unix.NFNL_SUBSYS_NFTABLES, nil)}
	batch = append(batch, messages...)
	batch = append(batch, message(unix.NFNL_MSG_BATCH_END, netlink.Request, unix.AF_UNSPEC, unix.NFNL_SUBSYS_NFTABLES, nil))
	if _, err := s.SendMessages(batch); err != nil {
		return err
	}
	if _, err := s.Receive(); err != nil {
		s.drain()
		return err
	}
	return nil
}

// has reports whether there is a table.
func (s *socket) has(family int, table string) (bool, error) {
	if err := s.begin(); err != nil {
		return false, err
	}
	t := transaction{}
	t.add(unix.NFT_MSG_GETTABLE, 0, family, func(e *netlink.AttributeEncoder) { e.String(unix.NFTA_TABLE_NAME, table) })
	if t.failed != nil {
		return false, t.failed
	}
	switch _, err := s.Execute(t.messages[0]); {
	case errors.Is(err, unix.ENOENT):
		return false, nil
	case unknown(err):
		return false, fmt.Errorf("the kernel has no nf_tables: %w", err)
	case err != nil:
		return false, err
	}
	return true, nil
}

// unknown reports whether the kernel does not know what it was asked for.
func unknown(err error) bool { return errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EOPNOTSUPP) }

func (s *socket) begin() error { return s.SetDeadline(time.Now().Add(answerTime)) }

// drain reads what else the kernel has to say about a transaction that it has
// refused.
func (s *socket) drain() {
	for s.SetReadDeadline(time.Now().Add(time.Millisecond)) == nil {
		var refused *netlink.OpError
		if _, err := s.Receive(); err != nil && (!errors.As(err, &refused) || refused.Timeout()) {
			return
		}
	}
}
