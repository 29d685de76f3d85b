package vrrp

import (
	"time"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// complete decides what an instance leaves open and corrects what does not
// go together, in the order of section 11.4: the order of the messages. It
// returns false at a fatal condition.
func (r *Room) complete(p *reader.Pass, v *instance) bool {
	v.fix(4)
	r.basics(p, v)
	authentication(p, v)
	completeHMAC(p, v)
	if !peers(p, v) {
		return false
	}
	suitable(p, v)
	if v.VRF != "" && (v.Interface != "" || !v.Unicast) {
		without := " unicast"
		if v.Interface != "" {
			without = "out interface"
		}
		p.General(msgVRFOnlyWith, v.Name, without)
		v.VRF = ""
	}
	limitVIPs(p, v)
	preemption(p, v)
	reception(p, v)
	r.lowerPriority(p, v)
	r.alerts(v)
	advertInterval(p, v)
	debounce(p, v)
	v.TrackSource = v.TrackSource && v.Source.IsValid()
	r.device(p, v)
	r.addresses(p, v)
	if !v.enoughVIPs(p) {
		return false
	}
	weights(p, v)
	v.HMAC = v.hmacResult()
	return true
}

// basics decides strictness, version, priority and state.
func (r *Room) basics(p *reader.Pass, v *instance) {
	g := &r.Global.Settings
	v.Strict = v.strict.or(g.Strict)
	if v.Family == 6 && v.Version == 2 && v.Strict {
		p.General(msgStrictIPv6Version, v.Name)
		v.Version = 3
	}
	switch {
	case v.Version != 0:
	case v.Family == 6:
		v.Version = 3
	default:
		v.Version = g.Version
	}
	if v.Family == 4 && !v.unicastTTLGiven {
		v.UnicastTTL = 255
	}
	if !v.priorityGiven {
		v.Priority = defaultPriority
		if v.State == config.StateMaster {
			v.Priority = ownerPriority
		}
	}
	if !v.stateGiven && v.Owner() {
		v.State = config.StateMaster
	}
	if v.Strict && (v.State == config.StateMaster) != v.Owner() {
		p.General(msgStrictState, v.Name)
		v.State = config.StateBackup
		if v.Owner() {
			v.State = config.StateMaster
		}
	}
}

// authentication drops what does not go with the rest.
func authentication(p *reader.Pass, v *instance) {
	if !v.authGiven {
		v.AuthType = config.AuthNone
		return
	}
	text := ""
	switch {
	case v.Strict:
		text = msgStrictAuth
	case v.Version == 3:
		text = msgVersion3Auth
	case !v.passGiven || v.AuthPass[0] == 0:
		text = msgAuthNoPass
	case v.AuthType == config.AuthAH && v.Family == 6:
		text = msgAHIPv6
	}
	if text != "" {
		p.General(text, v.Name)
		v.AuthType = config.AuthNone
	}
	if v.AuthType == config.AuthAH && v.State == config.StateMaster && !v.Owner() {
		p.General(msgAHMaster, v.Name)
		v.State = config.StateBackup
	}
}

func completeHMAC(p *reader.Pass, v *instance) {
	h := v.hmac
	if h == nil {
		return
	}
	if v.AuthType != config.AuthNone {
		p.General(msgHMACAndAuth, v.Name)
		v.AuthType = config.AuthNone
	}
	defined := false
	for _, k := range h.Keys {
		defined = defined || k.ID == h.ActiveKey
	}
	if !defined {
		p.General(msgHMACNoActiveKey, v.Name, h.ActiveKey)
		v.hmac = nil
		return
	}
	if v.Strict && h.Mode != config.HMACEnforce {
		p.General(msgStrictHMAC, v.Name)
		h.Mode = config.HMACEnforce
	}
	if !h.windowGiven && !h.Monotonic {
		h.TimeWindow = min(max((3*v.AdvertInt).Truncate(time.Second), 5*time.Second), maxWindow*time.Second)
	}
}

func (v *instance) hmacResult() *config.AuthHMAC {
	if v.hmac == nil {
		return nil
	}
	return &v.hmac.AuthHMAC
}

// peers decides between unicast and multicast.
func peers(p *reader.Pass, v *instance) bool {
	v.Unicast = len(v.UnicastPeers) > 0
	if v.unicastKeyword && !v.Unicast {
		if v.UnicastFaultNoPeer {
			p.Log(logUnicastFault, v.Name)
			v.fault(logUnicastFault)
		} else {
			p.Report(config.ClassDeprecated, msgUnicastNoPeers, v.Name)
		}
	}
	switch {
	case v.Strict && v.Unicast && v.link.Multicast:
		p.General(msgStrictUnicast, v.Name)
	case v.Interface == "" && !v.Source.IsValid():
		p.General(msgUnicastNoSource, v.Name)
	case v.Interface == "" && v.Source.Is6() && v.Source.IsLinkLocalUnicast():
		p.General(msgLinkLocalSource, v.Name)
	default:
		return true
	}
	return false
}

// preemption decides when a better router takes over.
func preemption(p *reader.Pass, v *instance) {
	master := v.State == config.StateMaster
	if v.NoPreempt && v.Owner() {
		p.General(msgNopreemptOwner, v.Name, ownerPriority)
		v.NoPreempt = false
	}
	if v.NoPreempt && master {
		p.General(msgNopreemptMaster, v.Name)
		v.NoPreempt = false
	}
	if v.PreemptDelay > 0 && master {
		p.General(msgPreemptDelayMaster, v.Name)
		v.PreemptDelay = 0
	}
	if v.PreemptDelay > 0 && (v.Strict || v.NoPreempt) {
		if v.Strict {
			p.General(msgStrictPreemptDelay, v.Name)
		}
		if v.NoPreempt {
			p.General(msgNopreemptDelay, v.Name)
		}
		v.PreemptDelay = 0
	}
	if v.Strict && v.DownTimerAdverts != 3 {
		p.General(msgStrictDownTimer, v.Name)
		v.DownTimerAdverts = 3
	}
	if v.TimerExpiredBackup > 0 && !v.NoPreempt {
		p.General(msgExpiredNeedsNopreempt, v.Name)
		v.TimerExpiredBackup = 0
	}
}

// reception decides what is accepted, and where adverts go.
func reception(p *reader.Pass, v *instance) {
	v.Accept = v.accept.or(v.Owner() || !v.Strict)
	if v.Accept && v.Strict && v.Version == 2 && !v.Owner() {
		p.General(msgStrictAccept, v.Name)
		v.Accept = false
	}
	switch {
	case !v.MulticastGroup.IsValid():
		v.MulticastGroup = multicastDefault(&p.Config.Global, v.Family)
	case v.Unicast:
		p.General(msgUnicastMulticast, v.Name)
		v.MulticastGroup = multicastDefault(&p.Config.Global, v.Family)
	}
}

// lowerPriority decides how others of lower and higher priority are dealt
// with.
func (r *Room) lowerPriority(p *reader.Pass, v *instance) {
	g := &r.Global.Settings
	v.GARPLowerPrioRepeat, v.GARPLowerPrioDelay = *g.GARPLowerPrioRepeat, *g.GARPLowerPrioDelay
	v.LowerPrioNoAdvert = v.lowerPrioNoAdvert.or(g.LowerPrioNoAdvert)
	v.HigherPrioSendAdvert = v.higherPrioSendAdvert.or(g.HigherPrioSendAdvert)
	if n := v.garpLowerPrioRepeat; n != nil {
		v.GARPLowerPrioRepeat = *n
		if v.Strict && *n != 0 {
			p.General(msgStrictGARPRepeat, v.Name)
		}
	}
	if d := v.garpLowerPrioDelay; d != nil {
		v.GARPLowerPrioDelay = *d
		if v.Strict && *d != 0 {
			p.General(msgStrictGARPDelay, v.Name)
		}
	}
	if v.Strict {
		if v.lowerPrioNoAdvert == no {
			p.General(msgStrictLowerAdvert, v.Name)
		}
		if v.higherPrioSendAdvert == yes {
			p.General(msgStrictHigherAdvert, v.Name)
		}
		v.GARPLowerPrioRepeat, v.GARPLowerPrioDelay, v.LowerPrioNoAdvert, v.HigherPrioSendAdvert = 0, 0, true, false
	}
	switch {
	case !v.Owner():
		if v.ownerIgnoreAdverts == yes {
			p.General(msgOwnerIgnoreNotOwner, v.Name, ownerPriority)
		}
	case v.ownerIgnoreAdverts == no: // strict or not
		p.General(msgOwnerIgnoreStrict, v.Name, ownerPriority)
		v.OwnerIgnoreAdverts = true
	default:
		v.OwnerIgnoreAdverts = v.ownerIgnoreAdverts == yes || v.Strict || g.OwnerIgnoreAdverts
	}
}

// alerts decides what is told to whom.
func (r *Room) alerts(v *instance) {
	g := &r.Global.Settings
	v.Notify.SMTPAlert = v.smtpAlert.or(g.DefaultSMTPAlert(g.SMTPAlertVRRP, false))
	changes := g.NotifyPriorityChanges
	if v.group != nil {
		changes = v.group.priorityChanges.or(changes)
	}
	v.Notify.PriorityChanges = v.priorityChanges.or(changes)
}

// The advertisement intervals that fit the packets.
const (
	maxInterval2 = 255 * time.Second
	maxInterval3 = 4095 * 10 * time.Millisecond
)

// advertInterval brings the interval into the unit of the version.
func advertInterval(p *reader.Pass, v *instance) {
	seconds := v.AdvertInt.Seconds()
	switch {
	case v.Version == 2 && v.AdvertInt > maxInterval2:
		p.General(msgVersion2Range, v.Name, seconds, 1<<8, 1<<8-1)
		v.AdvertInt = maxInterval2
	case v.Version == 2 && v.AdvertInt%time.Second != 0:
		p.General(msgVersion2Fraction, v.Name, seconds)
		v.AdvertInt = max(v.AdvertInt.Round(time.Second), time.Second)
	case v.Version == 3 && v.AdvertInt > maxInterval3:
		p.General(msgVersion3Range, v.Name, seconds, 40.96, 40.95)
		v.AdvertInt = maxInterval3
	case v.Version == 3 && v.AdvertInt%(10*time.Millisecond) != 0:
		p.General(msgVersion3Unit, v.Name, seconds)
		v.AdvertInt = max(v.AdvertInt.Round(10*time.Millisecond), 10*time.Millisecond)
	}
}

// debounce keeps the debounce timers of the instance's interface below the
// time after which another router takes over.
func debounce(p *reader.Pass, v *instance) {
	limit := v.DelayLimit(v.AdvertInt)
	for i := range p.Config.VRRP.UpDownDelays {
		d := &p.Config.VRRP.UpDownDelays[i]
		switch {
		case d.Interface != v.Interface || d.Down == 0 && d.Up == 0:
		case v.DownTimerAdverts == 1:
			p.Log(logDebounceNone, v.Name)
			d.Down, d.Up = 0, 0
		case d.Down > limit || d.Up > limit:
			p.Log(logDebounce, v.Name, d.Interface, v.DownTimerAdverts-1)
			d.Down, d.Up = min(d.Down, limit), min(d.Up, limit)
		}
	}
}
