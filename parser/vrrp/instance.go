package vrrp

import (
	"time"

	"keepalived/core/config"
	"keepalived/parser/line"
	"keepalived/parser/reader"
)

// choice is a boolean that may not have been said.
type choice int8

const (
	unset choice = iota
	no
	yes
)

func choose(on bool) choice {
	if on {
		return yes
	}
	return no
}

// or returns the choice, or what applies when there is none.
func (c choice) or(on bool) bool {
	if c == unset {
		return on
	}
	return c == yes
}

// instance is a vrrp_instance while it is read and completed. The embedded
// values are those of the result; beside them stands what is not yet decided.
type instance struct {
	config.Instance
	place int // rank in the file
	head  reader.Head

	stateGiven     bool
	priorityGiven  bool
	unicastKeyword bool // any keyword that makes no sense without peers

	strict, accept, lowerPrioNoAdvert, higherPrioSendAdvert, ownerIgnoreAdverts, smtpAlert, priorityChanges choice

	garpLowerPrioDelay  *time.Duration
	garpLowerPrioRepeat *uint32
	garpExtraIfGiven    bool

	unicastTTLGiven bool
	authGiven       bool // authentication block with a type
	passGiven       bool
	hmac            *hmac
	notifyDeleted   bool // given in any form
	vmac            *line.VMAC
	ipvlan          *line.IPVLAN
	group           *syncGroup
	link            reader.Link // of Interface
}

// base is the interface that the packets really leave through.
func (v *instance) base() string {
	if v.link.Base != "" {
		return v.link.Base
	}
	return v.Interface
}

func (r *Room) instanceHandlers() reader.Handlers {
	flag := func(set func(v *instance)) reader.Handler {
		return reader.Handler{Read: func(*reader.Pass, *reader.Statement) { set(r.instance) }}
	}
	return reader.Handlers{
		"vrrp_instance":                           {Open: r.openInstance, Close: r.closeInstance},
		"vrrp_instance/interface":                 {Read: r.interfaceName},
		"vrrp_instance/vrf":                       {Read: r.vrf},
		"vrrp_instance/state":                     {Read: r.state},
		"vrrp_instance/priority":                  {Read: r.priority},
		"vrrp_instance/virtual_router_id":         {Read: r.virtualRouterID},
		"vrrp_instance/version":                   {Read: r.version},
		"vrrp_instance/native_ipv6":               {Read: r.nativeIPv6},
		"vrrp_instance/debug":                     {Read: r.debug},
		"vrrp_instance/kernel_rx_buf_size":        {Read: r.kernelRxBufSize},
		"vrrp_instance/linkbeat_use_polling":      {Read: r.linkbeatUsePolling},
		"vrrp_instance/lvs_sync_daemon_interface": {Read: r.lvsSyncDaemonInterface},
		"vrrp_instance/strict_mode":               r.boolean(msgStrictMode, func(v *instance, on bool) { v.strict = choose(on) }),
		"vrrp_instance/lower_prio_no_advert":      r.boolean(msgLowerPrioNoAdvert, func(v *instance, on bool) { v.lowerPrioNoAdvert = choose(on) }),
		"vrrp_instance/higher_prio_send_advert":   r.boolean(msgHigherPrioSendAdvert, func(v *instance, on bool) { v.higherPrioSendAdvert = choose(on) }),
		"vrrp_instance/v3_checksum_as_v2":         r.boolean(msgV3ChecksumAsV2, func(v *instance, on bool) { v.V3ChecksumAsV2 = on }),
		// "off" switches it on as well, as in the C daemon.
		"vrrp_instance/skip_check_adv_addr": r.boolean(msgSkipCheckAdvAddr, func(v *instance, on bool) { v.SkipCheckAdvAddr = true }),
		"vrrp_instance/owner_ignore_adverts": {Read: func(p *reader.Pass, s *reader.Statement) {
			if on, ok := s.Bool(1); ok {
				r.instance.ownerIgnoreAdverts = choose(on)
			} else {
				p.General(msgOwnerIgnoreAdverts, r.instance.Name, s.Keyword(), s.Word(1))
			}
		}},
		"vrrp_instance/dont_track_primary":    flag(func(v *instance) { v.DontTrackPrimary = true }),
		"vrrp_instance/accept":                flag(func(v *instance) { v.accept = yes }),
		"vrrp_instance/no_accept":             flag(func(v *instance) { v.accept = no }),
		"vrrp_instance/preempt":               flag(func(v *instance) { v.NoPreempt = false }),
		"vrrp_instance/nopreempt":             flag(func(v *instance) { v.NoPreempt = true }),
		"vrrp_instance/no_virtual_ipaddress":  flag(func(v *instance) { v.NoVirtualIPAddress = true }),
		"vrrp_instance/promote_secondaries":   flag(func(v *instance) { v.PromoteSecondaries = true }),
		"vrrp_instance/use_vmac_addr":         flag(func(v *instance) { v.UseVMACAddr = true }),
		"vrrp_instance/vmac_xmit_base":        flag(func(v *instance) { v.VMACXmitBase = true }),
		"vrrp_instance/track_src_ip":          flag(func(v *instance) { v.TrackSource = true }),
		"vrrp_instance/unicast_fault_no_peer": flag(func(v *instance) { v.UnicastFaultNoPeer, v.unicastKeyword = true, true }),
		"vrrp_instance/check_unicast_src":     flag(func(v *instance) { v.CheckUnicastSrc, v.unicastKeyword = true, true }),
	}
}

