package laboratory

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
	"unsafe"

	"github.com/mdlayher/packet"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// A Packet is a frame of interest that a node sent.
type Packet struct {
	At      time.Time // the kernel's time stamp
	Node    string    // who sent it
	Network string
	Frame   []byte
}

// A Capture holds the VRRP, ARP, IGMP, ICMPv6 and BFD frames of all networks, in the
// order in which they arrived at the switch.
type Capture struct {
	mu      sync.Mutex
	packets []Packet
}

// Packets returns what was captured from the given index on.
func (c *Capture) Packets(from int) []Packet {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Packet(nil), c.packets[min(from, len(c.packets)):]...)
}

// Capture is the laboratory's record of what its nodes sent.
func (l *Lab) Capture() *Capture { return l.capture }

// A tap listens at the switch's end of one node's cable.
type tap struct {
	conn    *packet.Conn
	node    string
	network string
	done    chan struct{}
}

func (l *Lab) startCapture() error {
	l.capture = &Capture{}
	return Inside(l.switchNamespace(), func() error {
		for i, node := range l.nodes {
			for j, port := range node.Ports {
				if port.Network == "" || port.Network == "dummy" {
					continue
				}
				t, err := openTap(outlet(i, j))
				if err != nil {
					return fmt.Errorf("capture at %s %s: %w", node.Name, port.Name, err)
				}
				t.node, t.network = node.Name, port.Network
				l.taps = append(l.taps, t)
				go t.listen(l.capture)
			}
		}
		return nil
	})
}

func (l *Lab) stopCapture() {
	for _, t := range l.taps {
		_ = t.conn.Close()
		<-t.done
	}
	l.taps = nil
}

func openTap(name string) (*tap, error) {
	device, err := net.InterfaceByName(name)
	if err != nil {
		return nil, err
	}
	filter, err := bpf.Assemble(interesting())
	if err != nil {
		return nil, err
	}
	conn, err := packet.Listen(device, packet.Raw, unix.ETH_P_ALL, &packet.Config{Filter: filter})
	if err != nil {
		return nil, err
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	var set error
	err = raw.Control(func(fd uintptr) {
		set = errors.Join(
			unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1),
			// Only what the node sent: what is sent to it is captured at its sender.
			unix.SetsockoptInt(int(fd), unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1))
	})
	if err = errors.Join(err, set); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &tap{conn: conn, done: make(chan struct{})}, nil
}

// interesting keeps data traffic out of the capture: ARP, and IPv4 or IPv6
// carrying VRRP (112), AH (51), ICMPv6 (58), IGMP (2) or UDP to a port of BFD,
// pass, and what has IPv6 hop-by-hop options (0), as reports of MLD have.
func interesting() []bpf.Instruction {
	return []bpf.Instruction{
		bpf.LoadAbsolute{Off: 12, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0x0806, SkipTrue: 16},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0x86dd, SkipTrue: 5},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0x0800, SkipFalse: 15},
		bpf.LoadAbsolute{Off: 23, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 17, SkipFalse: 7},
		bpf.LoadAbsolute{Off: 36, Size: 2}, // the port, without IPv4 options
		bpf.Jump{Skip: 3},
		bpf.LoadAbsolute{Off: 20, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 17, SkipFalse: 3},
		bpf.LoadAbsolute{Off: 56, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 3784, SkipTrue: 6},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 4784, SkipTrue: 5, SkipFalse: 6},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 112, SkipTrue: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 51, SkipTrue: 3},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 2, SkipTrue: 2},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0, SkipTrue: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 58, SkipFalse: 1},
		bpf.RetConstant{Val: 65535},
		bpf.RetConstant{Val: 0},
	}
}

func (t *tap) listen(capture *Capture) {
	defer close(t.done)
	raw, err := t.conn.SyscallConn()
	if err != nil {
		return
	}
	buffer, control := make([]byte, 65536), make([]byte, 256)
	for {
		var n, c int
		var failed error
		// The package's own read drops the time stamp, so the message is read here.
		err := raw.Read(func(fd uintptr) bool {
			n, c, _, _, failed = unix.Recvmsg(int(fd), buffer, control, unix.MSG_DONTWAIT)
			return !errors.Is(failed, unix.EAGAIN)
		})
		if err != nil {
			return // closed
		}
		if failed != nil {
			continue // the link went down: it may come back
		}
		p := Packet{At: stamp(control[:c]), Node: t.node, Network: t.network, Frame: append([]byte(nil), buffer[:n]...)}
		capture.mu.Lock()
		capture.packets = append(capture.packets, p)
		capture.mu.Unlock()
	}
}

// stamp takes the kernel's time from the control data.
func stamp(control []byte) time.Time {
	messages, err := unix.ParseSocketControlMessage(control)
	if err == nil {
		for _, m := range messages {
			if m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SCM_TIMESTAMPNS && len(m.Data) >= int(unsafe.Sizeof(unix.Timespec{})) {
				return time.Unix(int64(binary.NativeEndian.Uint64(m.Data)), int64(binary.NativeEndian.Uint64(m.Data[8:])))
			}
		}
	}
	return time.Now()
}

// Send puts a frame on a network, as a stranger connected to its switch.
func (l *Lab) Send(network string, frame []byte) error {
	index := l.network(network)
	if index < 0 {
		return fmt.Errorf("no network %q", network)
	}
	return send(l.switchNamespace(), bridge(index), frame)
}

// Send puts a frame on the wire as the node's own.
func (n *Node) Send(port string, frame []byte) error { return send(n.Namespace, port, frame) }

func send(namespace, name string, frame []byte) error {
	return Inside(namespace, func() error {
		device, err := net.InterfaceByName(name)
		if err != nil {
			return err
		}
		conn, err := packet.Listen(device, packet.Raw, unix.ETH_P_IP, nil)
		if err != nil {
			return err
		}
		_, err = conn.WriteTo(frame, &packet.Addr{HardwareAddr: net.HardwareAddr(frame[:6])})
		return errors.Join(err, conn.Close())
	})
}

// SetCable plugs a node's interface in or out at the switch.
func (l *Lab) SetCable(ctx context.Context, node *Node, port string, up bool) error {
	for i, n := range l.nodes {
		for j, p := range n.Ports {
			if n == node && p.Name == port {
				state := "down"
				if up {
					state = "up"
				}
				return batch(ctx, l.switchNamespace(), []string{"link set " + outlet(i, j) + " " + state})
			}
		}
	}
	return fmt.Errorf("node %s: no interface %s", node.Name, port)
}

func numbers(text string) []int {
	var list []int
	for _, word := range strings.Fields(text) {
		if n, err := strconv.Atoi(word); err == nil {
			list = append(list, n)
		}
	}
	return list
}
