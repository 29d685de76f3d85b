package mib

import (
	"math"
	"slices"

	"keepalived/core/config"
	"keepalived/core/snmp"
	"keepalived/core/snmp/agentx"
	"keepalived/core/status"
	"keepalived/ipvs"
)

// virtual is a row of virtualServerTable.
type virtual struct {
	*status.VirtualServer
	place      int
	statistics Statistics
}

func virtualServerTable(c *status.Checkers, s Statistics) snmp.Node {
	rows := make([]virtual, len(c.VirtualServers))
	for i := range rows {
		rows[i] = virtual{&c.VirtualServers[i], i, s}
	}
	return snmp.Table(root.Append(3, 1), snmp.Numbered(rows), columns(78, virtual.value))
}

func (v virtual) value(column uint32) Value {
	switch {
	case column <= 8:
		return Identity(v.Config, column)
	case column <= 26:
		return v.service(column)
	case column <= 36, column >= 38 && column <= 50, column >= 74:
		return statistic(v.statistics.Service(v.place), column, virtualStatistics)
	}
	return v.setting(column)
}

// Identity are the objects that say which virtual server it is.
func Identity(c *config.VirtualServer, column uint32) Value {
	plain := !c.IsFWMark && c.Group == ""
	switch {
	case column == 2 && c.IsFWMark:
		return integer(1)
	case column == 2 && plain:
		return integer(2)
	case column == 2:
		return integer(3)
	case column == 3:
		return given(c.Group)
	case column == 4 && c.IsFWMark:
		return gauge(uint64(c.FWMark))
	case column == 5:
		return family(c.Family)
	case column == 6 && plain:
		return address(c.Addr)
	case column == 7 && plain:
		return gauge(uint64(c.Port))
	case column == 8 && !c.IsFWMark:
		return integer(map[config.Protocol]int64{config.ProtocolTCP: 1, config.ProtocolUDP: 2, config.ProtocolSCTP: 3, config.ProtocolNone: 4}[c.Protocol])
	}
	return Value{}
}

