package global

import (
	"errors"
	"io/fs"

	"keepalived/parser/reader"
)

// reloadFileDefault stands for the file name that depends on the instance
// (config.Global.ReloadFile).
const reloadFileDefault = "-"

// fileHandlers are the keywords that name files and directories of the
// daemon, and those about reloading.
func (r *Room) fileHandlers() reader.Handlers {
	g := &r.config.Global
	return reader.Handlers{
		"global_defs/reload_check_config":  {Read: r.reloadCheckConfig},
		"global_defs/reload_time_file":     {Read: r.reloadTimeFile},
		"global_defs/reload_repeat":        flag(&g.ReloadRepeat),
		"global_defs/reload_file":          {Read: r.reloadFile},
		"global_defs/config_save_dir":      {Read: r.configSaveDir},
		"global_defs/tmp_config_directory": {Read: r.tmpConfigDirectory},
		"global_defs/data_use_instance":    boolean(&g.DataUseInstance, "date_use_instance"),
		"global_defs/json_version":         {Read: r.jsonVersion},
		"global_defs/iproute_etc_dir":      directory(&g.IproutePaths[0]),
		"global_defs/iproute_usr_dir":      directory(&g.IproutePaths[1]),
		"global_defs/state_dump_file":      dumpFile(&g.StateDumpFile),
		"global_defs/stats_dump_file":      dumpFile(&g.StatsDumpFile),
		"global_defs/json_dump_file":       dumpFile(&g.JSONDumpFile),
	}
}

func (r *Room) reloadCheckConfig(p *reader.Pass, s *reader.Statement) {
	g := &r.config.Global
	g.ReloadCheckConfig, g.ReloadCheckConfigFile = true, "/dev/null"
	if s.Has(1) {
		g.ReloadCheckConfigFile = p.Keep(s.Word(1))
	}
}

func (r *Room) reloadTimeFile(p *reader.Pass, s *reader.Statement) {
	if s.Len() != 2 {
		p.General(msgReloadTimeFile)
		return
	}
	r.config.Global.ReloadTimeFile = p.Keep(s.Word(1))
}

func (r *Room) reloadFile(p *reader.Pass, s *reader.Statement) {
	r.config.Global.ReloadFile = reloadFileDefault
	if s.Has(1) {
		r.config.Global.ReloadFile = p.Keep(s.Word(1))
	}
}

// configSaveDir creates a missing directory, in a test too.
func (r *Room) configSaveDir(p *reader.Pass, s *reader.Statement) {
	path := p.Need(s, 1)
	info, err := p.Host.Stat(path)
	switch {
	case err == nil && !info.IsDir():
		p.General(msgSaveDirNotDirectory, path)
		return
	case errors.Is(err, fs.ErrNotExist):
		if err := p.Host.MakeDirectory(path, 0o700); err != nil {
			number, reason := reader.Errno(err)
			p.General(msgSaveDirCreate, path, number, reason)
			return
		}
	case err != nil:
		number, reason := reader.Errno(err)
		p.General(msgSaveDirError, path, number, reason)
		return
	}
	r.config.Global.ConfigSaveDir = p.Keep(path)
}

func (r *Room) tmpConfigDirectory(p *reader.Pass, s *reader.Statement) {
	g := &r.config.Global
	switch {
	case !s.Has(1):
		p.General(msgMissingDirectory, s.Keyword())
	case g.TmpConfigDirectory != "":
		p.General(msgAlreadySpecified, s.Keyword())
	default:
		g.TmpConfigDirectory = p.Keep(s.Word(1))
	}
}

func (r *Room) jsonVersion(p *reader.Pass, s *reader.Statement) {
	if !s.Has(1) {
		p.General(msgRequiresVersion, s.Keyword())
		return
	}
	v, ok := p.Unsigned(s.Word(1), 1, 2, reader.Lenient)
	if !ok {
		p.General(msgJSONVersion)
		return
	}
	r.config.Global.JSONVersion = int(v)
}

func directory(set *string) reader.Handler {
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		if s.Len() != 2 {
			p.General(msgRequiresPath, s.Keyword())
			return
		}
		*set = p.Keep(s.Word(1))
	}}
}

func dumpFile(set *string) reader.Handler {
	return reader.Handler{Read: func(p *reader.Pass, s *reader.Statement) {
		if s.Len() != 2 || s.Word(1) == "" {
			p.General(msgRequiresNonEmptyPath, s.Keyword())
			return
		}
		*set = p.Keep(s.Word(1))
	}}
}
