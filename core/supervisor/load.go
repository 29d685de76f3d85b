package supervisor

import (
	"fmt"
	"os"
	"strings"

	"keepalived/core/commandline"
	"keepalived/core/config"
	"keepalived/core/logging"
	"keepalived/core/process"
)

// Loaded is what a reading of the configuration files has given.
type Loaded struct {
	Config      *config.Config // nil when unusable
	Diagnostics []config.Diagnostic
	// Files are those that were read, in order, for the log of -D.
	Files []string
	// Namespace is the network namespace to enter, also when Config is
	// nil. Enter says that there is one, even if its name is empty.
	Namespace string
	Enter     bool
	// Status is 0, or the status with which a daemon must end; Culprit is
	// the pass that says so.
	Status     int
	Culprit    config.Pass
	TestStatus int
	Structural bool
}

// passOf is the pass that speaks for a kind of child.
func passOf(k process.Kind) config.Pass {
	return [...]config.Pass{config.PassChecker, config.PassVRRP, config.PassBFD}[k]
}

// prepare divides a configuration into the parts of the processes. built says
// which kinds exist in this program.
func prepare(l *Loaded, o *commandline.Options, built [process.Kinds]bool) (*Prepared, error) {
	p := &Prepared{Status: l.Status, Culprit: l.Culprit, TestStatus: l.TestStatus, Structural: l.Structural}
	byPass := make(map[config.Pass][]string)
	counted := make(map[config.Pass]bool)
	for _, d := range l.Diagnostics {
		byPass[d.Pass] = append(byPass[d.Pass], d.Message)
		if !d.LogOnly {
			p.Problems = append(p.Problems, d.Message)
			counted[d.Pass] = counted[d.Pass] || d.Class != config.ClassNone
		}
	}
	p.Messages = byPass[config.PassParent]
	p.All = causes(l.Diagnostics)
	if c := l.Config; c != nil {
		if o.Namespace != "" {
			c.NetNamespace = o.Namespace
		}
		observe(&c.Global.SNMP, o)
		// Whom an option switches off has nothing to do, and the others must
		// not leave anything to it.
		c.HasLVS, c.HasVRRP, c.HasBFD = c.HasLVS && !o.NoChecker, c.HasVRRP && !o.NoVRRP, c.HasBFD && !o.NoBFD
		own := *c
		own.VRRP, own.LVS, own.BFD = config.VRRP{}, config.LVS{}, config.BFD{}
		p.Config = &own
	}
	p.Wanted = wanted(l, o, built)
	directory, problem := partDirectory(l.Config)
	if problem != "" {
		p.Messages, p.All = append(p.Messages, problem), append(p.All, problem)
	}
	for k := range process.Kinds {
		if !built[k] {
			continue
		}
		part := process.Part{Config: partOf(l.Config, k), Messages: byPass[passOf(k)]}
		switch {
		case l.Status != 0:
			part.Status, part.Config = l.Status, nil
		case l.Config != nil && l.Config.Global.ReloadCheckConfig && counted[passOf(k)]:
			// It makes the start strict too (02-runtime section 7.2).
			part.Status = process.ExitConfig
			p.Ends = p.Ends || p.Wanted[k]
		}
		f, err := part.Seal(directory)
		if err != nil {
			p.close()
			return nil, fmt.Errorf("%s: %w", k.Word(), err)
		}
		p.Parts[k] = f
	}
	return p, nil
}

// partDirectory is where the parts of the children are to be kept; empty for in
// memory, also when tmp_config_directory cannot be used, which problem says.
func partDirectory(c *config.Config) (directory, problem string) {
	if c == nil || c.Global.TmpConfigDirectory == "" {
		return "", ""
	}
	f, err := process.NamelessFile(c.Global.TmpConfigDirectory)
	if err != nil {
		number, text := logging.Strerror(err)
		return "", fmt.Sprintf(msgConfigDirectory, c.Global.TmpConfigDirectory, number, text)
	}
	_ = f.Close()
	return c.Global.TmpConfigDirectory, ""
}

