package ipvs

import (
	"errors"
	"net/netip"
	"syscall"
	"testing"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"keepalived/core/config"
)

// answer makes of an attribute of a request what the kernel would answer with
// it: the same attribute behind the header of the family.
func answer(attribute *nl.RtAttr) []byte {
	return append((&nl.Genlmsg{Version: 1}).Serialize(), attribute.Serialize()...)
}

// addrs draws addresses of both families.
func addrs() *rapid.Generator[netip.Addr] {
	return rapid.Custom(func(r *rapid.T) netip.Addr {
		size := rapid.SampledFrom([]int{4, 16}).Draw(r, "size")
		addr, _ := netip.AddrFromSlice(rapid.SliceOfN(rapid.Byte(), size, size).Draw(r, "octets"))
		return addr.Unmap()
	})
}

// TestPackDestination shows that what is packed is what is unpacked.
func TestPackDestination(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		want := Destination{
			Key: DestinationKey{Addr: addrs().Draw(r, "addr"), Port: rapid.Uint16().Draw(r, "port")},
			Method: config.Method{
				Forwarding: rapid.SampledFrom([]config.Forwarding{config.ForwardNAT, config.ForwardTUN, config.ForwardDR}).Draw(r, "forwarding"),
				Tunnel:     rapid.SampledFrom([]config.TunnelType{config.TunnelIPIP, config.TunnelGUE, config.TunnelGRE}).Draw(r, "tunnel"),
				Port:       rapid.Uint16().Draw(r, "tunnel port"),
				Checksum:   rapid.SampledFrom([]config.TunnelChecksum{config.TunnelNoChecksum, config.TunnelChecksumOn, config.TunnelRemoteChecksum}).Draw(r, "checksum"),
			},
			Weight: rapid.Uint32().Draw(r, "weight"),
			Upper:  rapid.Uint32().Draw(r, "upper"),
			Lower:  rapid.Uint32().Draw(r, "lower"),
		}
		got, statistics, err := unpackDestination(answer(packDestination(want)), 4)
		if err != nil || got != want.normal() || statistics.Key != want.Key {
			r.Fatalf("got %+v, %v, want %+v", got, err, want.normal())
		}
	})
}

// TestPackServiceKey shows the same for the key of a service.
func TestPackServiceKey(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		want := AddressKey(rapid.SampledFrom([]config.Protocol{config.ProtocolTCP, config.ProtocolUDP, config.ProtocolSCTP}).Draw(r, "protocol"),
			addrs().Draw(r, "addr"), rapid.Uint16().Draw(r, "port"))
		if rapid.Bool().Draw(r, "mark") {
			want = FWMarkKey(want.Family, rapid.Uint32Min(1).Draw(r, "fwmark"))
		}
		got, _, err := unpackService(answer(packServiceKey(want)))
		if err != nil || got.Key != want {
			r.Fatalf("got %+v, %v, want %+v", got.Key, err, want)
		}
	})
}

// TestPackDaemon shows the same for a synchronisation daemon.
func TestPackDaemon(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		want := Daemon{
			Role:      rapid.SampledFrom([]Role{Master, Backup}).Draw(r, "role"),
			Interface: rapid.StringMatching(`[a-z0-9.]{1,15}`).Draw(r, "interface"),
			ID:        rapid.Uint32Range(0, 255).Draw(r, "id"),
			MaxLen:    rapid.Uint16().Draw(r, "maxlen"),
			Port:      rapid.Uint16().Draw(r, "port"),
			TTL:       rapid.Uint8().Draw(r, "ttl"),
		}
		if rapid.Bool().Draw(r, "has group") {
			want.Group = addrs().Draw(r, "group")
		}
		got, err := unpackDaemon(answer(packDaemon(want, true)))
		if err != nil || got != want {
			r.Fatalf("got %+v, %v, want %+v", got, err, want)
		}
		stop, err := unpackDaemon(answer(packDaemon(want, false)))
		if err != nil || stop != (Daemon{Role: want.Role, ID: want.ID}) {
			r.Fatalf("stop %+v, %v", stop, err)
		}
	})
}

