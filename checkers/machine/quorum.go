package machine

import (
	"keepalived/checkers/message"
)

// quorum is section 6.4. initial is set at a start and at a reload.
func (v *VirtualServer) quorum(a *actions, initial bool) {
	w := v.weight()
	q, h := v.Config.Quorum, v.Config.Hysteresis
	switch {
	case !v.QuorumUp && w >= uint64(q+h):
		v.gain(a, initial, w) // Q1, Q2
	case v.QuorumUp && (w == 0 || w < uint64(q-h)):
		v.lose(a, initial, w, q-h) // Q6, Q7
	case !v.QuorumUp && initial && v.Config.SorryServer != nil && !v.SorryActive:
		v.lose(a, initial, w, q+h) // Q3
	}
}

func (v *VirtualServer) gain(a *actions, initial bool, w uint64) {
	q, h := v.Config.Quorum, v.Config.Hysteresis
	v.QuorumUp = true
	a.log(message.GainedQuorum, q, h, q+h, w, v.Name)
	if v.SorryActive {
		line := message.RemovingSorry
		if v.Config.SorryServer.Inhibit {
			line = message.DisablingSorry
		}
		a.log(line, v.sorryName(), v.Name)
		a.log(message.AddingAlive, v.Name)
		v.SorryActive = false
		v.sync(a)
	}
	a.notifyVS(v)
	body := message.MailGained
	if initial {
		body = message.MailStartUp
	}
	a.mailVS(v, sprintf(body, q, h, q+h, w))
}

// lose tells of a lost or, at a start, of a missing quorum. threshold is the
// number that the line names.
func (v *VirtualServer) lose(a *actions, initial bool, w uint64, threshold uint32) {
	q, h := v.Config.Quorum, v.Config.Hysteresis
	v.QuorumUp = false
	line, body := message.LostQuorum, message.MailLost
	if initial {
		line, body = message.StartQuorumDown, message.MailStartDown
	}
	a.log(line, q, h, threshold, w, v.Name)
	if v.Config.SorryServer != nil && !v.SorryActive {
		line := message.AddingSorry
		if v.Config.SorryServer.Inhibit {
			line = message.EnablingSorry
		}
		a.log(line, v.sorryName(), v.Name)
		a.log(message.RemovingAlive, v.Name)
		v.SorryActive = true
		v.sync(a)
	}
	a.notifyVS(v)
	a.mailVS(v, sprintf(body, q, h, threshold, w))
}
