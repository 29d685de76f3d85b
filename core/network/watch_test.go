package network

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// recorder applies events to a view and keeps the changes as words.
type recorder struct {
	mu     sync.Mutex
	view   View
	lines  []string
	resync int
}

func (r *recorder) deliver(events []Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range events {
		if _, ok := e.(Resync); ok {
			r.resync++
		}
		for _, c := range r.view.Apply(e) {
			r.lines = append(r.lines, changeText(c))
		}
	}
}

func changeText(c Change) string {
	switch c.Kind {
	case LinkAppeared:
		return c.Link.Name + " appeared"
	case LinkGone:
		return c.Link.Name + " gone"
	case LinkWentUp:
		return c.Link.Name + " up"
	case LinkWentDown:
		return c.Link.Name + " down"
	case LinkRenamed:
		return c.Old.Name + " renamed " + c.Link.Name
	case LinkMACChanged:
		return c.Link.Name + " MAC " + c.Link.MAC.String()
	case AddressAppeared:
		return c.Link.Name + " +" + c.Address.Prefix.String()
	case AddressUsable:
		return c.Link.Name + " usable " + c.Address.Prefix.String()
	case AddressGone:
		return c.Link.Name + " -" + c.Address.Prefix.String()
	}
	return fmt.Sprint(c.Kind)
}

// waitFor polls until the recorder has seen a line.
func (r *recorder) waitFor(t *testing.T, line string) {
	t.Helper()
	defer func() {
		if t.Failed() {
			t.Logf("so far:\n%s", r.take())
		}
	}()
	poll(t, line, func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return slices.Contains(r.lines, line)
	})
}

func (r *recorder) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := strings.Join(r.lines, "\n")
	r.lines = nil
	return s
}

func TestWatch(t *testing.T) {
	inNamespace(t, func() {
		ip(t, "link add br0 type bridge")
		h, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		r := &recorder{}
		w, err := h.Watch(WatchOptions{Routes: true}, r.deliver)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		expect := func(last, want string) {
			t.Helper()
			r.waitFor(t, last)
			got := r.take()
			if want = strings.TrimSpace(want); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		}
		ip(t, "link add eth0 address 02:00:00:00:00:01 type veth peer name peer")
		sysctl(t, "net/ipv6/conf/eth0/addr_gen_mode", "1")
		sysctl(t, "net/ipv6/conf/peer/addr_gen_mode", "1")
		expect("eth0 appeared", "peer appeared\neth0 appeared")
		ip(t, "link set peer up")
		ip(t, "link set eth0 up")
		r.waitFor(t, "eth0 up")
		expect("peer up", "eth0 up\npeer up")
		ip(t, "addr add 192.0.2.1/24 dev eth0")
		ip(t, "addr add 192.0.2.100/24 dev eth0")
		ip(t, "addr add 2001:db8::1/64 dev eth0 nodad")
		expect("eth0 +2001:db8::1/64", "eth0 +192.0.2.1/24\neth0 +192.0.2.100/24\neth0 +2001:db8::1/64")
		ip(t, "link set peer master br0")
		ip(t, "link set peer nomaster")
		r.waitFor(t, "br0 MAC 00:00:00:00:00:00")
		r.take()
		ip(t, "link set eth0 address 02:00:00:00:00:09")
		expect("eth0 MAC 02:00:00:00:00:09", "eth0 MAC 02:00:00:00:00:09")
		ip(t, "addr del 192.0.2.1/24 dev eth0")
		expect("eth0 -192.0.2.1/24", "eth0 -192.0.2.100/24\neth0 -192.0.2.1/24")
		ip(t, "link set eth0 down")
		r.waitFor(t, "peer down")
		expect("eth0 -2001:db8::1/64", "eth0 down\neth0 -2001:db8::1/64\npeer down")
	})
}

