package global

import (
	"keepalived/core/config"
	"keepalived/parser/reader"
)

const (
	maxLVSTimeout    = 31 * 24 * 3600 // seconds
	maxInterfaceName = 15
	maxSyncLength    = 65507 // the largest UDP payload
)

// lvsHandlers are the keywords about IPVS.
func (r *Room) lvsHandlers() reader.Handlers {
	g := &r.config.Global
	return reader.Handlers{
		"global_defs/lvs_timeouts":             {Read: r.lvsTimeouts},
		"global_defs/lvs_flush":                flag(&g.LVSFlush),
		"global_defs/lvs_flush_on_stop":        {Read: r.lvsFlushOnStop},
		"global_defs/lvs_sync_daemon":          {Read: r.lvsSyncDaemon},
		"global_defs/checker_log_all_failures": bareBoolean(&g.CheckerLogAllFailures, "checker_log_all_failures"),
		"global_defs/rs_init_notifies":         boolean(&g.RSInitNotifies, "rs_init_notifies"),
	}
}

func (r *Room) lvsTimeouts(p *reader.Pass, s *reader.Statement) {
	if s.Len() < 3 {
		p.General(msgTimeoutsMissing)
		return
	}
	t := &r.config.Global.LVSTimeouts
	for i := 1; i < s.Len(); i++ {
		option := s.Word(i)
		set := map[string]*uint32{"tcp": &t.TCP, "tcpfin": &t.TCPFin, "udp": &t.UDP}[option]
		if set == nil {
			p.General(msgTimeoutsUnknown, option)
			continue
		}
		if i++; !s.Has(i) {
			p.General(msgTimeoutsNoValue, option)
			continue
		}
		v, ok := p.Unsigned(s.Word(i), 0, maxLVSTimeout, reader.Strict)
		if !ok {
			p.General(msgTimeoutsInvalid, option, s.Word(i))
			continue
		}
		*set = v
	}
}

func (r *Room) lvsFlushOnStop(p *reader.Pass, s *reader.Statement) {
	switch {
	case !s.Has(1):
		r.config.Global.LVSFlushOnStop = config.FlushOnStopAll
	case s.Word(1) == "VS":
		r.config.Global.LVSFlushOnStop = config.FlushOnStopVS
	default:
		p.General(msgFlushOnStop, s.Word(1))
	}
}

// lvsSyncDaemon reads the interface and options in any order, and the older
// form "interface instance [id]".
func (r *Room) lvsSyncDaemon(p *reader.Pass, s *reader.Statement) {
	g := &r.config.Global
	switch {
	case g.LVSSyncDaemon != nil:
		p.General(msgSyncDuplicate, g.LVSSyncDaemon.Interface, g.LVSSyncDaemon.Instance)
		return
	case !s.Has(1):
		p.General(msgSyncMissing)
		return
	case len(s.Word(1)) > maxInterfaceName:
		p.General(msgSyncInterfaceLong, s.Word(1))
		return
	}
	d := &config.SyncDaemon{Interface: p.Keep(s.Word(1)), ID: -1}
	for i := 2; i < s.Len(); i++ {
		option := s.Word(i)
		if isSyncOption(option) {
			if i++; option == "inst" {
				p.Need(s, i)
			}
			syncOption(p, d, option, s.Word(i), s.Has(i))
			continue
		}
		if i > 2 {
			p.General(msgSyncUnknown, option)
			continue
		}
		// The old form, IF NAME ID: whatever is no option is an id.
		d.Instance = p.Keep(option)
		if s.Has(3) && !isSyncOption(s.Word(3)) {
			i = 3
			if syncID(p, d, s.Word(3)) {
				p.General(msgSyncUseID)
			}
		}
	}
	g.LVSSyncDaemon = d
}

func isSyncOption(word string) bool {
	switch word {
	case "inst", "id", "maxlen", "port", "ttl", "group":
		return true
	}
	return false
}

func syncID(p *reader.Pass, d *config.SyncDaemon, value string) bool {
	v, ok := p.Unsigned(value, 0, 255, reader.Strict)
	if !ok {
		p.General(msgSyncID, value)
		return false
	}
	d.ID = int(v)
	return true
}

// syncOption reads one option of lvs_sync_daemon.
func syncOption(p *reader.Pass, d *config.SyncDaemon, option, value string, given bool) {
	if option == "id" {
		if !given {
			p.General(msgSyncNoID)
			return
		}
		syncID(p, d, value)
		return
	}
	if !given {
		p.General(msgSyncNoValue, option)
		return
	}
	limits := map[string]uint32{"maxlen": maxSyncLength, "port": 65535, "ttl": 255}
	switch option {
	case "inst":
		if d.Instance != "" {
			p.General(msgSyncInstanceTwice, d.Instance)
			return
		}
		d.Instance = p.Keep(value)
	case "group":
		a, ok := reader.SocketAddress(value)
		switch {
		case !ok:
			p.General(msgSyncInvalid, option, value)
		case !a.IsMulticast():
			p.General(msgSyncGroup, value)
		default:
			d.Group = a
		}
	default:
		v, ok := p.Unsigned(value, 1, limits[option], reader.Strict)
		if !ok {
			p.General(msgSyncInvalid, option, value)
			return
		}
		switch option {
		case "maxlen":
			d.MaxLen = uint16(v)
		case "port":
			d.Port = uint16(v)
		case "ttl":
			d.TTL = uint8(v)
		}
	}
}
