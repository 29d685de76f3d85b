package vrrp

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"keepalived/core/logging"
	"keepalived/core/process"
	"keepalived/vrrp/fsm"
	"keepalived/vrrp/message"
)

// Signal writes what an operator asks for (02-runtime section 6.1). The loop
// takes the snapshot; it is rendered where the file is written.
func (s *service) Signal(sig process.Signal) {
	switch sig {
	case process.SignalStats:
		s.info(message.PrintingStats, os.Getpid())
		s.dumpStats()
	case process.SignalStatsClear:
		s.info(message.PrintingClearedStats, os.Getpid())
		s.dumpStats()
		s.clearStats()
	case process.SignalData:
		s.info(message.PrintingData, os.Getpid())
		s.dumpData()
	case process.SignalJSON: // of which 2.4.3 says nothing
		s.dumpJSON()
	}
}

// logConfiguration is -d: it logs what the data dump shows of a configuration,
// a record for each line (05-observability section 1.4).
func (s *service) logConfiguration() {
	if !s.env.Options.DumpConf {
		return
	}
	var b strings.Builder
	s.snapshot().Configuration(&b)
	for line := range strings.Lines(b.String()) {
		s.info("%s", strings.TrimSuffix(line, "\n"))
	}
}

// Data implements process.Service.
func (s *service) Data() func(io.Writer) { return s.snapshot().Data }

func (s *service) dumpData() {
	s.dump(process.DumpPath(s.cfg, s.env.Options.TmpDir, ""), message.DumpFileError, s.Data())
}

func (s *service) dumpStats() {
	s.dumpBoth("keepalived.stats", s.cfg.Global.StatsDumpFile, message.StatsFileError, s.snapshot().Stats)
}

// dumpJSON writes the JSON file, of which there is none without instances
// (05-observability section 7).
func (s *service) dumpJSON() {
	if len(s.routers) > 0 {
		s.dumpBoth("keepalived.json", s.cfg.Global.JSONDumpFile, message.StatsFileError, s.snapshot().JSON)
	}
}

// dumpBoth writes a file with its usual name, and once more with a configured
// one. The C daemon reads stats_dump_file and json_dump_file and does not obey
// them: those who have them read the usual file.
func (s *service) dumpBoth(usual, configured, failure string, render func(io.Writer)) {
	directory := s.env.Options.TmpDir
	s.dump(filepath.Join(directory, usual), failure, render)
	if configured == "" {
		return
	}
	if path := process.DumpFile(configured, directory, usual); path != filepath.Join(directory, usual) {
		s.dump(path, failure, render)
	}
}

func (s *service) dump(path, failure string, render func(io.Writer)) {
	s.dumps.Render(path, render, func(err error) {
		number, text := logging.Strerror(err)
		s.info(failure, path, number, text)
	})
}

// clearStats zeroes what the statistics show.
func (s *service) clearStats() {
	now := time.Now()
	for _, r := range s.routers {
		s.remember(r)
		r.in.Counters, r.protocolError, r.cleared = fsm.Counters{}, 0, now
	}
}

// remember keeps the errors of a router whose counters end: those of the process
// do not go back, because nothing tells a manager of it (RFC 2787 section 2.3).
func (s *service) remember(r *router) {
	s.errors.Checksum += r.in.Counters.Checksum
	s.errors.Version += r.in.Counters.Version
}
