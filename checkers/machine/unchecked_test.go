package machine

import (
	"slices"
	"testing"

	"keepalived/core/config"
)

// A real server whose only alpha checkers were refused does not come into
// service, also not by a reload; one that serves already goes on.
func TestUnchecked(t *testing.T) {
	w := newWorld(t)
	configs := func(unchecked bool) []*config.VirtualServer {
		vss := w.load("virtual_server 10.9.0.1 80 {\n real_server 10.1.1.1 80 { }\n real_server 10.1.1.2 80 { }\n}\n")
		vss[0].RealServers[1].Unchecked = unchecked
		return vss
	}
	start := func(unchecked bool) *VirtualServer {
		v := New(configs(unchecked)[0], w.o)
		v.Start()
		return v
	}
	reload := func(v *VirtualServer, unchecked bool) *VirtualServer {
		vss, _ := Reload([]*VirtualServer{v}, configs(unchecked), w.o, nil)
		return vss[0]
	}
	alive := func(v *VirtualServer) []bool { return []bool{v.RealServers[0].Alive, v.RealServers[1].Alive} }
	for _, c := range []struct {
		name string
		vs   *VirtualServer
		want bool
	}{
		{"start", start(true), false},
		{"reload", reload(start(true), true), false},
		{"reload of one that serves", reload(start(false), true), true},
		{"reload that gives up checking", reload(start(true), false), true},
		{"two reloads", reload(reload(start(false), true), true), true},
	} {
		if got := alive(c.vs); !slices.Equal(got, []bool{true, c.want}) {
			t.Errorf("%s: alive %v, want true and %v", c.name, got, c.want)
		}
		if got := c.vs.RealServers[1].Set(); got != c.want {
			t.Errorf("%s: in the table %v, want %v", c.name, got, c.want)
		}
	}
}
