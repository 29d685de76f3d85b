package host

import (
	"io/fs"
	"strings"

	"keepalived/parser/reader"
)

// Golden is the machine on which the golden verdicts were recorded: eth0 with
// multicast and MTU 1500, ifb0 and ifb1 without multicast, a merged /usr, and
// no user keepalived_script. It also has a macvlan vmac0, a VRF vrf0, and sit9,
// which is no Ethernet. Each call makes a new one.
func Golden() Host {
	return Host{
		Interfaces: map[string]reader.Link{
			"lo":    {Index: 1, MTU: 65536, Loopback: true},
			"eth0":  {Index: 2, MTU: 1500, Multicast: true, Ethernet: true},
			"ifb0":  {Index: 3, MTU: 1500, Ethernet: true, Kind: "ifb"},
			"ifb1":  {Index: 4, MTU: 1500, Ethernet: true, Kind: "ifb"},
			"vmac0": {Index: 5, MTU: 1500, Multicast: true, Ethernet: true, Kind: "macvlan", Base: "eth0"},
			"sit9":  {Index: 6, MTU: 1480, Multicast: true, Kind: "sit"},
			"vrf0":  {Index: 7, MTU: 65575, Ethernet: true, Kind: "vrf"},
		},
		Users:       map[string]uint32{"root": 0, "daemon": 1, "nobody": 65534},
		Groups:      map[string]uint32{"root": 0, "daemon": 1, "nogroup": 65534},
		Environment: map[string]string{"GOLDEN_VRID": "77", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
		Namespaces:  []string{"other"},
		Files: map[string]File{
			"/":                      {Mode: Directory},
			"/bin":                   {Mode: Symlink, Link: "/usr/bin"},
			"/usr":                   {Mode: Directory},
			"/usr/bin":               {Mode: Directory},
			"/usr/bin/true":          {Mode: 0o755},
			"/usr/bin/false":         {Mode: 0o755},
			"/usr/bin/sh":            {Mode: 0o755},
			"/etc":                   {Mode: Directory},
			"/etc/passwd":            {Mode: 0o644},
			"/etc/hmac.key":          {Mode: 0o600, Text: "0123456789abcdef0123456789abcdef\n"},
			"/etc/hmac.open":         {Mode: 0o644, Text: "0123456789abcdef0123456789abcdef\n"},
			"/etc/hmac.long":         {Mode: 0o600, Text: strings.Repeat("a", 4096)},
			"/proc":                  {Mode: fs.ModeDir | 0o555},
			"/tmp":                   {Mode: fs.ModeDir | fs.ModeSticky | 0o777},
			"/tmp/golden_track_file": {Mode: 0o644},
		},
	}
}
