package supervisor

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"keepalived/core/version"
)

const corePatternFile = "/proc/sys/kernel/core_pattern"

func (p *parent) stopped() { p.log.Info(fmt.Sprintf(msgStopped, version.String)) }

// managed decides whether the service manager is to be told.
func (p *parent) managed() bool {
	if p.Managed != nil {
		return p.Managed()
	}
	comm, err := os.ReadFile("/proc/1/comm")
	return err == nil && managedBySystemd(os.Getppid(), string(comm), os.Getenv("NOTIFY_SOCKET"))
}

// managedBySystemd is the C daemon's rule (02-runtime section 5): only a
// daemon that systemd itself has started speaks to it.
func managedBySystemd(parent int, firstComm, socket string) bool {
	return parent == 1 && strings.TrimSuffix(firstComm, "\n") == "systemd" && socket != ""
}

// ownName is what the kernel calls this process: the name under which the
// program was started.
func ownName() string {
	name, err := os.ReadFile("/proc/self/comm")
	if err != nil {
		return "keepalived"
	}
	return strings.TrimSuffix(string(name), "\n")
}

// enableCoreDumps is -m and -M. It returns the limit that there was, for scripts
// to have (02-runtime section 10.3), and the core pattern to restore at the
// end.
func (p *parent) enableCoreDumps() (limit *unix.Rlimit, pattern string) {
	if !p.Options.CoreDump {
		return nil, ""
	}
	limit = new(unix.Rlimit)
	if unix.Getrlimit(unix.RLIMIT_CORE, limit) != nil {
		limit = nil
	}
	unlimited := unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY}
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unlimited); err != nil {
		p.log.Info(fmt.Sprintf("Failed to set core file size: %v", err))
	}
	if p.Options.CorePattern == "" {
		return limit, ""
	}
	text, err := os.ReadFile(corePatternFile)
	if err == nil {
		err = os.WriteFile(corePatternFile, []byte(p.Options.CorePattern), 0)
	}
	if err != nil {
		p.log.Info(fmt.Sprintf("Unable to set core pattern: %v", err))
		return limit, ""
	}
	return limit, string(text)
}

func restoreCorePattern(old string) {
	if old != "" {
		_ = os.WriteFile(corePatternFile, []byte(old), 0)
	}
}
