package vrrp

import (
	"math"
	"time"

	"keepalived/core/config"
	"keepalived/parser/global"
	"keepalived/parser/reader"
)

func (r *Room) timingHandlers() reader.Handlers {
	return reader.Handlers{
		"vrrp_instance/advert_int":    {Read: r.advertInt},
		"vrrp_instance/preempt_delay": {Read: r.preemptDelay},
		"vrrp_instance/garp_master_delay": r.number(msgGARPMasterDelay, 0, maxSeconds, func(_ *reader.Pass, v *instance, n uint32) {
			v.GARPMasterDelay = time.Duration(n) * time.Second
		}),
		"vrrp_instance/garp_master_refresh": {Read: r.garpMasterRefresh},
		"vrrp_instance/garp_master_repeat": r.number(msgGARPMasterRepeat, 0, math.MaxUint32, func(p *reader.Pass, v *instance, n uint32) {
			v.GARPMasterRepeat = atLeastOne(p, v, n, msgGARPMasterRepeatZero)
		}),
		"vrrp_instance/garp_master_refresh_repeat": r.number(msgGARPRefreshRepeat, 0, math.MaxUint32, func(p *reader.Pass, v *instance, n uint32) {
			v.GARPMasterRefreshRepeat = atLeastOne(p, v, n, msgGARPRefreshRepeatZero)
		}),
		"vrrp_instance/garp_lower_prio_delay": r.number(msgGARPLowerPrioDelay, 0, maxSeconds, func(_ *reader.Pass, v *instance, n uint32) {
			d := time.Duration(n) * time.Second
			v.garpLowerPrioDelay = &d
		}),
		"vrrp_instance/garp_lower_prio_repeat": r.number(msgGARPLowerPrioRepeat, 0, math.MaxInt32, func(_ *reader.Pass, v *instance, n uint32) {
			v.garpLowerPrioRepeat = &n
		}),
		"vrrp_instance/down_timer_adverts": r.number(msgDownTimerAdverts, 1, 100, func(_ *reader.Pass, v *instance, n uint32) {
			v.DownTimerAdverts = int(n)
		}),
		"vrrp_instance/garp_extra_if": {Read: r.garpExtraIf},
		"vrrp_instance/vmac_garp_intvl": {Read: func(p *reader.Pass, s *reader.Statement) {
			p.Report(config.ClassDeprecated, msgVMACGARPDeprecated)
			r.garpExtraIf(p, s)
		}},
		"vrrp_instance/timer_expired_backup": {Read: r.timerExpiredBackup},
		"vrrp_instance/thread_timer_expired": {Read: func(p *reader.Pass, s *reader.Statement) {
			p.General(msgThreadTimerExpired, r.instance.Name)
			r.timerExpiredBackup(p, s)
		}},
	}
}

// maxSeconds is what fits a 32 bit number of microseconds.
const maxSeconds = 4294

// number is a keyword with one number; format is the message about a bad one,
// with the instance and the word.
func (r *Room) number(format string, low, high uint32, set func(p *reader.Pass, v *instance, n uint32)) reader.Handler {
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		word := p.Need(s, 1)
		if n, ok := p.Unsigned(word, low, high, reader.Lenient); ok {
			set(p, r.instance, n)
		} else {
			p.General(format, r.instance.Name, word)
		}
	}}
}

// garpMasterRefresh has no upper limit, and a bad value ends the refreshing.
func (r *Room) garpMasterRefresh(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	n, ok := p.Unsigned(word, 0, math.MaxUint32, reader.Lenient)
	if !ok {
		p.General(msgGARPMasterRefresh, r.instance.Name, word)
		n = 0
	}
	r.instance.GARPMasterRefresh = time.Duration(n) * time.Second
}

func atLeastOne(p *reader.Pass, v *instance, n uint32, format string) uint32 {
	if n == 0 {
		p.General(format, v.Name)
		return 1
	}
	return n
}

func (r *Room) advertInt(p *reader.Pass, s *reader.Statement) {
	word := p.Need(s, 1)
	d, ok := p.Timer(word, 10*time.Millisecond, 255*time.Second, reader.Lenient)
	if !ok {
		p.General(msgAdvertInt, r.instance.Name, word)
		return
	}
	r.instance.AdvertInt = d
}

// maxPreemptDelay is TIMER_MAX_SEC, in seconds.
const maxPreemptDelay = 1000

func (r *Room) preemptDelay(p *reader.Pass, s *reader.Statement) {
	d, ok := p.Timer(p.Need(s, 1), 0, maxPreemptDelay*time.Second, reader.Lenient)
	if !ok {
		p.General(msgPreemptDelay, r.instance.Name, maxPreemptDelay)
		d = 0
	}
	r.instance.PreemptDelay = d
}

func (r *Room) garpExtraIf(p *reader.Pass, s *reader.Statement) {
	v := r.instance
	interval, all, bad := global.ExtraIfInterval(p, s, 0)
	switch {
	case bad != nil:
		p.General(msgExtraIfInvalid, v.Name, s.Keyword(), *bad)
	case interval == nil:
		p.General(msgExtraIfNoTime, v.Name, s.Keyword())
	default:
		v.GARPExtraIf, v.GARPExtraIfAll, v.garpExtraIfGiven = *interval, all, true
	}
}

func (r *Room) timerExpiredBackup(p *reader.Pass, s *reader.Statement) {
	n, ok := uint32(ownerPriority-1), true
	if s.Has(1) {
		n, ok = p.Unsigned(s.Word(1), 1, ownerPriority-1, reader.Lenient)
	}
	if !ok {
		p.General(msgTimerExpiredBackup, r.instance.Name, ownerPriority-1)
		return
	}
	r.instance.TimerExpiredBackup = int(n)
}
