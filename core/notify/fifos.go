package notify

import (
	"fmt"
	"log/slog"
	"time"

	"keepalived/core/config"
	"keepalived/core/script"
)

// FIFOs is the listener that writes lines to the notification FIFOs of a
// process, and runs the scripts that read them (02-runtime section 18.5).
//
// A reload leaves a FIFO alone whose configuration has not changed, and the
// script that reads it: no line is lost, and no reader must open it again. A
// script that has ended is started again.
type FIFOs struct {
	vrrp   bool
	runner *script.Runner
	log    *slog.Logger
	open   []*fifo
	reader map[string]*reader // by kind
}

// reader is the script of a FIFO. Run is nil once it has ended.
type reader struct {
	script *config.Script
	path   string
	run    *script.Run
}

// NewFIFOs returns the listener of the VRRP process, or of the health-check
// process.
func NewFIFOs(vrrp bool, runner *script.Runner, log *slog.Logger) *FIFOs {
	return &FIFOs{vrrp: vrrp, runner: runner, log: log, reader: map[string]*reader{}}
}

// wish is a FIFO that should be open.
type wish struct {
	kind   string
	conf   *config.FIFO
	script *config.Script
}

// wishes are the FIFOs of a configuration. The global one is written by both
// processes, and read by a script of the health-check process if there is one.
func (f *FIFOs) wishes(c *config.Config) []wish {
	g := &c.Global
	own, kind, name := g.LVSNotifyFIFO, "lvs_", "LVS"
	if f.vrrp {
		own, kind, name = g.VRRPNotifyFIFO, "vrrp_", "vrrp"
	}
	var all []wish
	if g.NotifyFIFO != nil {
		w := wish{conf: g.NotifyFIFO}
		if !f.vrrp || !c.HasLVS {
			w.script = g.NotifyFIFO.Script
		}
		all = append(all, w)
		if own != nil && own.Path == g.NotifyFIFO.Path {
			f.log.Info(fmt.Sprintf(msgSamePath, own.Path, name, name))
			return all
		}
	}
	if own == nil {
		return all
	}
	w := wish{kind, own, own.Script}
	if v := g.VRRPNotifyFIFO; !f.vrrp && v != nil && v.Path == own.Path && v.Script != nil && w.script != nil {
		f.log.Info(msgBothScripts)
		w.script = nil
	}
	return append(all, w)
}

// Load opens the FIFOs of a configuration, and closes those of the one before
// that are no more.
func (f *FIFOs) Load(c *config.Config) {
	old := f.open
	f.open = nil
	wishes := f.wishes(c)
	kept := map[*fifo]bool{}
	for _, w := range wishes {
		for _, o := range old {
			if o.kind == w.kind && o.conf.Path == w.conf.Path && o.conf.UID == w.conf.UID && o.conf.GID == w.conf.GID && o.there() {
				kept[o] = true
			}
		}
	}
	for _, o := range old {
		if !kept[o] {
			o.close()
		}
	}
	scripts := map[string]bool{}
	for _, w := range wishes {
		if w.script != nil {
			scripts[w.kind] = true
			f.read(w)
		}
		f.use(w, kept)
	}
	for kind := range f.reader {
		if !scripts[kind] {
			f.stop(kind)
		}
	}
}

// use takes over a FIFO or opens it.
func (f *FIFOs) use(w wish, kept map[*fifo]bool) {
	for o := range kept {
		if o.kind == w.kind {
			o.conf = w.conf
			f.open = append(f.open, o)
			return
		}
	}
	if o := openFIFO(w.kind, w.conf, f.log); o != nil {
		f.open = append(f.open, o)
	}
}

// read starts the script that reads a FIFO, before it is opened, with its path
// as the last argument.
func (f *FIFOs) read(w wish) {
	if r := f.reader[w.kind]; r != nil && r.run != nil && r.path == w.conf.Path && r.script.Equal(w.script) {
		return
	}
	f.stop(w.kind)
	r := &reader{script: w.script, path: w.conf.Path}
	f.reader[w.kind] = r
	r.run = f.runner.Run(script.Command{
		Name: w.script.Path, Script: w.script, Extra: []string{w.conf.Path}, InOrder: true,
		Done: func(script.Result) {
			r.run = nil
			process := "lvs"
			if f.vrrp {
				process = "vrrp"
			}
			f.log.Info(fmt.Sprintf(msgTerminated, process))
		},
	})
}

// readerGrace is how long a reader has to end after SIGTERM.
const readerGrace = time.Second

func (f *FIFOs) stop(kind string) {
	if r := f.reader[kind]; r != nil && r.run != nil {
		r.run.Forget()
		r.run.Terminate(readerGrace)
	}
	delete(f.reader, kind)
}

// Close ends the readers, and closes the FIFOs and removes those that were
// created here.
func (f *FIFOs) Close() {
	for kind := range f.reader {
		f.stop(kind)
	}
	for _, o := range f.open {
		o.close()
	}
	f.open = nil
}

// Notify writes the line of an event.
func (f *FIFOs) Notify(e Event) {
	if len(f.open) == 0 {
		return
	}
	line := Line(e)
	for _, o := range f.open {
		o.write(line, f.vrrp)
	}
}

// Line is the line that FIFO readers get of an event.
func Line(e Event) string {
	switch e := e.(type) {
	case InstanceState:
		return fmt.Sprintf("INSTANCE \"%s\" %s %d\n", e.Instance.Name, e.State, e.Priority)
	case GroupState:
		return fmt.Sprintf("GROUP \"%s\" %s 0\n", e.Group.Name, e.State)
	case RealServerState:
		return fmt.Sprintf("RS %s %s %s\n", e.RS, e.VS, upDown(e.Up))
	case VirtualServerState:
		return fmt.Sprintf("VS %s %s\n", e.VS, upDown(e.Up))
	}
	return ""
}

func upDown(up bool) string {
	if up {
		return "UP"
	}
	return "DOWN"
}
