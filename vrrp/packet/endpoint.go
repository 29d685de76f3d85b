package packet

import (
	"net/netip"
	"time"

	"keepalived/core/config"
)

// Endpoint is what one virtual router sends and accepts. It belongs to the
// loop of its process; its methods allocate nothing once its buffers have
// grown.
type Endpoint struct {
	in       *config.Instance
	advert   Advert // what is sent; only Priority varies
	checkSrc bool   // source and TTL checking of unicast (6.2 #16)
	asV2     bool   // v3_checksum_as_v2
	oldSum   bool   // old_unicast_checksum, configured or detected
	sumGroup netip.Addr

	source netip.Addr
	ident  uint16
	pdu    []byte // of the running advert, with its trailer; checksum 0
	pduLen int    // without the trailer
	ah     *ahState
	ext    *extension
	work   judge // kept here so that judging allocates nothing
}

// NewEndpoint returns the endpoint of an instance.
func NewEndpoint(in *config.Instance, g *config.Global) *Endpoint {
	e := &Endpoint{
		in:       in,
		checkSrc: in.CheckUnicastSrc || g.CheckUnicastSrc,
		asV2:     in.V3ChecksumAsV2,
		oldSum:   in.ChecksumCompat == config.ChecksumCompatOld,
		sumGroup: g.MulticastGroup4,
		advert: Advert{
			Version:  uint8(in.Version),
			Type:     TypeAdvertisement,
			VRID:     in.VRID,
			Count:    uint8(len(in.VIPs)),
			AuthType: in.AuthType,
			Family:   in.Family,
		},
	}
	if !e.sumGroup.IsValid() {
		e.sumGroup = netip.AddrFrom4([4]byte{224, 0, 0, 18})
	}
	for _, p := range in.UnicastPeers {
		e.checkSrc = e.checkSrc || p.TTLGiven
	}
	e.advert.MaxAdvertInt = uint16(in.AdvertInt / time.Second)
	if in.Version == 3 {
		e.advert.MaxAdvertInt = uint16(in.AdvertInt / (10 * time.Millisecond))
	}
	if in.AuthType == config.AuthPass {
		e.advert.AuthData = in.AuthPass
	}
	for _, vip := range in.VIPs {
		e.advert.Addresses = append(e.advert.Addresses, vip.Prefix.Addr().AsSlice()...)
	}
	if in.AuthType == config.AuthAH && in.Family == 4 {
		e.ah = newAH(in.AuthPass)
	}
	if in.HMAC != nil {
		e.ext = newExtension(in)
	}
	return e
}

// Inherit takes over what outlives a reload: the sequence numbers of AH and of
// auth_hmac. The IPv4 identification starts at 1 again (03-vrrp section 4.1).
func (e *Endpoint) Inherit(old *Endpoint) {
	if e.ah != nil && old.ah != nil {
		e.ah.sequence, e.ah.wrapped = old.ah.sequence, old.ah.wrapped
	}
	if e.ext != nil && old.ext != nil {
		e.ext.last, e.ext.sent = old.ext.last, old.ext.sent
		e.ext.senders = old.ext.senders
	}
}

// Protocol is the IP protocol number of the endpoint's packets.
func (e *Endpoint) Protocol() int {
	if e.ah != nil {
		return ProtocolAH
	}
	return ProtocolVRRP
}

// FoundOldSums reports whether a peer was found to need old checksums, which
// the configuration does not say.
func (e *Endpoint) FoundOldSums() bool {
	return e.oldSum && e.in.ChecksumCompat != config.ChecksumCompatOld
}

// multicast reports whether the endpoint sends to the group.
func (e *Endpoint) multicast() bool { return !e.in.Unicast }
