package firewall

import (
	"encoding/binary"
	"maps"
	"net/netip"
	"slices"
)

// Options name and shape the tables.
type Options struct {
	Table    string
	Priority int32 // of the base chains, relative to "filter"
	// Ifindex has link-local addresses matched with the index of their
	// interface instead of its name.
	Ifindex  bool
	Counters bool // in every rule, and for every mark
	// Namespace is the path of a network namespace; "": that of the thread.
	Namespace string
}

// Link is an interface.
type Link struct {
	Index int
	Name  string
}

// Address is an address with the interface that has it, which counts for
// link-local ones only.
type Address struct {
	Addr netip.Addr
	Link Link
}

// Device is an interface with a virtual MAC on top of another interface.
type Device struct {
	Link, Base Link
	IPv4, IPv6 bool // which of them it speaks
	// LinkLocal is the address of Base that it has too; zero: none.
	LinkLocal netip.Addr
}

// part is one of the things that a table is for.
type part uint8

const (
	devices  part = iota // virtual MAC interfaces
	drops                // addresses that are not to be accepted
	marksTCP             // marks for virtual server groups
	marksUDP
	marksSCTP
)

// layer is a part in the table of a family (4 or 6).
type layer struct {
	family int
	part   part
}

// setID names a set.
type setID struct {
	family int
	name   string
}

// element is an element of a set, as the kernel has it, and as nft prints it.
type element struct {
	set            setID
	key, end, data string // end: of a range that begins with key
	text           string
	order          string // sorts as nft does
}

// change is what has to be done to the kernel.
type change struct {
	anew     []int // families whose tables go first; what they are to have follows
	build    []layer
	add, del []element
}

// book is what has been asked for.
type book struct {
	options  Options
	built    []layer // in the order in which they were made
	elements map[setID]map[string]element
	dropped  map[element]int // how many ask for it
	count    uint64          // of the marks so far
}

func newBook(o Options) book {
	return book{options: o, elements: map[setID]map[string]element{}, dropped: map[element]int{}}
}

// drop counts the wishes to drop addresses up (1) or down (-1).
func (b *book) drop(list []Address, by int) change {
	var c change
	for _, a := range list {
		e := b.address(a)
		b.need(&c, layer{e.set.family, drops})
		was := b.dropped[e]
		switch b.dropped[e] = max(was+by, 0); {
		case was == 0 && by > 0:
			b.put(&c, e)
		case was == 1 && by < 0:
			b.take(&c, e)
		}
		if b.dropped[e] == 0 {
			delete(b.dropped, e)
		}
	}
	return c
}

// setDevices makes the devices exactly those of the list.
func (b *book) setDevices(list []Device) change {
	wanted := map[setID]map[string]element{}
	want := func(e element) {
		if wanted[e.set] == nil {
			wanted[e.set] = map[string]element{}
		}
		wanted[e.set][e.key] = e
	}
	var c change
	for _, d := range list {
		for _, family := range d.families() {
			b.need(&c, layer{family, devices})
			want(mapped(family, d))
		}
		if d.IPv6 {
			want(indexed(setID{6, setDevice}, d.Link))
		}
		if d.LinkLocal.IsValid() {
			want(named(setID{6, setParent}, Address{d.LinkLocal, d.Link}))
		}
	}
	for _, id := range []setID{{4, mapDevice}, {6, mapDevice}, {6, setDevice}, {6, setParent}} {
		for _, e := range sorted(b.elements[id]) {
			if wanted[id][e.key] != e {
				b.take(&c, e)
			}
		}
		for _, e := range sorted(wanted[id]) {
			if _, has := b.elements[id][e.key]; !has {
				b.put(&c, e)
			}
		}
	}
	return c
}

