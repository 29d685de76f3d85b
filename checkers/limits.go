package checkers

import (
	"errors"
	"log/slog"
	"syscall"

	"golang.org/x/sys/unix"

	"keepalived/checkers/message"
	"keepalived/core/config"
	"keepalived/core/logging"
)

// otherFiles is how many files this process has open beside the sockets of
// its checkers (02-runtime section 10.4).
const otherFiles = 17 + 10

// allowFiles raises the limit of open files when every checker could not have
// its socket at the same time. The Go runtime has raised the soft limit to the
// hard one already.
func (s *service) allowFiles() {
	need := uint64(otherFiles)
	for _, v := range s.config.LVS.VirtualServers {
		for _, r := range v.RealServers {
			for _, k := range r.Checkers {
				switch k.Kind {
				case config.CheckMisc, config.CheckFile, config.CheckBFD:
				default:
					need++
				}
			}
		}
	}
	var now unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &now); err != nil || now.Cur >= need {
		return
	}
	want := unix.Rlimit{Cur: need, Max: max(need, now.Max)}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &want); err != nil {
		var errno syscall.Errno
		errors.As(err, &errno)
		s.log(slog.LevelInfo, message.OpenFilesFailed, want.Cur, want.Max, int(errno))
		return
	}
	s.log(logging.LevelDetail, message.OpenFiles, want.Cur, want.Max)
}
