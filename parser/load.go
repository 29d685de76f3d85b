package parser

import (
	"io"
	"math/rand/v2"
	"os"
	"strings"

	"keepalived/core/config"
	"keepalived/parser/bfd"
	"keepalived/parser/global"
	"keepalived/parser/keyword"
	"keepalived/parser/lvs"
	"keepalived/parser/reader"
	"keepalived/parser/source"
	"keepalived/parser/syntax"
	"keepalived/parser/trackfile"
	"keepalived/parser/vrrp"
)

// Host is what the language asks the machine.
type Host = reader.Host

// Options says what to read, and for what.
type Options struct {
	// Path is the configuration file, or a pattern for several (-f).
	Path string
	// ConfigID is compared with the @ID lines; empty: the host name up to
	// its first dot.
	ConfigID string
	// AllIncludes makes every failing include an error (-e).
	AllIncludes bool
	// Test is set for a configuration test (-t).
	Test bool
	// Reload is set when a running daemon reads again.
	Reload bool
	// Runs says whether a daemon runs the child of a pass for a
	// configuration whose parent's pass is over; of other children the
	// passes are left out, as nobody would see what they report, or end
	// because of it. Nil: all. A test runs all.
	Runs func(config.Pass, *config.Config) bool
	// Origins asks for Result.Origins.
	Origins bool
	// Host is the machine; nil: the one that this process runs on.
	Host Host
	// Files is the file system; nil: the real one.
	Files source.Files
	// MaxProduced bounds what sequences and definitions produce, in lines;
	// 0: enough for any real configuration.
	MaxProduced int
}

// Load reads a configuration.
func Load(o Options) *Result {
	o.complete()
	l := &loader{options: o, host: o.Host, config: new(config.Config), result: new(Result)}
	if o.Origins {
		l.result.Origins = reader.NewOrigins()
	}
	l.load()
	l.result.host, l.result.read = l.host, l.config
	if l.result.Status == StatusOK {
		l.result.Config, l.result.Settings = l.config, &l.global.Settings
	}
	return l.result
}

// Text writes the text of all files of a configuration as one, as
// config_save_dir wants it (02-runtime section 2.5). Errors are those of w.
func Text(w io.Writer, o Options) error {
	o.complete()
	return source.Consolidate(w, o.source(rand.Uint64N), o.Files)
}

// complete fills in what stands for nothing.
func (o *Options) complete() {
	if o.Host == nil {
		o.Host = System()
	}
	if o.Files == nil {
		o.Files = source.Disk{}
	}
	if o.ConfigID == "" {
		o.ConfigID, _, _ = strings.Cut(o.Host.Hostname(), ".")
	}
}

// source is what concerns the text.
func (o *Options) source(random func(uint64) uint64) source.Options {
	return source.Options{
		Path: o.Path, ConfigID: o.ConfigID, AllIncludes: o.AllIncludes,
		Getenv: o.Host.Getenv, Random: random, MaxProduced: o.MaxProduced,
	}
}

// loader is one Load.
type loader struct {
	options  Options
	host     Host
	config   *config.Config
	file     *syntax.File
	children *syntax.File // what the children see, file most of the time
	language *reader.Language
	result   *Result
	global   *global.Room
	lvs      *lvs.Room
	vrrp     *vrrp.Room
}

// load runs the passes, in the order in which they are reported.
func (l *loader) load() {
	if err := l.read(); err != nil {
		l.result.end(config.PassParent, StatusProgramError, StatusProgramError)
		return
	}
	l.furnish()
	if !l.parent() {
		return
	}
	for _, process := range []config.Pass{config.PassChecker, config.PassVRRP, config.PassBFD} {
		if !l.options.Test && l.options.Runs != nil && !l.options.Runs(process, l.config) {
			continue
		}
		if !l.child(process) {
			return
		}
	}
	l.global.FinishScripts(l.host)
}

