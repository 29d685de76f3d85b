package ipvs

import (
	"encoding/binary"
	"net/netip"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

// networkPort is a port as the kernel wants it.
func networkPort(port uint16) []byte { return binary.BigEndian.AppendUint16(nil, port) }

// kernelAddr is an address in the 16 octets that the kernel has for it.
func kernelAddr(addr netip.Addr) []byte {
	b := make([]byte, 16)
	copy(b, addr.AsSlice())
	return b
}

func kernelFamily(family int) uint16 {
	if family == 6 {
		return unix.AF_INET6
	}
	return unix.AF_INET
}

// packServiceKey is the SERVICE attribute of a command about a service or its
// destinations: the kernel looks at the key alone then.
func packServiceKey(k ServiceKey) *nl.RtAttr {
	a := nl.NewRtAttr(unix.NLA_F_NESTED|attrService, nil)
	a.AddRtAttr(svcFamily, nl.Uint16Attr(kernelFamily(k.Family)))
	if k.FWMark != 0 {
		a.AddRtAttr(svcFWMark, nl.Uint32Attr(k.FWMark))
		return a
	}
	a.AddRtAttr(svcProtocol, nl.Uint16Attr(uint16(k.Protocol)))
	a.AddRtAttr(svcAddr, kernelAddr(k.Addr))
	a.AddRtAttr(svcPort, networkPort(k.Port))
	return a
}

// packDestination is the DEST attribute, in the order of chapter 04 section 5.
func packDestination(d Destination) *nl.RtAttr {
	d = d.normal()
	a := nl.NewRtAttr(unix.NLA_F_NESTED|attrDest, nil)
	a.AddRtAttr(destFamily, nl.Uint16Attr(kernelFamily(familyOf(d.Key.Addr))))
	a.AddRtAttr(destAddr, kernelAddr(d.Key.Addr))
	a.AddRtAttr(destPort, networkPort(d.Key.Port))
	a.AddRtAttr(destMethod, nl.Uint32Attr(uint32(d.Method.Forwarding)))
	a.AddRtAttr(destWeight, nl.Uint32Attr(d.Weight))
	if d.Method.Forwarding == config.ForwardTUN {
		a.AddRtAttr(destTunnelType, nl.Uint8Attr(uint8(d.Method.Tunnel)))
		if d.Method.Tunnel == config.TunnelGUE {
			a.AddRtAttr(destTunnelPort, networkPort(d.Method.Port))
		}
		if d.Method.Tunnel != config.TunnelIPIP {
			a.AddRtAttr(destTunnelFlags, nl.Uint16Attr(uint16(d.Method.Checksum)))
		}
	}
	a.AddRtAttr(destUpper, nl.Uint32Attr(d.Upper))
	a.AddRtAttr(destLower, nl.Uint32Attr(d.Lower))
	return a
}

// packDaemon is the DAEMON attribute: all of a daemon to start it, the state
// and the sync id to stop it.
func packDaemon(d Daemon, start bool) *nl.RtAttr {
	a := nl.NewRtAttr(unix.NLA_F_NESTED|attrDaemon, nil)
	a.AddRtAttr(daemonState, nl.Uint32Attr(uint32(d.Role)))
	if !start {
		a.AddRtAttr(daemonSyncID, nl.Uint32Attr(d.ID))
		return a
	}
	a.AddRtAttr(daemonInterface, nl.ZeroTerminated(d.Interface))
	a.AddRtAttr(daemonSyncID, nl.Uint32Attr(d.ID))
	if d.MaxLen != 0 {
		a.AddRtAttr(daemonMaxLen, nl.Uint16Attr(d.MaxLen))
	}
	if d.Port != 0 {
		a.AddRtAttr(daemonPort, nl.Uint16Attr(d.Port))
	}
	if d.TTL != 0 {
		a.AddRtAttr(daemonTTL, nl.Uint8Attr(d.TTL))
	}
	switch {
	case d.Group.Is4():
		a.AddRtAttr(daemonGroup, d.Group.AsSlice())
	case d.Group.Is6():
		a.AddRtAttr(daemonGroup6, d.Group.AsSlice())
	}
	return a
}
