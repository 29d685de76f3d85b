package vrrp

import (
	"net/netip"
	"time"

	"keepalived/core/config"
	"keepalived/core/firewall"
	"keepalived/core/network"
)

// Host is what this package needs of the host's network. network.Host does it,
// and network.Fake; both by way of an adapter, because their sockets and
// watches are concrete types.
type Host interface {
	SetBuffer(network.Buffer)
	Links() ([]network.Link, error)
	Addresses() ([]network.Address, error)
	AddAddress(*network.Address) error
	DelAddress(*network.Address) error
	AddRoute(*config.Route, network.LinkIndex) error
	ReplaceRoute(*config.Route, network.LinkIndex) error
	DelRoute(*config.Route, network.LinkIndex) error
	AddRule(*config.Rule) error
	DelRule(*config.Rule) error
	CanAnnounce() error
	Announce(*network.Link, netip.Addr) error
	CreateDevice(*network.Device) error
	ChangeDevice(index int, c network.DeviceChange) error
	DeleteDevice(index int) error
	DeleteDevices(indexes []int) error
	LinkByName(name string) (network.Link, error)
	LinkByIndex(index int) (network.Link, error)
	WatchCarrier(list []network.Polled, every time.Duration, deliver func(name string, up bool)) (*network.CarrierWatcher, map[string]bool, error)
	OpenFirewall(firewall.Options) (Firewall, error)
	Sysctl(key string) (string, error)
	SetSysctl(key, value string) error
	OpenSocket(network.SocketSpec, network.SocketOptions, func()) (Socket, error)
	Watch(network.WatchOptions, func([]network.Event)) (Watcher, error)
	Close()
}

// Socket is a pair of raw sockets.
type Socket interface {
	Send(*network.Message) error
	Next(*network.Datagram) bool
	Len() int
	Dropped() uint64
	Descriptors() (in, out int)
	Close()
}

// Watcher is a running watch.
type Watcher interface{ Close() }

// realHost is the kernel's network.
type realHost struct{ *network.Host }

func (h realHost) OpenSocket(spec network.SocketSpec, o network.SocketOptions, ready func()) (Socket, error) {
	s, err := h.Host.OpenSocket(spec, o, ready)
	if err != nil {
		return nil, err // not a nil *network.Socket in an interface
	}
	return s, nil
}

func (h realHost) OpenFirewall(o firewall.Options) (Firewall, error) {
	f, err := firewall.Open(o)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (h realHost) Watch(o network.WatchOptions, deliver func([]network.Event)) (Watcher, error) {
	w, err := h.Host.Watch(o, deliver)
	if err != nil {
		return nil, err
	}
	return w, nil
}
