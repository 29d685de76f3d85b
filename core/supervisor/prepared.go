package supervisor

import (
	"os"
	"time"

	"keepalived/core/config"
	"keepalived/core/process"
)

// Prepared is a configuration that has been read and divided: the parent keeps
// its own part, and the parts of the children as sealed memory files, so that
// a child can be started again at any time without anything of it being held
// in the parent's memory.
type Prepared struct {
	// Config has the global definitions and top-level words alone. It is
	// nil when the files could not be made a configuration.
	Config *config.Config
	// Wanted says which children have something to do.
	Wanted [process.Kinds]bool
	// Parts are the children's parts; nil for kinds that are not built in.
	Parts [process.Kinds]*os.File
	// Messages are what the parser says in the parent's name.
	Messages []string
	// Problems are all diagnostics that a configuration test would show.
	Problems []string
	// All are the messages of all passes, each once and with its place,
	// for a configuration that no child gets to see.
	All []string
	// Status is 0, or the exit status that the configuration ends a
	// daemon with; Culprit is whose.
	Status  int
	Culprit config.Pass
	// Ends is set when a child would end with its part, and the daemon with
	// it: reload_check_config is new, and there is a problem.
	Ends bool
	// TestStatus is the exit status of a configuration test.
	TestStatus int
	// Structural is set when braces or quotes are wrong.
	Structural bool
}

// usable reports whether a daemon can run with it.
func (p *Prepared) usable() bool { return p.Config != nil && p.Status == 0 }

// close gives the memory files up.
func (p *Prepared) close() {
	for _, f := range p.Parts {
		if f != nil {
			f.Close()
		}
	}
}

// defaultWait is child_wait_time of a configuration that could not be read.
const defaultWait = 5 * time.Second

// global returns the parent's part, never nil.
func (p *Prepared) global() *config.Config {
	if p.Config == nil {
		return &config.Config{ChildWaitTime: defaultWait}
	}
	return p.Config
}
