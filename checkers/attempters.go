package checkers

import (
	"errors"
	"fmt"

	"keepalived/checkers/machine"
	"keepalived/checkers/message"
	"keepalived/checkers/probe"
	"keepalived/checkers/probe/dns"
	"keepalived/checkers/probe/http"
	"keepalived/checkers/probe/ping"
	"keepalived/checkers/probe/smtp"
	"keepalived/checkers/probe/tcp"
	"keepalived/checkers/probe/udp"
	"keepalived/core/config"
)

// newAttempter makes the probe of a checker. An error tells what of its
// configuration cannot be done; the checker then does without it, or, without
// an attempter, does not run.
func newAttempter(s *service, k *machine.Checker) (attempter, error) {
	v, c := k.RS.VS, k.Config
	var p probe.Prober
	var err error
	switch c.Kind {
	case config.CheckTCP:
		p = &tcp.Probe{Target: c.Target}
	case config.CheckHTTP, config.CheckSSL:
		cert, cerr := http.ClientCertificate(s.config.LVS.SSL)
		p, err = http.New(c, k.RS.Config, v.Config, probe.Subject{RS: k.RS.Name, VS: v.Name}, cert)
		err = errors.Join(cerr, err)
	case config.CheckSMTP:
		p = &smtp.Probe{Target: c.Target, Helo: c.SMTP.HeloName, Server: fmt.Sprintf("[%s]:%d", k.RS.Config.Addr, k.RS.Config.Port)}
	case config.CheckDNS:
		p = &dns.Probe{Target: c.Target, Name: c.DNS.Name, Type: c.DNS.TypeCode, Label: k.RS.Name}
	case config.CheckUDP:
		p = &udp.Probe{Target: c.Target, Check: *c.UDP}
	case config.CheckPing:
		p = &ping.Probe{Target: c.Target}
	case config.CheckMisc:
		return newMisc(s, k), nil
	default:
		return nil, fmt.Errorf(message.NoProbe, c.Kind, k.RS.Name, v.Name)
	}
	return goroutine{s.env.Loop, p}, err
}
