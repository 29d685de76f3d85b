package parser

import (
	"fmt"
	"strings"
	"testing"
)

// TestHostile reads texts that are made to take for ever, or all memory: every
// one ends with a status, and reports no more than anybody could read. Each
// once ended a test with a time-out, an inner error or a gigabyte in use.
func TestHostile(t *testing.T) {
	lines := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for _, c := range []struct {
		name, text string
		status     int
	}{
		{"NULs", strings.Repeat("\x00", 4<<20), 5},
		{"lines with NULs", strings.Repeat("a\x00b\n", 100_000), 5},
		{"one long line", strings.Repeat("x", 10<<20), 5},
		{"open braces", strings.Repeat("{\n", 300_000), 5},
		{"closing braces", strings.Repeat("}\n", 300_000), 5},
		{"nested blocks", strings.Repeat("virtual_server 192.0.2.1 80 {\nreal_server 192.0.2.2 80 {\n", 50_000), 5},
		{"open quotes", strings.Repeat("a \"b\n", 100_000), 5},
		{"carriage returns", strings.Repeat("\r", 900) + "\n" + strings.Repeat("\r\n", 300_000), 0},
		{"a huge sequence", "~SEQ(A, 1, 9223372036854775807) @none $A\n", 5},
		{"sequences without number", "~SEQ(A, -9223372036854775808, 9223372036854775807) y\n", 5},
		{"a sequence in itself", "$S= \\\n~SEQ(A, 1, 1000000) $S\n~SEQ(B, 1, 1000000) $S\n", 5},
		{"definitions that double", "$A0=x\n" + lines(60, "$A%[1]dx=${A%[1]d}${A%[1]d}\n") + "${A0x}\n", 5},
		{"multi-line definitions that double", "$A0=@none x\n" + func() string {
			var b strings.Builder
			for i := range 60 {
				fmt.Fprintf(&b, "$A%d= \\\n$A%d \\\n$A%d\n", i+1, i, i)
			}
			return b.String()
		}() + "$A60\n", 5},
		{"definitions of each other", strings.Repeat("$A= \\\nx \\\n$B \\\n$B\n$B= \\\n$A \\\n$A\n$A\n", 100), 5},
		{"an include of itself, twice", "include keepalived.conf\ninclude keepalived.conf\n", 0},
		{"braces in a pattern", "include " + strings.Repeat("{a,b}", 150) + "\n", 0},
		{"virtual routers with one number", lines(3000, "vrrp_instance V%d {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n192.0.2.1\n}\n}\n"), 5},
		{"virtual routers with the same peers", lines(500, "vrrp_instance V%d {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n192.0.2.1\n}\nunicast_peer {\n192.0.2.2\n192.0.2.3\n192.0.2.4\n}\n}\n"), 5},
		{"entries of a group and servers", "virtual_server_group g {\n" + lines(3000, "192.0.2.1 %d\n") + "}\nvirtual_server group g {\nlb_kind DR\n" + lines(3000, "real_server 192.0.2.2 %d {\n}\n") + "}\n", 5},
		{"addresses", "vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n" + lines(50_000, "2001:db8::%x\n") + "}\n}\n", 5},
		{"real servers", "virtual_server 192.0.2.1 80 {\n" + strings.Repeat("real_server 192.0.2.2 80 {\n}\n", 50_000) + "}\n", 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := loadText([]byte(c.text))
			if s := r.TestStatus(); s != c.status {
				t.Errorf("status %d, want %d", s, c.status)
			}
			if n := len(r.Diagnostics); n > 1_100_000 {
				t.Errorf("%d diagnostics", n)
			}
		})
	}
}
