package machine

import (
	"fmt"
	"time"

	"keepalived/checkers/message"
	"keepalived/core/config"
)

// Action is one thing to be done.
type Action interface{ action() }

// Log writes a line; Detail lines only with -D.
type Log struct {
	Text   string
	Detail bool
}

// Kept says that a reload goes on with a virtual server.
type Kept struct{ VS *VirtualServer }

// SetDestination makes a server be in the table of a virtual server with these
// values. With Must set it is the last action, and its outcome is to be told
// by an Answer.
type SetDestination struct {
	VS          *VirtualServer
	Destination Destination
	Must        bool
}

// DeleteDestination removes a server from the table. Must is as for
// SetDestination.
type DeleteDestination struct {
	VS          *VirtualServer
	Destination Destination
	Must        bool
}

// NotifyRS tells scripts, FIFOs and traps of a real server that has come up or
// gone down; Quiet ones only traps.
type NotifyRS struct {
	Config *config.RealServer
	Of     *config.VirtualServer
	RS, VS string // the names
	Up     bool
	Alive  int // real servers of the virtual server now
	Quiet  bool
}

// NotifyVS tells scripts, FIFOs and traps of a quorum gained or lost, or of a
// virtual server that stops; Quiet ones only traps.
type NotifyVS struct {
	Config   *config.VirtualServer
	VS       string // the name
	Up       bool
	Alive    int // real servers now
	Stopping bool
	Quiet    bool
}

// Mail sends a mail. Subject is what follows the router id.
type Mail struct{ Subject, Body string }

// Schedule has the next attempt of a checker begin after a time.
type Schedule struct {
	Checker *Checker
	After   time.Duration
}

func (Log) action()               {}
func (Kept) action()              {}
func (SetDestination) action()    {}
func (DeleteDestination) action() {}
func (NotifyRS) action()          {}
func (NotifyVS) action()          {}
func (Mail) action()              {}
func (Schedule) action()          {}

// actions collects what a step asks for. With whole set it asks for no single
// change of the table, which is made as Wanted says when all is decided.
type actions struct {
	list  []Action
	whole bool
}

func (a *actions) log(format string, args ...any) {
	a.add(Log{Text: fmt.Sprintf(format, args...)})
}

func (a *actions) detail(format string, args ...any) {
	a.add(Log{Text: fmt.Sprintf(format, args...), Detail: true})
}

func (a *actions) add(x Action) { a.list = append(a.list, x) }

func upWord(up bool) string {
	if up {
		return "UP"
	}
	return "DOWN"
}

func (a *actions) notifyRS(r *RealServer) { a.tellRS(r, false) }

func (a *actions) tellRS(r *RealServer, quiet bool) {
	v := r.VS
	a.add(NotifyRS{Config: r.Config, Of: v.Config, RS: r.Name, VS: v.Name, Up: r.Alive, Alive: v.Up, Quiet: quiet})
}

func (a *actions) notifyVS(v *VirtualServer) {
	a.add(NotifyVS{Config: v.Config, VS: v.Name, Up: v.QuorumUp, Alive: v.Up})
}

func (a *actions) mailRS(r *RealServer, body string) {
	if r.Config.SMTPAlert {
		a.add(Mail{fmt.Sprintf(message.MailRealServer, r.Name, r.VS.Name, upWord(r.Alive)), body})
	}
}

func (a *actions) mailVS(v *VirtualServer, body string) {
	if v.Config.SMTPAlert {
		a.add(Mail{fmt.Sprintf(message.MailVirtualServer, v.Name, upWord(v.QuorumUp)), body})
	}
}
