package firewall

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Whatever somebody deletes of the tables is noticed, and put right by Repair;
// other tables, additions, and what the program does itself are no disturbance.
func TestWatch(t *testing.T) {
	inNamespace(t, func(l map[string]Link) {
		o := Options{Table: "keepalived", Priority: -1}
		for _, c := range []struct {
			nft  string
			want bool
		}{
			{"flush ruleset", true},
			{"flush table ip keepalived", true}, // the rules go, sets and chains stay
			{"delete table ip6 keepalived", true},
			{"flush set ip keepalived vips", true},
			{"delete element ip keepalived vips { 192.0.2.100 }", true},
			{"flush map ip6 keepalived tcp_map", true},
			{"flush chain ip keepalived in", true},
			{"add table ip other; delete table ip other", false},
			{"add table inet keepalived; delete table inet keepalived", false},
			{"add table ip keepalived; add chain ip keepalived own", false},
		} {
			real, fake := must(t, o), NewFake(o)
			told := make(chan struct{}, 100)
			if err := real.Watch(func() { told <- struct{}{} }); err != nil {
				t.Error(err)
			}
			for _, f := range []filter{real, fake} {
				for _, err := range []error{
					f.Drop([]Address{{v4, l["eth0"]}, {v6, l["eth0"]}}), f.Accept([]Address{{v6, l["eth0"]}}),
					f.SetMarks(marked(t, "tcp fd01::1 80 1000\ntcp 10.9.1.1 80 1000")),
				} {
					if err != nil {
						t.Error(err)
					}
				}
			}
			before := run(t, "nft", "list", "ruleset")
			run(t, "nft", c.nft)
			if c.want {
				select {
				case <-told:
				case <-time.After(10 * time.Second):
					t.Errorf("%s: not noticed", c.nft)
				}
				if err := real.Repair(); err != nil {
					t.Error(err)
				}
				if got := run(t, "nft", "list", "ruleset"); normal(got) != normal(before) || normal(got) != normal(fake.String()) {
					t.Errorf("%s: repaired to\n%s\nwant\n%s\nthe fake says\n%s", c.nft, got, before, fake)
				}
			}
			// What is told of comes in its order: this is the next.
			run(t, "nft", "flush table ip keepalived")
			select {
			case <-told:
			case <-time.After(10 * time.Second):
				t.Errorf("%s: the next disturbance is not noticed", c.nft)
			}
			if len(told) > 0 {
				t.Errorf("%s: told %d times too often", c.nft, len(told))
			}
			if err := real.Remove(); err != nil {
				t.Error(err)
			}
			real.Close()
		}
	})
}

// A transaction is told of once, when it is complete.
func TestHear(t *testing.T) {
	event := func(kind netlink.HeaderType, from uint32, family byte, table string) netlink.Message {
		e := netlink.NewAttributeEncoder()
		e.String(unix.NFTA_TABLE_NAME, table)
		b, err := e.Encode()
		if err != nil {
			t.Fatal(err)
		}
		m := message(unix.NFNL_SUBSYS_NFTABLES<<8|kind, 0, family, 0, b)
		m.Header.PID = from
		return m
	}
	for _, c := range []struct {
		name   string
		events []netlink.Message
		want   bool
	}{
		{"complete", []netlink.Message{event(unix.NFT_MSG_DELRULE, 7, unix.AF_INET, "t"), event(unix.NFT_MSG_NEWGEN, 7, 0, "")}, true},
		{"incomplete", []netlink.Message{event(unix.NFT_MSG_DELRULE, 7, unix.AF_INET, "t")}, false},
		{"own", []netlink.Message{event(unix.NFT_MSG_DELRULE, 1, unix.AF_INET, "t"), event(unix.NFT_MSG_NEWGEN, 1, 0, "")}, false},
		{"other family", []netlink.Message{event(unix.NFT_MSG_DELRULE, 7, unix.AF_BRIDGE, "t"), event(unix.NFT_MSG_NEWGEN, 7, 0, "")}, false},
		{"other table", []netlink.Message{event(unix.NFT_MSG_DELRULE, 7, unix.AF_INET6, "tt"), event(unix.NFT_MSG_NEWGEN, 7, 0, "")}, false},
		{"addition", []netlink.Message{event(unix.NFT_MSG_NEWRULE, 7, unix.AF_INET6, "t"), event(unix.NFT_MSG_NEWGEN, 7, 0, "")}, false},
		{"short", []netlink.Message{{Header: netlink.Header{Type: unix.NFNL_SUBSYS_NFTABLES<<8 | unix.NFT_MSG_DELRULE}, Data: []byte{unix.AF_INET}}, event(unix.NFT_MSG_NEWGEN, 7, 0, "")}, false},
	} {
		w := watcher{table: "t", own: 1}
		for _, m := range c.events {
			w.hear(m)
		}
		if w.changed != c.want {
			t.Errorf("%s: %t", c.name, w.changed)
		}
	}
}

// Whoever takes the table again and again is answered more and more seldom, and
// at once again after a peace.
func TestPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		start := time.Now()
		w := watcher{pause: firstPause, disturbed: func() { told = append(told, time.Since(start).String()) }}
		for range 40 {
			w.changed = true
			w.tell(time.Now())
			time.Sleep(500 * time.Millisecond)
		}
		time.Sleep(time.Hour)
		start = time.Now()
		for range 4 {
			w.changed = true
			w.tell(time.Now())
			time.Sleep(500 * time.Millisecond)
		}
		if got := strings.Join(told, " "); got != "0s 1s 3s 7s 15s 0s 1s" {
			t.Error(got)
		}
	})
}

func FuzzTableOf(f *testing.F) {
	f.Add([]byte{unix.AF_INET, 0, 0, 0, 6, 0, 1, 0, 't', 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if name := tableOf(b); len(name) > len(b) {
			t.Errorf("%q", name)
		}
	})
}
