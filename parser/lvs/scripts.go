package lvs

import (
	"slices"

	"keepalived/core/config"
	"keepalived/parser/reader"
	"keepalived/parser/script"
)

// scripts are the places of all notify and quorum scripts.
type scripts struct{ places []**config.Script }

func (s *scripts) add(place **config.Script) { s.places = append(s.places, place) }

// examine looks at every script that the checker process might run, if there
// is a virtual server at all. What may not run is dropped; for a MISC_CHECK
// that is the checker, and the real server stays without it.
func (r *Room) examine(p *reader.Pass, servers []*virtualServer) {
	if len(servers) == 0 {
		return
	}
	e := script.NewExaminer(p)
	for _, v := range servers {
		for _, rs := range v.real {
			p.About(pathReal, rs.head)
			alpha := false
			rs.Checkers = slices.DeleteFunc(rs.Checkers, func(c *config.Checker) bool {
				refused := c.Misc != nil && disabled(p, e, c.Misc)
				alpha = alpha || refused && c.Alpha
				return refused
			})
			rs.Unchecked = alpha && len(rs.Checkers) == 0
		}
	}
	p.About("", reader.Head{})
	g := &p.Config.Global
	for _, f := range []*config.FIFO{g.LVSNotifyFIFO, g.NotifyFIFO} {
		if f != nil {
			r.scripts.add(&f.Script)
		}
	}
	for _, place := range r.scripts.places {
		if *place != nil && e.Examine(*place) != script.Accepted {
			*place = nil
		}
	}
	for _, s := range r.global.Settings.LVSScripts {
		e.Examine(s)
	}
	if executed, unsafe := e.Executed(); executed && !g.EnableScriptSecurity {
		remark := ""
		if unsafe {
			remark = msgInsecure
		}
		p.Report(config.ClassSecurity, msgSecurity, remark)
	}
}

// disabled reports that the script of a MISC_CHECK may not run.
func disabled(p *reader.Pass, e *script.Examiner, m *config.MiscCheck) bool {
	command := script.Quoted(m.Script.Args)
	switch e.Examine(m.Script) {
	case script.Accepted:
		return false
	case script.Insecure:
		p.Log(msgMiscInsecure, command)
	default:
		p.Log(msgMiscMissing, command)
	}
	return true
}