// schedulers have their number from 1 on.
var schedulers = [...]string{"rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "fo", "ovf", "mh", "twos"}

func scheduler(name string) Value {
	if i := slices.Index(schedulers[:], name); i >= 0 {
		return integer(int64(i + 1))
	}
	return integer(99)
}

func kind(m config.Method) Value {
	return integer(map[config.Forwarding]int64{config.ForwardNAT: 1, config.ForwardDR: 2, config.ForwardTUN: 3}[m.Forwarding])
}

// service is what it serves and how it is.
func (v virtual) service(column uint32) Value {
	c := v.Config
	switch column {
	case 9:
		return scheduler(c.Scheduler)
	case 10:
		return kind(c.Method)
	case 11:
		return truth(v.Alive())
	case 12:
		return given(c.VirtualHost)
	case 13:
		return truth(c.Persistent)
	case 14:
		if c.Persistent {
			return gauge(uint64(c.PersistenceTimeout))
		}
	case 15:
		return granularity(c)
	case 16:
		return seconds(c.DelayLoop)
	case 17:
		return truth(c.HASuspend)
	case 18:
		return truth(c.Alpha)
	case 19:
		return truth(c.Omega)
	case 20:
		return gauge(uint64(len(v.RealServers)))
	case 21:
		return gauge(uint64(v.Up()))
	case 22:
		return gauge(uint64(c.Quorum))
	case 23:
		return truth(v.QuorumUp)
	case 24:
		return command(c.QuorumUp)
	case 25:
		return command(c.QuorumDown)
	case 26:
		return gauge(uint64(c.Hysteresis))
	}
	return Value{}
}

// granularity is absent for IPv6 addresses alone; who has none has all bits.
func granularity(c *config.VirtualServer) Value {
	switch {
	case c.Addr.Is6():
		return Value{}
	case c.GranularityMask.IsValid():
		return address(c.GranularityMask)
	}
	return agentx.Octets([]byte{255, 255, 255, 255})
}

// prefix is the granularity of all that has no IPv4 address. The whole address
// has all bits here, too.
func prefix(c *config.VirtualServer) Value {
	switch {
	case c.Addr.Is4():
		return Value{}
	case c.GranularityLength != 0 && c.GranularityLength != 128:
		return gauge(uint64(c.GranularityLength))
	}
	return gauge(math.MaxUint32)
}

func command(s *config.Script) Value {
	if s == nil {
		return Value{}
	}
	return text(status.Command(s.Args))
}

func path(s *config.Script) Value {
	switch {
	case s == nil:
		return Value{}
	case s.Path != "":
		return text(s.Path)
	}
	return text(s.Args[0])
}

// setting are the rest of its settings.
func (v virtual) setting(column uint32) Value {
	c := v.Config
	switch column {
	case 37:
		return truth(c.OnePacket)
	case 51:
		return prefix(c)
	case 52:
		return truth(false)
	case 53, 62: // fallback of sh, and of mh
		return truth(c.SchedulerFlags&1 != 0)
	case 54, 63: // their port
		return truth(c.SchedulerFlags&2 != 0)
	case 55:
		return truth(c.SchedulerFlags&4 != 0)
	case 56:
		return action(c.InhibitOnFailure)
	case 60:
		return integer(c.Weight)
	case 61:
		return truth(c.SMTPAlert)
	case 67:
		return microseconds(c.ConnectTimeout)
	case 68, 69, 70:
		return tunnel(c.Method, column-68)
	case 71:
		return given(c.SNMPName)
	case 72:
		return path(c.QuorumUp)
	case 73:
		return path(c.QuorumDown)
	}
	return timing(c.Timing, virtualTiming[column])
}

// virtualTiming is which part of the timing a column is.
var virtualTiming = map[uint32]part{57: retries, 58: retryDelay, 59: warmup, 64: loopMicro, 65: retryDelayMicro, 66: warmupMicro}

type part int

const (
	_ part = iota
	retries
	retryDelay
	warmup
	loop
	retryDelayMicro
	warmupMicro
	loopMicro
)

func timing(t config.Timing, p part) Value {
	switch p {
	case retries:
		return gauge(uint64(t.Retry.Value))
	case retryDelay:
		return seconds(t.DelayBeforeRetry.Value)
	case warmup:
		return seconds(t.Warmup.Value)
	case loop:
		return seconds(t.DelayLoop)
	case retryDelayMicro:
		return microseconds(t.DelayBeforeRetry.Value)
	case warmupMicro:
		return microseconds(t.Warmup.Value)
	case loopMicro:
		return microseconds(t.DelayLoop)
	}
	return Value{}
}

// tunnel is the type, port or checksum of a tunnel, where it has one.
func tunnel(m config.Method, which uint32) Value {
	switch {
	case m.Forwarding != config.ForwardTUN:
		return Value{}
	case which == 0:
		return integer(int64(m.Tunnel) + 1)
	case which == 1 && m.Tunnel == config.TunnelGUE:
		return gauge(uint64(m.Port))
	case which == 2 && m.Tunnel != config.TunnelIPIP:
		return integer(int64(m.Checksum) + 1)
	}
	return Value{}
}

// statistic is a counter. In is which column has which one: the two tables
// differ in the numbers alone.
func statistic(c ipvs.Counters, column uint32, in places) Value {
	switch column {
	case in.connections:
		return gauge(c.Connections)
	case in.connections + in.active + 1:
		return counter(c.PacketsIn)
	case in.connections + in.active + 2:
		return counter(c.PacketsOut)
	case in.connections + in.active + 3:
		return counter64(c.BytesIn)
	case in.connections + in.active + 4:
		return counter64(c.BytesOut)
	case in.wide:
		return counter64(c.Connections)
	case in.wide + 1:
		return counter64(c.PacketsIn)
	case in.wide + 2:
		return counter64(c.PacketsOut)
	}
	rates := [...]uint64{c.ConnectionRate, c.PacketRateIn, c.PacketRateOut, c.ByteRateIn, c.ByteRateOut}
	count := uint32(len(rates))
	if i := column - (in.connections + in.active + 5); i < count {
		return gauge(rates[i])
	}
	if i := column - (in.wide + 3); i < 2*count && i%2 == 0 {
		return low(rates[i/2])
	} else if i < 2*count {
		return high(rates[i/2])
	}
	if i := column - in.wideRates; i < count {
		return counter64(rates[i])
	}
	return Value{}
}

// places are where the statistics of a table begin.
type places struct{ connections, active, wide, wideRates uint32 }

var (
	virtualStatistics = places{connections: 27, wide: 38, wideRates: 74}
	realStatistics    = places{connections: 14, active: 3, wide: 27, wideRates: 58}
)
