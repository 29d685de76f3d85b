package vrrp

import (
	"keepalived/core/config"
	"keepalived/parser/reader"
	"keepalived/parser/script"
)

// slots are the scripts that a keyword can set.
func slot(n *config.Notify, keyword string) **config.Script {
	switch keyword {
	case "notify_master":
		return &n.Master
	case "notify_backup":
		return &n.Backup
	case "notify_fault":
		return &n.Fault
	case "notify_stop":
		return &n.Stop
	case "notify_deleted":
		return &n.Deleted
	case "notify_master_rx_lower_pri":
		return &n.MasterRxLowerPri
	}
	return &n.Any
}

func (r *Room) notifyHandlers() reader.Handlers {
	h := reader.Handlers{
		"vrrp_instance/notify_deleted": {Read: r.notifyDeleted},
		"vrrp_instance/smtp_alert": {Read: func(p *reader.Pass, s *reader.Statement) {
			if on, ok := s.Bool(1); ok {
				r.instance.smtpAlert = choose(on)
			} else {
				p.General(msgSMTPAlert, s.Word(1))
			}
		}},
		"vrrp_instance/notify_priority_changes": r.boolean(msgPriorityChanges, func(v *instance, on bool) { v.priorityChanges = choose(on) }),
		"vrrp_sync_group/smtp_alert": {Read: func(p *reader.Pass, s *reader.Statement) {
			if on, ok := s.Bool(1); ok {
				r.group.smtpAlert = choose(on)
			} else {
				p.General(msgGroupSMTPAlert, s.Word(1))
			}
		}},
		"vrrp_sync_group/notify_priority_changes": {Read: func(p *reader.Pass, s *reader.Statement) {
			if on, ok := s.Bool(1); ok {
				r.group.priorityChanges = choose(on)
			} else {
				p.General(msgGroupPriorityChanges, r.group.Name, s.Word(1))
			}
		}},
	}
	for _, keyword := range []string{"notify", "notify_master", "notify_backup", "notify_fault", "notify_stop"} {
		h["vrrp_instance/"+keyword] = reader.Handler{Read: r.instanceNotify}
		h["vrrp_sync_group/"+keyword] = reader.Handler{Read: r.groupNotify}
	}
	h["vrrp_instance/notify_master_rx_lower_pri"] = reader.Handler{Read: r.instanceNotify}
	return h
}

func (r *Room) instanceNotify(p *reader.Pass, s *reader.Statement) {
	r.notify(p, s, &r.instance.Notify, r.instance.Name, msgNotifyTwice)
}

func (r *Room) groupNotify(p *reader.Pass, s *reader.Statement) {
	r.notify(p, s, &r.group.Notify, r.group.Name, msgGroupNotifyTwice)
}

// notify reads a script; twice is the message about a second one, with owner,
// keyword and command.
func (r *Room) notify(p *reader.Pass, s *reader.Statement, n *config.Notify, owner, twice string) {
	command := p.Need(s, 1)
	to := slot(n, s.Keyword())
	if *to != nil {
		p.General(twice, owner, s.Keyword(), command)
		return
	}
	cmd, problem := r.Global.Users.Read(p, s)
	if problem == script.UnknownUser {
		p.Log(logInvalidUser, "notify", command)
	}
	*to = cmd
}

// notifyDeleted is the wish to report DELETED instead of FAULT, perhaps with a
// script for it.
func (r *Room) notifyDeleted(p *reader.Pass, s *reader.Statement) {
	v := r.instance
	if v.notifyDeleted {
		p.General(msgNotifyDeletedTwice, v.Name, s.Word(1))
		return
	}
	v.notifyDeleted = true
	v.Notify.SendDeleted = true // even if the script turns out to be one that must not run
	if !s.Has(1) {
		return
	}
	r.notify(p, s, &v.Notify, v.Name, msgNotifyTwice)
}
