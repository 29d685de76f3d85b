package track

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"keepalived/core/config"
	"keepalived/core/logging"
	"keepalived/core/process"
)

// Processes counts the processes that the blocks of vrrp_track_process look for.
// Its methods are called on the loop.
type Processes struct {
	loop    *process.Loop
	log     *slog.Logger
	changed func(c *config.TrackProcess, up bool)
	all     []*counted
	source  *connector
	first   string // network namespace
	buffer  int
	force   bool
	told    bool // the kernel has said that it will tell
}

type counted struct {
	*Count
	timer *process.Timer // of a change that waits
}

// NewProcesses returns the counter of nothing. Origin is the network namespace in
// which the daemon was started, which stays open; nil when the daemon has not left
// it. Changed is called on the loop when a quorum is gained or lost.
func NewProcesses(loop *process.Loop, log *slog.Logger, origin *os.File, changed func(*config.TrackProcess, bool)) *Processes {
	p := &Processes{loop: loop, log: log, changed: changed, first: firstNamespace}
	if origin != nil {
		p.first = fmt.Sprintf("/proc/self/fd/%d", origin.Fd())
	}
	return p
}

// Load replaces what is looked for, and counts. It reports whether the kernel
// can tell of processes at all; without that nothing is tracked.
func (p *Processes) Load(configs []*config.TrackProcess, buffer int, force bool) bool {
	p.Close()
	if len(configs) == 0 {
		return true
	}
	p.buffer, p.force = buffer, force
	if !p.open(configs) {
		return false
	}
	// Read after listening began: no change goes unnoticed. A count that nothing
	// changes would hide the end of what it counts.
	var there []Running
	if p.source != nil {
		there = scan()
	}
	for _, c := range configs {
		n := &counted{Count: NewCount(c, there)}
		n.timer = p.loop.NewTimer(func() { p.judge(n, n.Elapsed()) })
		p.all = append(p.all, n)
	}
	return true
}

func (p *Processes) open(configs []*config.TrackProcess) bool {
	// Deliveries of a source that has been closed since are for nobody.
	var source *connector
	source, err := openConnector(p.first, p.buffer, p.force, func(list []occurrence) {
		p.loop.Post(func() {
			if p.source == source {
				p.happened(list)
			}
		})
	})
	switch {
	case errors.Is(err, errNoConnector):
		p.detail(msgNoConnector)
		for range configs {
			p.log.Info(msgNoTrackProcess)
		}
		return false
	case err != nil:
		number, text := logging.Strerror(err)
		p.log.Info(fmt.Sprintf(msgListenFailed, number, text))
		return true
	}
	p.source, p.told = source, false
	return true
}

// Up reports whether a block's quorum is reached.
func (p *Processes) Up(name string) bool {
	for _, n := range p.all {
		if n.Config.Name == name {
			return n.Up
		}
	}
	return false
}

// Shown is what observers see of a block.
type Shown struct {
	Running             int  // processes that count
	Up                  bool // the quorum is reached
	Forked, Terminating bool // a change waits, because processes have come or gone
}

// Shown returns what is known of a block now.
func (p *Processes) Shown(name string) Shown {
	for _, n := range p.all {
		if n.Config.Name == name {
			return n.shown()
		}
	}
	return Shown{}
}

// Close ends the watch.
func (p *Processes) Close() {
	if p.source != nil {
		p.source.close()
		p.source = nil
	}
	for _, n := range p.all {
		n.timer.Stop()
	}
	p.all = nil
}

func (p *Processes) happened(list []occurrence) {
	for i := range list {
		o := &list[i]
		switch o.what {
		case procNone:
			// Also for whoever else begins to listen.
			if !p.told {
				p.told = true
				p.detail(msgProcEvents)
			}
			continue
		case procMute:
			p.log.Info(msgNoProcEvents)
			continue
		case procLost:
			p.lost()
		}
		for _, n := range p.all {
			p.judge(n, n.take(o))
		}
	}
}

// take gives an occurrence to the machine.
func (n *counted) take(o *occurrence) Verdict {
	switch o.what {
	case procFork:
		return n.Fork(o.parent, o.pid)
	case procExec:
		return n.Exec(&o.now)
	case procComm:
		return n.Rename(&o.now)
	case procExit:
		return n.Exit(o.pid)
	case procLost:
		return n.Reset(o.all)
	}
	return Verdict{}
}

func (p *Processes) judge(n *counted, v Verdict) {
	if v.Cancel {
		n.timer.Stop()
	}
	if v.Wait > 0 {
		n.timer.Reset(v.Wait)
	}
	if !v.Changed {
		return
	}
	text := msgQuorumLost
	if n.Up {
		text = msgQuorumGained
	}
	p.log.Info(fmt.Sprintf(text, n.Config.Name))
	p.changed(n.Config, n.Up)
}

// defaultBuffer is about what the kernel gives a socket.
const defaultBuffer = 212992

// largestBuffer is more than a socket is ever given.
const largestBuffer = 1 << 30

// lost makes the buffer larger after some events did not fit into it.
func (p *Processes) lost() {
	if p.buffer == 0 {
		p.buffer = defaultBuffer
	}
	p.buffer = min(2*p.buffer, largestBuffer)
	p.log.Info(fmt.Sprintf(msgBuffer, p.buffer))
	raw, err := p.source.file.SyscallConn()
	if err == nil {
		_ = raw.Control(func(fd uintptr) { setBuffer(int(fd), p.buffer, true) })
	}
}

// detail is for -D.
func (p *Processes) detail(text string) { p.log.Log(context.Background(), logging.LevelDetail, text) }
