package message

// Lines about received datagrams (03-vrrp sections 5, 6.1 and 6.2). "(%s)" is
// the instance, the address after "from" the sender.
const (
	IPv4TooShort   = "IPv4 VRRP packet too short - %d bytes"
	IPv4AHTooShort = "IPv4 VRRP packet with AH too short - %d bytes"
	IPv6TooShort   = "IPv6 VRRP packet too short - %d bytes"
	UnknownVRID    = "Unknown VRID(%d) received on interface(%s). ignoring..."

	WrongCast = "(%s) discarding %sicast packet on %sicast instance"

	UnexpectedAH = "(%s) Received AH header but auth type not AH from %s"
	MissingAH    = "(%s) No AH header but auth type is AH from %s"
	TooLong      = "(%s) vrrp packet from %s too long, length %d and expect %d"
	TooShort     = "(%s) vrrp packet from %s too short, length %d and expect %d"
	WrongTTL     = "(%s) invalid TTL/HL from %s. Received %d and expect %d"
	WrongVersion = "(%s) wrong VRRP version from %s. Received %d and expect %d"

	TrailerMissing    = "(%s) missing authentication trailer from %s"
	TrailerMalformed  = "(%s) malformed authentication trailer from %s"
	TrailerStale      = "(%s) stale authentication trailer from %s, clock skew %d sec exceeds window %d sec"
	TrailerUnknownKey = "(%s) unknown authentication key id %d from %s"
	TrailerInvalid    = "(%s) invalid authentication HMAC from %s"
	TrailerReplayed   = "(%s) replayed authentication trailer from %s"
	ClockSkew         = "(%s) authentication clock skew %d sec from %s approaching window %d sec"

	InvalidAuthType = "(%s) Invalid auth type from %s: %d"
	WrongAuthType   = "(%s) received a %d auth from %s, expecting %d!"
	WrongPassword   = "(%s) received an invalid passwd from %s!"
	AHInvalid       = "(%s) IPSEC-AH : invalid IPSEC HMAC-MD5 value. Due to fields mutation or bad password !"
	AHWrongSPI      = "IPSEC AH : invalid IPSEC SPI value. %d and expect %d"
	AHReplayed      = "(%s) IPSEC-AH : sequence number %d already processed. Packet dropped. Local(%d)"
	AHFollow        = "(%s) IPSEC-AH : Syncing seq_num - Increment seq"

	IntervalMismatch   = "(%s) advertisement interval mismatch with %s mine=%d sec rcv'd=%d sec"
	IntervalDiffers    = "(%s) advertisement interval mismatch ours = %d centi-sec rcv'd=%d centi-sec"
	WrongType          = "(%s) Invalid packet type from %s. %d and expect %d"
	WrongIPLength      = "(%s) ip_tot_len mismatch against received length from %s. %d and received %d"
	WrongChecksum      = "(%s) Invalid VRRPv%d checksum from %s"
	OldChecksumAdopted = "(%s) Setting unicast VRRPv3 checksum to old version"
	WrongDestination   = "(%s) Expected %sicast packet but received %sicast packet from %s"
	IgnoredByOwner     = "(%s) Dropping packet(s) from %s since we are address owner"
	WrongCount         = "(%s) expected %d VIPs but received %d"
	MissingAddress     = "(%s) ip address associated with VRID %d not present in advert from %s: %s"
	TTLOutOfRange      = "(%s) TTL/HL %d from %s not in range [%d, %d]"
	SourceNotPeer      = "(%s) unicast source address %s not a unicast peer"
)
