package lvs

import (
	"keepalived/core/config"
	"keepalived/parser/bfd"
	"keepalived/parser/global"
	"keepalived/parser/line"
	"keepalived/parser/reader"
)

// TrackFiles knows the track_files that have been read so far.
type TrackFiles interface {
	Lookup(process config.Pass, name string) (*config.TrackFile, bool)
}

// Room reads the blocks of the checker process, for one configuration.
type Room struct {
	global *global.Room
	bfd    *bfd.Room
	files  TrackFiles

	ssl     *config.SSL
	group   *config.VirtualServerGroup // the block being read, and so on inwards
	server  *virtualServer
	real    *realServer
	checker *checker
	host    *checker // SMTP_CHECK host
	url     *url

	groups  map[string]*config.VirtualServerGroup
	servers []*virtualServer
	scripts scripts
}

// New returns a room for one configuration.
func New(g *global.Room, b *bfd.Room, files TrackFiles) *Room {
	return &Room{global: g, bfd: b, files: files, groups: make(map[string]*config.VirtualServerGroup)}
}

// Handlers returns what to do at the keywords of the checker process.
func (r *Room) Handlers() reader.Handlers {
	h := reader.Handlers{
		"SSL":                  {Open: r.openSSL, Close: r.closeSSL},
		"virtual_server_group": {Open: r.openGroup, Line: r.groupLine, End: r.endGroup},
	}
	for _, name := range []string{"password", "ca", "certificate", "key"} {
		h["SSL/"+name] = reader.Handler{Read: r.sslValue}
	}
	r.serverHandlers(h)
	r.realServerHandlers(h)
	r.checkerHandlers(h)
	return h
}

func (r *Room) openSSL(p *reader.Pass, _ *reader.Statement) bool {
	if r.ssl != nil {
		p.General(msgSSLDefined)
	}
	r.ssl = new(config.SSL)
	p.Made(r.ssl, nil)
	return true
}

func (r *Room) closeSSL(p *reader.Pass) { p.Config.LVS.SSL = r.ssl }

func (r *Room) sslValue(p *reader.Pass, s *reader.Statement) {
	var field *string
	kind := "password"
	switch s.Keyword() {
	case "password":
		field = &r.ssl.Password
	case "ca":
		field, kind = &r.ssl.CA, "cafile"
	case "certificate":
		field, kind = &r.ssl.Certificate, "certfile"
	case "key":
		field, kind = &r.ssl.Key, "keyfile"
	}
	if !s.Has(1) {
		p.General(msgSSLMissing, kind)
		return
	}
	if *field != "" {
		p.General(msgSSLValueDefined, kind)
	}
	*field = p.Keep(s.Word(1))
}

func (r *Room) openGroup(p *reader.Pass, s *reader.Statement) bool {
	r.group = &config.VirtualServerGroup{Name: p.Keep(p.Need(s, 1))}
	p.Made(r.group, nil)
	return true
}

func (r *Room) groupLine(p *reader.Pass, s *reader.Statement) {
	e, err := (&line.Context{Pass: p}).GroupEntry(s.Words, r.group.Name)
	if err != nil {
		p.Fatal(config.ClassMissingParameter, "%s", err)
	}
	if e != nil {
		r.group.Entries = append(r.group.Entries, *e)
	}
}

func (r *Room) endGroup(p *reader.Pass, _ int) {
	f := familiesOf(r.group)
	switch {
	case len(r.group.Entries) == 0:
		p.General(msgGroupEmpty, r.group.Name)
	case f.inet && f.inet6 && f.unknown:
		p.General(msgGroupMixed, r.group.Name)
	default:
		// Of several groups of one name the first counts.
		if r.groups[r.group.Name] == nil {
			r.groups[r.group.Name] = r.group
		}
		p.Config.LVS.Groups = append(p.Config.LVS.Groups, r.group)
	}
}

// families is what kinds of entries a group has.
type families struct {
	inet, inet6, unknown bool // unknown: a mark without family
	marks, addresses     bool
	zeroPort             bool
}

func familiesOf(g *config.VirtualServerGroup) (f families) {
	for i := range g.Entries {
		e := &g.Entries[i]
		switch e.Family {
		case 4:
			f.inet = true
		case 6:
			f.inet6 = true
		default:
			f.unknown = true
		}
		if e.IsFWMark {
			f.marks = true
			continue
		}
		f.addresses = true
		f.zeroPort = f.zeroPort || e.Port == 0
	}
	return f
}
