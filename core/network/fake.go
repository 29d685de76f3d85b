package network

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

// Fake is a host without a kernel. It refuses what the kernel would refuse and
// has the side effects that matter here: an IPv4 address in the network of
// another one is secondary to it and vanishes with it (unless
// promote_secondaries), IPv6 addresses vanish when their link is set down.
// Its methods may be called on any goroutine.
type Fake struct {
	mu        sync.Mutex
	links     []*fakeLink
	nextIndex int
	nextFD    int
	routes    []fakeRoute
	rules     []RuleID
	sysctls   map[string]string
	sockets   []*FakeSocket
	watchers  []*FakeWatcher
	deny      map[uint16]syscall.Errno
}

type fakeLink struct {
	Link
	addresses []Address
	segment   *Segment
}

type fakeRoute struct {
	id   RouteID
	text string
}

// NewFake returns a host that has a loopback and nothing else.
func NewFake() *Fake {
	f := &Fake{sysctls: map[string]string{}, deny: map[uint16]syscall.Errno{}, nextFD: 10}
	f.AddLink(Link{Name: "lo", HardwareType: unix.ARPHRD_LOOPBACK, Flags: unix.IFF_UP | unix.IFF_RUNNING | unix.IFF_LOWER_UP | unix.IFF_LOOPBACK, MTU: 65536, MAC: make(net.HardwareAddr, 6)})
	return f
}

// EthernetFlags are the flags of a link that is up.
const EthernetFlags = unix.IFF_UP | unix.IFF_RUNNING | unix.IFF_LOWER_UP | unix.IFF_BROADCAST | unix.IFF_MULTICAST

// AddLink adds a link, and returns its index.
func (f *Fake) AddLink(l Link) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nextIndex++
	l.Index = f.nextIndex
	if l.MTU == 0 {
		l.MTU = DefaultMaxDatagram
	}
	f.links = append(f.links, &fakeLink{Link: l})
	f.tell(LinkChanged{l})
	return l.Index
}

// DelLink deletes a link with its addresses and with what is on top of it.
func (f *Fake) DelLink(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.delLink(f.byName(name))
}

func (f *Fake) delLink(l *fakeLink) {
	f.above(l, f.delLink)
	if l.Flags&unix.IFF_UP != 0 {
		l.Flags &^= unix.IFF_UP | unix.IFF_RUNNING | unix.IFF_LOWER_UP
		f.tell(LinkChanged{l.Link})
	}
	for len(l.addresses) > 0 {
		f.remove(l, 0)
	}
	f.links = slices.DeleteFunc(f.links, func(o *fakeLink) bool { return o == l })
	f.tell(LinkDeleted{l.Link})
}

// SetLink sets a link up or down, administratively and with its carrier. What
// is on top of it loses or gets its carrier.
func (f *Fake) SetLink(name string, up bool) {
	const flags = unix.IFF_UP | unix.IFF_RUNNING | unix.IFF_LOWER_UP
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.byName(name)
	if up {
		l.Flags |= flags
	} else {
		l.Flags &^= flags
		for i := len(l.addresses) - 1; i >= 0; i-- {
			if l.addresses[i].Prefix.Addr().Is6() {
				f.remove(l, i)
			}
		}
	}
	f.tell(LinkChanged{l.Link})
	f.above(l, func(o *fakeLink) {
		if o.Flags&unix.IFF_UP != 0 {
			o.raise(l)
			f.tell(LinkChanged{o.Link})
		}
	})
}

// RenameLink gives a link another name.
func (f *Fake) RenameLink(name, to string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.byName(name)
	l.Name = to
	f.tell(LinkChanged{l.Link})
}

// SetMAC gives a link another MAC.
func (f *Fake) SetMAC(name string, mac net.HardwareAddr) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.byName(name)
	l.MAC = mac
	f.tell(LinkChanged{l.Link})
}

// Deny makes every request of a type (RTM_*) fail with errno; 0 allows it
// again.
func (f *Fake) Deny(kind uint16, errno syscall.Errno) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.deny[kind] = errno
}

func (f *Fake) byName(name string) *fakeLink {
	i := slices.IndexFunc(f.links, func(l *fakeLink) bool { return l.Name == name })
	if i < 0 {
		panic(fmt.Sprintf("fake host: no link %s", name))
	}
	return f.links[i]
}

func (f *Fake) byIndex(index int) *fakeLink {
	for _, l := range f.links {
		if l.Index == index {
			return l
		}
	}
	return nil
}

func (f *Fake) tell(e Event) {
	for _, w := range f.watchers {
		w.deliver([]Event{e})
	}
}

func refuse(kind uint16, errno syscall.Errno) error { return &RequestError{Errno: errno, Type: kind} }

// Links lists the links.
func (f *Fake) Links() ([]Link, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []Link
	for _, l := range f.links {
		list = append(list, l.Link)
	}
	return list, nil
}