// boolean is a keyword with an optional boolean; format is the message about
// any other word.
func (r *Room) boolean(format string, set func(v *instance, on bool)) reader.Handler {
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		if on, ok := s.Bool(1); ok {
			set(r.instance, on)
		} else {
			p.General(format, r.instance.Name, s.Word(1))
		}
	}}
}

func (r *Room) openInstance(p *reader.Pass, s *reader.Statement) bool {
	if s.Len() != 2 {
		p.General(msgInstanceName)
		return false
	}
	name := p.Keep(s.Word(1))
	if v := r.byName[name]; v != nil {
		p.Against(pathInstance, v.head)
		p.General(msgInstanceDefined, name)
		return false
	}
	g := &r.Global.Settings
	r.instance = &instance{place: len(r.instances), head: p.Head(), Instance: config.Instance{
		Name: name, AdvertInt: time.Second, DownTimerAdverts: g.DownTimerAdverts, UnicastTTL: -1,
		SkipCheckAdvAddr: g.SkipCheckAdvAddr, V3ChecksumAsV2: g.V3ChecksumAsV2,
		GARPMasterDelay: g.GARP.Delay, GARPMasterRepeat: g.GARP.Repeat,
		GARPMasterRefresh: g.GARP.Refresh, GARPMasterRefreshRepeat: g.GARP.RefreshRepeat,
	}}
	r.vips = map[vipKey]bool{}
	r.byName[name] = r.instance
	r.instances = append(r.instances, r.instance)
	p.Made(&r.instance.Instance, r.instance)
	return true
}

// closeInstance makes the checks of the closing brace (section 11.1).
func (r *Room) closeInstance(p *reader.Pass) {
	v := r.instance
	if v.unicastKeyword && (v.vmac != nil || v.ipvlan != nil) {
		switch {
		case v.Interface == "":
			p.General(msgVMACUnicastNoInterface, v.Name)
			v.vmac, v.ipvlan = nil, nil
		case !v.VMACXmitBase:
			p.General(msgVMACUnicastXmitBase, v.Name)
			v.VMACXmitBase = true
		}
	}
	if v.unicastTTLGiven && len(v.UnicastPeers) == 0 {
		p.General(msgUnicastTTLNoPeers, v.Name)
		v.UnicastTTL, v.unicastTTLGiven = -1, false
	}
}

func (r *Room) interfaceName(p *reader.Pass, s *reader.Statement) {
	v, name := r.instance, p.Need(s, 1)
	if len(name) > line.MaxInterface {
		p.General(msgInterfaceTooLong, name)
		return
	}
	link, ok := r.link(p, name)
	switch {
	case !ok:
		p.General(msgInstanceInterface, name, v.Name)
		r.context(p).BadInterface = true
		v.Interface = ""
	case link.Loopback:
		p.General(msgLoopback, v.Name, name)
		v.Interface = ""
	default:
		v.Interface, v.link = p.Keep(name), link
	}
}

