package firewall

import (
	"encoding/binary"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/nftables"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// oldKernel is the other end of a socket: a kernel that lacks something. It
// answers as nfnetlink does, every message that it refuses and those that want an
// answer, and knows no tables.
type oldKernel struct {
	lacks   func(kind netlink.HeaderType, attributes []byte) unix.Errno // 0: nothing
	answers []netlink.Message
}

func (k *oldKernel) SendMessages(list []netlink.Message) error {
	const head = 4 // struct nfgenmsg
	var before unix.Errno
	for _, m := range list {
		if m.Header.Type>>8 != unix.NFNL_SUBSYS_NFTABLES {
			continue // begin and end
		}
		kind := m.Header.Type & 0xff
		refusal := k.lacks(kind, m.Data[head:])
		switch {
		case refusal != 0:
			before = refusal
		case kind == unix.NFT_MSG_GETTABLE, before != 0: // so what needs the set finds none
			refusal = unix.ENOENT
		case m.Header.Flags&netlink.Acknowledge == 0:
			continue
		}
		h := m.Header
		h.Type, h.Flags = netlink.Error, 0
		k.answers = append(k.answers, netlink.Message{Header: h, Data: append(binary.NativeEndian.AppendUint32(nil, uint32(-int32(refusal))), make([]byte, unix.NLMSG_HDRLEN)...)})
	}
	return nil
}

func (k *oldKernel) Send(m netlink.Message) error { return k.SendMessages([]netlink.Message{m}) }

// Receive gives one answer at a time, as the kernel does.
func (k *oldKernel) Receive() ([]netlink.Message, error) {
	if len(k.answers) == 0 {
		return nil, os.ErrDeadlineExceeded
	}
	first := k.answers[:1]
	k.answers = k.answers[1:]
	return first, nil
}

func (k *oldKernel) Close() error                     { return nil }
func (k *oldKernel) SetDeadline(time.Time) error      { return nil }
func (k *oldKernel) SetReadDeadline(time.Time) error  { return nil }
func (k *oldKernel) SetWriteDeadline(time.Time) error { return nil }

func onKernel(k *oldKernel, table string) *NFTables {
	return &NFTables{book: newBook(Options{Table: table}), socket: &socket{Conn: netlink.NewConn(k, 1), limit: 1 << 20}}
}

// before56 is a kernel that knows neither the flag of concatenations nor ranges in
// them (Linux before 5.6).
func before56(errno unix.Errno) *oldKernel {
	return &oldKernel{lacks: func(kind netlink.HeaderType, attributes []byte) unix.Errno {
		if kind != unix.NFT_MSG_NEWSET {
			return 0
		}
		d, err := netlink.NewAttributeDecoder(attributes)
		if err != nil {
			return unix.EBADMSG
		}
		d.ByteOrder = binary.BigEndian
		for d.Next() {
			if d.Type() == unix.NFTA_SET_FLAGS && d.Uint32()&nftables.NFT_SET_CONCAT != 0 {
				return errno
			}
		}
		return 0
	}}
}

func withoutNFTables(errno unix.Errno) *oldKernel {
	return &oldKernel{lacks: func(netlink.HeaderType, []byte) unix.Errno { return errno }}
}

// A kernel that is too old is refused by name, not with a number of its own; the
// program goes on, and what such a kernel can do it does.
func TestOldKernel(t *testing.T) {
	const old = "nftables: table keepalived_ipvs: maps of address ranges need Linux 5.6: "
	const none = "nftables: look for table keepalived_ipvs: the kernel has no nf_tables: "
	marks := marked(t, "tcp 10.9.1.10-10.9.1.12 81 1000\ntcp fd01::1 80 1001")
	for _, errno := range []unix.Errno{unix.EINVAL, unix.EOPNOTSUPP} {
		n := onKernel(before56(errno), "keepalived_ipvs")
		if _, err := n.FindOld(); err != nil {
			t.Error(err)
		}
		for range 2 {
			if err := n.SetMarks(marks); err == nil || !strings.HasPrefix(err.Error(), old) || !strings.HasSuffix(err.Error(), errno.Error()) {
				t.Errorf("%v: %v", errno, err)
			}
		}
		for _, err := range []error{n.DeleteOld(), n.SetMarks(nil), n.Remove()} {
			if err != nil {
				t.Error(err)
			}
		}
		n = onKernel(before56(errno), "keepalived")
		for _, err := range []error{n.Drop([]Address{{v4, Link{}}, {v6, Link{}}, {local, Link{2, "eth0"}}}), n.Accept([]Address{{v6, Link{}}}), n.Trim()} {
			if err != nil {
				t.Errorf("drops: %v", err)
			}
		}

		n = onKernel(withoutNFTables(errno), "keepalived_ipvs")
		_, err := n.FindOld()
		for _, err := range []error{err, n.SetMarks(marks), n.Remove()} {
			if err == nil || !strings.HasPrefix(err.Error(), none) || !strings.HasSuffix(err.Error(), errno.Error()) {
				t.Errorf("%v: %v", errno, err)
			}
		}
	}
}
