package global

import (
	"time"

	"keepalived/core/config"
)

// Settings are the values of global_defs that are defaults for the keywords of
// other blocks. Observers see them as config.Defaults.
type Settings struct {
	config.InstanceDefaults
	GARP GARP
	// GARPLowerPrioDelay and GARPLowerPrioRepeat are never nil after the
	// parent's pass.
	GARPLowerPrioDelay  *time.Duration
	GARPLowerPrioRepeat *uint32

	// VRRPScripts and LVSScripts are those of FIFOs that have no path: nobody
	// runs them, but they are examined.
	VRRPScripts, LVSScripts []*config.Script

	// SMTPAlert, SMTPAlertVRRP and SMTPAlertChecker are nil when not given.
	SMTPAlert, SMTPAlertVRRP, SMTPAlertChecker *bool
}

// GARP are the defaults for gratuitous ARP and unsolicited NA.
type GARP struct {
	Delay         time.Duration
	Repeat        uint32
	Refresh       time.Duration // 0: none
	RefreshRepeat uint32
}

// newSettings returns the built-in defaults.
func newSettings() Settings {
	return Settings{InstanceDefaults: config.InstanceDefaults{Version: 2, DownTimerAdverts: 3}, GARP: defaultGARP()}
}

func defaultGARP() GARP { return GARP{Delay: 5 * time.Second, Repeat: 5, RefreshRepeat: 1} }

// defaults is what observers show of the settings, before finish.
func (s *Settings) defaults() config.Defaults {
	return config.Defaults{
		InstanceDefaults: s.InstanceDefaults,
		GARPMasterDelay:  s.GARP.Delay, GARPMasterRepeat: s.GARP.Repeat,
		GARPMasterRefresh: s.GARP.Refresh, GARPMasterRefreshRepeat: s.GARP.RefreshRepeat,
		GARPLowerPrioDelayGiven: s.GARPLowerPrioDelay != nil, GARPLowerPrioRepeatGiven: s.GARPLowerPrioRepeat != nil,
		SMTPAlert: given(s.SMTPAlert), SMTPAlertVRRP: given(s.SMTPAlertVRRP),
		SMTPAlertChecker: given(s.SMTPAlertChecker),
	}
}

func given(v *bool) config.Given[bool] {
	if v == nil {
		return config.Given[bool]{}
	}
	return config.Given[bool]{Value: *v, Set: true}
}

// finish resolves the values that default to others.
func (s *Settings) finish() {
	if s.GARPLowerPrioDelay == nil {
		s.GARPLowerPrioDelay = &s.GARP.Delay
	}
	if s.GARPLowerPrioRepeat == nil {
		s.GARPLowerPrioRepeat = &s.GARP.Repeat
	}
}

// DefaultSMTPAlert returns the value for a block that says nothing: the
// specific global keyword, then smtp_alert, then the built-in default.
func (s *Settings) DefaultSMTPAlert(specific *bool, builtin bool) bool {
	switch {
	case specific != nil:
		return *specific
	case s.SMTPAlert != nil:
		return *s.SMTPAlert
	}
	return builtin
}
