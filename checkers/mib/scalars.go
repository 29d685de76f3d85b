package mib

import (
	"keepalived/core/config"
	"keepalived/core/snmp"
	"keepalived/core/status"
)

// daemonScalars is lvsSyncDaemon. Without one there is only the first object.
func daemonScalars(c *status.Checkers) []snmp.Node {
	return scalars(6, 9, func(column uint32) Value {
		d := c.Config.Global.LVSSyncDaemon
		if column == 1 || d == nil {
			if column != 1 {
				return Value{}
			}
			return truth(d != nil)
		}
		switch column {
		case 2:
			return given(d.Interface)
		case 3:
			return given(d.Instance)
		case 4:
			return integer(int64(d.ID))
		case 5:
			return integer(int64(d.MaxLen))
		case 6:
			return integer(int64(d.Port))
		case 7:
			return integer(int64(d.TTL))
		case 8:
			return family(config.Family(d.Group))
		}
		return address(d.Group)
	})
}

// timeoutScalars is lvsTimeouts: those that are configured.
func timeoutScalars(c *status.Checkers) []snmp.Node {
	return scalars(7, 3, func(column uint32) Value {
		t := &c.Config.Global.LVSTimeouts
		seconds := [...]uint32{1: t.TCP, 2: t.TCPFin, 3: t.UDP}[column]
		if seconds == 0 {
			return Value{}
		}
		return integer(int64(seconds))
	})
}

// scalars are the objects of a node.
func scalars(node, last uint32, value func(column uint32) Value) (all []snmp.Node) {
	for column := uint32(1); column <= last; column++ {
		all = append(all, snmp.Scalar(root.Append(node, column), value(column)))
	}
	return all
}