func TestWatchRenameAndDelete(t *testing.T) {
	inNamespace(t, func() {
		h, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		r := &recorder{}
		w, err := h.Watch(WatchOptions{}, r.deliver)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		ip(t, "link add eth0 type veth peer name peer")
		ip(t, "link set eth0 name wan0")
		r.waitFor(t, "eth0 renamed wan0")
		ip(t, "addr add 192.0.2.1/24 dev wan0")
		ip(t, "link del wan0")
		r.waitFor(t, "wan0 gone")
		r.waitFor(t, "peer gone")
		if n := len(r.view.Links()); n != 0 {
			t.Errorf("%d links left", n)
		}
		if len(r.view.byID) != 0 {
			t.Errorf("addresses left: %v", r.view.byID)
		}
	})
}

// Whatever the kernel could not say, the view ends up right.
func TestResyncAfterOverflow(t *testing.T) {
	inNamespace(t, func() {
		ip(t, "link add eth0 type veth peer name peer")
		h, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		l, _ := findName(t, h, "eth0")
		r := &recorder{}
		var busy sync.Mutex // holds up the reader at its first event
		w, err := h.Watch(WatchOptions{Buffer: Buffer{Octets: 1}}, func(e []Event) {
			busy.Lock()
			defer busy.Unlock()
			r.deliver(e)
		})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		busy.Lock()
		release := sync.OnceFunc(busy.Unlock)
		defer release()
		const count = 200
		for i := range count {
			a := testAddress(l.Index, i)
			if err := h.AddAddress(&a); err != nil {
				t.Fatal(err)
			}
		}
		for i := range count - 1 {
			a := testAddress(l.Index, i)
			if err := h.DelAddress(&a); err != nil {
				t.Fatal(err)
			}
		}
		release()
		last := testAddress(l.Index, count-1)
		r.waitFor(t, "eth0 +"+last.Prefix.String())
		if r.resync == 0 {
			t.Error("there was no overflow: the test tests nothing")
		}
		poll(t, "the view", func() bool {
			r.mu.Lock()
			defer r.mu.Unlock()
			return len(r.view.Addresses(l.Index)) == 1
		})
	})
}

// The fake says the same as the kernel.
func TestFakeWatch(t *testing.T) {
	h := NewFake()
	r := &recorder{}
	w, err := h.Watch(WatchOptions{}, r.deliver)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	link := h.AddLink(Link{Name: "eth0", Flags: EthernetFlags, MAC: mac1})
	for _, i := range []int{1, 2} {
		a := testAddress(link, i)
		if err := h.AddAddress(&a); err != nil {
			t.Fatal(err)
		}
	}
	first := testAddress(link, 1)
	if err := h.DelAddress(&first); err != nil {
		t.Fatal(err)
	}
	h.SetLink("eth0", false)
	h.RenameLink("eth0", "wan0")
	h.SetLink("wan0", true)
	h.DelLink("wan0")
	want := `eth0 appeared
eth0 up
eth0 +10.1.0.1/32
eth0 +10.1.0.2/32
eth0 -10.1.0.1/32
eth0 down
eth0 renamed wan0
wan0 up
wan0 down
wan0 -10.1.0.2/32
wan0 gone`
	if got := r.take(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Tentative addresses are known, but become usable later.
func TestTentative(t *testing.T) {
	var v View
	v.Apply(LinkChanged{Link{Index: 2, Name: "eth0"}})
	a := testAddress(2, 1)
	a.Flags = unix.IFA_F_TENTATIVE
	changes := v.Apply(AddressAdded{a})
	if len(changes) != 1 || changes[0].Kind != AddressAppeared || !changes[0].Address.Tentative() {
		t.Errorf("appeared: %v", changes)
	}
	a.Flags = 0
	if changes := v.Apply(AddressAdded{a}); len(changes) != 1 || changes[0].Kind != AddressUsable {
		t.Errorf("usable: %v", changes)
	}
	if changes := v.Apply(AddressAdded{a}); changes != nil {
		t.Errorf("repeated: %v", changes)
	}
}

func testAddress(link, i int) Address {
	return Address{
		Link: link, Preferred: Forever,
		Prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}), 32),
	}
}
