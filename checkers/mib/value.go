package mib

import (
	"net/netip"
	"time"

	"keepalived/core/snmp/agentx"
)

func integer(n int64) Value    { return agentx.Int(int(n)) }
func gauge(n uint64) Value     { return agentx.Gauge(uint32(n)) }
func counter(n uint64) Value   { return agentx.Count32(n) }
func counter64(n uint64) Value { return agentx.Count64(n) }
func text(s string) Value      { return agentx.Text(s) }

// low and high are the halves of a number of 64 bits.
func low(n uint64) Value  { return gauge(n) }
func high(n uint64) Value { return gauge(n >> 32) }

// given is a text that is not empty.
func given(s string) Value {
	if s == "" {
		return Value{}
	}
	return text(s)
}

// positive is a number that is not 0.
func positive(n uint64) Value {
	if n == 0 {
		return Value{}
	}
	return gauge(n)
}

// truth is what the MIB has for yes and no, alive and dead, enabled and
// disabled.
func truth(yes bool) Value {
	if yes {
		return integer(1)
	}
	return integer(2)
}

// action is what is done with a server that is down.
func action(inhibit bool) Value { return truth(!inhibit) }

func seconds(d time.Duration) Value      { return gauge(uint64(d / time.Second)) }
func microseconds(d time.Duration) Value { return gauge(uint64(d / time.Microsecond)) }

// family is an InetAddressType; the C daemon has 2 for all that is not IPv4.
func family(f int) Value { return truth(f == 4) }

func address(a netip.Addr) Value {
	if !a.IsValid() {
		return Value{}
	}
	return agentx.Address(a)
}
