package checkers

import (
	"io"
	"os"
	"strings"

	"keepalived/checkers/message"
	"keepalived/core/logging"
	"keepalived/core/process"
)

// dump writes the dump of SIGUSR1 (section 13). The loop takes the snapshot; it
// is rendered where the file is written.
func (s *service) dump() {
	s.logf(message.PrintingData, os.Getpid())
	if s.config == nil {
		return
	}
	path := process.DumpPath(s.config, s.env.Options.TmpDir, "_check")
	s.dumps.Render(path, s.Data(), func(err error) {
		number, text := logging.Strerror(err)
		s.logf(message.DumpFailed, path, number, text)
	})
}

// Data implements process.Service.
func (s *service) Data() func(io.Writer) { return s.snapshot().Data }

// logConfiguration is -d: it logs the lines of the data dump, a record for each
// (05-observability section 1.4). They come before what the start and a reload
// log next, so the loop renders them.
func (s *service) logConfiguration() {
	if !s.env.Options.DumpConf {
		return
	}
	var b strings.Builder
	s.Data()(&b)
	for line := range strings.Lines(b.String()) {
		s.logf("%s", strings.TrimSuffix(line, "\n"))
	}
}
