package vrrp

import (
	"errors"
	"net/netip"

	"golang.org/x/sys/unix"

	"keepalived/core/network"
)

// linkLocalBits is the length of a link-local prefix (RFC 4291 section 2.5.6).
const linkLocalBits = 64

// followLocals gives the link-local address of an interface to the VMACs on it
// (12.3).
func (s *service) followLocals(base string) {
	changed := false
	for _, d := range s.devices {
		if d.base == base && d.index != 0 && s.followLocal(d) {
			changed = true
		}
	}
	if changed {
		s.tellFirewall()
	}
}

// followLocal gives a VMAC the link-local address that its base uses now, and
// reports whether that is another one than before.
func (s *service) followLocal(d *device) bool {
	var now netip.Addr
	if d.follows {
		now = s.adopted[ifaceFamily{d.base, 6}]
	}
	if now == d.local {
		return false
	}
	if d.local.IsValid() {
		s.delAddress(d.copied(d.local))
	}
	d.local = now
	if !now.IsValid() {
		return true
	}
	// Before the address is there, so that nobody hears of it from there.
	s.tellFirewall()
	a := d.copied(now)
	if s.addAddress(a) {
		a.Scope = unix.RT_SCOPE_LINK
		s.note(a)
	}
	return true
}

// copied is a link-local address of the base on a VMAC: nobody is to check
// whether it is unique, which it is not, nor to use it for anything else.
func (d *device) copied(addr netip.Addr) network.Address {
	return network.Address{
		Link: d.index, Prefix: netip.PrefixFrom(addr, linkLocalBits), Flags: unix.IFA_F_NODAD, Preferred: 0, Protocol: network.Protocol,
	}
}

// setDeviceAddress sets the address of an ipvlan.
func (s *service) setDeviceAddress(d *device) {
	if !d.address.IsValid() {
		return
	}
	a := network.Address{Link: d.index, Prefix: d.address, Preferred: network.Forever, Protocol: network.Protocol}
	if d.family == 6 {
		a.Flags = unix.IFA_F_NODAD
	}
	if s.addAddress(a) {
		s.note(a)
	}
}

// note puts an address that we have set into the view before the kernel tells.
func (s *service) note(a network.Address) {
	for _, c := range s.view.Apply(network.AddressAdded{Address: a}) {
		if !s.adopting {
			s.changed(c)
		}
	}
}

// dropGenerated deletes the link-local address that the kernel has made of a
// VMAC's own MAC.
func (s *service) dropGenerated(d *device) {
	for _, a := range s.view.Addresses(d.index) {
		if a.Prefix.Addr() == generated(d.mac) {
			if err := s.host.DelAddress(&a); err != nil && !errors.Is(err, unix.EADDRNOTAVAIL) {
				s.refused(err)
			}
		}
	}
}

// generated is the link-local address that belongs to a MAC (RFC 4291 appendix
// A).
func generated(mac [6]byte) netip.Addr {
	return netip.AddrFrom16([16]byte{0xfe, 0x80, 8: mac[0] ^ 2, 9: mac[1], 10: mac[2], 11: 0xff, 12: 0xfe, 13: mac[3], 14: mac[4], 15: mac[5]})
}
