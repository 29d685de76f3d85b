package packet

import (
	"fmt"

	"keepalived/vrrp/message"
)

// Line is the log line about a finding, empty for one that is silent. Name is
// the name of the instance.
func (r *Result) Line(name string, f Finding) string {
	cast := func(multicast int) string {
		if multicast != 0 {
			return "mult"
		}
		return "un"
	}
	switch f.Kind {
	case WrongCast:
		return fmt.Sprintf(message.WrongCast, name, cast(f.Got), cast(1-f.Got))
	case WrongDestination:
		return fmt.Sprintf(message.WrongDestination, name, cast(f.Want), cast(f.Got), r.Source)
	case TrailerUnknownKey:
		return fmt.Sprintf(message.TrailerUnknownKey, name, f.Got, r.Source)
	case ClockSkew:
		return fmt.Sprintf(message.ClockSkew, name, f.Got, r.Source, f.Want)
	case InvalidAuthType:
		return fmt.Sprintf(message.InvalidAuthType, name, r.Source, f.Got)
	case WrongAuthType:
		return fmt.Sprintf(message.WrongAuthType, name, f.Got, r.Source, f.Want)
	case AHWrongSPI:
		return fmt.Sprintf(message.AHWrongSPI, f.Got, f.Want)
	case AHReplayed:
		return fmt.Sprintf(message.AHReplayed, name, f.Got, f.Want)
	case IntervalMismatch:
		return fmt.Sprintf(message.IntervalMismatch, name, r.Source, f.Want, f.Got)
	case IntervalDiffers:
		return fmt.Sprintf(message.IntervalDiffers, name, f.Want, f.Got)
	case WrongChecksum:
		return fmt.Sprintf(message.WrongChecksum, name, f.Got, r.Source)
	case WrongCount:
		return fmt.Sprintf(message.WrongCount, name, f.Want, f.Got)
	case MissingAddress:
		return fmt.Sprintf(message.MissingAddress, name, r.Advert.VRID, r.Source, f.Addr)
	case TTLOutOfRange:
		return fmt.Sprintf(message.TTLOutOfRange, name, f.Got, r.Source, f.Want>>8, f.Want&255)
	}
	if t := numbersTemplate(f.Kind); t != "" {
		return fmt.Sprintf(t, name, r.Source, f.Got, f.Want)
	}
	if t := senderTemplate(f.Kind); t != "" {
		return fmt.Sprintf(t, name, r.Source)
	}
	switch f.Kind {
	case AHInvalid:
		return fmt.Sprintf(message.AHInvalid, name)
	case OldChecksumAdopted:
		return fmt.Sprintf(message.OldChecksumAdopted, name)
	}
	return ""
}

// numbersTemplate is the template of a finding that is told with the instance,
// the sender, what was received and what was expected.
func numbersTemplate(k Kind) string {
	switch k {
	case TooLong:
		return message.TooLong
	case TooShort:
		return message.TooShort
	case WrongTTL:
		return message.WrongTTL
	case WrongVersion:
		return message.WrongVersion
	case TrailerStale:
		return message.TrailerStale
	case WrongType:
		return message.WrongType
	case WrongIPLength:
		return message.WrongIPLength
	}
	return ""
}

// senderTemplate is the template of a finding that is told with the instance
// and the sender.
func senderTemplate(k Kind) string {
	switch k {
	case UnexpectedAH:
		return message.UnexpectedAH
	case MissingAH:
		return message.MissingAH
	case TrailerMissing:
		return message.TrailerMissing
	case TrailerMalformed:
		return message.TrailerMalformed
	case TrailerInvalid:
		return message.TrailerInvalid
	case TrailerReplayed:
		return message.TrailerReplayed
	case WrongPassword:
		return message.WrongPassword
	case IgnoredByOwner:
		return message.IgnoredByOwner
	case SourceNotPeer, SourceNotPeerExtension:
		return message.SourceNotPeer
	}
	return ""
}
