package fsm

import (
	"fmt"
	"strings"
	"time"

	"keepalived/core/notify"
)

// text is an action as the tests write it.
func text(a Action, start time.Time) string {
	switch a := a.(type) {
	case Log:
		if a.Detail {
			return "log- " + a.Line
		}
		return "log " + a.Line
	case SendAdvert:
		return fmt.Sprintf("%s: advert %d", a.Instance.Config.Name, a.Priority)
	case SetTimer:
		if a.Deadline.IsZero() {
			return a.Instance.Config.Name + ": timer off"
		}
		return fmt.Sprintf("%s: timer %v", a.Instance.Config.Name, a.Deadline.Sub(start))
	case AddVIPs:
		return a.Instance.Config.Name + ": add VIPs" + why(a.Why)
	case RemoveVIPs:
		return a.Instance.Config.Name + ": remove VIPs" + why(a.Why)
	case Announce:
		s := fmt.Sprintf("%s: announce %d", a.Instance.Config.Name, a.Repeat)
		if a.Again > 0 {
			s += fmt.Sprintf(" again %v", a.Again)
		}
		if a.Refresh {
			s += " refresh"
		}
		return s
	case AnnounceSource:
		return a.Instance.Config.Name + ": announce source"
	case Notify:
		return fmt.Sprintf("INSTANCE %s %s %d", a.Instance.Config.Name, a.State, a.Priority)
	case NotifyGroup:
		return fmt.Sprintf("GROUP %s %s", a.Group.Config.Name, a.State)
	case SyncDaemon:
		return fmt.Sprintf("%s: sync daemon %s", a.Instance.Config.Name, map[bool]notify.State{true: notify.Master, false: notify.Backup}[a.Master])
	case Sequence:
		return fmt.Sprintf("%s: sequence %s", a.Instance.Config.Name, [...]string{"restart", "follow", "unwrapped"}[a.Op])
	case LimitDelays:
		return fmt.Sprintf("%s: limit delays by %v", a.Instance.Config.Name, a.Instance.MasterInterval)
	}
	return fmt.Sprintf("%T", a)
}

func why(w Why) string {
	return [...]string{"", " at start", " at reload", " at stop"}[w]
}

func texts(actions []Action, start time.Time) string {
	var b strings.Builder
	for _, a := range actions {
		b.WriteString(text(a, start) + "\n")
	}
	return b.String()
}