// read reads the text, twice when the children see another one. The random
// numbers in it are the same both times.
func (l *loader) read() error {
	seed, number := rand.Uint64(), rand.Uint64()
	random := func() func(uint64) uint64 { return rand.New(rand.NewPCG(seed, number)).Uint64N }
	lines := source.Open(l.options.source(random()), l.options.Files)
	file, err := syntax.Parse(lines, keyword.ScriptLike)
	if err != nil {
		return err
	}
	l.file, l.children = file, file
	if lines = lines.Children(random()); lines != nil {
		l.children, err = syntax.Parse(lines, keyword.ScriptLike)
	}
	return err
}

// furnish makes the rooms, and the language out of their handlers.
func (l *loader) furnish() {
	l.global = global.New(l.config, l.host)
	files, sessions := trackfile.New(), bfd.New()
	l.lvs = lvs.New(l.global, sessions, files)
	l.vrrp = vrrp.New(vrrp.Sources{Global: l.global, Files: files, BFDs: sessions, Root: os.DirFS("/")})
	l.language = reader.NewLanguage(keyword.New(), l.global.Handlers(), files.Handlers(), sessions.Handlers(), l.lvs.Handlers(), l.vrrp.Handlers())
}

// parent runs the pass of the parent process. It returns false when no other
// pass takes place.
func (l *loader) parent() bool {
	p := l.pass(config.PassParent)
	complete := p.Read(l.language, l.notice)
	if complete && l.file.Opened {
		l.global.Finish(p)
	}
	l.result.Diagnostics = append(l.result.Diagnostics, p.Diagnostics...)
	switch {
	case !l.file.Opened:
		// A test ends with 0 then, unless every include is checked
		// (02-runtime section 1).
		test := StatusOK
		if l.options.AllIncludes || l.file.Unreadable {
			test = StatusPermission
		}
		l.result.end(config.PassParent, StatusNoConfig, test)
		return false
	case !complete:
		l.result.end(config.PassParent, StatusConfig, StatusConfig)
		return false
	case l.file.Failed:
		l.result.end(config.PassParent, StatusNoConfig, StatusNoConfig)
		return false
	}
	return l.enter()
}

// enter looks at the machine from the configured network namespace. There is
// none with an empty name, but that can be asked for.
func (l *loader) enter() bool {
	if !l.global.NamespaceGiven {
		return true
	}
	host, err := l.host.Namespace(l.config.NetNamespace)
	if err != nil {
		l.result.end(config.PassParent, StatusFatal, StatusOK)
		return false
	}
	l.host = host
	return true
}

// notice sees the keywords of other processes during the parent's pass.
func (l *loader) notice(keyword string) {
	c := l.config
	switch keyword {
	case "vrrp_instance", "static_ipaddress", "static_routes", "static_rules":
		c.HasVRRP = true
	case "virtual_server":
		c.HasLVS = true
	case "bfd_instance":
		c.HasBFD = true
	}
}

// child runs the pass of a child process.
func (l *loader) child(process config.Pass) bool {
	p := l.pass(process)
	complete := p.Read(l.language, nil)
	if complete {
		l.finish(p)
	}
	l.result.Diagnostics = append(l.result.Diagnostics, p.Diagnostics...)
	if !complete {
		l.result.end(process, StatusConfig, StatusConfig)
	}
	return complete
}

// finish runs what a process does after reading.
func (l *loader) finish(p *reader.Pass) {
	switch p.Process {
	case config.PassChecker:
		l.lvs.Finish(p)
	case config.PassVRRP:
		if !l.vrrp.Finish(p) {
			l.result.fail(p.Process, StatusConfig)
		}
	}
}

// pass prepares the pass of a process.
func (l *loader) pass(process config.Pass) *reader.Pass {
	mode := reader.Mode{Test: l.options.Test, Reload: l.options.Reload}
	file := l.children
	if process == config.PassParent {
		file = l.file
	}
	p := reader.NewPass(process, mode, file, l.config, l.host)
	p.Origins = l.result.Origins
	return p
}
