package main

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"keepalived/core/commandline"
	"keepalived/core/process"
	"keepalived/core/supervisor"
	"keepalived/parser"
)

// What the processes may take of the machine, which they share with the
// services that they look after. None of them allocates much, and each does its
// work on one loop.
const (
	heapGrowth = 50 // the garbage collector's target, in per cent
	processors = 4
)

// run is the whole program.
func (p program) run(args []string, stdout, stderr io.Writer) int {
	debug.SetGCPercent(heapGrowth)
	runtime.GOMAXPROCS(min(processors, runtime.GOMAXPROCS(0)))
	role := process.Role()
	if in, ok := process.Inherit(role); ok {
		return p.child(in, args)
	}
	if role != "" {
		// A daemon: its command line has been reported on already.
		stdout, stderr = io.Discard, io.Discard
	}
	if len(args) > 0 && filepath.Base(args[0]) == "genhash" {
		return p.genhash(args, stdout, stderr)
	}
	r := commandline.Parse(args, stdout, stderr)
	switch {
	case r.Exit:
		return r.Status
	case r.Genhash != nil:
		return p.genhash(r.Genhash, stdout, stderr)
	case r.Keywords:
		return keywords(r.KeywordPattern, stdout, stderr)
	case r.PrintConfig != "":
		return printConfig(&r.Options, stdout, stderr)
	case r.ConfigTest:
		return test(&r.Options, stdout, stderr)
	}
	return supervisor.Main(supervisor.Settings{
		Options: r.Options, Args: args, Built: p.built(), DumpDir: temporaryDirectory(),
		Load: func(reload bool) *supervisor.Loaded { return load(&r.Options, p.built(), reload) },
		Text: func(w io.Writer) error {
			return parser.Text(w, parserOptions(&r.Options, newHost(r.Options.Namespace)))
		},
	}, role)
}

func (p program) built() (built [process.Kinds]bool) {
	for k, make := range p.children {
		built[k] = make != nil
	}
	return built
}

// child runs one of the children, which has its parent's command line.
func (p program) child(in *process.Inherited, args []string) int {
	// Its loop must not be tied to the thread that main has locked.
	runtime.UnlockOSThread()
	o := commandline.Parse(args, io.Discard, io.Discard).Options
	c := process.Child{
		New: p.children[in.Kind],
		Options: process.Options{
			DontReleaseVRRP: o.DontReleaseVRRP, ReleaseVIPs: o.ReleaseVIPs, DontReleaseIPVS: o.DontReleaseIPVS,
			AddressMonitoring: o.AddressMonitoring, DumpConf: o.DumpConf, Detail: o.Detail, TmpDir: temporaryDirectory(),
			CoreLimit: in.CoreLimit,
		},
		Log:          supervisor.OpenLog(&o, in.Kind.Ident()),
		IgnoreSIGINT: o.IgnoreSIGINT,
		UmaskGiven:   o.Umask >= 0,
	}
	return c.Run(in)
}

// temporaryDirectory is that of the dump files (02-runtime section 2.3).
func temporaryDirectory() string {
	if d := os.Getenv("TMPDIR"); strings.HasPrefix(d, "/") {
		return d
	}
	return "/tmp"
}
