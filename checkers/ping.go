package checkers

import (
	"fmt"
	"log/slog"
	"os"

	"keepalived/checkers/message"
	"keepalived/core/config"
)

// pingRange is the sysctl that says which groups may open ping sockets.
const pingRange = "/proc/sys/net/ipv4/ping_group_range"

// allowPing lets this process open ping sockets, if some checker needs it:
// the range of groups is made to begin with 0 (8.7).
func (s *service) allowPing() {
	if s.pingRange != "" || !s.pings() {
		return
	}
	b, err := os.ReadFile(pingRange)
	if err != nil {
		return // no such sysctl: the sockets will tell
	}
	var low, high int
	if n, _ := fmt.Sscan(string(b), &low, &high); n != 2 || low == 0 {
		return
	}
	if low > 1 && high > 1 {
		s.log(slog.LevelInfo, message.PingRange, pingRange, low, high, high)
	}
	if err := os.WriteFile(pingRange, fmt.Appendf(nil, "0 %d", high), 0); err == nil {
		s.pingRange = string(b)
	}
}

// restorePing puts the range back as it was.
func (s *service) restorePing() {
	if s.pingRange != "" {
		_ = os.WriteFile(pingRange, []byte(s.pingRange), 0)
		s.pingRange = ""
	}
}

func (s *service) pings() bool {
	for _, v := range s.config.LVS.VirtualServers {
		for _, r := range v.RealServers {
			for _, k := range r.Checkers {
				if k.Kind == config.CheckPing {
					return true
				}
			}
		}
	}
	return false
}
