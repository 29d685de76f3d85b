package vrrp

import (
	"io/fs"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"keepalived/core/config"
	"keepalived/parser/bfd"
	"keepalived/parser/global"
	"keepalived/parser/internal/cases"
	"keepalived/parser/internal/host"
	"keepalived/parser/keyword"
	"keepalived/parser/reader"
	"keepalived/parser/source"
	"keepalived/parser/syntax"
	"keepalived/parser/trackfile"
)

// machine is the golden one with a VLAN, a directory to work in, and one that
// nobody else may enter.
func machine() host.Host {
	h := host.Golden()
	h.Interfaces["vlan"] = reader.Link{MTU: 1500, Multicast: true, Ethernet: true, Kind: "vlan", Base: "eth0"}
	h.Directory = "/srv"
	for name, mode := range map[string]fs.FileMode{"/root": fs.ModeDir | 0o700, "/root/x": 0o755, "/srv": host.Directory, "/srv/c.conf": 0o644} {
		h.Files[name] = host.File{Mode: mode}
	}
	return h
}

// outcome is what the VRRP process makes of a configuration.
type outcome struct {
	config   *config.Config
	room     *Room
	messages []string
	usable   bool
}

// load reads a configuration as the parent and the VRRP process do.
func load(t testing.TB, conf string) outcome {
	t.Helper()
	lines := source.Open(source.Options{Path: "c.conf"}, host.Disk{"/c.conf": conf})
	tree, err := syntax.Parse(lines, keyword.ScriptLike)
	if err != nil {
		t.Fatal(err)
	}
	o := outcome{config: new(config.Config)}
	g, tracked, sessions := global.New(o.config, machine()), trackfile.New(), bfd.New()
	names := fstest.MapFS{"etc/iproute2/group": {Data: []byte("0 default\n")}}
	o.room = New(Sources{Global: g, Files: tracked, BFDs: sessions, Root: names})
	language := reader.NewLanguage(keyword.New(), g.Handlers(), tracked.Handlers(), sessions.Handlers(), o.room.Handlers())
	mode := reader.Mode{Test: true}
	parent := reader.NewPass(config.PassParent, mode, tree, o.config, machine())
	if parent.Read(language, func(string) {}) {
		g.Finish(parent)
	}
	p := reader.NewPass(config.PassVRRP, mode, tree, o.config, machine())
	if p.Read(language, nil) {
		o.usable = o.room.Finish(p)
	}
	for _, d := range append(parent.Diagnostics, p.Diagnostics...) {
		if !d.LogOnly {
			o.messages = append(o.messages, strings.Replace(d.Message, "(c.conf: Line ", "(", 1))
		}
	}
	return o
}

// The cases are configurations with all that the parent and the VRRP process
// say about them. Nearly all have been said by the C daemon as well; the
// others are what version 2.4.3 changed.
func TestMessages(t *testing.T) {
	cases.Each(t, "testdata/*.txtar", 5, func(t *testing.T, c *cases.Case) {
		for i := 0; i+1 < len(c.Files); i += 2 {
			got := ""
			if o := load(t, string(c.Files[i].Data)); len(o.messages) > 0 {
				got = strings.Join(o.messages, "\n") + "\n"
			}
			c.Compare(&c.Files[i+1], got)
		}
	})
}

// instanceText is a configuration with one instance; extra lines go into it.
func instanceText(extra string) string {
	return "vrrp_instance V {\n interface eth0\n virtual_router_id 51\n virtual_ipaddress {\n  192.0.2.100/24\n }\n" + extra + "\n}\n"
}

func one(t *testing.T, conf string) *config.Instance {
	t.Helper()
	o := load(t, conf)
	if !o.usable || len(o.config.VRRP.Instances) != 1 {
		t.Fatalf("%s: usable %v, %d instances, %q", conf, o.usable, len(o.config.VRRP.Instances), o.messages)
	}
	return o.config.VRRP.Instances[0]
}

func TestDefaults(t *testing.T) {
	v := one(t, instanceText(""))
	for what, ok := range map[string]bool{
		"version":      v.Version == 2,
		"family":       v.Family == 4,
		"priority":     v.Priority == 100 && !v.Owner(),
		"state":        v.State == config.StateBackup,
		"advert_int":   v.AdvertInt == time.Second,
		"down timer":   v.DownTimerAdverts == 3,
		"group":        v.MulticastGroup == netip.MustParseAddr("224.0.0.18"),
		"ttl":          v.UnicastTTL == 255,
		"accept":       v.Accept,
		"garp":         v.GARPMasterDelay == 5*time.Second && v.GARPMasterRepeat == 5 && v.GARPMasterRefreshRepeat == 1,
		"garp lower":   v.GARPLowerPrioDelay == 5*time.Second && v.GARPLowerPrioRepeat == 5,
		"no virtual":   v.VMAC == nil && v.IPVLAN == nil,
		"no unicast":   !v.Unicast,
		"lower advert": !v.LowerPrioNoAdvert,
	} {
		if !ok {
			t.Errorf("%s: %+v", what, v)
		}
	}
}