// TestAttributeOrder pins the order and numbers of a request, which the kernel
// does not care about but tools that look at the traffic may.
func TestAttributeOrder(t *testing.T) {
	d := Destination{
		Key:    DestinationKey{Addr: netip.MustParseAddr("10.1.1.1"), Port: 80},
		Method: config.Method{Forwarding: config.ForwardTUN, Tunnel: config.TunnelGUE, Port: 6080, Checksum: config.TunnelRemoteChecksum},
		Weight: 5,
	}
	order := func(attribute *nl.RtAttr) []uint16 {
		list, err := nl.ParseRouteAttr(attribute.Serialize()[4:])
		if err != nil {
			t.Fatal(err)
		}
		var types []uint16
		for _, a := range list {
			types = append(types, a.Attr.Type)
		}
		return types
	}
	check := func(what string, got, want []uint16) {
		t.Helper()
		if len(got) != len(want) {
			t.Fatalf("%s: attributes %v, want %v", what, got, want)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s: attributes %v, want %v", what, got, want)
			}
		}
	}
	check("GUE", order(packDestination(d)), []uint16{11, 1, 2, 3, 4, 13, 14, 15, 5, 6})
	d.Method.Tunnel = config.TunnelGRE
	check("GRE", order(packDestination(d)), []uint16{11, 1, 2, 3, 4, 13, 15, 5, 6})
	d.Method.Tunnel = config.TunnelIPIP
	check("IPIP", order(packDestination(d)), []uint16{11, 1, 2, 3, 4, 13, 5, 6})
	d.Method.Forwarding = config.ForwardDR
	check("DR", order(packDestination(d)), []uint16{11, 1, 2, 3, 4, 5, 6})
	check("mark", order(packServiceKey(FWMarkKey(6, 3))), []uint16{1, 5})
	check("address", order(packServiceKey(AddressKey(6, d.Key.Addr, 80))), []uint16{1, 2, 3, 4})
	daemon := Daemon{Role: Master, Interface: "eth0", ID: 1, MaxLen: 1, Port: 1, TTL: 1, Group: netip.MustParseAddr("ff02::1")}
	check("daemon", order(packDaemon(daemon, true)), []uint16{1, 2, 3, 4, 7, 8, 6})
	check("stop", order(packDaemon(daemon, false)), []uint16{1, 3})
}

// TestCounters shows that 64-bit counters are preferred to those of 32 bits.
func TestCounters(t *testing.T) {
	wide, narrow := nl.NewRtAttr(0, nil), nl.NewRtAttr(0, nil)
	for i := range 10 {
		wide.AddRtAttr(i+1, nl.Uint64Attr(1<<40+uint64(i)))
		narrow.AddRtAttr(i+1, nl.Uint32Attr(uint32(i)))
	}
	want := func(base uint64) Counters {
		return Counters{base, base + 1, base + 2, base + 3, base + 4, base + 5, base + 6, base + 7, base + 8, base + 9}
	}
	if got, err := unpackCounters(wide.Serialize()[4:], narrow.Serialize()[4:]); err != nil || got != want(1<<40) {
		t.Errorf("64 bits: %+v, %v", got, err)
	}
	if got, err := unpackCounters(nil, narrow.Serialize()[4:]); err != nil || got != want(0) {
		t.Errorf("32 bits: %+v, %v", got, err)
	}
}

// FuzzUnpack shows that no answer makes a reader panic.
func FuzzUnpack(f *testing.F) {
	f.Add(answer(packServiceKey(AddressKey(config.ProtocolTCP, netip.MustParseAddr("fd00::1"), 80))))
	f.Add(answer(packDestination(Destination{Key: DestinationKey{Addr: netip.MustParseAddr("10.1.1.1"), Port: 80}})))
	f.Add(answer(packDaemon(Daemon{Role: Master, Interface: "eth0", Group: netip.MustParseAddr("224.0.0.81")}, true)))
	f.Add([]byte{1, 1, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, _, err := unpackService(data); err == nil && s.Key.FWMark == 0 && familyOf(s.Key.Addr) != s.Key.Family {
			t.Errorf("service %+v: address of another family", s)
		}
		if d, s, err := unpackDestination(data, 6); err == nil && s.Key != d.Key {
			t.Errorf("destination %v with statistics of %v", d.Key, s.Key)
		}
		_, _ = unpackDaemon(data) // only must not panic
	})
}

