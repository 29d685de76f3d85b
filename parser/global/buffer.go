package global

import (
	"math"
	"strings"

	"keepalived/parser/reader"
)

// bufferHandlers are the sizes of socket buffers.
func (r *Room) bufferHandlers() reader.Handlers {
	g := &r.config.Global
	h := reader.Handlers{
		"global_defs/vrrp_rx_bufs_policy":     {Read: r.rxBufsPolicy},
		"global_defs/vrrp_rx_bufs_multiplier": {Read: r.rxBufsMultiplier},
	}
	for name, b := range map[string]struct {
		size  *uint32
		force *bool
	}{
		"vrrp_netlink_cmd_rcv_bufs":     {&g.NetlinkCmdRcvBufs, &g.NetlinkCmdRcvBufsForce},
		"vrrp_netlink_monitor_rcv_bufs": {&g.NetlinkMonitorRcvBufs, &g.NetlinkMonitorRcvBufsForce},
		"process_monitor_rcv_bufs":      {&g.ProcessMonitorRcvBufs, &g.ProcessMonitorRcvBufsForce},
		"lvs_netlink_cmd_rcv_bufs":      {&g.LVSNetlinkCmdRcvBufs, &g.LVSNetlinkCmdRcvBufsForce},
		"lvs_netlink_monitor_rcv_bufs":  {&g.LVSNetlinkMonitorRcvBufs, &g.LVSNetlinkMonitorRcvBufsForce},
	} {
		h["global_defs/"+name] = receiveBuffer(b.size)
		h["global_defs/"+name+"_force"] = boolean(b.force, name+"_force")
	}
	return h
}

// receiveBuffer is a size in bytes; 0 is ignored silently.
func receiveBuffer(set *uint32) reader.Handler {
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		if !s.Has(1) {
			p.General(msgReceiveSizeMissing, s.Keyword())
			return
		}
		v, ok := p.Unsigned(s.Word(1), 0, math.MaxUint32, reader.Lenient)
		if !ok {
			p.General(msgReceiveSizeInvalid, s.Keyword(), s.Word(1))
			return
		}
		if v > 0 {
			*set = v
		}
	}}
}

// rxBufsPolicy reads words and a number in any order. Wherever the number
// stands, it is the first argument that is read as one.
func (r *Room) rxBufsPolicy(p *reader.Pass, s *reader.Statement) {
	if !s.Has(1) {
		p.General(msgPolicyMissing)
		return
	}
	policy := &r.config.Global.RxBufsPolicy
	for _, word := range s.Words[1:] {
		switch {
		case strings.EqualFold(word, "MTU"):
			policy.MTU = true
		case strings.EqualFold(word, "ADVERT"):
			policy.Advert = true
		default:
			v, ok := p.Unsigned(s.Word(1), 0, math.MaxUint32, reader.Lenient)
			if !ok {
				p.General(msgPolicyInvalid, word)
				continue
			}
			policy.Size, r.sized = v, true // for later lines too
		}
	}
	if r.sized && (policy.MTU || policy.Advert) {
		p.General(msgPolicySize)
		policy.MTU, policy.Advert = false, false
	} else if policy.MTU && policy.Advert {
		p.General(msgPolicyBoth)
		policy.Advert = false
	}
}

func (r *Room) rxBufsMultiplier(p *reader.Pass, s *reader.Statement) {
	if s.Len() != 2 {
		p.General(msgMultiplier)
		return
	}
	v, ok := p.Unsigned(s.Word(1), 1, math.MaxUint32, reader.Lenient)
	if !ok {
		p.General(msgMultiplierValue, s.Word(1))
		return
	}
	r.config.Global.RxBufsMultiplier = v
}
