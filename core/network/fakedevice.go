package network

import (
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// CreateDevice makes a link.
func (f *Fake) CreateDevice(d *Device) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if errno := f.deny[unix.RTM_NEWLINK]; errno != 0 {
		return refuse(unix.RTM_NEWLINK, errno)
	}
	parent := f.byIndex(d.Parent)
	switch {
	case slices.ContainsFunc(f.links, func(l *fakeLink) bool { return l.Name == d.Name }):
		return refuse(unix.RTM_NEWLINK, unix.EEXIST)
	case parent == nil:
		return refuse(unix.RTM_NEWLINK, unix.ENODEV)
	}
	f.nextIndex++
	l := &fakeLink{Link: Link{
		Index: f.nextIndex, Name: d.Name, Flags: unix.IFF_BROADCAST | unix.IFF_MULTICAST, MTU: parent.MTU, MAC: d.MAC,
		HardwareType: unix.ARPHRD_ETHER, Kind: d.Kind, Mode: d.Mode, Parent: d.Parent, Master: d.VRF, Group: d.Group,
	}}
	if d.VRF != 0 {
		l.MasterKind = "vrf"
	}
	if d.Kind == KindIPVLAN || d.MAC == nil {
		l.MAC = parent.MAC
	}
	f.links = append(f.links, l)
	if d.Up {
		l.raise(parent)
	}
	f.tell(LinkChanged{l.Link})
	return nil
}

// raise sets a link up, as far as the one below lets it.
func (l *fakeLink) raise(parent *fakeLink) {
	l.Flags |= unix.IFF_UP
	l.Flags &^= unix.IFF_RUNNING | unix.IFF_LOWER_UP
	if parent.Up() || l.Kind == KindIPVLAN {
		l.Flags |= unix.IFF_RUNNING | unix.IFF_LOWER_UP
	}
}

// ChangeDevice changes a link. Two macvlans of one MAC cannot be up on one
// link.
func (f *Fake) ChangeDevice(index int, c DeviceChange) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.byIndex(index)
	if l == nil {
		return refuse(unix.RTM_NEWLINK, unix.ENODEV)
	}
	if c.Up && slices.ContainsFunc(f.links, func(o *fakeLink) bool {
		return o != l && o.Kind == KindMACVLAN && o.Parent == l.Parent && o.Flags&unix.IFF_UP != 0 && o.MAC.String() == l.MAC.String()
	}) {
		return refuse(unix.RTM_NEWLINK, unix.EADDRINUSE)
	}
	if c.MAC != nil {
		l.MAC = c.MAC
	}
	if c.Mode != 0 {
		l.Mode = c.Mode
	}
	if c.SetVRF {
		l.Master, l.MasterKind = c.VRF, map[bool]string{true: "vrf"}[c.VRF != 0]
	}
	if c.Up {
		l.raise(f.byIndex(l.Parent))
	}
	f.tell(LinkChanged{l.Link})
	return nil
}

// DeleteDevice deletes a link.
func (f *Fake) DeleteDevice(index int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.byIndex(index)
	if l == nil {
		return refuse(unix.RTM_DELLINK, unix.ENODEV)
	}
	f.delLink(l)
	return nil
}

// DeleteDevices deletes many links at once.
func (f *Fake) DeleteDevices(indexes []int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, index := range indexes {
		if l := f.byIndex(index); l != nil {
			f.delLink(l)
		}
	}
	return nil
}

// LinkByName reads one link.
func (f *Fake) LinkByName(name string) (Link, error) {
	return f.link(func(l *Link) bool { return l.Name == name })
}

// LinkByIndex reads one link.
func (f *Fake) LinkByIndex(index int) (Link, error) {
	return f.link(func(l *Link) bool { return l.Index == index })
}

func (f *Fake) link(match func(*Link) bool) (Link, error) {
	links, _ := f.Links()
	if l, ok := find(links, match); ok {
		return l, nil
	}
	return Link{}, refuse(unix.RTM_GETLINK, unix.ENODEV)
}

// above does something with every link on top of another one.
func (f *Fake) above(l *fakeLink, do func(*fakeLink)) {
	for _, o := range slices.Clone(f.links) {
		if o.Parent == l.Index {
			do(o)
		}
	}
}

// WatchCarrier looks at the links of the fake.
func (f *Fake) WatchCarrier(list []Polled, every time.Duration, deliver func(name string, up bool)) (*CarrierWatcher, map[string]bool, error) {
	ask := func(name string, method CarrierMethod) (bool, CarrierMethod, error) {
		l, err := f.LinkByName(name)
		return l.Up(), method, err
	}
	w, now := watchCarrier(list, every, ask, deliver)
	return w, now, nil
}