// TestErrors holds the error texts of chapter 04 section 5, after the
// translation of the kernel's numbers.
func TestErrors(t *testing.T) {
	const object = "10.0.0.1:tcp:80"
	const bad = "Invalid operation.  Possibly wrong module version, address not unicast, ...(22)"
	for _, c := range []struct {
		command Command
		errno   syscall.Errno
		object  string
		want    string
	}{
		{CommandAdd, unix.EEXIST, object, "IP_VS_SO_SET_ADD(1154) error: Service already exists(17) (10.0.0.1:tcp:80)"},
		{CommandAdd, unix.EADDRINUSE, object, "IP_VS_SO_SET_ADD(1154) error: Service already exists(17) (10.0.0.1:tcp:80)"},
		{CommandAdd, unix.ENOENT, object, "IP_VS_SO_SET_ADD(1154) error: Scheduler or persistence engine not found(2) (10.0.0.1:tcp:80)"},
		{CommandEdit, unix.ESRCH, object, "IP_VS_SO_SET_EDIT(1155) error: Scheduler or persistence engine not found(2) (10.0.0.1:tcp:80)"},
		{CommandDel, unix.ESRCH, object, "IP_VS_SO_SET_DEL(1156) error: No such file or directory(2) (10.0.0.1:tcp:80)"},
		{CommandFlush, unix.EPERM, "", "IP_VS_SO_SET_FLUSH(1157) error: Permission denied (you must be root)(1)"},
		{CommandAddDest, unix.EEXIST, object, "IP_VS_SO_SET_ADDDEST(1159) error: Destination already exists(17) (10.0.0.1:tcp:80)"},
		{CommandAddDest, unix.ESRCH, object, "IP_VS_SO_SET_ADDDEST(1159) error: No such file or directory(2) (10.0.0.1:tcp:80)"},
		{CommandAddDest, unix.EINVAL, object, "IP_VS_SO_SET_ADDDEST(1159) error: " + bad + " (10.0.0.1:tcp:80)"},
		{CommandDelDest, unix.ENOENT, object, "IP_VS_SO_SET_DELDEST(1160) error: No such destination(2) (10.0.0.1:tcp:80)"},
		{CommandDelDest, unix.ESRCH, object, "IP_VS_SO_SET_DELDEST(1160) error: No such destination(2) (10.0.0.1:tcp:80)"},
		{CommandEditDest, unix.ENOENT, object, "IP_VS_SO_SET_EDITDEST(1161) error: No such destination(2) (10.0.0.1:tcp:80)"},
		{CommandEditDest, unix.ERANGE, object, "IP_VS_SO_SET_EDITDEST(1161) error: Numerical result out of range(34) (10.0.0.1:tcp:80)"},
		{CommandSetTimeout, unix.EACCES, "", "IP_VS_SO_SET_TIMEOUT(1162) error: Permission denied(13)"},
		{CommandStartDaemon, unix.EEXIST, "", "IP_VS_SO_SET_STARTDAEMON(1163) error: Daemon has already run(17)"},
		{CommandStartDaemon, unix.ENODEV, "", "IP_VS_SO_SET_STARTDAEMON(1163) error: No such device(19)"},
		{CommandStopDaemon, unix.ESRCH, "", "IP_VS_SO_SET_STOPDAEMON(1164) error: No such file or directory(2)"},
		{CommandAdd, unix.ENOPROTOOPT, "", "IP_VS_SO_SET_ADD(1154) error: " + bad},
		{CommandAdd, unix.EFAULT, "", "IP_VS_SO_SET_ADD(1154) error: " + bad},
		{CommandAdd, unix.ENOBUFS, "", "IP_VS_SO_SET_ADD(1154) error: Memory allocation problem(12)"},
		{CommandAdd, unix.EOPNOTSUPP, "", "IP_VS_SO_SET_ADD(1154) error: Operation not supported with IPv6(95)"},
		{CommandAdd, unix.EAFNOSUPPORT, "", "IP_VS_SO_SET_ADD(1154) error: Operation not supported with specified address family(97)"},
		{CommandAdd, unix.EPROTONOSUPPORT, "", "IP_VS_SO_SET_ADD(1154) error: Protocol not supported(93)"},
		{CommandAdd, unix.EBUSY, "", "IP_VS_SO_SET_ADD(1154) error: Device or resource busy(16)"},
		{CommandAdd, unix.EMSGSIZE, "", "IP_VS_SO_SET_ADD(1154) error: Permission denied (you must be root)(1)"},
	} {
		if got := refused(c.command, c.object, c.errno).Error(); got != "IPVS cmd "+c.want {
			t.Errorf("%v %v:\n%s, want\nIPVS cmd %s", c.command, c.errno, got, c.want)
		}
	}
}