// trim takes out the layers that have no elements. A family that has others too is
// made anew with these: a rule can be deleted by nobody who has not read its handle.
func (b *book) trim() change {
	var c change
	idle := func(l layer) bool {
		return !slices.ContainsFunc(layoutOf(l, b.options).sets, func(s set) bool { return len(b.elements[setID{l.family, s.name}]) > 0 })
	}
	for _, l := range b.built {
		if idle(l) && !slices.Contains(c.anew, l.family) {
			c.anew = append(c.anew, l.family)
		}
	}
	b.built = slices.DeleteFunc(b.built, idle)
	for _, l := range b.built {
		if slices.Contains(c.anew, l.family) {
			c.build = append(c.build, l)
		}
	}
	for id, set := range b.elements {
		if slices.Contains(c.anew, id.family) {
			c.add = append(c.add, sorted(set)...)
		}
	}
	return c
}

func (d *Device) families() []int {
	var all []int
	if d.IPv4 {
		all = append(all, 4)
	}
	if d.IPv6 {
		all = append(all, 6)
	}
	return all
}

// all is everything that the kernel should have.
func (b *book) all() change {
	c := change{build: b.built}
	for _, set := range b.elements {
		c.add = append(c.add, sorted(set)...)
	}
	return c
}

func (b *book) empty() bool { return len(b.built) == 0 }

func (b *book) need(c *change, l layer) {
	if !slices.Contains(b.built, l) {
		b.built = append(b.built, l)
		c.build = append(c.build, l)
	}
}

func (b *book) put(c *change, e element) {
	if b.elements[e.set] == nil {
		b.elements[e.set] = map[string]element{}
	}
	b.elements[e.set][e.id()] = e
	c.add = append(c.add, e)
}

func (b *book) take(c *change, e element) {
	delete(b.elements[e.set], e.id())
	c.del = append(c.del, e)
}

func sorted(set map[string]element) []element {
	return slices.SortedFunc(maps.Values(set), func(a, b element) int {
		switch {
		case a.order < b.order:
			return -1
		case a.order > b.order:
			return 1
		}
		return 0
	})
}

// address is the element of an address that is dropped.
func (b *book) address(a Address) element {
	raw := string(a.Addr.AsSlice())
	switch {
	case a.Addr.Is4():
		return element{set: setID{4, setVIPs}, key: raw, text: a.Addr.String(), order: raw}
	case !a.Addr.IsLinkLocalUnicast():
		return element{set: setID{6, setVIPs}, key: raw, text: a.Addr.String(), order: raw}
	case b.options.Ifindex:
		return element{
			set: setID{6, setLinkLocal}, key: raw + index(a.Link), order: raw + ordered(a.Link),
			text: a.Addr.String() + " . " + quoted(a.Link),
		}
	}
	return named(setID{6, setLinkLocalName}, a)
}

// named is an address with the name of its interface.
func named(id setID, a Address) element {
	key := string(a.Addr.AsSlice()) + interfaceName(a.Link.Name)
	return element{set: id, key: key, order: key, text: a.Addr.String() + " . " + quoted(a.Link)}
}

// indexed is an interface.
func indexed(id setID, l Link) element {
	return element{set: id, key: index(l), order: ordered(l), text: quoted(l)}
}

// mapped leads from an interface to the one below.
func mapped(family int, d Device) element {
	e := indexed(setID{family, mapDevice}, d.Link)
	e.data = index(d.Base)
	e.text += " : " + quoted(d.Base)
	return e
}

func quoted(l Link) string { return `"` + l.Name + `"` }

func index(l Link) string {
	return string(binary.NativeEndian.AppendUint32(nil, uint32(l.Index)))
}

func ordered(l Link) string { return string(binary.BigEndian.AppendUint32(nil, uint32(l.Index))) }

// nameLen is IFNAMSIZ.
const nameLen = 16

// interfaceName fills a name up as the kernel keeps it.
func interfaceName(name string) string {
	padded := make([]byte, nameLen)
	copy(padded, name)
	return string(padded)
}
