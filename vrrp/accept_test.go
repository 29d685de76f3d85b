package vrrp

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"keepalived/core/firewall"
	"keepalived/core/network"
)

func (d *node) filter() Firewall {
	if d.service.filter == nil {
		return firewall.NewFake(firewall.Options{})
	}
	return d.service.filter
}

// Scenario 27: what is dropped, and when.
func TestNoAccept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		conf := func(more string) string {
			return instance("priority 100\nno_accept\nvirtual_ipaddress {\n192.0.2.100/24\n" + more + "\n}\nvirtual_ipaddress_excluded {\nfe80::100/64\n}")
		}
		a.start(conf(""))
		equal(t, "log", grep(a.take(), "firewall"), `
0.000 use_vmac or no_accept/strict specified, but no firewall configured - using nftables
0.000 (VI_1) removing firewall drop rule
0.000 (VI_1) removing firewall drop rule
`)
		equal(t, "rules", a.rules(), "")
		sleep(4 * time.Second)
		equal(t, "log", a.take("Sending"), `
3.609 (VI_1) Receive advertisement timeout
3.609 (VI_1) Entering MASTER STATE
3.609 (VI_1) setting firewall drop rule
3.609 (VI_1) setting VIPs.
3.609 (VI_1) setting E-VIPs.
`)
		const local = "table ip6 keepalived\nset vips\nset neighbor-discovery\nelements = { nd-neighbor-solicit, nd-neighbor-advert }\nset vips_link_local_name\n"
		equal(t, "rules", a.rules(), "table ip keepalived\nset vips\nelements = { 192.0.2.100 }\n"+local+"elements = { fe80::100 . \"eth0\" }\n")
		a.reload(conf("192.0.2.101/24"))
		sleep(time.Second)
		equal(t, "rules", a.rules(), "table ip keepalived\nset vips\nelements = { 192.0.2.100, 192.0.2.101 }\n"+local+"elements = { fe80::100 . \"eth0\" }\n")
		a.reload(strings.Replace(conf("192.0.2.101/24"), "192.0.2.100/24\n", "", 1))
		sleep(time.Second)
		equal(t, "rules", a.rules(), "table ip keepalived\nset vips\nelements = { 192.0.2.101 }\n"+local+"elements = { fe80::100 . \"eth0\" }\n")
		a.host.SetLink("eth0", false)
		sleep(time.Second)
		equal(t, "rules", a.rules(), "table ip keepalived\nset vips\n"+local)
		a.stop()
		equal(t, "rules", a.rules(), "")
	})
}

// An address that stays, in an instance that accepts from a reload on; and a
// table that gets another name.
func TestNoAcceptReload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.start(instance("priority 100\nno_accept\n" + vip))
		sleep(4 * time.Second)
		a.reload("global_defs {\nnftables other\n}\n" + instance("priority 100\nno_accept\n"+vip))
		sleep(time.Second)
		equal(t, "rules", a.rules(), "table ip other\nset vips\nelements = { 192.0.2.100 }\n")
		a.reload("global_defs {\nnftables other\n}\n" + instance("priority 100\n"+vip))
		sleep(time.Second)
		equal(t, "rules", a.rules(), "")
		if !strings.Contains(a.host.AddressesText(), "192.0.2.100/24") {
			t.Error("the VIP is gone")
		}
		a.stop()
	})
}

// A reload leaves nothing of what is not needed any more, although other rules are.
func TestNoAcceptReloadPart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		conf := func(words, addresses string) string {
			return instance("priority 100\n" + words + "\nvirtual_ipaddress {\n192.0.2.100/24\n}\nvirtual_ipaddress_excluded {\n" + addresses + "\n}")
		}
		a.start(conf("no_accept", "2001:db8::100/64"))
		sleep(4 * time.Second)
		if rules := a.rules(); !strings.Contains(rules, "table ip6 keepalived") {
			t.Errorf("rules:\n%s", rules)
		}
		a.reload(conf("no_accept", "192.0.2.101/24"))
		sleep(time.Second)
		equal(t, "rules", a.rules(), "table ip keepalived\nset vips\nelements = { 192.0.2.100, 192.0.2.101 }\n")
		a.reload(conf("use_vmac", ""))
		sleep(4 * time.Second)
		equal(t, "rules", a.rules(), "table ip keepalived\nmap vmac_map\nelements = { \"vrrp.51\" : \"eth0\" }\n")
		a.stop()
	})
}

// Somebody flushes the ruleset: it is brought back, and said.
func TestNoAcceptRepair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var wire network.Segment
		a := newNode(t, &wire, 1)
		a.start(instance("priority 100\nno_accept\n" + vip))
		sleep(4 * time.Second)
		a.take()
		fake, ok := a.filter().(*firewall.Fake)
		if !ok {
			t.Fatalf("the packet filter is a %T", a.filter())
		}
		fake.Flush()
		sleep(time.Second)
		equal(t, "log", a.take("Sending"), "4.000 nftables table keepalived has been changed by somebody else - restoring it\n")
		equal(t, "rules", a.rules(), "table ip keepalived\nset vips\nelements = { 192.0.2.100 }\n")
		a.stop()
		fake.Flush() // nobody listens any more
		equal(t, "rules", a.rules(), "")
	})
}

// nftables is used whatever iptables is; the log says why.
func TestIPTables(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ program, want string }{
		{"", "Using nftables since no iptables command found - please update configuration"},
		{"xtables-nft-multi", "Not using iptables since iptables uses nf_tables - please update configuration"},
		{"xtables-legacy-multi", "Using nftables instead of vrrp_iptables - please update configuration"},
	} {
		if c.program != "" {
			link := filepath.Join(dir, "iptables")
			if err := os.WriteFile(filepath.Join(dir, c.program), nil, 0o755); err != nil {
				t.Fatal(err)
			}
			_ = os.Remove(link)
			if err := os.Symlink(c.program, link); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Test(t, func(t *testing.T) {
			var wire network.Segment
			a := newNode(t, &wire, 1)
			a.service.commands = []string{dir}
			conf := parse(t, instance("priority 150\nno_accept\n"+vip))
			conf.Global.Firewall.IPTables = true
			a.run(func() {
				if err := a.service.Start(conf); err != nil {
					t.Error(err)
				}
			})
			if log := a.take(); !strings.Contains(log, c.want) {
				t.Errorf("log:\n%s\nwant %s", log, c.want)
			}
			a.stop()
		})
	}
}
