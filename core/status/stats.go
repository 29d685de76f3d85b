package status

import (
	"fmt"
	"io"
)

// Stats writes keepalived.stats (05-observability section 6).
func (v *VRRP) Stats(out io.Writer) {
	for i := range v.Instances {
		c := &v.Instances[i].Counters
		fmt.Fprintf(out, `VRRP Instance: %s
  Advertisements:
    Received: %d
    Sent: %d
  Became master: %d
  Released master: %d
  Packet Errors:
    Length: %d
    TTL: %d
    Invalid Type: %d
    Advertisement Interval: %d
    Address List: %d
  Authentication Errors:
    Invalid Type: %d
    Type Mismatch: %d
    Failure: %d
  Authentication Extension Errors:
    Missing: %d
    Malformed: %d
    Unknown Key: %d
    Invalid HMAC: %d
    Stale: %d
    Replay: %d
  Priority Zero:
    Received: %d
    Sent: %d
`, v.Instances[i].Config.Name, c.AdvertReceived, c.AdvertSent, c.BecameMaster, c.ReleasedMaster,
			c.PacketLength, c.TTL, c.InvalidType, c.AdvertInterval, c.AddressList,
			c.AuthInvalidType, c.AuthMismatch, c.AuthFailure,
			c.ExtMissing, c.ExtMalformed, c.ExtUnknownKey, c.ExtInvalidHMAC, c.ExtStale, c.ExtReplay,
			c.PriorityZeroReceived, c.PriorityZeroSent)
	}
}