// Addresses lists the addresses, IPv4 first.
func (f *Fake) Addresses() ([]Address, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []Address
	for _, is4 := range []bool{true, false} {
		for _, l := range f.links {
			for _, a := range l.addresses {
				if a.Prefix.Addr().Is4() == is4 {
					list = append(list, a)
				}
			}
		}
	}
	return list, nil
}

// AddAddress adds an address.
func (f *Fake) AddAddress(a *Address) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if errno := f.deny[unix.RTM_NEWADDR]; errno != 0 {
		return refuse(unix.RTM_NEWADDR, errno)
	}
	l := f.byIndex(a.Link)
	if l == nil {
		return refuse(unix.RTM_NEWADDR, unix.ENODEV)
	}
	n := *a
	n.Flags |= unix.IFA_F_PERMANENT
	at, errno := len(l.addresses), syscall.Errno(0)
	if n.Prefix.Addr().Is4() {
		at, errno = l.place4(&n)
	} else {
		errno = l.complete6(&n)
	}
	if errno != 0 {
		return refuse(unix.RTM_NEWADDR, errno)
	}
	l.addresses = slices.Insert(l.addresses, at, n)
	f.tell(AddressAdded{n})
	return nil
}

// place4 decides whether a new IPv4 address is a secondary one, and where in
// the kernel's list it comes: primaries before secondaries, wider scopes last.
func (l *fakeLink) place4(n *Address) (at int, errno syscall.Errno) {
	if n.Label == "" {
		n.Label = l.Name
	}
	primaries := 0
	for i := range l.addresses {
		o := &l.addresses[i]
		if !o.Prefix.Addr().Is4() {
			continue
		}
		if o.Flags&unix.IFA_F_SECONDARY == 0 && n.Scope <= o.Scope {
			primaries = i + 1
		}
		switch {
		case !sameNetwork(o, n):
			continue
		case o.Prefix.Addr() == n.Prefix.Addr():
			return 0, unix.EEXIST
		case o.Scope != n.Scope:
			return 0, unix.EINVAL
		}
		n.Flags |= unix.IFA_F_SECONDARY
	}
	if n.Flags&unix.IFA_F_SECONDARY == 0 {
		return primaries, 0
	}
	return len(l.addresses), 0
}

// complete6 gives a new IPv6 address the scope and the flags that it has by
// itself.
func (l *fakeLink) complete6(n *Address) syscall.Errno {
	if slices.ContainsFunc(l.addresses, func(o Address) bool { return o.Prefix.Addr() == n.Prefix.Addr() }) {
		return unix.EEXIST
	}
	n.Scope = unix.RT_SCOPE_UNIVERSE
	if n.Prefix.Addr().IsLinkLocalUnicast() {
		n.Scope = unix.RT_SCOPE_LINK
	}
	if n.Preferred == 0 {
		n.Flags |= unix.IFA_F_DEPRECATED
	}
	return 0
}

// sameNetwork reports whether the kernel makes one of two IPv4 addresses
// secondary to the other.
func sameNetwork(a, b *Address) bool {
	return netOf(a) == netOf(b)
}

func netOf(a *Address) netip.Prefix {
	addr := a.Prefix.Addr()
	if a.Peer.IsValid() {
		addr = a.Peer
	}
	return netip.PrefixFrom(addr, a.Prefix.Bits()).Masked()
}

// DelAddress deletes an address.
func (f *Fake) DelAddress(a *Address) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.byIndex(a.Link)
	if l == nil {
		return refuse(unix.RTM_DELADDR, unix.ENODEV)
	}
	i := slices.IndexFunc(l.addresses, func(o Address) bool { return o.ID() == a.ID() })
	if i < 0 {
		return refuse(unix.RTM_DELADDR, unix.EADDRNOTAVAIL)
	}
	f.remove(l, i)
	return nil
}

// remove deletes an address with what depends on it, which goes first.
func (f *Fake) remove(l *fakeLink, i int) {
	a := l.addresses[i]
	promoted := -1
	if a.Prefix.Addr().Is4() && a.Flags&unix.IFA_F_SECONDARY == 0 {
		promote := f.sysctls["net/ipv4/conf/"+l.Name+"/promote_secondaries"] == "1"
		for j := i + 1; j < len(l.addresses) && promoted < 0; j++ {
			switch o := &l.addresses[j]; {
			case o.Flags&unix.IFA_F_SECONDARY == 0 || !sameNetwork(o, &a):
			case promote:
				promoted = j
			default:
				gone := *o
				l.addresses = slices.Delete(l.addresses, j, j+1)
				f.tell(AddressDeleted{gone})
				j--
			}
		}
	}
	if promoted >= 0 {
		l.addresses[promoted].Flags &^= unix.IFA_F_SECONDARY
	}
	l.addresses = slices.Delete(l.addresses, i, i+1)
	f.tell(AddressDeleted{a})
	if promoted >= 0 {
		f.tell(AddressAdded{l.addresses[promoted-1]})
	}
}

