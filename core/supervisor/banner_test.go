package supervisor

import (
	"strings"
	"testing"
)

// The wrapping of the C daemon's own output for these command lines.
func TestCommandLine(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"keepalived -n -l -G -f bad.conf -p /tmp/sup/p -r /tmp/sup/r -c /tmp/sup/c -b /tmp/sup/b", `
Command line: 'keepalived' '-n' '-l' '-G' '-f' 'bad.conf' '-p' '/tmp/sup/p' '-r' '/tmp/sup/r' '-c'
              '/tmp/sup/c' '-b' '/tmp/sup/b'`},
		{"keepalived -n -l -G -D -f ok.conf -p /tmp/sup/p -r /tmp/sup/r -c /tmp/sup/c -b /tmp/sup/b --log-detail --dont-release-vrrp --dont-release-ipvs aaaaaaaaa", `
Command line: 'keepalived' '-n' '-l' '-G' '-D' '-f' 'ok.conf' '-p' '/tmp/sup/p' '-r' '/tmp/sup/r' '-c'
              '/tmp/sup/c' '-b' '/tmp/sup/b' '--log-detail' '--dont-release-vrrp'
              '--dont-release-ipvs' 'aaaaaaaaa'`},
		{strings.Repeat("x", 200), "\nCommand line: '" + strings.Repeat("x", 87) + "\n              " + strings.Repeat("x", 88) + "\n              " + strings.Repeat("x", 25) + "'"},
		{"keepalived", "\nCommand line: 'keepalived'"},
	} {
		if got := "\n" + strings.Join(commandLine(strings.Fields(c.args), ""), "\n"); got != c.want {
			t.Errorf("got %s\nwant %s", got, c.want)
		}
	}
}

func TestNewer(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"6.1.0", "6.18.44-fc", false}, {"6.1.0", "5.19.11", true}, {"6.1.0", "6.1.0-13-amd64", false},
		{"6.1.5", "6.1.0", true}, {"6.1.0", "7.0-rc1", false}, {"6.1.0", "unknown", true},
	} {
		if got := newer(c.a, c.b); got != c.want {
			t.Errorf("newer(%s, %s) = %v", c.a, c.b, got)
		}
	}
}

// Only a daemon that systemd itself has started speaks to it (02-runtime
// section 5).
func TestManagedBySystemd(t *testing.T) {
	for _, c := range []struct {
		parent       int
		comm, socket string
		want         bool
	}{
		{1, "systemd\n", "/run/notify", true},
		{2, "systemd\n", "/run/notify", false},
		{1, "init\n", "/run/notify", false},
		{1, "systemd-x\n", "/run/notify", false},
		{1, "systemd\n", "", false},
	} {
		if got := managedBySystemd(c.parent, c.comm, c.socket); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
