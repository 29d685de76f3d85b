package machine

import (
	"time"

	"keepalived/core/config"
)

// Event is something that happened to one virtual server.
type Event interface{ event() }

// Result is the end of an attempt of a checker.
type Result struct {
	Checker *Checker
	OK      bool
	// Void is set when the attempt says nothing about the server: no socket,
	// no source address. The state stays, the next attempt is as usual.
	Void bool
	// Text says what failed, in the words of the checker's section:
	// TCP "timeout", "failed" or empty for an immediate failure; UDP "failed"
	// or "mismatch"; PING "timeout", "failed" or empty; HTTP and SSL the text
	// before " server", SMTP and DNS the text after the prefix; after a
	// success of HTTP and SSL the kind of what was compared.
	Text string
	// Misc is the end of a MISC_CHECK's process.
	Misc MiscResult
	// Elapsed is the time since the attempt began.
	Elapsed time.Duration
}

// MiscResult is how the process of a MISC_CHECK ended.
type MiscResult struct {
	Status   int // exit status
	Signal   int // that killed it, 0: none
	TimedOut bool
}

// Answer is the kernel's answer to an action with Must set.
type Answer struct{ Refused bool }

// FileValue is the number in the tracked file of a FILE_CHECK.
type FileValue struct {
	Checker *Checker
	Value   int64
}

// BFDState is a state of the BFD instance of a BFD_CHECK.
type BFDState struct {
	Checker *Checker
	Up      bool
}

// Weight is a weight that an observer sets in place of the effective one; it
// lasts until a reload (05-observability section 8.4).
type Weight struct {
	RS     *RealServer
	Weight int64
}

func (Result) event()    {}
func (Answer) event()    {}
func (FileValue) event() {}
func (BFDState) event()  {}
func (Weight) event()    {}

// Step takes an event and returns what is to be done about it, in order. While
// an Answer is awaited no other event is allowed.
func (v *VirtualServer) Step(e Event) []Action {
	var a actions
	if _, ok := e.(Answer); ok != (v.pending != nil) {
		panic("checkers/machine: an Answer must follow an action with Must, and nothing else")
	}
	switch e := e.(type) {
	case Answer:
		v.answer(&a, e.Refused)
	case Result:
		v.result(&a, e)
	case FileValue:
		v.fileValue(&a, e)
	case BFDState:
		v.bfdState(&a, e)
	case Weight:
		e.RS.Base += e.Weight - e.RS.Effective
		v.reweigh(&a, e.RS)
	}
	return a.list
}

// result finds the table of section 7.3.
func (v *VirtualServer) result(a *actions, e Result) {
	if e.Void {
		a.add(Schedule{e.Checker, e.Checker.Config.DelayLoop})
		return
	}
	switch e.Checker.Config.Kind {
	case config.CheckHTTP, config.CheckSSL:
		v.web(a, e)
	case config.CheckMisc:
		v.misc(a, e)
	case config.CheckSMTP:
		v.smtp(a, e)
	case config.CheckDNS:
		v.dns(a, e)
	default:
		v.simple(a, e)
	}
}
