package process

import (
	"fmt"
	"io"
	"log/slog"
	"os"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

// Service is what a child process does: VRRP, health checking or BFD. All its
// methods are called on the loop, and none may block.
type Service interface {
	// Start begins the work with its first configuration. An [ExitError]
	// ends the whole daemon; with any other error the process ends and
	// the parent starts it again.
	Start(cfg *config.Config) error
	// Reload goes over to a new configuration. Errors mean the same as
	// those of Start.
	Reload(cfg *config.Config) error
	// Signal does what an operator's signal asks for, and logs that it
	// does.
	Signal(s Signal)
	// Data takes a snapshot of what the data dump shows. What it returns
	// writes that, and may be called off the loop.
	Data() func(w io.Writer)
	// Stop begins the orderly stop, and calls done on the loop when it is
	// finished. It is called at most once, after Start; not when Start or
	// Reload has failed.
	Stop(done func())
}

// Env is what a [Service] is made with.
type Env struct {
	Loop    *Loop
	Log     *slog.Logger
	Options Options
	// Links are the connections with other children, by their kind; those
	// that are not there lead nowhere. The process closes them at its end.
	Links map[Kind]*Link
	// Origin is the network namespace in which the daemon was started; nil
	// when it is in it still. Only the VRRP process gets it.
	Origin *os.File
}

// Options are the command-line options that a service obeys.
type Options struct {
	DontReleaseVRRP   bool // -V
	ReleaseVIPs       bool // -X
	DontReleaseIPVS   bool // -I
	AddressMonitoring bool // -a
	DumpConf          bool // -d
	Detail            int  // how often -D was given
	// CoreLimit is the limit on core dumps of scripts; nil: the process's.
	CoreLimit *unix.Rlimit
	// TmpDir is the directory of dump files (02-runtime section 2.3).
	TmpDir string
}

// Signal is what an operator's signal asks of a service (02-runtime section
// 6.1).
type Signal uint8

// The signals that reach a service.
const (
	SignalData       Signal = iota + 1 // SIGUSR1: write the data dump
	SignalStats                        // SIGUSR2: write statistics
	SignalStatsClear                   // SIGRTMAX-1: write statistics, then zero them
	SignalJSON                         // SIGRTMIN+2: write JSON
)

// The exit statuses of a process that have a meaning for the parent
// (02-runtime sections 1.6 and 4). With the first three the daemon ends.
const (
	ExitFatal             = 1
	ExitConfig            = 2
	ExitMissingPermission = 4
	ExitNoConfig          = 6
	ExitProgramError      = 70
)

// ExitError ends the daemon with a status.
type ExitError struct {
	Code int   // ExitFatal, ExitConfig or ExitMissingPermission
	Err  error // logged by the process; nil when the service has logged why
}

func (e *ExitError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit status %d", e.Code)
	}
	return e.Err.Error()
}

// Unwrap returns the cause.
func (e *ExitError) Unwrap() error { return e.Err }
