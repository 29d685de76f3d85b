package network

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// Event is a notification of the kernel. It may repeat what is known already.
type Event interface{ event() }

// LinkChanged says how a link is now: new, or something about it changed.
type LinkChanged struct{ Link Link }

// LinkDeleted says that a link is gone.
type LinkDeleted struct{ Link Link }

// AddressAdded says how an address is now: new, or something about it changed.
type AddressAdded struct{ Address Address }

// AddressDeleted says that an address is gone.
type AddressDeleted struct{ Address Address }

// RouteDeleted says that a route is gone.
type RouteDeleted struct{ Route RouteID }

// RuleDeleted says that a rule is gone.
type RuleDeleted struct{ Rule RuleID }

// Resync is everything as it is now: the kernel had more to say than there
// was room for. What happened to routes and rules meanwhile is unknown.
type Resync struct {
	Links     []Link
	Addresses []Address
}

func (LinkChanged) event()    {}
func (LinkDeleted) event()    {}
func (AddressAdded) event()   {}
func (AddressDeleted) event() {}
func (RouteDeleted) event()   {}
func (RuleDeleted) event()    {}
func (Resync) event()         {}

// WatchOptions say how to watch.
type WatchOptions struct {
	// Buffer is the socket's; the zero Buffer means DefaultWatchBuffer, by
	// force.
	Buffer Buffer
	// Routes also reports routes and rules.
	Routes bool
}

// Buffer is the receive buffer of a netlink socket.
type Buffer struct {
	Octets int  // 0: the system's default
	Force  bool // beyond net.core.rmem_max too
}

// apply gives a socket its buffer. Without the right to use force it gets what
// the system allows.
func (b Buffer) apply(fd int) {
	if b.Octets == 0 || b.Force && unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, b.Octets) == nil {
		return
	}
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, b.Octets)
}

// SetBuffer sets the receive buffer of the socket over which the host is asked.
func (h *Host) SetBuffer(b Buffer) { b.apply(h.conn.fd) }

// DefaultWatchBuffer holds the notifications of some thousand changes.
const DefaultWatchBuffer = 2 << 20

// Watcher is a running watch.
type Watcher struct {
	file    *os.File
	dump    *conn // for resynchronisation
	deliver func([]Event)
	stopped chan struct{}
}

// Watch reports everything that happens to links and addresses from now on.
// deliver is called on the watcher's own goroutine, with the events of one
// reading in order; it must not block for long.
func (h *Host) Watch(o WatchOptions, deliver func([]Event)) (*Watcher, error) {
	fd, err := watchSocket(o)
	if err != nil {
		return nil, fmt.Errorf("netlink watch: %w", err)
	}
	dump, err := newConn()
	if err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("netlink watch: %w", err)
	}
	w := &Watcher{file: os.NewFile(uintptr(fd), "netlink"), dump: dump, deliver: deliver, stopped: make(chan struct{})}
	go w.run()
	return w, nil
}

func watchSocket(o WatchOptions) (int, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return -1, err
	}
	buffer := o.Buffer
	if buffer.Octets == 0 {
		buffer = Buffer{DefaultWatchBuffer, true}
	}
	buffer.apply(fd)
	groups := []int{unix.RTNLGRP_LINK, unix.RTNLGRP_IPV4_IFADDR, unix.RTNLGRP_IPV6_IFADDR}
	if o.Routes {
		groups = append(groups, unix.RTNLGRP_IPV4_ROUTE, unix.RTNLGRP_IPV6_ROUTE, unix.RTNLGRP_IPV4_RULE, unix.RTNLGRP_IPV6_RULE)
	}
	err = unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
	for _, g := range groups {
		if err == nil {
			err = unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_ADD_MEMBERSHIP, g)
		}
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// Close ends the watch. deliver is not called any more once it has returned.
func (w *Watcher) Close() {
	w.file.Close()
	<-w.stopped
	w.dump.close()
}

func (w *Watcher) run() {
	defer close(w.stopped)
	raw, err := w.file.SyscallConn()
	if err != nil {
		return
	}
	buf := make([]byte, 64<<10)
	for {
		var n int
		var rerr error
		err := raw.Read(func(fd uintptr) bool {
			n, _, rerr = unix.Recvfrom(int(fd), buf, 0)
			if errors.Is(rerr, unix.ENOBUFS) {
				drain(int(fd), buf)
			}
			return !errors.Is(rerr, unix.EAGAIN)
		})
		switch {
		case err != nil:
			return // closed
		case errors.Is(rerr, unix.ENOBUFS):
			w.resync()
		case rerr == nil:
			if events := parseEvents(buf[:n]); len(events) > 0 {
				w.deliver(events)
			}
		}
	}
}

// drain reads and forgets what is queued. It is older than what was lost, and
// nothing would correct it later. What comes from now on is complete.
func drain(fd int, buf []byte) {
	for {
		if _, _, err := unix.Recvfrom(fd, buf, 0); errors.Is(err, unix.EAGAIN) {
			return
		}
	}
}

// resync reads everything again. Notifications that are queued meanwhile may
// repeat some of it; applying them to a View is harmless.
func (w *Watcher) resync() {
	links, err := w.dump.links()
	if err != nil {
		return // the namespace is going down; the next overflow tries again
	}
	addresses, err := w.dump.addresses()
	if err != nil {
		return
	}
	w.deliver([]Event{Resync{links, addresses}})
}

// parseEvents reads one datagram of notifications. A message that it does not
// understand is left out.
func parseEvents(data []byte) []Event {
	msgs, err := syscall.ParseNetlinkMessage(data)
	if err != nil {
		return nil
	}
	var events []Event
	for _, m := range msgs {
		if e := parseEvent(m); e != nil {
			events = append(events, e)
		}
	}
	return events
}

func parseEvent(m syscall.NetlinkMessage) Event {
	switch m.Header.Type {
	case unix.RTM_NEWLINK, unix.RTM_DELLINK:
		// Bridges report their ports in their own family, deletion of a
		// port included.
		if len(m.Data) < unix.SizeofIfInfomsg || nl.DeserializeIfInfomsg(m.Data).Family != unix.AF_UNSPEC {
			return nil
		}
		l, err := parseLink(m.Data)
		switch {
		case err != nil:
			return nil
		case m.Header.Type == unix.RTM_DELLINK:
			return LinkDeleted{l}
		}
		return LinkChanged{l}
	case unix.RTM_NEWADDR, unix.RTM_DELADDR:
		a, err := parseAddress(m.Data)
		switch {
		case err != nil:
			return nil
		case m.Header.Type == unix.RTM_DELADDR:
			return AddressDeleted{a}
		}
		return AddressAdded{a}
	case unix.RTM_DELROUTE:
		if r, err := parseRoute(m.Data); err == nil {
			return RouteDeleted{r}
		}
	case unix.RTM_DELRULE:
		if r, err := parseRule(m.Data); err == nil {
			return RuleDeleted{r}
		}
	}
	return nil
}
