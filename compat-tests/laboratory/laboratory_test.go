package laboratory

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Work inside a namespace never happens on the main thread, whose namespace is
// what the rest of the process counts as its own.
func TestInsideKeepsTheProcess(t *testing.T) {
	lab := startLab(t)
	before, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	namespace := lab.Node("a").Namespace
	for range 50 {
		err := Inside(namespace, func() error {
			if unix.Gettid() == os.Getpid() {
				return errors.New("runs on the main thread")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if after, _ := os.Readlink("/proc/self/ns/net"); after != before {
		t.Errorf("the process moved from %s to %s", before, after)
	}
}

func startLab(t *testing.T) *Lab {
	t.Helper()
	lab, err := New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := lab.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(filepath.Join(namespaceDir, lab.prefix+"-a")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the namespace is still there: %v", err)
		}
	})
	lab.AddNetwork("lan")
	for i, name := range []string{"a", "b"} {
		address := netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 1)}), 24)
		if _, err := lab.AddNode(name, Port{Name: "eth0", Network: "lan", Addresses: []netip.Prefix{address}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := lab.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return lab
}

// A node reaches the other through the switch, the capture names the sender, and
// a pulled cable is noticed by the interface.
func TestCable(t *testing.T) {
	lab := startLab(t)
	a := lab.Node("a")
	err := Inside(a.Namespace, func() error {
		_, err := net.DialTimeout("tcp", "192.0.2.2:9", 5*time.Second)
		return err
	})
	if !errors.Is(err, unix.ECONNREFUSED) {
		t.Fatalf("b does not refuse, it says %v", err)
	}
	saw := false
	// The tap may not have read it yet.
	for deadline := time.Now().Add(5 * time.Second); !saw && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		for _, packet := range lab.Capture().Packets(0) {
			saw = saw || packet.String() == "a arp request 192.0.2.2 tell 192.0.2.1"
			if age := time.Since(packet.At); age < 0 || age > time.Minute {
				t.Errorf("time stamp %v is not of now", packet.At)
			}
		}
	}
	if !saw {
		t.Errorf("no ARP request of a in %v", lab.Capture().Packets(0))
	}
	if err := lab.SetCable(t.Context(), a, "eth0", false); err != nil {
		t.Fatal(err)
	}
	output, err := a.Run(t.Context(), "ip", "link", "show", "eth0")
	if err != nil || !strings.Contains(output, "NO-CARRIER") {
		t.Errorf("%v %s", err, output)
	}
}

// Close ends also what does not end by itself.
func TestCloseKills(t *testing.T) {
	lab := startLab(t)
	process, err := lab.Node("a").Launch("sh", "-c", "trap '' TERM; echo up; while :; do sleep 60; done")
	if err != nil {
		t.Fatal(err)
	}
	err = Eventually(t.Context(), 10*time.Second, "output", func() (bool, error) { return len(process.Lines(0)) == 1, nil })
	if err != nil {
		t.Fatal(err)
	}
	if err := killMembers(lab.Node("a").Namespace); err != nil {
		t.Fatal(err)
	}
	if status, err := process.Wait(t.Context(), 5*time.Second); err != nil || status != 137 {
		t.Errorf("status %d, %v", status, err)
	}
}

func TestForgeAndDescribe(t *testing.T) {
	for _, c := range []struct{ words, want string }{
		{"vips=192.0.2.100", "vrrp v2 192.0.2.9 > 224.0.0.18 vrid 51 prio 100 int 1s auth 0 ttl 255 [192.0.2.100]"},
		{"vips=192.0.2.100 pass=s3cret prio=0 ttl=254", `vrrp v2 192.0.2.9 > 224.0.0.18 vrid 51 prio 0 int 1s auth 1 ttl 254 [192.0.2.100] pass "s3cret"`},
		{"version=3 interval=100ms src=192.0.2.7 vips=192.0.2.100", "vrrp v3 192.0.2.7 > 224.0.0.18 vrid 51 prio 100 int 10cs ttl 255 [192.0.2.100]"},
		{"vips=192.0.2.100 defect=checksum", "vrrp v2 192.0.2.9 > 224.0.0.18 vrid 51 prio 100 int 1s auth 0 ttl 255 [192.0.2.100] BAD-CHECKSUM"},
		{"version=3 vips=192.0.2.100 defect=truncated", "vrrp v3 192.0.2.9 > 224.0.0.18 vrid 51 prio 100 int 100cs ttl 255 [] SHORT BAD-CHECKSUM"},
		{"defect=short", "vrrp 192.0.2.9 > 224.0.0.18 short 21336400"},
		{"defect=lying", "ip malformed"},
	} {
		frame, err := Forge(strings.Fields(c.words))
		if err != nil {
			t.Errorf("%s: %v", c.words, err)
			continue
		}
		if got := describe(frame); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.words, got, c.want)
		}
	}
	for _, words := range []string{"defect=none", "vrid=x", "hex=0", "colour=red", "src=1"} {
		if _, err := Forge(strings.Fields(words)); err == nil {
			t.Errorf("%s: accepted", words)
		}
	}
}

// The bytes that the C daemon was seen to send (RFC 3768 layout and checksum).
func TestDescribeRealAdvert(t *testing.T) {
	frame := []byte("\x01\x00\x5e\x00\x00\x12\x02\x00\x00\x00\x01\x01\x08\x00" +
		"\x45\xc0\x00\x28\x00\x01\x00\x00\xff\x70\x00\x00\xc0\x00\x02\x01\xe0\x00\x00\x12" +
		"\x21\x33\x64\x01\x00\x01\xb8\x65\xc0\x00\x02\x64\x00\x00\x00\x00\x00\x00\x00\x00")
	if got, want := describe(frame), "vrrp v2 192.0.2.1 > 224.0.0.18 vrid 51 prio 100 int 1s auth 0 ttl 255 [192.0.2.100]"; got != want {
		t.Errorf("got %s", got)
	}
}

func FuzzDescribe(f *testing.F) {
	for _, words := range []string{"vips=192.0.2.100", "version=3 vips=192.0.2.100", "defect=garbage"} {
		frame, err := Forge(strings.Fields(words))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(frame)
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		if describe(frame) == "" {
			t.Error("no description")
		}
	})
}

func TestEventually(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Eventually(ctx, time.Hour, "never", func() (bool, error) { return false, nil }); err == nil {
		t.Error("ended contexts are not noticed")
	}
	if err := Eventually(t.Context(), time.Nanosecond, "the sun is green", func() (bool, error) { return false, nil }); err == nil || !strings.Contains(err.Error(), "the sun is green") {
		t.Errorf("got %v", err)
	}
}
