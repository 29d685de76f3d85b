package machine

import (
	"math"

	"keepalived/checkers/message"
	"keepalived/core/config"
)

// fileStatus is what a number in a tracked file means for a weight (8.8).
func fileStatus(f *config.FileCheck, value int64) (status int64, fault bool) {
	if f.Weight == 0 {
		return 0, (value != 0) != f.Reverse
	}
	// Both are at most 32 bits wide, so the product fits into 64.
	s := value * f.Weight
	if f.Reverse {
		s = -s
	}
	s = min(max(s, math.MinInt32), math.MaxInt32)
	return s, s == math.MinInt32
}

// setFile puts a FILE_CHECK into the state of its file without any action.
func (k *Checker) setFile(value int64) {
	s, fault := fileStatus(k.Config.File, value)
	k.HasRun = true
	k.setUp(!fault)
	k.Weight = 0
	if !fault {
		k.Weight = s
	}
	k.RS.weigh()
}

// fileValue is section 8.8.
func (v *VirtualServer) fileValue(a *actions, e FileValue) {
	k := e.Checker
	s, fault := fileStatus(k.Config.File, e.Value)
	switch {
	case fault && k.Up:
		a.detail(message.FileFault, k.RS.Name, k.Config.File.TrackFile)
		v.apply(a, transition{checker: k, next: -1, withdraw: true})
	case fault:
	case !k.Up:
		a.detail(message.FileOK, k.RS.Name, k.Config.File.TrackFile)
		k.Weight = s
		k.RS.weigh()
		v.apply(a, transition{checker: k, up: true, next: -1})
	default:
		k.Weight = s
		v.reweigh(a, k.RS)
	}
}

// bfdState is section 8.9.
func (v *VirtualServer) bfdState(a *actions, e BFDState) {
	k := e.Checker
	if k.HasRun && k.Up == e.Up {
		return
	}
	line, mail := message.BFDDown, message.MailBFDDown
	if e.Up {
		line, mail = message.BFDUp, message.MailBFDUp
	}
	a.log(line, k.Config.BFD.Name, k.RS.Name)
	t := transition{checker: k, up: e.Up, next: -1}
	if k.Up != e.Up {
		t.mail = sprintf(mail, k.Config.BFD.Name)
	}
	v.apply(a, t)
}
