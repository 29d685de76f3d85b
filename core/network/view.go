package network

import (
	"bytes"
	"maps"
	"slices"
)

// View is what is known about the links and addresses of a host. Events go in,
// changes come out: a change is reported once, however often the kernel says
// it. It does no I/O. The zero View knows nothing.
type View struct {
	links  []Link             // in the order in which they were learned
	onLink map[int][]*Address // likewise, by index of the link
	byID   map[AddressID]*Address
}

// ChangeKind is the kind of a Change.
type ChangeKind uint8

// The kinds of changes.
const (
	LinkAppeared ChangeKind = iota // if it is up, LinkWentUp follows
	LinkGone                       // after LinkWentDown and its addresses' AddressGone
	LinkWentUp
	LinkWentDown
	LinkRenamed    // Old is the link as it was
	LinkMACChanged // Old is the link as it was
	LinkVRFChanged // likewise: it has joined or left one
	AddressAppeared
	AddressUsable // no longer tentative
	AddressGone
)

// Change is one thing that is now different.
type Change struct {
	Kind    ChangeKind
	Link    Link // as it is now, or last was; for an address, that of the address
	Old     Link
	Address Address
}

// Link returns the link called name.
func (v *View) Link(name string) (Link, bool) {
	return find(v.links, func(l *Link) bool { return l.Name == name })
}

// LinkByIndex returns the link of that index.
func (v *View) LinkByIndex(index int) (Link, bool) {
	return find(v.links, func(l *Link) bool { return l.Index == index })
}

func find(links []Link, match func(*Link) bool) (Link, bool) {
	for i := range links {
		if match(&links[i]) {
			return links[i], true
		}
	}
	return Link{}, false
}

// Links returns the known links in the order in which they were learned. The
// caller must not change them.
func (v *View) Links() []Link { return v.links }

// Addresses returns the addresses of a link in the order in which they were
// learned.
func (v *View) Addresses(index int) []Address {
	var list []Address
	for _, a := range v.onLink[index] {
		list = append(list, *a)
	}
	return list
}

// Has reports whether the address is known.
func (v *View) Has(id AddressID) bool {
	_, ok := v.byID[id]
	return ok
}

// Apply takes an event in and returns what changed by it.
func (v *View) Apply(e Event) []Change {
	switch e := e.(type) {
	case LinkChanged:
		return v.link(e.Link)
	case LinkDeleted:
		return v.linkGone(e.Link.Index)
	case AddressAdded:
		return v.address(e.Address)
	case AddressDeleted:
		return v.addressGone(e.Address.ID())
	case Resync:
		return v.resync(e)
	}
	return nil
}

func (v *View) link(l Link) []Change {
	i := slices.IndexFunc(v.links, func(o Link) bool { return o.Index == l.Index })
	if i < 0 {
		v.links = append(v.links, l)
		changes := []Change{{Kind: LinkAppeared, Link: l}}
		if l.Up() {
			changes = append(changes, Change{Kind: LinkWentUp, Link: l})
		}
		return changes
	}
	old := v.links[i]
	v.links[i] = l
	var changes []Change
	add := func(k ChangeKind) { changes = append(changes, Change{Kind: k, Link: l, Old: old}) }
	if old.Name != l.Name {
		add(LinkRenamed)
	}
	if !bytes.Equal(old.MAC, l.MAC) {
		add(LinkMACChanged)
	}
	if old.Master != l.Master && (old.MasterKind == "vrf" || l.MasterKind == "vrf") {
		add(LinkVRFChanged)
	}
	switch {
	case !old.Up() && l.Up():
		add(LinkWentUp)
	case old.Up() && !l.Up():
		add(LinkWentDown)
	}
	return changes
}

func (v *View) linkGone(index int) []Change {
	i := slices.IndexFunc(v.links, func(o Link) bool { return o.Index == index })
	if i < 0 {
		return nil
	}
	l := v.links[i]
	var changes []Change
	if l.Up() {
		changes = append(changes, Change{Kind: LinkWentDown, Link: l})
	}
	for _, a := range v.Addresses(index) {
		changes = append(changes, v.addressGone(a.ID())...)
	}
	v.links = slices.Delete(v.links, i, i+1)
	return append(changes, Change{Kind: LinkGone, Link: l})
}

func (v *View) address(a Address) []Change {
	l, _ := v.LinkByIndex(a.Link)
	old, ok := v.byID[a.ID()]
	if !ok {
		if v.byID == nil {
			v.byID, v.onLink = map[AddressID]*Address{}, map[int][]*Address{}
		}
		v.byID[a.ID()] = &a
		v.onLink[a.Link] = append(v.onLink[a.Link], &a)
		return []Change{{Kind: AddressAppeared, Link: l, Address: a}}
	}
	became := old.Tentative() && !a.Tentative()
	*old = a
	if became {
		return []Change{{Kind: AddressUsable, Link: l, Address: a}}
	}
	return nil
}

func (v *View) addressGone(id AddressID) []Change {
	a, ok := v.byID[id]
	if !ok {
		return nil
	}
	delete(v.byID, id)
	v.onLink[id.Link] = slices.DeleteFunc(v.onLink[id.Link], func(o *Address) bool { return o == a })
	if len(v.onLink[id.Link]) == 0 {
		delete(v.onLink, id.Link)
	}
	l, _ := v.LinkByIndex(id.Link)
	return []Change{{Kind: AddressGone, Link: l, Address: *a}}
}

// resync makes the view equal to r: first what is gone, then what is there.
func (v *View) resync(r Resync) []Change {
	var changes []Change
	for _, l := range slices.Clone(v.links) {
		if _, ok := find(r.Links, func(n *Link) bool { return n.Index == l.Index }); !ok {
			changes = append(changes, v.linkGone(l.Index)...)
		}
	}
	still := make(map[AddressID]bool, len(r.Addresses))
	for i := range r.Addresses {
		still[r.Addresses[i].ID()] = true
	}
	for _, index := range slices.Sorted(maps.Keys(v.onLink)) {
		for _, a := range v.Addresses(index) {
			if !still[a.ID()] {
				changes = append(changes, v.addressGone(a.ID())...)
			}
		}
	}
	for _, l := range r.Links {
		changes = append(changes, v.link(l)...)
	}
	for _, a := range r.Addresses {
		changes = append(changes, v.address(a)...)
	}
	return changes
}
