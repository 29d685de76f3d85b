package mib

import (
	"keepalived/core/config"
	"keepalived/core/snmp"
	"keepalived/core/status"
)

// server is a row of realServerTable: a real server, or the sorry server, which
// is the first row where there is one.
type server struct {
	of         *status.VirtualServer
	v          int // its place
	place      int // -1: the sorry server
	statistics Statistics
}

func realServerTable(c *status.Checkers, s Statistics) snmp.Node {
	var rows []snmp.Row[server]
	for i := range c.VirtualServers {
		v := &c.VirtualServers[i]
		var of []server
		if v.Config.SorryServer != nil {
			of = append(of, server{v, i, -1, s})
		}
		for place := range v.RealServers {
			of = append(of, server{v, i, place, s})
		}
		rows = append(rows, snmp.Numbered(of, uint32(i+1))...)
	}
	return snmp.Table(root.Append(4, 1), rows, columns(63, server.value))
}

// Weight tells whose weight is meant by a name: the virtual server and the row
// in it, both from 1 on.
func Weight(name OID) (v, row uint32, ok bool) {
	column := root.Append(4, 1, 7)
	if len(name) != len(column)+2 || !name.Under(column) {
		return 0, 0, false
	}
	return name[len(column)], name[len(column)+1], true
}

func (s server) value(column uint32) Value {
	if column >= 14 && column <= 39 || column >= 58 && column <= 62 {
		return s.statistic(column)
	}
	if s.place < 0 {
		return s.sorry(column)
	}
	r := &s.of.RealServers[s.place]
	c := r.Config
	if column == 2 {
		return integer(1)
	}
	if column <= 6 {
		return Endpoint(c, r.Alive, column)
	}
	if column <= 13 {
		return state(r, column)
	}
	switch column {
	case 40:
		return kind(c.Method)
	case 41:
		return given(c.VirtualHost)
	case 42:
		return truth(c.Alpha)
	case 47:
		return truth(c.SMTPAlert)
	case 51:
		return microseconds(c.ConnectTimeout)
	case 52, 53, 54:
		return tunnel(c.Method, column-52)
	case 55:
		return given(c.SNMPName)
	case 56:
		return path(c.NotifyUp)
	case 57:
		return path(c.NotifyDown)
	case 63:
		return gauge(waiting(r))
	}
	return timing(c.Timing, realTiming[column])
}

// realTiming is which part of the timing a column is.
var realTiming = map[uint32]part{43: retries, 44: retryDelay, 45: warmup, 46: loop, 48: retryDelayMicro, 49: warmupMicro, 50: loopMicro}

// Endpoint are the objects that say which real server it is, and how.
func Endpoint(c *config.RealServer, alive bool, column uint32) Value {
	switch column {
	case 3:
		return family(config.Family(c.Addr))
	case 4:
		return address(c.Addr)
	case 5:
		return gauge(uint64(c.Port))
	case 6:
		return truth(alive)
	}
	return Value{}
}

func state(r *status.RealServer, column uint32) Value {
	c := r.Config
	switch column {
	case 7:
		return integer(min(max(r.Effective, 0), 1<<31-1))
	case 8:
		return positive(uint64(c.UpperThreshold))
	case 9:
		return positive(uint64(c.LowerThreshold))
	case 10:
		return action(c.InhibitOnFailure)
	case 11:
		return command(c.NotifyUp)
	case 12:
		return command(c.NotifyDown)
	case 13:
		return gauge(uint64(r.Failed))
	}
	return Value{}
}

// waiting counts the checkers that have not run yet.
func waiting(r *status.RealServer) (n uint64) {
	for i := range r.Checkers {
		if !r.Checkers[i].HasRun {
			n++
		}
	}
	return n
}

// sorry is what a sorry server has: no checks, no weight and no scripts. (The C
// daemon 2.4.3 crashes at the last column.)
func (s server) sorry(column uint32) Value {
	c := s.of.Config.SorryServer
	switch column {
	case 2:
		return integer(2)
	case 3, 4, 5:
		return Endpoint(&config.RealServer{Addr: c.Addr, Port: c.Port}, false, column)
	case 40:
		return kind(c.Method)
	case 42, 47:
		return truth(false)
	case 43, 44, 45, 46, 48, 49, 50, 51, 63:
		return gauge(0)
	case 52, 53, 54:
		return tunnel(c.Method, column-52)
	}
	return Value{}
}

func (s server) statistic(column uint32) Value {
	d := s.statistics.Server(s.v, s.place)
	switch column {
	case 15:
		return gauge(uint64(d.Active))
	case 16:
		return gauge(uint64(d.Inactive))
	case 17:
		return gauge(uint64(d.Persistent))
	}
	return statistic(d.Counters, column, realStatistics)
}
