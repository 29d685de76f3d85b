package network

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

// Each method that a veth pair knows sees its carrier; that of the transceiver it
// does not know. A link that is gone is down.
func TestWatchCarrier(t *testing.T) {
	inNamespace(t, func() {
		ip(t, "link add eth0 type veth peer name peer")
		ip(t, "link set eth0 up")
		ip(t, "link set peer up")
		h, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		for _, c := range []struct {
			method CarrierMethod
			knows  bool
		}{{"", true}, {CarrierEthtool, true}, {CarrierFlags, true}, {CarrierMII, false}} {
			var mu sync.Mutex
			var said []string
			w, now, err := h.WatchCarrier([]Polled{{"eth0", c.method}, {"nowhere", c.method}}, time.Millisecond, func(name string, up bool) {
				mu.Lock()
				defer mu.Unlock()
				said = append(said, fmt.Sprint(name, up))
			})
			if err != nil {
				t.Fatal(err)
			}
			if now["eth0"] != c.knows || now["nowhere"] {
				t.Errorf("%q: at first %v", c.method, now)
			}
			if c.knows {
				has := func(n int, text string) func() bool {
					return func() bool {
						mu.Lock()
						defer mu.Unlock()
						return len(said) == n && said[n-1] == text
					}
				}
				ip(t, "link set peer down")
				poll(t, string(c.method)+" down", has(1, "eth0false"))
				ip(t, "link set peer up")
				poll(t, string(c.method)+" up", has(2, "eth0true"))
			}
			w.Close()
		}
	})
}
