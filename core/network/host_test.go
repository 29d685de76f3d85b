package network

import (
	"errors"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

// host is what the real and the fake one have in common here.
type host interface {
	Links() ([]Link, error)
	Addresses() ([]Address, error)
	AddAddress(*Address) error
	DelAddress(*Address) error
	AddRoute(*config.Route, LinkIndex) error
	DelRoute(*config.Route, LinkIndex) error
	AddRule(*config.Rule) error
	DelRule(*config.Rule) error
	Sysctl(string) (string, error)
	SetSysctl(string, string) error
}

var mac1 = net.HardwareAddr{2, 0, 0, 0, 0, 1}

// onBoth runs a case on a fake and on a real host, each with one link eth0
// that is up and has 192.0.2.1/24.
func onBoth(t *testing.T, f func(t *testing.T, h host, link int)) {
	t.Run("fake", func(t *testing.T) {
		h := NewFake()
		link := h.AddLink(Link{Name: "eth0", Flags: EthernetFlags, MAC: mac1})
		base := Address{Link: link, Prefix: netip.MustParsePrefix("192.0.2.1/24"), Preferred: Forever}
		if err := h.AddAddress(&base); err != nil {
			t.Fatal(err)
		}
		f(t, h, link)
	})
	t.Run("kernel", func(t *testing.T) {
		inNamespace(t, func() {
			ip(t, "link add eth0 address 02:00:00:00:00:01 type veth peer name peer")
			sysctl(t, "net/ipv6/conf/eth0/addr_gen_mode", "1")
			ip(t, "link set peer up")
			ip(t, "link set eth0 up")
			ip(t, "addr add 192.0.2.1/24 dev eth0")
			h, err := Open()
			if err != nil {
				t.Fatal(err)
			}
			defer h.Close()
			l, ok := findName(t, h, "eth0")
			if !ok {
				t.Fatal("no eth0")
			}
			f(t, h, l.Index)
		})
	})
}

func findName(t *testing.T, h host, name string) (Link, bool) {
	t.Helper()
	links, err := h.Links()
	if err != nil {
		t.Fatal(err)
	}
	return find(links, func(l *Link) bool { return l.Name == name })
}

// text prints the addresses of eth0 without its index.
func text(t *testing.T, h host) string {
	t.Helper()
	links, err := h.Links()
	if err != nil {
		t.Fatal(err)
	}
	addresses, err := h.Addresses()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(FormatAddresses(links, addresses)) {
		if _, rest, ok := strings.Cut(line, ": eth0    "); ok {
			lines = append(lines, rest)
		}
	}
	return strings.Join(lines, "")
}

func TestAddresses(t *testing.T) {
	type step struct {
		add, del Address
		err      error
	}
	v4 := func(p string) Address {
		return Address{Prefix: netip.MustParsePrefix(p), Preferred: Forever, Protocol: Protocol}
	}
	v6 := func(p string, preferred uint32) Address {
		return Address{Prefix: netip.MustParsePrefix(p), Preferred: preferred, Flags: unix.IFA_F_NODAD, Protocol: Protocol}
	}
	labelled := v4("192.0.2.100/24")
	labelled.Label, labelled.Broadcast = "eth0:v1", netip.MustParseAddr("192.0.2.255")
	otherScope := v4("192.0.2.101/24")
	otherScope.Scope = unix.RT_SCOPE_LINK
	peer := v4("192.0.2.103/32")
	peer.Peer = netip.MustParseAddr("192.0.2.203")
	noRoute := v4("198.51.100.7/24")
	noRoute.Flags = unix.IFA_F_NOPREFIXROUTE
	link := v4("203.0.113.1/24")
	link.Scope = unix.RT_SCOPE_LINK
	cases := []struct {
		name  string
		steps []step
		want  string
	}{
		{"secondary with label and broadcast", []step{{add: labelled}}, `
inet 192.0.2.1/24 scope global eth0
inet 192.0.2.100/24 brd 192.0.2.255 scope global secondary proto 18 eth0:v1
`},
		{"added twice", []step{{add: labelled}, {add: labelled, err: unix.EEXIST}}, `
inet 192.0.2.1/24 scope global eth0
inet 192.0.2.100/24 brd 192.0.2.255 scope global secondary proto 18 eth0:v1
`},
		{"other scope in the same network", []step{{add: otherScope, err: unix.EINVAL}}, `
inet 192.0.2.1/24 scope global eth0
`},
		{"a /32 is in no network of others", []step{{add: v4("192.0.2.102/32")}, {add: peer}}, `
inet 192.0.2.1/24 scope global eth0
inet 192.0.2.102/32 scope global proto 18 eth0
inet 192.0.2.103 peer 192.0.2.203/32 scope global proto 18 eth0
`},
		{"flags and scope", []step{{add: noRoute}, {add: link}}, `
inet 203.0.113.1/24 scope link proto 18 eth0
inet 192.0.2.1/24 scope global eth0
inet 198.51.100.7/24 scope global noprefixroute proto 18 eth0
`},
		{"secondaries go with their primary", []step{{add: v4("192.0.2.100/24")}, {add: v4("198.51.100.7/24")}, {del: v4("192.0.2.1/24")}}, `
inet 198.51.100.7/24 scope global proto 18 eth0
`},
		{"delete what is not there", []step{{del: v4("192.0.2.99/24"), err: unix.EADDRNOTAVAIL}}, `
inet 192.0.2.1/24 scope global eth0
`},
		{"delete with another prefix length", []step{{add: v4("192.0.2.100/24")}, {del: v4("192.0.2.100/32"), err: unix.EADDRNOTAVAIL}}, `
inet 192.0.2.1/24 scope global eth0
inet 192.0.2.100/24 scope global secondary proto 18 eth0
`},
		{"delete with peer", []step{{add: peer}, {del: peer}}, `
inet 192.0.2.1/24 scope global eth0
`},
		{"IPv6", []step{{add: v6("2001:db8::2/128", 0)}, {add: v6("fe80::100/64", Forever)}, {add: v6("fe80::100/64", Forever), err: unix.EEXIST}}, `
inet 192.0.2.1/24 scope global eth0
inet6 2001:db8::2/128 scope global deprecated nodad proto 18
inet6 fe80::100/64 scope link nodad proto 18
`},
		{"IPv6 deleted", []step{{add: v6("2001:db8::2/64", Forever)}, {del: v6("2001:db8::2/64", 0)}}, `
inet 192.0.2.1/24 scope global eth0
`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, h host, link int) {
				for i, s := range c.steps {
					var err error
					if s.add.Prefix.IsValid() {
						s.add.Link = link
						err = h.AddAddress(&s.add)
					} else {
						s.del.Link = link
						err = h.DelAddress(&s.del)
					}
					if !errors.Is(err, s.err) || (err != nil) != (s.err != nil) {
						t.Errorf("step %d: %v, want %v", i, err, s.err)
					}
				}
				got := sortFamily(text(t, h))
				if want := sortFamily(strings.TrimPrefix(c.want, "\n")); got != want {
					t.Errorf("addresses:\n%swant:\n%s", got, want)
				}
			})
		})
	}
}