// TestHarmless holds which refusals are no failure.
func TestHarmless(t *testing.T) {
	for _, c := range []struct {
		command Command
		errno   syscall.Errno
		want    bool
	}{
		{CommandAdd, unix.EEXIST, true},
		{CommandAddDest, unix.EEXIST, true},
		{CommandDel, unix.ESRCH, true},
		{CommandDelDest, unix.ENOENT, true},
		{CommandAdd, unix.ENOENT, false},
		{CommandAddDest, unix.ESRCH, false},
		{CommandEditDest, unix.ENOENT, false},
		{CommandDel, unix.EPERM, false},
		{CommandStartDaemon, unix.EEXIST, false},
	} {
		if got := Harmless(refused(c.command, "", c.errno)); got != c.want {
			t.Errorf("%v %v: harmless %v, want %v", c.command, c.errno, got, c.want)
		}
	}
	there, gone := refused(CommandAddDest, "", unix.EEXIST), refused(CommandEditDest, "", unix.ENOENT)
	if !Harmless(nil) || !Harmless(errors.Join(there, there)) {
		t.Error("nothing but harmless errors is harmful")
	}
	if Harmless(errShort) || Harmless(errors.Join(there, gone)) {
		t.Error("an error that matters is harmless")
	}
}

// TestNamespacePath holds the values of net_namespace_ipvs.
func TestNamespacePath(t *testing.T) {
	for _, c := range []struct {
		config config.Config
		want   string
	}{
		{config.Config{NetNamespace: "other"}, ""},
		{config.Config{NetNamespaceIPVSSet: true}, "/proc/1/ns/net"},
		{config.Config{NetNamespaceIPVSSet: true, NetNamespaceIPVS: "lvs"}, "/var/run/netns/lvs"},
	} {
		if got := NamespacePath(&c.config); got != c.want {
			t.Errorf("%+v: %q, want %q", c.config, got, c.want)
		}
	}
}

// TestRepeated shows when a request is made again.
func TestRepeated(t *testing.T) {
	for _, c := range []struct {
		answers  []error
		again    bool
		err      error
		requests int
	}{
		{[]error{nil}, false, nil, 1},
		{[]error{unix.EEXIST}, false, unix.EEXIST, 1},
		{[]error{unix.EAGAIN, nil}, true, nil, 2},
		{[]error{unix.EAGAIN, unix.EEXIST}, true, unix.EEXIST, 2},
		{[]error{unix.EAGAIN, unix.EAGAIN}, true, unix.EAGAIN, 2},
	} {
		n := 0
		again, err := repeated(func() error { n++; return c.answers[n-1] })
		if again != c.again || !errors.Is(err, c.err) || n != c.requests {
			t.Errorf("%v: again %v, error %v after %d requests", c.answers, again, err, n)
		}
	}
}

// TestMarkZero shows that mark 0 has the key that the kernel gives it.
func TestMarkZero(t *testing.T) {
	for family, addr := range map[int]string{4: "0.0.0.0", 6: "::"} {
		if got, want := FWMarkKey(family, 0), AddressKey(config.ProtocolNone, netip.MustParseAddr(addr), 0); got != want {
			t.Errorf("family %d: %+v, want %+v", family, got, want)
		}
	}
	if got := FWMarkKey(6, 0).String(); got != "Fwm 0 inet6" {
		t.Errorf("named %q", got)
	}
}
