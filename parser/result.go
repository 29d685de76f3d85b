package parser

import (
	"keepalived/core/config"
	"keepalived/parser/global"
	"keepalived/parser/reader"
)

// The exit statuses (01-configuration sections 2.3 and 2.4).
const (
	StatusOK           = 0
	StatusFatal        = 1
	StatusConfig       = 2
	StatusPermission   = 4 // of a test: file not found, bad interface, fatal
	StatusProblems     = 5 // of a test: anything else
	StatusNoConfig     = 6 // of a test: also script security
	StatusProgramError = 70
)

// Result is what Load made of a configuration.
type Result struct {
	// Config is nil when it cannot be used.
	Config *config.Config
	// Settings are the values of global_defs that other blocks have inherited
	// and Config does not have; nil when Config is.
	Settings *global.Settings
	// Origins is what Config was made from; nil unless asked for.
	Origins *reader.Origins
	// Diagnostics are in the order of a configuration test: parent,
	// checker, VRRP, BFD.
	Diagnostics []config.Diagnostic
	// Status is 0, or the exit status with which a daemon must end.
	Status int
	// FatalPass is the process that has to end with Status.
	FatalPass config.Pass

	// read is what was read, usable or not.
	read *config.Config
	// host is the machine, as it is seen from the configured network
	// namespace.
	host Host
	// test is the exit status of a test that ended early.
	test *int
}

// fail makes the configuration unusable for a daemon.
func (r *Result) fail(process config.Pass, status int) {
	if r.Status == StatusOK {
		r.Status, r.FatalPass = status, process
	}
}

// end is fail for what also ends a configuration test, with its own status.
func (r *Result) end(process config.Pass, status, test int) {
	r.fail(process, status)
	r.test = &test
}

// TestStatus returns the exit status of a configuration test.
func (r *Result) TestStatus() int {
	if r.test != nil {
		return *r.test
	}
	switch r.worst() {
	case config.ClassNone:
		return StatusOK
	case config.ClassFileNotFound, config.ClassBadInterface, config.ClassFatal:
		return StatusPermission
	case config.ClassSecurity:
		return StatusNoConfig
	}
	return StatusProblems
}

// Needs reports whether a daemon runs the process of a pass for this
// configuration, usable or not.
func (r *Result) Needs(process config.Pass) bool {
	return process == config.PassParent || process == config.PassChecker && r.read.HasLVS ||
		process == config.PassVRRP && r.read.HasVRRP || process == config.PassBFD && r.read.HasBFD
}

// Interfaces returns the names of the interfaces that the configuration could
// use; none when the host cannot list them.
func (r *Result) Interfaces() []string {
	if h, ok := r.host.(interface{ Links() []string }); ok {
		return h.Links()
	}
	return nil
}

// worst returns the class of the highest rank.
func (r *Result) worst() config.Class {
	worst := config.ClassNone
	for _, d := range r.Diagnostics {
		if !d.LogOnly {
			worst = max(worst, d.Class)
		}
	}
	return worst
}

// Structural reports whether braces or quotes are wrong, so that the rest of
// the configuration may have been misunderstood.
func (r *Result) Structural() bool {
	for _, d := range r.Diagnostics {
		if d.Class >= config.ClassUnexpectedOpen && d.Class <= config.ClassUnmatchedQuote {
			return true
		}
	}
	return false
}
