package effective

import (
	"keepalived/core/config"
	"keepalived/parser/reader"
)

func notifyRows() []row[instance] {
	notify := func(keyword string, f func(n *config.Notify) *config.Script) row[instance] {
		return script(keyword, func(v *instance) *config.Script { return f(&v.Notify) })
	}
	return []row[instance]{
		notify("notify_master", func(n *config.Notify) *config.Script { return n.Master }),
		notify("notify_backup", func(n *config.Notify) *config.Script { return n.Backup }),
		notify("notify_fault", func(n *config.Notify) *config.Script { return n.Fault }),
		notify("notify_stop", func(n *config.Notify) *config.Script { return n.Stop }),
		notify("notify", func(n *config.Notify) *config.Script { return n.Any }),
		custom("notify_deleted", func(r *renderer, v *instance) value {
			if v.Notify.SendDeleted && v.Notify.Deleted == nil {
				return value{json: true}
			}
			return script("", func(v *instance) *config.Script { return v.Notify.Deleted }).value(r, v)
		}),
		notify("notify_master_rx_lower_pri", func(n *config.Notify) *config.Script { return n.MasterRxLowerPri }),
		choice("notify_priority_changes", func(v *instance) bool { return v.Notify.PriorityChanges }).
			fromSource("vrrp_sync_group/notify_priority_changes", func(r *renderer, v *instance) *reader.Source {
				if g := r.groups[v.Name]; g != nil {
					return r.Origins.Of(g)
				}
				return nil
			}).from("global_defs/vrrp_notify_priority_changes"),
		choice("smtp_alert", func(v *instance) bool { return v.Notify.SMTPAlert }).
			from("global_defs/smtp_alert_vrrp", "global_defs/smtp_alert"),
	}
}

func groupRows() []row[config.SyncGroup] {
	notify := func(keyword string, f func(n *config.Notify) *config.Script) row[config.SyncGroup] {
		return script(keyword, func(g *config.SyncGroup) *config.Script { return f(&g.Notify) })
	}
	rows := []row[config.SyncGroup]{
		blocks("group", func(_ *renderer, g *config.SyncGroup, source *reader.Source) []statement {
			return names("group", g.Instances, source)
		}),
		text("state", func(g *config.SyncGroup) string { return g.State.String() }).inside(),
		flag("sync_group_tracking_weight", func(g *config.SyncGroup) bool { return g.TrackingWeight && !g.GlobalTracking }),
		flag("global_tracking", func(g *config.SyncGroup) bool { return g.GlobalTracking }).from("./sync_group_tracking_weight"),
		notify("notify_master", func(n *config.Notify) *config.Script { return n.Master }),
		notify("notify_backup", func(n *config.Notify) *config.Script { return n.Backup }),
		notify("notify_fault", func(n *config.Notify) *config.Script { return n.Fault }),
		notify("notify_stop", func(n *config.Notify) *config.Script { return n.Stop }),
		notify("notify", func(n *config.Notify) *config.Script { return n.Any }),
		choice("notify_priority_changes", func(g *config.SyncGroup) bool { return g.Notify.PriorityChanges }).from("global_defs/vrrp_notify_priority_changes"),
		choice("smtp_alert", func(g *config.SyncGroup) bool { return g.Notify.SMTPAlert }).
			from("global_defs/smtp_alert_vrrp", "global_defs/smtp_alert"),
	}
	return append(rows, trackRows(func(g *config.SyncGroup) (string, *config.Tracking) { return "", &g.Tracking }, allOwn[config.SyncGroup])...)
}

// names is a data block of names, one on a line.
func names(keyword string, list []string, source *reader.Source) []statement {
	var all []statement
	for _, name := range list {
		s := statement{kind: line, value: value{json: name, words: []string{name}}}
		if said, ok := source.Last(keyword + "/" + name); ok {
			s.origin = given(said)
		}
		all = append(all, s)
	}
	return lines(keyword, all)
}

func notificationEmail(_ *renderer, g *globals, source *reader.Source) []statement {
	var list []string
	for _, a := range g.NotificationEmails {
		list = append(list, mailbox(a))
	}
	return names("notification_email", list, source)
}
