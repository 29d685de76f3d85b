package vrrp

import (
	"io/fs"
	"net/netip"

	"keepalived/core/config"
	"keepalived/parser/global"
	"keepalived/parser/iproute"
	"keepalived/parser/line"
	"keepalived/parser/reader"
	"keepalived/parser/trackfile"
)

// BFDs looks up the bfd_instances that the VRRP process may track.
type BFDs interface {
	// LookupVRRP returns the session with this name if it has been read, and
	// sends its events to the VRRP process.
	LookupVRRP(name string) (*config.TrackBFD, bool)
}

// Sources are what other rooms have read.
type Sources struct {
	Global *global.Room
	Files  *trackfile.Room
	BFDs   BFDs
	// Root is the file system that has iproute2's tables.
	Root fs.FS
}

// Room reads the blocks of the VRRP process. It is good for one Load.
type Room struct {
	Sources
	lines     *line.Context
	numbering line.Numbering

	instances   []*instance
	byName      map[string]*instance
	instance    *instance            // being read
	vips        map[vipKey]bool      // of that instance: whether they are excluded
	devices     map[string]*instance // by the name of their VMAC or ipvlan
	groups      []*syncGroup
	groupByName map[string]*syncGroup
	group       *syncGroup // being read

	trackGroups      []*config.TrackGroup
	trackGroupByName map[string]*config.TrackGroup
	trackGroup       *config.TrackGroup // being read

	scripts       []*trackScript
	scriptByName  map[string]*trackScript
	script        *trackScript // being read
	processes     []*config.TrackProcess
	processByName map[string]*config.TrackProcess
	process       *trackProcess // being read

	garp      *config.GARPGroup // being read
	garpOf    map[string]bool   // interfaces that have a group
	garpLists int               // interfaces blocks so far
	garpWords []string
}

// vipKey is what must not occur twice.
type vipKey struct {
	addr netip.Addr
	dev  string
}

// New returns a room for one Load.
func New(s Sources) *Room {
	return &Room{
		Sources: s,
		byName:  map[string]*instance{}, devices: map[string]*instance{},
		groupByName: map[string]*syncGroup{}, trackGroupByName: map[string]*config.TrackGroup{},
		scriptByName: map[string]*trackScript{}, processByName: map[string]*config.TrackProcess{},
		garpOf: map[string]bool{},
	}
}

// context returns what lines are read against in a pass.
func (r *Room) context(p *reader.Pass) *line.Context {
	if r.lines == nil {
		g := &p.Config.Global
		r.lines = &line.Context{
			Pass: p, Names: iproute.New(r.Root, g.IproutePaths[:]...), Dynamic: g.DynamicInterfaces,
			TrackGroup: func(name string) bool { return r.trackGroupByName[name] != nil },
		}
	}
	return r.lines
}

// Handlers returns what to do at the keywords of the VRRP process.
func (r *Room) Handlers() reader.Handlers {
	all := reader.Handlers{}
	for _, some := range []reader.Handlers{
		r.instanceHandlers(), r.packetHandlers(), r.timingHandlers(), r.deviceHandlers(), r.authHandlers(), r.addressHandlers(),
		r.notifyHandlers(), r.trackHandlers(), r.groupHandlers(), r.scriptHandlers(), r.processHandlers(), r.interfaceHandlers(),
	} {
		for path, h := range some {
			all[path] = h
		}
	}
	return all
}

// missing ends the pass when a line lacks a word. Any other error is a
// mistake of the grammars.
func missing(p *reader.Pass, err error) {
	if err != nil {
		p.Fatal(config.ClassMissingParameter, "%s", err)
	}
}

// link looks up an interface that a keyword names. It returns false when the
// interface does not exist and cannot come later; the caller reports.
func (r *Room) link(p *reader.Pass, name string) (reader.Link, bool) {
	l, ok := p.Host.Link(name)
	if !ok && p.Config.Global.DynamicInterfaces {
		p.Log(logDynamicInterface, name)
		return reader.Link{Name: name, Ethernet: true, Multicast: true}, true
	}
	return l, ok
}
