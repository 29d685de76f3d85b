package global

import (
	"maps"
	"net/netip"
	"strings"
	"time"

	"keepalived/core/config"
	"keepalived/parser/reader"
	"keepalived/parser/script"
)

// Room reads the global keywords.
type Room struct {
	// Settings are complete after the parent's pass.
	Settings Settings
	// Users knows the default owner of scripts, for all processes.
	Users *script.Users

	// NamespaceGiven says that there is a net_namespace, even if its name is
	// empty.
	NamespaceGiven bool

	config        *config.Config
	fifos         [3]fifo // by fifoKind
	instanceGiven bool    // perhaps with an empty name
	sized         bool    // vrrp_rx_bufs_policy has had a number
}

// New returns a room that fills c, beginning with the built-in defaults.
func New(c *config.Config, host reader.Host) *Room {
	c.ChildWaitTime = 5 * time.Second
	hostname := host.Hostname()
	short, _, _ := strings.Cut(hostname, ".")
	c.Global = config.Global{
		VRRPScheduling:       config.Scheduling{RlimitRTTime: defaultRTLimit},
		CheckerScheduling:    config.Scheduling{RlimitRTTime: defaultRTLimit},
		BFDScheduling:        config.Scheduling{RlimitRTTime: defaultRTLimit},
		MinAutoPriorityDelay: time.Second,
		Umask:                0o177,
		JSONVersion:          1,
		RouterID:             short,
		SMTPHeloName:         hostname,
		SMTPConnectTimeout:   30 * time.Second,
		DefaultInterface:     "eth0",
		MulticastGroup4:      netip.AddrFrom4([4]byte{224, 0, 0, 18}),
		MulticastGroup6:      netip.AddrFrom16([16]byte{0: 0xff, 1: 2, 15: 0x12}),
		RxBufsMultiplier:     3,
		VMACPrefix:           "vrrp",
		IproutePaths:         [2]string{"/etc/iproute2", "/usr/share/iproute2"},
		Firewall:             config.Firewall{NFTablesPriority: -1, NFTablesIPVSPriority: -1, NFTablesIPVSStartFWMark: 1000},
		SNMP:                 config.SNMP{VSStatsInterval: 5 * time.Second},
		DBus:                 config.DBus{ServiceName: "org.keepalived.Vrrp1"},
	}
	return &Room{Settings: newSettings(), Users: new(script.Users), config: c}
}

// Handlers returns what to do at the global keywords.
func (r *Room) Handlers() reader.Handlers {
	all := reader.Handlers{"global_defs": {Open: r.open}, "global_defs/include_check": {
		Read: func(*reader.Pass, *reader.Statement) {}, // package source has applied it
	}}
	for _, h := range []reader.Handlers{
		r.rootHandlers(), r.processHandlers(), r.fileHandlers(), r.scriptHandlers(), r.fifoHandlers(), r.mailHandlers(),
		r.vrrpHandlers(), r.garpHandlers(), r.bufferHandlers(), r.firewallHandlers(), r.lvsHandlers(), r.observerHandlers(),
	} {
		maps.Copy(all, h)
	}
	return all
}

// open begins a block, of which there may be several.
func (r *Room) open(p *reader.Pass, _ *reader.Statement) bool {
	p.Made(&r.config.Global, &r.Settings)
	return true
}

// Finish completes the global values after the parent's pass.
func (r *Room) Finish(p *reader.Pass) {
	g := &r.config.Global
	g.Defaults = r.Settings.defaults()
	g.Defaults.EmailFromGiven = g.NotificationEmailFrom != ""
	r.Settings.finish()
	if g.VMACAddrPrefix == "" {
		g.VMACAddrPrefix = g.VMACPrefix
	}
	if g.SNMP.RSStatsInterval == 0 {
		g.SNMP.RSStatsInterval = g.SNMP.VSStatsInterval
	}
	g.GARPLowerPrioDelay, g.GARPLowerPrioRepeat = *r.Settings.GARPLowerPrioDelay, *r.Settings.GARPLowerPrioRepeat
	if g.NotificationEmailFrom == "" {
		g.NotificationEmailFrom = defaultSender(p.Host)
	}
	if r.config.NetNamespace != "" || r.config.Instance != "" {
		r.config.UsePIDDir = true
	}
	r.finishFIFOs(p)
	finishFirewall(p, &g.Firewall)
	r.finishScripts(p)
}

// FinishScripts says who runs scripts that name nobody, after the passes of
// all processes: the first script that needs it looks for it.
func (r *Room) FinishScripts(host reader.Host) {
	g := &r.config.Global
	if owner, ok := r.Users.Shown(host, g.EnableScriptSecurity); ok {
		g.Defaults.ScriptUID, g.Defaults.ScriptGID, g.Defaults.ScriptUserKnown = owner.UID, owner.GID, true
	}
}

// flag handles a keyword that has no argument; extra words are ignored.
func flag(set *bool) reader.Handler {
	return reader.Handler{Read: func(*reader.Pass, *reader.Statement) { *set = true }}
}

// boolean handles "keyword [bool]". format has place for the bad word; name
// is the keyword as the message spells it.
func boolean(set *bool, name string) reader.Handler {
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		if v, ok := s.Bool(1); ok {
			*set = v
		} else {
			p.General(msgInvalidBoolean, s.Word(1), name)
		}
	}}
}

// bareBoolean is boolean for the keywords whose message does not show the
// word.
func bareBoolean(set *bool, name string) reader.Handler {
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		if v, ok := s.Bool(1); ok {
			*set = v
		} else {
			p.General(msgInvalidBooleanBare, name)
		}
	}}
}

// triState is boolean for a value that is nil when it was not given.
func triState(set **bool, name string) reader.Handler {
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		if v, ok := s.Bool(1); ok {
			*set = &v
		} else {
			p.General(msgInvalidBoolean, s.Word(1), name)
		}
	}}
}
