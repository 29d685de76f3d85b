package fsm

import (
	"keepalived/core/config"
	"keepalived/vrrp/packet"
)

// rateLimit is the rate-limit flag of a finding (6.4), 0 for one that is logged
// each time. The numbers of those seen in dumps are the C daemon's: 5 and 6,
// 20, 21, 22 and 24, and that the common errors lie within 0x71ed.
func rateLimit(k packet.Kind) uint32 {
	switch k {
	case packet.WrongTTL:
		return 1 << 0
	case packet.WrongVersion:
		return 1 << 1
	case packet.WrongType:
		return 1 << 2
	case packet.WrongChecksum:
		return 1 << 3
	case packet.WrongIPLength:
		return 1 << 4
	case packet.WrongCount:
		return 1 << 5
	case packet.MissingAddress:
		return 1 << 6
	case packet.TooLong, packet.TooShort:
		return 1 << 7
	case packet.IntervalMismatch:
		return 1 << 8
	case packet.IntervalDiffers:
		return 1 << 9
	case packet.WrongDestination:
		return 1 << 10
	case packet.UnexpectedAH, packet.MissingAH:
		return 1 << 11
	case packet.InvalidAuthType:
		return 1 << 12
	case packet.WrongAuthType:
		return 1 << 13
	case packet.WrongPassword:
		return 1 << 14
	case packet.AHReplayed:
		return 1 << 15
	case packet.TTLOutOfRange:
		return 1 << 16
	case packet.SourceNotPeer, packet.SourceNotPeerExtension:
		return 1 << 17
	case packet.IgnoredByOwner:
		return 1 << 18
	}
	return extensionFlag(k)
}

func extensionFlag(k packet.Kind) uint32 {
	switch k {
	case packet.TrailerMissing:
		return 1 << 19
	case packet.TrailerMalformed:
		return 1 << 20
	case packet.TrailerUnknownKey:
		return 1 << 21
	case packet.TrailerInvalid:
		return 1 << 22
	case packet.TrailerStale:
		return 1 << 23
	case packet.TrailerReplayed:
		return 1 << 24
	case packet.ClockSkew:
		return 1 << 25
	}
	return 0
}

// found counts a finding, and logs it once.
func (m *Machine) found(in *Instance, r *packet.Result, f packet.Finding) {
	if n := in.Counters.of(f.Kind); n != nil {
		*n++
	}
	bit := rateLimit(f.Kind)
	if in.LoggedOnce&bit != 0 {
		return
	}
	in.LoggedOnce |= bit
	if line := r.Line(in.Config.Name, f); line != "" {
		m.log("%s", line)
	}
}

// of is the counter of a finding (6.2), nil without one.
func (c *Counters) of(k packet.Kind) *uint64 {
	switch k {
	case packet.TooLong, packet.TooShort, packet.WrongIPLength:
		return &c.PacketLength
	case packet.WrongTTL, packet.TTLOutOfRange:
		return &c.TTL
	case packet.WrongVersion:
		return &c.Version
	case packet.WrongType:
		return &c.InvalidType
	case packet.WrongChecksum:
		return &c.Checksum
	case packet.WrongDestination, packet.WrongCount, packet.MissingAddress:
		return &c.AddressList
	case packet.InvalidAuthType:
		return &c.AuthInvalidType
	case packet.WrongAuthType, packet.UnexpectedAH, packet.MissingAH:
		return &c.AuthMismatch
	case packet.WrongPassword, packet.AHInvalid, packet.AHWrongSPI, packet.AHReplayed:
		return &c.AuthFailure
	case packet.TrailerMissing:
		return &c.ExtMissing
	case packet.TrailerMalformed:
		return &c.ExtMalformed
	case packet.TrailerUnknownKey:
		return &c.ExtUnknownKey
	case packet.TrailerInvalid:
		return &c.ExtInvalidHMAC
	case packet.TrailerStale:
		return &c.ExtStale
	case packet.TrailerReplayed:
		return &c.ExtReplay
	}
	return nil
}

func (in *Instance) usesAH() bool { return in.Config.AuthType == config.AuthAH }
