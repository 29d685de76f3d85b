package script

import (
	"keepalived/parser/reader"
)

// Owner is who a script runs as.
type Owner struct{ UID, GID uint32 }

// Users knows the default owner of scripts. There is one for all processes:
// the default is looked for once.
type Users struct {
	owner  Owner
	known  bool // owner is valid
	failed bool // there is no default, and will not be
}

// ScriptUser handles the keyword script_user. After a failure, of it or of
// the search for a default, there is no default owner any more.
func (u *Users) ScriptUser(p *reader.Pass, s *reader.Statement) {
	if !s.Has(1) {
		p.General(msgUserMissing)
		return
	}
	owner, ok := u.Named(p, s.Words[1:])
	if !ok || u.failed {
		u.failed = true
		p.General(msgUserError)
		return
	}
	u.owner, u.known = owner, true
}

// Default returns the owner of scripts that name none: script_user, else the
// user keepalived_script, else whoever runs this process; the last only
// without enable_script_security.
func (u *Users) Default(p *reader.Pass) (owner Owner, ok bool) {
	if u.failed {
		return Owner{}, false
	}
	if u.known {
		return u.owner, true
	}
	uid, gid, found := p.Host.User(defaultUser)
	if !found {
		if p.Config.Global.EnableScriptSecurity {
			u.failed = true
			p.General(msgDefaultUser, defaultUser)
			return Owner{}, false
		}
		uid, gid = p.Host.Self()
	}
	u.owner, u.known = Owner{uid, gid}, true
	return u.owner, true
}

// Shown returns what Default would, and reports nothing.
func (u *Users) Shown(host reader.Host, security bool) (owner Owner, ok bool) {
	if u.known || u.failed {
		return u.owner, !u.failed
	}
	uid, gid, found := host.User(defaultUser)
	if !found && !security {
		uid, gid = host.Self()
	}
	return Owner{uid, gid}, found || !security
}

// Named returns the owner that a user and perhaps a group name; the group
// defaults to the user's. Why not is only logged.
func (u *Users) Named(p *reader.Pass, words []string) (owner Owner, ok bool) {
	uid, gid, ok := p.Host.User(words[0])
	if !ok {
		p.Log(msgUnknownUser, words[0])
		return Owner{}, false
	}
	if len(words) > 1 {
		if gid, ok = p.Host.Group(words[1]); !ok {
			p.Log(msgUnknownGroup, words[1])
			return Owner{}, false
		}
	}
	return Owner{uid, gid}, true
}

// For returns the owner for the words that follow a command: those named, or
// the default.
func (u *Users) For(p *reader.Pass, words []string) (owner Owner, problem Problem) {
	if len(words) == 0 {
		if owner, ok := u.Default(p); ok {
			return owner, None
		}
		return Owner{}, NoDefault
	}
	if owner, ok := u.Named(p, words); ok {
		return owner, None
	}
	return Owner{}, UnknownUser
}
