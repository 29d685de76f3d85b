package main

import (
	"path/filepath"
	"strings"

	"keepalived/core/commandline"
	"keepalived/core/config"
	"keepalived/core/process"
	"keepalived/core/supervisor"
	"keepalived/parser"
	"keepalived/parser/source"
)

// load reads the configuration that a command line names. built says which
// children there are.
func load(o *commandline.Options, built [process.Kinds]bool, reload bool) *supervisor.Loaded {
	files := &recorder{Files: source.Disk{}, given: o.File}
	h := newHost(o.Namespace)
	po := parserOptions(o, h)
	po.Reload, po.Files = reload, files
	po.Runs = func(pass config.Pass, c *config.Config) bool { return supervisor.Runs(pass, c, o, built) }
	r := parser.Load(po)
	return &supervisor.Loaded{
		Config: r.Config, Diagnostics: r.Diagnostics, Files: files.read, Namespace: h.entered(), Enter: h.given(),
		Status: r.Status, Culprit: r.FatalPass, TestStatus: r.TestStatus(), Structural: r.Structural(),
	}
}

func parserOptions(o *commandline.Options, h *host) parser.Options {
	return parser.Options{Path: o.File, ConfigID: o.ConfigID, AllIncludes: o.AllConfig, Host: h}
}

// recorder notes which files are read, for the log of -D.
type recorder struct {
	source.Files
	given string // -f
	read  []string
}

// Read implements source.Files.
func (r *recorder) Read(path string) (string, error) {
	data, err := r.Files.Read(path)
	if err == nil {
		r.read = append(r.read, r.shown(path))
	}
	return data, err
}

// shown is a path as the user would write it: the parser makes all absolute.
func (r *recorder) shown(path string) string {
	if filepath.IsAbs(r.given) {
		return path
	}
	given := filepath.Join(r.Directory(), r.given)
	if path == given {
		return r.given
	}
	if inside, ok := strings.CutPrefix(path, filepath.Dir(given)+"/"); ok {
		return filepath.Join(filepath.Dir(r.given), inside)
	}
	return path
}

// host is the machine as it is seen from the namespace that the daemon is
// going to run in: that of -s, which overrides the configuration's.
type host struct {
	parser.Host
	forced string // -s
	name   string // of the configuration
	named  bool   // by the configuration, perhaps with an empty name
}

func newHost(forced string) *host {
	h := &host{Host: parser.System(), forced: forced}
	if forced != "" {
		// A namespace that cannot be entered is reported when the
		// daemon enters it.
		if inside, err := h.Host.Namespace(forced); err == nil {
			h.Host = inside
		}
	}
	return h
}

// Links are the names of the interfaces.
func (h *host) Links() []string {
	if l, ok := h.Host.(interface{ Links() []string }); ok {
		return l.Links()
	}
	return nil
}

// Namespace implements parser.Host.
func (h *host) Namespace(name string) (parser.Host, error) {
	h.name, h.named = name, true
	if h.forced != "" {
		return h, nil
	}
	return h.Host.Namespace(name)
}

// entered is the name of the namespace that the daemon is to enter.
func (h *host) entered() string {
	if h.forced != "" {
		return h.forced
	}
	return h.name
}

// given reports whether there is such a namespace.
func (h *host) given() bool { return h.forced != "" || h.named }
