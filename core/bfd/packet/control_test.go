package packet

import (
	"encoding/hex"
	"fmt"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The C daemon's packets are read as tshark reads them, and written as the C
// daemon writes them.
func TestCaptured(t *testing.T) {
	data, err := os.ReadFile("testdata/captured.tsv")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[State]bool{}
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		payload, want, _ := strings.Cut(strings.TrimSpace(line), "\t")
		b, err := hex.DecodeString(payload)
		if err != nil {
			t.Fatal(err)
		}
		c, why := Decode(b)
		if why != "" {
			t.Errorf("%s: %s", payload, why)
			continue
		}
		seen[c.State] = true
		got := fmt.Sprintf("%d\t0x%02x\t0x%02x\t0x%02x\t%d\t%d\t0x%08x\t0x%08x\t%d\t%d\t%d", b[0]>>5, uint8(c.Diagnostic), uint8(c.State), b[1],
			c.Multiplier, len(b), c.MyDiscriminator, c.YourDiscriminator, c.DesiredMinTX, c.RequiredMinRX, c.RequiredMinEchoRX)
		if got != want {
			t.Errorf("%s:\n%s\nwant\n%s", payload, got, want)
		}
		if again := c.Append(nil); hex.EncodeToString(again) != payload {
			t.Errorf("%s is written as %x", payload, again)
		}
	}
	if !seen[Down] || !seen[Init] || !seen[Up] {
		t.Errorf("only states %v were captured", seen)
	}
}

// good is a packet that is accepted.
func good() []byte {
	return (&Control{State: Down, Multiplier: 3, MyDiscriminator: 1, DesiredMinTX: 300000, RequiredMinRX: 200000}).Append(nil)
}

// Each defect is found, with the line that C keepalived 2.2.7 logged about the
// same packet; an earlier check comes first.
func TestDiscards(t *testing.T) {
	set := func(at int, v byte) func([]byte) []byte {
		return func(b []byte) []byte { b[at] = v; return b }
	}
	for _, c := range []struct {
		name   string
		change func([]byte) []byte
		why    string
	}{
		{"good", func(b []byte) []byte { return b }, ""},
		{"empty", func([]byte) []byte { return nil }, "Packet is too small: 0 bytes"},
		{"short", func(b []byte) []byte { return b[:20] }, "Packet is too small: 20 bytes"},
		{"length 23", set(3, 23), "Packet size mismatch: length field: 23 bytes, buffer size: 24 bytes"},
		{"length 28", set(3, 28), "Packet size mismatch: length field: 28 bytes, buffer size: 24 bytes"},
		{"longer than it says", func(b []byte) []byte { return append(b, 1, 2, 3, 4, 5, 6) }, "Packet size mismatch: length field: 24 bytes, buffer size: 30 bytes"},
		{"authenticated", func(b []byte) []byte { b[1] |= 4; b[3] = 26; return append(b, 0, 0) }, ""},
		{"version 0", set(0, 0), "Packet is of unsupported version: 0"},
		{"version 2", set(0, 2<<5), "Packet is of unsupported version: 2"},
		{"multiplier", set(2, 0), "Packet 'detection multiplier' field is zero"},
		{"multipoint", set(1, 1<<6|1), "Packet has 'multipoint' flag"},
		{"demand", set(1, 1<<6|2), ""},
		{"control plane independent", set(1, 1<<6|8), ""},
		{"my discriminator", set(7, 0), "Packet 'my discriminator' field is zero"},
		{"Init without your discriminator", set(1, 2<<6), "Packet 'your discriminator' field is zero and 'state' field is not Down or AdminDown"},
		{"Up without your discriminator", set(1, 3<<6), "Packet 'your discriminator' field is zero and 'state' field is not Down or AdminDown"},
		{"AdminDown without your discriminator", set(1, 0), ""},
		{"poll and final", set(1, 1<<6|0x30), "Packet has both poll and final  flags set"},
		{"diagnostic 8", set(0, 1<<5|8), ""},
		{"diagnostic 9", set(0, 1<<5|9), "Packet has invalid 'diag' field: 9"},
		{"diagnostic 31", set(0, 1<<5|31), "Packet has invalid 'diag' field: 31"},
		{"version before multiplier", func(b []byte) []byte { b[0], b[2] = 0, 0; return b }, "Packet is of unsupported version: 0"},
	} {
		if _, why := Decode(c.change(good())); why != c.why {
			t.Errorf("%s: %q, want %q", c.name, why, c.why)
		}
	}
}

func TestNames(t *testing.T) {
	for s, want := range []string{"AdminDown", "Down", "Init", "Up"} {
		if got := State(s).String(); got != want {
			t.Errorf("state %d: %s", s, got)
		}
	}
	for d, want := range map[Diagnostic]string{NoDiagnostic: "No Diagnostic", TimeExpired: "Control Detection Time Expired", AdministrativelyDown: "Administratively Down", 9: "Unknown", 255: "Unknown"} {
		if got := d.String(); got != want {
			t.Errorf("diagnostic %d: %s", d, got)
		}
	}
}

// What is written is read again as it was.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		poll := rapid.Bool().Draw(t, "poll")
		c := Control{
			Diagnostic: Diagnostic(rapid.Uint8Range(0, 8).Draw(t, "diagnostic")), State: State(rapid.Uint8Range(0, 3).Draw(t, "state")),
			Poll: poll, Final: !poll && rapid.Bool().Draw(t, "final"), Independent: rapid.Bool().Draw(t, "independent"), Demand: rapid.Bool().Draw(t, "demand"),
			Multiplier: rapid.Uint8Min(1).Draw(t, "multiplier"), MyDiscriminator: rapid.Uint32Min(1).Draw(t, "my"), YourDiscriminator: rapid.Uint32Min(1).Draw(t, "your"),
			DesiredMinTX: rapid.Uint32().Draw(t, "tx"), RequiredMinRX: rapid.Uint32().Draw(t, "rx"), RequiredMinEchoRX: rapid.Uint32().Draw(t, "echo"),
		}
		got, why := Decode(c.Append(nil))
		if why != "" || got != c {
			t.Fatalf("%+v: %+v, %q", c, got, why)
		}
	})
}

// Whatever arrives, reading it does not fail, and what is accepted is what it
// was read from.
func FuzzDecode(f *testing.F) {
	f.Add(good())
	f.Add([]byte{})
	f.Add(append(good(), 0, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, why := Decode(b)
		if why != "" {
			return
		}
		if c.Multiplier == 0 || c.MyDiscriminator == 0 || c.Multipoint || c.Poll && c.Final || c.Diagnostic >= diagnostics {
			t.Errorf("%x accepted: %+v", b, c)
		}
		if len(b) == Size && string(c.Append(nil)) != string(b) {
			t.Errorf("%x is written as %x", b, c.Append(nil))
		}
	})
}
