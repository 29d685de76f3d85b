package firewall

import (
	"slices"
	"testing"
)

// wish is what is wanted at some time.
type wish struct {
	drop    []Address
	devices []Device
}

func (w wish) set(f filter) error {
	if err := f.Drop(w.drop); err != nil {
		return err
	}
	return f.SetDevices(w.devices)
}

// What a reload wants no more leaves nothing once Trim has been called, and what
// it still wants goes on.
func TestTrim(t *testing.T) {
	inNamespace(t, func(l map[string]Link) {
		both := []Device{{Link: l["v4"], Base: l["eth0"], IPv4: true}, {Link: l["v6"], Base: l["eth0"], IPv6: true, LinkLocal: parent}}
		wishes := []wish{
			{},
			{drop: []Address{{v4, l["eth0"]}}},
			{drop: []Address{{v6, l["v6"]}, {local, l["v6"]}}},
			{devices: both},
			{devices: both[:1]},
			{devices: both[1:]},
			{drop: []Address{{v4, l["eth0"]}, {v6, l["eth0"]}}, devices: both},
			{drop: []Address{{v6, l["eth0"]}}, devices: both[:1]},
		}
		for i, a := range wishes {
			for j, b := range wishes {
				o := Options{Table: "keepalived", Priority: -1}
				real, fake, started := must(t, o), NewFake(o), NewFake(o)
				for _, f := range []filter{real, fake} {
					for _, err := range []error{a.set(f), f.Accept(a.drop), b.set(f), f.Trim()} {
						if err != nil {
							t.Errorf("from %d to %d: %v", i, j, err)
						}
					}
				}
				if err := b.set(started); err != nil {
					t.Error(err)
				}
				got := run(t, "nft", "list", "ruleset")
				if want := started.String(); !slices.Equal(inOrder(got), inOrder(want)) || !slices.Equal(inOrder(fake.String()), inOrder(want)) {
					t.Errorf("from %d to %d: nft says\n%s\nthe fake\n%s\na start would make\n%s", i, j, got, fake, want)
				}
				if err := real.Remove(); err != nil {
					t.Error(err)
				}
				real.Close()
			}
		}
	})
}

// Trim touches nothing where everything is needed: whoever watches hears nothing.
func TestTrimTouchesNothing(t *testing.T) {
	inNamespace(t, func(l map[string]Link) {
		n := must(t, Options{Table: "keepalived", Counters: true})
		defer n.Close()
		w := wish{drop: []Address{{v4, l["eth0"]}}, devices: []Device{{Link: l["v6"], Base: l["eth0"], IPv6: true}}}
		if err := w.set(n); err != nil {
			t.Error(err)
		}
		before := run(t, "nft", "-a", "list", "ruleset")
		if err := n.Trim(); err != nil {
			t.Error(err)
		}
		if after := run(t, "nft", "-a", "list", "ruleset"); after != before {
			t.Errorf("before\n%s\nafter\n%s", before, after)
		}
	})
}