func (r *Room) vrf(p *reader.Pass, s *reader.Statement) {
	v, name := r.instance, p.Need(s, 1)
	link, ok := p.Host.Link(name)
	switch {
	case len(name) > line.MaxInterface:
		p.General(msgVRFTooLong, v.Name, name)
	case v.Interface != "":
		p.General(msgVRFAndInterface, v.Name)
	case v.VRF != "":
		p.General(msgVRFTwice, v.Name, v.VRF)
	case !ok && !p.Config.Global.DynamicInterfaces:
		p.General(msgVRFMissing, v.Name, name)
		r.context(p).BadInterface = true
	case link.Loopback:
		p.General(msgVRFLoopback, v.Name, name)
	default:
		v.VRF = p.Keep(name)
	}
}

func (r *Room) state(p *reader.Pass, s *reader.Statement) {
	v := r.instance
	switch word := p.Need(s, 1); word {
	case "MASTER":
		v.State, v.stateGiven = config.StateMaster, true
	case "BACKUP":
		if v.State == config.StateMaster {
			p.General(msgStateMasterBackup, v.Name)
			return
		}
		v.stateGiven = true
	default:
		p.General(msgStateUnknown, v.Name, word)
		v.State, v.stateGiven = config.StateBackup, true
	}
}

// The limits and defaults of priorities.
const (
	ownerPriority   = 255
	defaultPriority = 100
)

func (r *Room) priority(p *reader.Pass, s *reader.Statement) {
	n, ok := p.Unsigned(p.Need(s, 1), 1, ownerPriority, reader.Strict)
	if !ok {
		p.General(msgPriority, r.instance.Name, ownerPriority, defaultPriority)
		n = defaultPriority
	}
	r.instance.Priority, r.instance.priorityGiven = uint8(n), true
}

func (r *Room) virtualRouterID(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	n, ok := p.Unsigned(word, 1, 255, reader.Strict)
	if !ok {
		p.General(msgVRID, r.instance.Name, word)
		return
	}
	r.instance.VRID = uint8(n)
}

func (r *Room) version(p *reader.Pass, s *reader.Statement) {
	v := r.instance
	n, ok := p.Signed(p.Need(s, 1), 2, 3, reader.Lenient)
	switch {
	case !ok:
		p.General(msgVersion, v.Name)
	case v.Version != 0 && v.Version != int(n), n == 2 && v.Family == 6:
		p.General(msgVersionConflict, v.Name, n, v.Version)
	default:
		v.Version = int(n)
	}
}

func (r *Room) nativeIPv6(p *reader.Pass, s *reader.Statement) {
	if r.instance.Family == 4 {
		p.General(msgNativeIPv6, r.instance.Name)
		return
	}
	r.instance.Family, r.instance.Version = 6, 3
}

func (r *Room) debug(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	n, ok := p.Unsigned(word, 0, 4, reader.Lenient)
	if !ok {
		p.General(msgDebug, r.instance.Name, word)
		return
	}
	r.instance.Debug = int(n)
}

func (r *Room) kernelRxBufSize(p *reader.Pass, s *reader.Statement) {
	if s.Len() == 2 {
		if n, ok := p.Unsigned(s.Word(1), 0, 1<<32-1, reader.Lenient); ok {
			r.instance.KernelRxBufSize = n
			return
		}
	}
	p.General(msgKernelRxBufSize, r.instance.Name)
}

func (r *Room) linkbeatUsePolling(p *reader.Pass, s *reader.Statement) {
	p.General(msgLinkbeatUsePolling, r.instance.Name)
	r.instance.LinkbeatUsePolling = true
}

// lvsSyncDaemonInterface is the older way to say lvs_sync_daemon; there is one
// sync daemon for all instances.
func (r *Room) lvsSyncDaemonInterface(p *reader.Pass, s *reader.Statement) {
	v, g := r.instance, &p.Config.Global
	p.General(msgSyncInterface, v.Name)
	// As in the C daemon, where a negative width pads as a positive one does.
	p.General(msgSyncInterfaceHint, len(v.Name)-2, "")
	if g.LVSSyncDaemon != nil {
		p.General(msgSyncInterfaceTwice, v.Name, g.LVSSyncDaemon.Interface)
		return
	}
	g.LVSSyncDaemon = &config.SyncDaemon{Interface: p.Keep(p.Need(s, 1)), Instance: v.Name, ID: -1}
}
