package global

import (
	"time"

	"keepalived/core/config"
	"keepalived/parser/reader"
	"keepalived/parser/script"
)

const defaultScriptTimeout = 10 * time.Second

// scriptHandlers are the keywords about scripts of the parent, and about all.
func (r *Room) scriptHandlers() reader.Handlers {
	g := &r.config.Global
	return reader.Handlers{
		"global_defs/script_user":             {Read: r.Users.ScriptUser},
		"global_defs/enable_script_security":  flag(&g.EnableScriptSecurity),
		"global_defs/use_symlink_paths":       boolean(&g.UseSymlinkPaths, "use_symlink_path"),
		"global_defs/startup_script":          r.parentScript(&g.StartupScript, "startup"),
		"global_defs/shutdown_script":         r.parentScript(&g.ShutdownScript, "shutdown"),
		"global_defs/startup_script_timeout":  scriptTimeout(&g.StartupScriptTimeout, "startup"),
		"global_defs/shutdown_script_timeout": scriptTimeout(&g.ShutdownScriptTimeout, "shutdown"),
	}
}

func (r *Room) parentScript(set **config.Script, kind string) reader.Handler {
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		switch {
		case *set != nil:
			p.General(msgScriptDuplicate, kind)
			return
		case !s.Has(1):
			p.General(msgScriptMissing, kind)
			return
		}
		c, problem := r.Users.Read(p, s)
		if problem != script.None {
			p.General(msgScriptInvalid, kind)
			return
		}
		*set = c
	}}
}

func scriptTimeout(set *time.Duration, kind string) reader.Handler {
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		if !s.Has(1) {
			p.General(msgTimeoutMissing, kind)
			return
		}
		v, ok := p.Unsigned(s.Word(1), 1, 1000, reader.Lenient)
		if !ok {
			p.General(msgTimeoutInvalid, kind, s.Word(1))
			return
		}
		*set = time.Duration(v) * time.Second
	}}
}

// finishScripts examines the parent's scripts and applies the default
// time-outs. A script that must not run is forgotten.
func (r *Room) finishScripts(p *reader.Pass) {
	g := &r.config.Global
	examiner := script.NewExaminer(p)
	for _, s := range []struct {
		script  **config.Script
		timeout *time.Duration
	}{{&g.StartupScript, &g.StartupScriptTimeout}, {&g.ShutdownScript, &g.ShutdownScriptTimeout}} {
		if *s.script == nil {
			continue
		}
		if examiner.Examine(*s.script) != script.Accepted {
			*s.script = nil
			continue
		}
		if *s.timeout == 0 {
			*s.timeout = defaultScriptTimeout
		}
	}
	executed, unsafe := examiner.Executed()
	if !executed || g.EnableScriptSecurity {
		return
	}
	note := ""
	if unsafe {
		note = insecureScripts
	}
	p.Report(config.ClassSecurity, msgSecurityViolation, note)
}