// causes lists what is wrong, each thing once however many processes see it,
// with file and line where it is in one: for the log of the parent alone.
func causes(diagnostics []config.Diagnostic) []string {
	var lines []string
	seen := make(map[string]bool)
	for _, d := range diagnostics {
		line := d.Message
		if short := fmt.Sprintf("(Line %d) ", d.Position.Line); strings.HasPrefix(line, short) && d.Position.File != "" {
			line = fmt.Sprintf("(%s: Line %d) %s", d.Position.File, d.Position.Line, line[len(short):])
		}
		if !seen[line] {
			seen[line] = true
			lines = append(lines, line)
		}
	}
	return lines
}

// partOf is the configuration without what other children work with. The
// health checker tracks files of its own and knows no instances; nobody needs
// the whole.
func partOf(c *config.Config, k process.Kind) *config.Config {
	if c == nil {
		return nil
	}
	part := *c
	if k != process.VRRP {
		part.VRRP = config.VRRP{}
	}
	if k != process.Checker {
		part.LVS = config.LVS{}
	}
	if k != process.BFD {
		part.BFD = config.BFD{}
	}
	return &part
}

// Runs reports whether the child that a pass is of runs with a configuration
// (02-runtime section 3). built says which kinds exist in this program.
func Runs(pass config.Pass, c *config.Config, o *commandline.Options, built [process.Kinds]bool) bool {
	disabled := [process.Kinds]bool{o.NoChecker, o.NoVRRP, o.NoBFD}
	configured := [process.Kinds]bool{c.HasLVS, c.HasVRRP, c.HasBFD}
	for k := range process.Kinds {
		if passOf(k) == pass {
			return built[k] && !disabled[k] && (o.All || configured[k])
		}
	}
	return false
}

// wanted says which children are to run. For an unusable configuration it is
// the one in whose part the fault is: it says so and ends, and the daemon with
// it.
func wanted(l *Loaded, o *commandline.Options, built [process.Kinds]bool) (w [process.Kinds]bool) {
	for k := range process.Kinds {
		if l.Status != 0 || l.Config == nil {
			w[k] = built[k] && l.Culprit == passOf(k)
		} else {
			w[k] = Runs(passOf(k), l.Config, o, built)
		}
	}
	return w
}

// fileMessages are the parent's lines about the reading itself.
func fileMessages(l *Loaded, o *commandline.Options) []string {
	var lines []string
	files := l.Files
	if o.Detail == 0 {
		files = nil
	}
	if len(files) > 0 {
		lines = append(lines, fmt.Sprintf(msgOpening, files[0]))
		files = files[1:]
	}
	if l.Status != process.ExitNoConfig {
		lines = append(lines, fmt.Sprintf(msgConfiguration, o.File))
	}
	for _, f := range files {
		lines = append(lines, fmt.Sprintf(msgOpening, f))
	}
	if c := l.Config; c != nil && c.Global.UmaskSet && o.Umask >= 0 {
		lines = append(lines, msgUmaskOverrides)
	}
	return lines
}

// markerPath is where the marker of a reload is, empty without one.
func markerPath(c *config.Config, parentPID string) string {
	switch f := c.Global.ReloadFile; f {
	case "":
		return ""
	case "-":
		return trimExtension(parentPID) + ".reload"
	default:
		return f
	}
}

func setMarker(path string, on bool) error {
	if !on {
		_ = os.Remove(path)
		return nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Chmod(0o644)
}

// observe is --snmp, which asks for all but traps, and --snmp-agent-socket.
func observe(s *config.SNMP, o *commandline.Options) {
	if o.SNMP {
		s.VRRP, s.Checker, s.RFCv2, s.RFCv3 = true, true, true, true
	}
	if o.SNMPSocket != "" {
		s.Socket = o.SNMPSocket
	}
}