// A tracked script keeps init_fail. (In the C daemon tracking it takes that
// away, against the manual page.)
func TestInitFail(t *testing.T) {
	o := load(t, "vrrp_script S {\n script /usr/bin/true\n init_fail\n}\n"+instanceText(" track_script {\n  S\n }"))
	if len(o.config.VRRP.Scripts) != 1 || !o.config.VRRP.Scripts[0].InitFail {
		t.Errorf("scripts: %+v", o.config.VRRP.Scripts)
	}
}

// Every session that may be tracked is there once, tracked or not.
func TestTrackBFDs(t *testing.T) {
	const sessions = "bfd_instance A {\n neighbor_ip 192.0.2.1\n}\nbfd_instance B {\n neighbor_ip 192.0.2.2\n}\n"
	o := load(t, sessions+instanceText(" track_bfd {\n  B\n }"))
	if b := o.config.VRRP.TrackBFDs; len(b) != 2 || b[0].Name != "A" || b[1].Name != "B" {
		t.Errorf("sessions: %+v", b)
	}
}

func TestCompletion(t *testing.T) {
	for _, c := range []struct {
		conf string
		ok   func(v *config.Instance) bool
	}{
		{"global_defs {\n vrrp_version 3\n}\n" + instanceText(""), func(v *config.Instance) bool { return v.Version == 3 }},
		{"global_defs {\n vrrp_garp_master_repeat 2\n vrrp_garp_lower_prio_delay 7\n}\n" + instanceText("garp_master_delay 9"), func(v *config.Instance) bool {
			return v.GARPMasterRepeat == 2 && v.GARPMasterDelay == 9*time.Second && v.GARPLowerPrioRepeat == 2 && v.GARPLowerPrioDelay == 7*time.Second
		}},
		{instanceText("state MASTER"), func(v *config.Instance) bool { return v.Owner() && v.State == config.StateMaster }},
		{instanceText("priority 255"), func(v *config.Instance) bool { return v.State == config.StateMaster }},
		{instanceText("strict_mode"), func(v *config.Instance) bool {
			return v.Strict && !v.Accept && v.LowerPrioNoAdvert && !v.HigherPrioSendAdvert && v.GARPLowerPrioRepeat == 0 && v.GARPLowerPrioDelay == 0
		}},
		{instanceText("strict_mode\npriority 255"), func(v *config.Instance) bool { return v.Accept && v.OwnerIgnoreAdverts }},
		{instanceText("use_vmac"), func(v *config.Instance) bool {
			return v.VMAC.Name == "vrrp.51" && !v.VMAC.NameGiven && v.VMAC.MAC == [6]byte{0, 0, 0x5e, 0, 1, 51}
		}},
		{instanceText("use_vmac name netlink_notify_msg"), func(v *config.Instance) bool { return v.VMAC.Name == "vrrp.51" && !v.VMAC.NetlinkNotify }},
		{instanceText("use_vmac x 02:00:00:00:07 netlink_notify_msg group 5"), func(v *config.Instance) bool {
			return v.VMAC.Name == "x" && v.VMAC.NetlinkNotify && v.VMAC.Group == 5 && v.VMAC.GroupSet && v.VMAC.MAC == [6]byte{2, 0, 0, 0, 7, 51}
		}},
		{instanceText("use_ipvlan 192.0.2.7/24 vepa"), func(v *config.Instance) bool {
			return v.IPVLAN.Mode == "vepa" && v.Source == netip.MustParseAddr("192.0.2.7") && v.IPVLAN.Name == "vrrp.51"
		}},
		{instanceText("unicast_peer {\n 192.0.2.1 min_ttl 5\n}\nmcast_src_ip 192.0.2.2/24"), func(v *config.Instance) bool {
			return v.Unicast && v.CheckUnicastSrc && v.UnicastPeers[0].MinTTL == 5 && v.UnicastPeers[0].MaxTTL == 255 && v.Source == netip.MustParseAddr("192.0.2.2")
		}},
		{instanceText("unicast_fault_no_peer"), func(v *config.Instance) bool { return v.ConfigFault != "" }},
		{instanceText("advert_int 1.5"), func(v *config.Instance) bool { return v.AdvertInt == 2*time.Second }},
		{instanceText("advert_int 0.2"), func(v *config.Instance) bool { return v.AdvertInt == time.Second }},
		{instanceText("version 3\nadvert_int 0.123"), func(v *config.Instance) bool { return v.AdvertInt == 120*time.Millisecond }},
		{instanceText("version 3\nadvert_int 60"), func(v *config.Instance) bool { return v.AdvertInt == 40950*time.Millisecond }},
		{instanceText("authentication {\n auth_type PASS\n auth_pass abcdefghij\n}"), func(v *config.Instance) bool {
			return v.AuthType == config.AuthPass && string(v.AuthPass[:]) == "abcdefgh"
		}},
		{instanceText("auth_hmac {\n key 5 0123456789012345678901234567890123456789\n active_key 5\n}\nadvert_int 3"), func(v *config.Instance) bool {
			return v.HMAC != nil && len(v.HMAC.Keys[0].Secret) == 40 && v.HMAC.TimeWindow == 9*time.Second && v.HMAC.Mode == config.HMACEnforce
		}},
		{instanceText("auth_hmac {\n key 5 hex:" + strings.Repeat("a5", 32) + "\n active_key 6\n}"), func(v *config.Instance) bool { return v.HMAC == nil }},
		{instanceText("skip_check_adv_addr off"), func(v *config.Instance) bool { return v.SkipCheckAdvAddr }},
		{instanceText("timer_expired_backup\nnopreempt"), func(v *config.Instance) bool { return v.TimerExpiredBackup == 254 && v.NoPreempt }},
		{instanceText("garp_extra_if 5"), func(v *config.Instance) bool { return v.GARPExtraIf == 0 }},
		{instanceText("garp_extra_if all 5"), func(v *config.Instance) bool { return v.GARPExtraIf == 5*time.Second && v.GARPExtraIfAll }},
		{instanceText("track_interface {\n ifb0 weight -5 reverse\n}"), func(v *config.Instance) bool {
			return v.Tracking.Interfaces[0] == config.Tracked{Name: "ifb0", Weight: -5, Reverse: true}
		}},
		{"vrrp_script s {\n script /usr/bin/true\n weight 9 reverse\n}\n" + instanceText("track_script {\n s\n}"), func(v *config.Instance) bool {
			return v.Tracking.Scripts[0] == config.Tracked{Name: "s", Weight: 9, Reverse: true}
		}},
		{"vrrp_script s {\n script /usr/bin/true\n weight 9 reverse\n}\n" + instanceText("track_script {\n s weight 3 noreverse\n}"), func(v *config.Instance) bool {
			return v.Tracking.Scripts[0] == config.Tracked{Name: "s", Weight: 3}
		}},
		{instanceText("notify \"/usr/bin//true a 'b c'\" nobody"), func(v *config.Instance) bool {
			s := v.Notify.Any
			return s.Path == "/usr/bin/true" && len(s.Args) == 3 && s.Args[0] == "/usr/bin/true" && s.Args[2] == "b c" && s.UID == 65534
		}},
		{instanceText("notify /bin/true"), func(v *config.Instance) bool { return v.Notify.Any == nil }},
		{instanceText("notify_deleted /no/such/script root"), func(v *config.Instance) bool { return v.Notify.SendDeleted }},
		{instanceText("notify_deleted"), func(v *config.Instance) bool { return v.Notify.SendDeleted && v.Notify.Deleted == nil }},
	} {
		if v := one(t, c.conf); !c.ok(v) {
			t.Errorf("%s\n%+v", c.conf, v)
		}
	}
}

