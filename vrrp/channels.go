package vrrp

import (
	"errors"
	"os"

	"keepalived/core/config"
	"keepalived/core/logging"
	"keepalived/core/process"
	"keepalived/vrrp/message"
)

// openChannels sees to it that addresses of the families that the instances have
// can be announced. A process that may not would become MASTER of addresses that
// nobody finds: it ends instead, and with it the daemon (02-runtime section 1.6,
// status 4).
func (s *service) openChannels(cfg *config.Config) error {
	wanted := map[int]bool{}
	for _, in := range cfg.VRRP.Instances {
		wanted[in.Family] = true
		for _, a := range in.VIPs {
			wanted[a.Family()] = true
		}
		for _, a := range in.ExcludedVIPs {
			wanted[a.Family()] = true
		}
	}
	for _, channel := range []struct {
		family int
		name   string
	}{{4, "ARP"}, {6, "NDISC"}} {
		if !wanted[channel.family] {
			continue
		}
		err := s.host.CanAnnounce()
		if err == nil {
			s.detail(message.Channel, channel.name)
			continue
		}
		number, _ := logging.Strerror(err)
		s.info(message.ChannelError, number, channel.name)
		if errors.Is(err, os.ErrPermission) {
			return &process.ExitError{Code: process.ExitMissingPermission}
		}
	}
	return nil
}
