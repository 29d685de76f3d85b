package status

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"keepalived/core/config"
)

// JSON writes keepalived.json in the version of json_version, which has a fixed
// order of keys and forms of numbers (05-observability section 7).
func (v *VRRP) JSON(out io.Writer) {
	j := new(object)
	if v.Config.Global.JSONVersion == 2 {
		j.open('{')
		j.key("vrrp")
		j.instances(v)
		if len(v.Processes) > 0 {
			j.key("track_process")
			j.processes(v)
		}
		j.close('}')
	} else {
		j.instances(v)
	}
	j.b.WriteByte('\n')
	_, _ = io.WriteString(out, j.b.String()) // of a file or a buffer, which tells its errors itself
}

// object is JSON text that grows.
type object struct {
	b     strings.Builder
	inner bool // something stands before, and needs a comma
}

func (j *object) open(bracket byte) {
	j.comma()
	j.b.WriteByte(bracket)
	j.inner = false
}

func (j *object) close(bracket byte) {
	j.b.WriteByte(bracket)
	j.inner = true
}

func (j *object) comma() {
	if j.inner {
		j.b.WriteByte(',')
	}
	j.inner = true
}

func (j *object) key(name string) {
	j.comma()
	j.b.WriteString(`"` + name + `":`)
	j.inner = false
}

// value writes a key with a number or a boolean.
func (j *object) value(name string, v any) {
	j.key(name)
	fmt.Fprint(&j.b, v)
	j.inner = true
}

func (j *object) text(name, s string) {
	j.key(name)
	j.string(s)
}