// Debounce timers stay below the time after which another router takes over.
func TestDebounce(t *testing.T) {
	for adverts, want := range map[string]config.UpDownDelay{
		"down_timer_adverts 3": {Interface: "eth0", Down: 1996094 * time.Microsecond, Up: time.Second},
		"down_timer_adverts 1": {Interface: "eth0"},
	} {
		o := load(t, "interface_up_down_delays {\n eth0 5 1\n ifb0 7\n}\n"+instanceText(adverts))
		if got := o.config.VRRP.UpDownDelays; len(got) != 2 || got[0] != want || got[1].Down != 7*time.Second {
			t.Errorf("%s: %+v", adverts, got)
		}
	}
}

// Excess addresses are managed, but not advertised.
func TestTooManyAddresses(t *testing.T) {
	var b strings.Builder
	b.WriteString("vrrp_instance V {\n interface eth0\n virtual_router_id 51\n virtual_ipaddress {\n")
	for i := range 100 {
		b.WriteString("  fe80::" + string(rune('a'+i%6)) + string(rune('0'+i/6%10)) + string(rune('0'+i/60)) + "\n")
	}
	b.WriteString(" }\n}\n")
	v := one(t, b.String())
	if len(v.VIPs) != 89 || len(v.ExcludedVIPs) != 11 || v.Version != 3 {
		t.Errorf("%d addresses, %d excluded, version %d", len(v.VIPs), len(v.ExcludedVIPs), v.Version)
	}
}
