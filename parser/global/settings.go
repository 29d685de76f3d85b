package global

import "time"

// Settings are the values of global_defs that end up in no field of
// config.Global, because they are defaults for the keywords of other blocks.
// They are complete when the parent's pass is over.
type Settings struct {
	// For vrrp_instance and vrrp_sync_group.
	Strict               bool
	Version              int // 2 or 3
	SkipCheckAdvAddr     bool
	V3ChecksumAsV2       bool
	LowerPrioNoAdvert    bool
	HigherPrioSendAdvert bool
	OwnerIgnoreAdverts   bool
	NotifyPriorityChange bool
	DownTimerAdverts     int
	GARP                 GARP
	GARPExtraIf          time.Duration
	GARPExtraIfAll       bool
	NoEmailFaults        bool

	// SMTPAlert, SMTPAlertVRRP and SMTPAlertChecker are nil when not given.
	SMTPAlert, SMTPAlertVRRP, SMTPAlertChecker *bool
}

// GARP are the gratuitous ARP defaults.
type GARP struct {
	Delay         time.Duration
	Repeat        uint32
	Refresh       time.Duration
	RefreshRepeat uint32
}

// newSettings returns the built-in defaults.
func newSettings() Settings {
	return Settings{
		Version: 2, DownTimerAdverts: 3,
		GARP: GARP{Delay: 5 * time.Second, Repeat: 5, RefreshRepeat: 1},
	}
}
