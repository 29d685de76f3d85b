package bfd

import (
	"errors"
	"net/netip"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/network"
)

// Of each datagram, of both families, all is known that the machine asks for.
func TestInput(t *testing.T) {
	ready := make(chan struct{}, 100)
	in, err := realNetwork{}.Listen(0, func() { ready <- struct{}{} })
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	local, err := unix.Getsockname(in.Descriptor())
	if err != nil {
		t.Fatal(err)
	}
	port := uint16(local.(*unix.SockaddrInet6).Port)
	for _, addr := range []string{"127.0.0.1", "127.0.0.2", "::1"} {
		c := instance("b1", addr)
		c.TTL = 77
		out, err := realNetwork{}.Open(c)
		if err != nil {
			t.Fatal(err)
		}
		out.(*output).to = sockaddr(c.Neighbor, port)
		if err := out.Send([]byte("datagram")); err != nil {
			t.Fatal(err)
		}
		select {
		case <-ready:
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: nothing arrives", addr)
		}
		var d network.Datagram
		if !in.Next(&d) || string(d.Data) != "datagram" || d.HopLimit != 77 || d.Destination != c.Neighbor || d.Err != nil {
			t.Errorf("%s: %+v", addr, d)
		}
		if !d.Source.IsLoopback() || d.Source.Is4() != c.Neighbor.Is4() || d.SourcePort < firstPort {
			t.Errorf("%s: from %s, port %d", addr, d.Source, d.SourcePort)
		}
		out.Close()
	}
}

// Two processes cannot have one port, and no socket has a foreign source.
func TestRefused(t *testing.T) {
	in, err := realNetwork{}.Listen(0, func() {})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	local, err := unix.Getsockname(in.Descriptor())
	if err != nil {
		t.Fatal(err)
	}
	_, err = realNetwork{}.Listen(uint16(local.(*unix.SockaddrInet6).Port), func() {})
	var call *os.SyscallError
	if !errors.As(err, &call) || call.Syscall != "bind" || !errors.Is(err, unix.EADDRINUSE) {
		t.Errorf("second socket: %v", err)
	}
	c := instance("b1", "127.0.0.1")
	c.Source = netip.MustParseAddr("192.0.2.77")
	if _, err := (realNetwork{}).Open(c); what(err) != "bind" || !errors.Is(err, unix.EADDRNOTAVAIL) {
		t.Errorf("foreign source: %v", err)
	}
}

func TestSourcePorts(t *testing.T) {
	for kernel, want := range map[string][2]int{
		"32768\t60999\n": {49152, 60999}, "50000 65535": {50000, 65535}, "1024 20000": {49152, 65535}, "": {49152, 65535}, "x": {49152, 65535},
	} {
		if first, last := sourcePorts(kernel); first != want[0] || last != want[1] {
			t.Errorf("%q: %d to %d", kernel, first, last)
		}
	}
}