// sortFamily puts the IPv6 lines into one order: the kernel lists them by
// scope, latest first.
func sortFamily(s string) string {
	var v4, v6 []string
	for line := range strings.Lines(s) {
		if strings.HasPrefix(line, "inet6") {
			v6 = append(v6, line)
		} else {
			v4 = append(v4, line)
		}
	}
	if len(v6) > 1 && v6[0] > v6[1] {
		v6[0], v6[1] = v6[1], v6[0]
	}
	return strings.Join(append(v4, v6...), "")
}

// The printed form is that of ip(8) itself, but for what it does not say.
func TestFormatAddress(t *testing.T) {
	inNamespace(t, func() {
		ip(t, "link add eth0 type veth peer name peer")
		ip(t, "link set eth0 up")
		ip(t, "addr add 192.0.2.1/24 brd + dev eth0 label eth0:x")
		ip(t, "addr add 192.0.2.2/24 dev eth0 noprefixroute")
		ip(t, "addr add 192.0.2.103 peer 192.0.2.203 dev eth0 scope link")
		ip(t, "addr add 2001:db8::1/64 dev eth0 nodad preferred_lft 0")
		h, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		links, err := h.Links()
		if err != nil {
			t.Fatal(err)
		}
		addresses, err := h.Addresses()
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for line := range strings.Lines(ip(t, "-o addr show dev eth0")) {
			line, _, _ = strings.Cut(line, `\`)
			want = append(want, regexp.MustCompile(`\s+`).ReplaceAllString(strings.TrimSpace(line), " "))
		}
		var got []string
		for line := range strings.Lines(FormatAddresses(links, addresses)) {
			got = append(got, regexp.MustCompile(`\s+`).ReplaceAllString(strings.TrimSpace(line), " "))
		}
		// ip prints the link's name with the peer's index, and the flags in
		// another order.
		for i := range want {
			want[i] = strings.Replace(want[i], "nodad deprecated", "deprecated nodad", 1)
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("got\n%s\nip says\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

func TestPromoteSecondaries(t *testing.T) {
	onBoth(t, func(t *testing.T, h host, link int) {
		if err := h.SetSysctl("net/ipv4/conf/eth0/promote_secondaries", "1"); err != nil {
			t.Fatal(err)
		}
		if v, err := h.Sysctl("net/ipv4/conf/eth0/promote_secondaries"); v != "1" || err != nil {
			t.Fatalf("sysctl: %q, %v", v, err)
		}
		vip := Address{Link: link, Prefix: netip.MustParsePrefix("192.0.2.100/24"), Preferred: Forever}
		if err := h.AddAddress(&vip); err != nil {
			t.Fatal(err)
		}
		if err := h.DelAddress(&Address{Link: link, Prefix: netip.MustParsePrefix("192.0.2.1/24")}); err != nil {
			t.Fatal(err)
		}
		if got, want := text(t, h), "inet 192.0.2.100/24 scope global eth0\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestUnknownSysctl(t *testing.T) {
	inNamespace(t, func() {
		h, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		if err := h.SetSysctl("net/ipv4/conf/nowhere/forwarding", "1"); err == nil {
			t.Error("a parameter was made up")
		}
	})
}

func TestRequestError(t *testing.T) {
	onBoth(t, func(t *testing.T, h host, link int) {
		err := h.AddAddress(&Address{Link: 4711, Prefix: netip.MustParsePrefix("192.0.2.9/24")})
		var re *RequestError
		if !errors.As(err, &re) || re.Errno != unix.ENODEV || re.TypeName() != "RTM_NEWADDR" {
			t.Errorf("got %v", err)
		}
	})
}

// The other end of a veth pair is no link below, though the kernel shows it in
// the same attribute; a macvlan's is.
func TestParent(t *testing.T) {
	inNamespace(t, func() {
		ip(t, "link add v0 type veth peer name v1")
		ip(t, "link add link v0 name m0 type macvlan mode bridge")
		h, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		links, err := h.Links()
		if err != nil {
			t.Fatal(err)
		}
		index, parent := map[string]int{}, map[string]int{}
		for _, l := range links {
			index[l.Name], parent[l.Name] = l.Index, l.Parent
		}
		if parent["v0"] != 0 || parent["v1"] != 0 || parent["m0"] != index["v0"] {
			t.Errorf("links %v, parents %v", index, parent)
		}
	})
}
