package notify

import (
	"fmt"
	"log/slog"
	"time"

	"keepalived/core/config"
	"keepalived/core/mail"
	"keepalived/core/process"
)

// Mails is the listener that mails changes of state to the configured
// recipients (02-runtime section 19): those of instances and sync groups with
// smtp_alert, and every [Mail].
type Mails struct {
	sender   *mail.Sender
	settings *config.Global
	// last is the state that was mailed last, by config.Key of an instance
	// or by the name of a group. The same one is not mailed again, even if
	// another, which was not to be mailed, was in between.
	last map[any]State
}

// NewMails returns the listener. Without a configuration it mails nothing.
func NewMails(loop *process.Loop, log *slog.Logger) *Mails {
	return &Mails{sender: mail.NewSender(loop, log), settings: new(config.Global), last: map[any]State{}}
}

// Load goes over to a configuration. Mails that wait already go where they
// were to go.
func (m *Mails) Load(c *config.Config) {
	m.settings = &c.Global
	last := map[any]State{}
	keep := func(key any) {
		if s, mailed := m.last[key]; mailed {
			last[key] = s
		}
	}
	for _, in := range c.VRRP.Instances {
		keep(in.Key())
	}
	for _, g := range c.VRRP.SyncGroups {
		keep(g.Name)
	}
	m.last = last
}

// Close drops the mails that have not been sent, without waiting for them.
func (m *Mails) Close() { m.sender.Close() }

// Notify mails an event, if it is to be mailed.
func (m *Mails) Notify(e Event) {
	switch e := e.(type) {
	case InstanceState:
		if e.Instance.Notify.SMTPAlert {
			m.change(e.Instance.Key(), fmt.Sprintf(subjectInstance, e.Instance.Name), e.State, instanceBodies)
		}
	case GroupState:
		if e.Group.Notify.SMTPAlert {
			m.change(e.Group.Name, fmt.Sprintf(subjectGroup, e.Group.Name), e.State, groupBodies)
		}
	case Mail:
		m.send(e.Subject, e.Body)
	}
}

// change mails a state of who is named by subject. Words that are no states
// have no body.
func (m *Mails) change(key any, subject string, s State, bodies map[State]string) {
	body, mailed := bodies[s]
	if !mailed || m.last[key] == s || s == Fault && m.settings.NoEmailFaults {
		return
	}
	m.last[key] = s
	m.send(subject+suffixes[s], body)
}

func (m *Mails) send(subject, body string) {
	g := m.settings
	if len(g.NotificationEmails) == 0 || !g.SMTPServer.IsValid() {
		return
	}
	m.sender.Send(
		mail.Server{Addr: g.SMTPServer, Helo: g.SMTPHeloName, Timeout: g.SMTPConnectTimeout},
		mail.Message{
			Date: time.Now(), From: g.NotificationEmailFrom, To: g.NotificationEmails,
			Subject: "[" + g.RouterID + "] " + subject, Body: body,
		})
}

// The texts of mails about instances and sync groups.
const (
	subjectInstance = "VRRP Instance %s - "
	subjectGroup    = "VRRP Group %s - "
)

var (
	suffixes = map[State]string{
		Master: "Entering MASTER state", Backup: "Entering BACKUP state", Fault: "Entering FAULT state",
		Stop: "Stopping", Deleted: "Deleted",
	}
	instanceBodies = map[State]string{
		Master:  "=> VRRP Instance is now owning VRRP VIPs <=",
		Backup:  "=> VRRP Instance is no longer owning VRRP VIPs <=",
		Fault:   "=> VRRP Instance is no longer owning VRRP VIPs <=",
		Stop:    "=> VRRP Instance stopping <=",
		Deleted: "=> VRRP Deleted at reload <=",
	}
	groupBodies = map[State]string{
		Master: "=> All VRRP group instances are now in MASTER state <=",
		Backup: "=> All VRRP group instances are now in BACKUP state <=",
		Fault:  "=> All VRRP group instances are now in FAULT state <=",
		Stop:   "=> All VRRP group instances are now stopping <=",
	}
)