// AddRoute adds a route. The fake knows one route per destination, metric and
// table.
func (f *Fake) AddRoute(r *config.Route, links LinkIndex) error {
	return f.addRoute(r, links, r.Insert == config.RouteAdd)
}

// ReplaceRoute adds a route in place of an equal one.
func (f *Fake) ReplaceRoute(r *config.Route, links LinkIndex) error {
	return f.addRoute(r, links, false)
}

func (f *Fake) addRoute(r *config.Route, links LinkIndex, exclusive bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	id := RouteIDOf(r, links)
	if i := f.route(id); i >= 0 {
		if exclusive {
			return refuse(unix.RTM_NEWROUTE, unix.EEXIST)
		}
		f.routes = slices.Delete(f.routes, i, i+1)
	}
	text := fmt.Sprintf("%s proto %d table %d", id.Dst, id.Protocol, id.Table)
	if r.Via.IsValid() {
		text += " via " + r.Via.String()
	}
	if r.Interface != "" {
		text += " dev " + r.Interface
	}
	if id.Priority != 0 {
		text += fmt.Sprintf(" metric %d", id.Priority)
	}
	f.routes = append(f.routes, fakeRoute{id, text})
	return nil
}

func (f *Fake) route(id RouteID) int {
	return slices.IndexFunc(f.routes, func(o fakeRoute) bool { return o.id.Matches(id) })
}

// DelRoute deletes a route.
func (f *Fake) DelRoute(r *config.Route, links LinkIndex) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := f.route(RouteIDOf(r, links))
	if i < 0 {
		return refuse(unix.RTM_DELROUTE, unix.ESRCH)
	}
	id := f.routes[i].id
	f.routes = slices.Delete(f.routes, i, i+1)
	f.tell(RouteDeleted{id})
	return nil
}

// AddRule adds a rule.
func (f *Fake) AddRule(r *config.Rule) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if slices.Contains(f.rules, RuleIDOf(r)) {
		return refuse(unix.RTM_NEWRULE, unix.EEXIST)
	}
	f.rules = append(f.rules, RuleIDOf(r))
	return nil
}

// DelRule deletes a rule.
func (f *Fake) DelRule(r *config.Rule) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.Index(f.rules, RuleIDOf(r))
	if i < 0 {
		return refuse(unix.RTM_DELRULE, unix.ENOENT)
	}
	f.rules = slices.Delete(f.rules, i, i+1)
	f.tell(RuleDeleted{RuleIDOf(r)})
	return nil
}

// Sysctl reads a parameter; one that was never set is 0.
func (f *Fake) Sysctl(key string) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if v, ok := f.sysctls[key]; ok {
		return v, nil
	}
	return "0", nil
}

// SetSysctl writes a parameter.
func (f *Fake) SetSysctl(key, value string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sysctls[key] = value
	return nil
}

// Close does nothing: a fake holds nothing.
func (f *Fake) Close() {}

// SetBuffer does nothing: a Fake has no socket.
func (f *Fake) SetBuffer(Buffer) {}

// FakeWatcher is a running watch of a Fake.
type FakeWatcher struct {
	fake    *Fake
	deliver func([]Event)
}

// Watch reports everything that happens from now on. deliver is called by
// whoever makes it happen, with the fake locked.
func (f *Fake) Watch(_ WatchOptions, deliver func([]Event)) (*FakeWatcher, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w := &FakeWatcher{f, deliver}
	f.watchers = append(f.watchers, w)
	return w, nil
}

// Close ends the watch.
func (w *FakeWatcher) Close() {
	w.fake.mu.Lock()
	defer w.fake.mu.Unlock()
	w.fake.watchers = slices.DeleteFunc(w.fake.watchers, func(o *FakeWatcher) bool { return o == w })
}

// AddressesText prints the addresses as "ip -o addr" does, without lifetimes
// and without the loopback's.
func (f *Fake) AddressesText() string {
	links, _ := f.Links()
	addresses, _ := f.Addresses()
	return FormatAddresses(links, addresses)
}

// FormatAddresses prints addresses as "ip -o addr" does: by link, IPv4 first,
// without lifetimes. Addresses of loopbacks are left out.
func FormatAddresses(links []Link, addresses []Address) string {
	var b strings.Builder
	for _, l := range links {
		for i := range addresses {
			if addresses[i].Link == l.Index && !l.Loopback() {
				b.WriteString(FormatAddress(l.Name, &addresses[i]) + "\n")
			}
		}
	}
	return b.String()
}

// RoutesText prints the routes, one a line.
func (f *Fake) RoutesText() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var b strings.Builder
	for _, r := range f.routes {
		b.WriteString(r.text + "\n")
	}
	return b.String()
}

// RuleCount is the number of rules.
func (f *Fake) RuleCount() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.rules)
}