func (j *object) string(s string) {
	j.comma()
	j.b.WriteByte('"')
	for _, c := range []byte(s) {
		if i := strings.IndexByte("\t\n\r\f\b\\\"/", c); i >= 0 {
			j.b.WriteString(`\` + `tnrfb\"/`[i:i+1])
		} else if c < ' ' {
			fmt.Fprintf(&j.b, `\u%04x`, c)
		} else {
			j.b.WriteByte(c)
		}
	}
	j.b.WriteByte('"')
}

// list writes a key with an array, if it has members.
func (j *object) list(name string, all []string) {
	if len(all) == 0 {
		return
	}
	j.key(name)
	j.open('[')
	for _, s := range all {
		j.string(s)
	}
	j.close(']')
}

func (j *object) instances(v *VRRP) {
	j.open('[')
	for i := range v.Instances {
		j.open('{')
		j.key("data")
		j.open('{')
		j.data(v, &v.Instances[i])
		j.close('}')
		j.key("stats")
		j.open('{')
		j.stats(&v.Instances[i].Counters)
		j.close('}')
		j.close('}')
	}
	j.close(']')
}

// data is 05-observability section 7.2.
func (j *object) data(v *VRRP, in *Instance) {
	c := in.Config
	j.text("iname", c.Name)
	j.value("dont_track_primary", number(c.DontTrackPrimary))
	j.value("skip_check_adv_addr", number(c.SkipCheckAdvAddr))
	j.value("strict_mode", number(c.Strict))
	own := ""
	switch {
	case c.VMAC != nil:
		own = c.VMAC.Name
	case c.IPVLAN != nil:
		own = c.IPVLAN.Name
	}
	j.text("vmac_ifname", own)
	if in.Link != "" {
		j.text("ifp_ifname", in.Link)
	}
	heard := in.MasterPriority
	if in.State != Backup {
		heard = 0
	}
	j.value("master_priority", heard)
	j.value("last_transition", seconds(in.LastTransition))
	j.value("garp_delay", wholeOr(c.GARPMasterDelay))
	j.value("garp_refresh", int(c.GARPMasterRefresh/time.Second))
	j.value("garp_rep", c.GARPMasterRepeat)
	j.value("garp_refresh_rep", c.GARPMasterRefreshRepeat)
	j.value("garp_lower_prio_delay", int(c.GARPLowerPrioDelay/time.Second))
	j.value("garp_lower_prio_rep", c.GARPLowerPrioRepeat)
	j.value("lower_prio_no_advert", number(c.LowerPrioNoAdvert))
	j.value("higher_prio_send_advert", number(c.HigherPrioSendAdvert))
	j.value("vrid", c.VRID)
	j.value("base_priority", in.Base)
	j.value("effective_priority", in.Effective)
	j.value("vipset", in.vipSet())
	j.value("promote_secondaries", c.PromoteSecondaries)
	j.value("adver_int", wholeOr(c.AdvertInt))
	j.value("master_adver_int", wholeOr(in.MasterInterval))
	j.value("accept", number(c.Accept))
	j.value("nopreempt", c.NoPreempt)
	j.value("preempt_delay", int(c.PreemptDelay/time.Second))
	j.value("state", int(in.State))
	j.value("wantstate", int(in.Wanted))
	j.value("version", c.Version)
	j.notification(&c.Notify)
	j.lists(v, in)
	j.value("auth_type", int(c.AuthType))
	if c.AuthType != config.AuthNone {
		j.text("auth_data", "********")
	}
}

// wholeOr is seconds as %g of C prints them.
func wholeOr(d time.Duration) string { return general(d.Seconds()) }

// vipSet reports whether the instance has set addresses.
func (in *Instance) vipSet() bool {
	for _, all := range [][]Address{in.VIPs, in.Excluded} {
		for _, a := range all {
			if a.Set {
				return true
			}
		}
	}
	return false
}

func (j *object) notification(n *config.Notify) {
	j.value("smtp_alert", n.SMTPAlert)
	j.value("notify_deleted", n.SendDeleted)
	for _, s := range []struct {
		key    string
		script *config.Script
	}{
		{"script_backup", n.Backup}, {"script_master", n.Master}, {"script_fault", n.Fault}, {"script_stop", n.Stop},
		{"script_deleted", n.Deleted}, {"script", n.Any}, {"script_master_rx_lower_pri", n.MasterRxLowerPri},
	} {
		if s.script != nil {
			j.text(s.key, Command(s.script.Args))
		}
	}
}

func (j *object) lists(v *VRRP, in *Instance) {
	c := in.Config
	j.list("vips", each(in.VIPs, (*Address).String))
	j.list("evips", each(in.Excluded, (*Address).String))
	j.list("vroutes", each(c.Routes, func(r **config.Route) string { return Route(*r) }))
	j.list("vrules", each(c.Rules, func(r **config.Rule) string { return Rule(*r) }))
	j.list("track_ifp", ownNames(c.Tracking.Interfaces))
	commands := map[string]string{}
	for _, s := range v.Scripts {
		commands[s.Config.Name] = Command(s.Config.Script.Args)
	}
	j.list("track_script", each(ownNames(c.Tracking.Scripts), func(name *string) string { return commands[*name] }))
	j.list("track_process", ownNames(c.Tracking.Processes))
}

func each[T any](all []T, text func(*T) string) []string {
	var list []string
	for i := range all {
		list = append(list, text(&all[i]))
	}
	return list
}

// ownNames are the names of what an instance tracks itself.
func ownNames(all []config.Tracked) []string {
	var names []string
	for _, t := range all {
		if !t.OfGroup {
			names = append(names, t.Name)
		}
	}
	return names
}

// stats is 05-observability section 7.3.
func (j *object) stats(c *Counters) {
	for _, n := range []struct {
		key   string
		value uint64
	}{
		{"advert_rcvd", c.AdvertReceived}, {"advert_sent", c.AdvertSent}, {"become_master", c.BecameMaster},
		{"release_master", c.ReleasedMaster}, {"packet_len_err", c.PacketLength}, {"advert_interval_err", c.AdvertInterval},
		{"ip_ttl_err", c.TTL}, {"invalid_type_rcvd", c.InvalidType}, {"addr_list_err", c.AddressList},
		{"invalid_authtype", c.AuthInvalidType}, {"authtype_mismatch", c.AuthMismatch}, {"auth_failure", c.AuthFailure},
		{"auth_ext_missing", c.ExtMissing}, {"auth_ext_malformed", c.ExtMalformed}, {"auth_ext_unknown_key", c.ExtUnknownKey},
		{"auth_ext_invalid_hmac", c.ExtInvalidHMAC}, {"auth_ext_stale", c.ExtStale}, {"auth_ext_replay", c.ExtReplay},
		{"pri_zero_rcvd", c.PriorityZeroReceived}, {"pri_zero_sent", c.PriorityZeroSent},
	} {
		j.value(n.key, n.value)
	}
}

// processes is 05-observability section 7.4.
func (j *object) processes(v *VRRP) {
	j.open('[')
	for i := range v.Processes {
		j.open('{')
		j.process(&v.Processes[i])
		j.close('}')
	}
	j.close(']')
}

func (j *object) process(p *Process) {
	c := p.Config
	// The key is called after the process, but has the name of the block.
	j.text("process", c.Name)
	if len(c.Params) > 0 {
		j.text("parameters", strings.Join(c.Params, " "))
	}
	j.text("param_match", [...]string{config.ParamMatchNone: "none", config.ParamMatchExact: "exact",
		config.ParamMatchInitial: "initial", config.ParamMatchPartial: "partial"}[c.ParamMatch])
	j.value("min_processes", c.Quorum)
	if c.QuorumMax < math.MaxUint32 {
		j.value("max_processes", c.QuorumMax)
	}
	j.value("current_processes", p.Running)
	j.value("have_quorum", p.Quorum)
	weight := c.Weight
	if c.Reverse {
		weight = -weight
	}
	j.value("weight", weight)
	j.value("terminate_delay", wholeOr(c.TerminateDelay))
	j.value("fork_delay", wholeOr(c.ForkDelay))
	j.value("fork_delay_timer_running", p.ForkTimer)
	j.value("terminate_delay_timer_running", p.TerminateTimer)
	j.value("full_command", fullCommand(c))
}
