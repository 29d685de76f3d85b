package mib

import (
	"keepalived/core/config"
	"keepalived/core/notify"
	"keepalived/core/snmp"
	"keepalived/core/snmp/agentx"
)

// Trap is a notification.
type Trap struct {
	Name  OID
	Binds []agentx.Bind
}

func (t *Trap) add(name OID, v Value) { t.Binds = append(t.Binds, agentx.Bind{Name: name, Value: v}) }

// TrapOf is the trap that tells of an event; ok is false when none does. The
// names of its values have no row (05-observability section 8.5).
func TrapOf(e notify.Event, routerID string) (t Trap, ok bool) {
	if q, quiet := e.(notify.Quiet); quiet {
		e = q.Event
	}
	var c *config.VirtualServer
	alive := 0
	switch e := e.(type) {
	case notify.RealServerState:
		c, alive = e.VirtualServer, e.Alive
		t.Name = root.Append(5, 0, 1)
		for column := uint32(3); column <= 6; column++ {
			t.add(root.Append(4, 1, column), Endpoint(e.RealServer, e.Up, column))
		}
		t.identify(c)
	case notify.VirtualServerState:
		c, alive = e.VirtualServer, e.Alive
		t.Name = root.Append(5, 0, 2)
		t.identify(c)
		t.quorum(e)
	default:
		return t, false
	}
	t.virtual(21, gauge(uint64(alive)))
	t.virtual(20, gauge(uint64(len(c.RealServers))))
	t.add(snmp.Keepalived.Append(1, 2, 0), text(routerID))
	return t, true
}

// virtual adds a value of the virtual server.
func (t *Trap) virtual(column uint32, v Value) { t.add(root.Append(3, 1, column), v) }

// identify says which virtual server it is. All that is not TCP is 2.
func (t *Trap) identify(c *config.VirtualServer) {
	columns := []uint32{2, 5, 6, 7}
	switch {
	case c.IsFWMark:
		columns = []uint32{2, 4}
	case c.Group != "":
		columns = []uint32{2, 3}
	}
	for _, column := range columns {
		t.virtual(column, Identity(c, column))
	}
	t.virtual(8, truth(c.Protocol == config.ProtocolTCP))
}

func (t *Trap) quorum(e notify.VirtualServerState) {
	status := truth(e.Up)
	if e.Stopping {
		status = integer(3)
	}
	t.virtual(23, status)
	t.virtual(22, gauge(uint64(e.VirtualServer.Quorum)))
}
