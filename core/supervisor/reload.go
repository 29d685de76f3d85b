package supervisor

import (
	"os"

	"keepalived/core/config"
	"keepalived/core/process"
)

// Reload reads the configuration again and goes over to it (02-runtime section
// 7). While a start or reload is going on, requests make one more reload
// afterwards.
func (s *Supervisor) Reload() {
	switch {
	case s.stopping():
		return
	case s.phase != phaseRunning:
		s.queued = true
		s.detail(msgReloadQueued)
		return
	}
	s.phase = phaseLoading
	running := s.current.global()
	check := running.Global.ReloadCheckConfig
	if check {
		s.detail(msgReloadValidate)
	} else {
		s.info(msgReloading)
	}
	s.host.Reading(running, true)
	s.host.Load(func(p *Prepared) {
		s.host.Reading(running, false)
		if s.phase != phaseLoading { // a stop came meanwhile
			p.close()
			return
		}
		s.phase = phaseRunning
		if check && !s.validated(p) || !s.acceptable(p) {
			p.close()
			s.settleRefused()
			return
		}
		s.accept(p)
	})
}

// validated is reload_check_config: any diagnostic refuses the reload, and is
// written to a file (02-runtime section 7.2).
func (s *Supervisor) validated(p *Prepared) bool {
	file := s.current.Config.Global.ReloadCheckConfigFile
	if file == "" {
		file = os.DevNull
	}
	if err := writeLines(file, p.Problems); err != nil {
		s.info(msgValidationFile, file, err)
	}
	if p.TestStatus != 0 || !p.usable() {
		s.info(msgReloadInvalid, file)
		return false
	}
	s.info(msgReloading)
	return true
}

func writeLines(file string, lines []string) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, line := range lines {
		if _, err := f.WriteString(line + "\n"); err != nil {
			return err
		}
	}
	return nil
}

// acceptable decides whether a configuration may replace the running one, and
// logs why not. The C daemon goes over to a broken file without the parts that
// it cannot read, or ends; here such a file changes nothing.
func (s *Supervisor) acceptable(p *Prepared) bool {
	if !p.usable() || p.Ends || p.Structural && !s.current.Structural {
		for _, m := range p.All {
			s.info("%s", m)
		}
		s.info(msgReloadRefused)
		return false
	}
	for _, m := range p.Messages {
		s.info("%s", m)
	}
	forbidden := forbiddenChanges(s.current.global(), p.Config)
	for _, what := range forbidden {
		s.info(msgReloadForbidden, what)
	}
	return len(forbidden) == 0
}

// forbiddenChanges names what cannot be changed without a restart.
func forbiddenChanges(old, now *config.Config) []string {
	var what []string
	for _, c := range []struct {
		name    string
		changed bool
	}{
		{"network namespace", old.NetNamespace != now.NetNamespace},
		{"IPVS network namespace", old.NetNamespaceIPVS != now.NetNamespaceIPVS || old.NetNamespaceIPVSSet != now.NetNamespaceIPVSSet},
		{"instance name", old.Instance != now.Instance},
		{"nftables table name", old.Global.Firewall.NFTables != now.Global.Firewall.NFTables},
		{"IPVS nftables table name", old.Global.Firewall.NFTablesIPVS != now.Global.Firewall.NFTablesIPVS},
		{"config_directory", old.Global.TmpConfigDirectory != now.Global.TmpConfigDirectory},
		{"disable_local_igmp", old.Global.DisableLocalIGMP != now.Global.DisableLocalIGMP},
	} {
		if c.changed {
			what = append(what, c.name)
		}
	}
	return what
}

// accept makes a configuration the running one.
func (s *Supervisor) accept(p *Prepared) {
	old := s.current
	s.current = p
	s.phase = phaseReloading
	s.host.Running(p.Config)
	s.notify("RELOADING=1")
	for _, k := range []process.Kind{process.VRRP, process.Checker, process.BFD} {
		c := s.children[k]
		switch {
		case c.process != nil:
			s.waiting[k] = true
			c.send(process.Message{Kind: process.MessageReload, Part: p.Parts[k]})
		case p.Wanted[k]:
			s.waiting[k] = true
			c.brought = c.brought || !old.Wanted[k]
			c.start()
		default:
			// A restart that was pending has become needless.
			s.waiting[k] = false
			c.respawn.Stop()
		}
	}
	old.close()
	s.settle()
}

// settleRefused goes on after a reload that was refused.
func (s *Supervisor) settleRefused() {
	s.host.Running(s.current.global())
	if s.queued {
		s.queued = false
		s.detail(msgReloadProcess)
		s.Reload()
	}
}
