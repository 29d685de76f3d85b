package bfd

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"time"

	"keepalived/core/bfd/message"
	"keepalived/core/bfd/packet"
	"keepalived/core/process"
	"keepalived/core/status"
)

// dump writes the dump of SIGUSR1 (05-observability section 5).
func (s *service) dump() {
	s.info(message.PrintingData, os.Getpid())
	path := process.DumpPath(s.cfg, s.env.Options.TmpDir, "_bfd")
	s.dumps.Render(path, s.Data(), func(err error) {
		s.info(message.DumpFailed, path, number(err), text(err))
	})
}

// Data implements process.Service.
func (s *service) Data() func(io.Writer) {
	var b bytes.Buffer
	status.Globals(&b, s.cfg)
	s.writeData(&b)
	return func(w io.Writer) { _, _ = w.Write(b.Bytes()) }
}

func (s *service) writeData(w io.Writer) {
	fmt.Fprintln(w, "------< BFD Data >------")
	for i, name := range []string{"fd_in", "multihop fd_in"} {
		if s.ears[i] != nil {
			fmt.Fprintf(w, " %s = %d\n", name, s.ears[i].in.Descriptor())
		}
	}
	fmt.Fprintf(w, " thread_in = %s\n", reader(s.ears[0]))
	if len(s.machine.Sessions) == 0 {
		return
	}
	fmt.Fprintln(w, "------< BFD Topology >------")
	for _, x := range s.machine.Sessions {
		r := s.runs[x]
		line := func(format string, args ...any) { fmt.Fprintf(w, "   "+format+"\n", args...) }
		fmt.Fprintf(w, " BFD Instance = %s\n", x.Config.Name)
		r.writeConfig(line)
		r.writeTimers(line)
		r.writeState(line)
	}
}

func (r *run) writeConfig(line func(string, ...any)) {
	c := r.x.Config
	line("Neighbor IP = %s", c.Neighbor)
	if c.Source.IsValid() {
		line("Source IP = %s", c.Source)
	}
	line("Required min RX interval = %d us", c.MinRX.Microseconds())
	line("Desired min TX interval = %d us", c.MinTX.Microseconds())
	line("Desired idle TX interval = %d us", c.IdleTX.Microseconds())
	line("Detection multiplier = %d", c.Multiplier)
	if c.Neighbor.Is4() {
		line("TTL = %d", c.TTL)
	} else {
		line("hoplimit = %d", c.TTL)
	}
	line("max_hops = %d", c.MaxHops)
	line("passive = %t", c.Passive)
	line("send event to VRRP process = %s", yesNo(c.VRRP))
	line("send event to checker process = %s", yesNo(c.Checker))
}

// writeTimers writes what the C daemon shows of its threads. The addresses are
// those of timers here: all that one can learn from them is which ones run.
// Nothing is ever suspended.
func (r *run) writeTimers(line func(string, ...any)) {
	send, silence := r.x.Deadlines()
	session := r.x.State == packet.Up || r.x.State == packet.Init
	fd := -1
	if r.out != nil {
		fd = r.out.Descriptor()
	}
	line("fd_out %d", fd)
	line("thread_open_fd_out %s", thread(r.reopen, r.reopen.Active()))
	line("thread_out %s", thread(r.timer, !send.IsZero()))
	line("sands_out = [disabled]")
	line("thread_exp %s", thread(r.timer, session && !silence.IsZero()))
	line("sands_exp = [disabled]")
	line("thread_rst %s", thread(r.timer, !session && !silence.IsZero()))
	line("sands_rst = [disabled]")
	line("send error = %t", r.failed)
}

func (r *run) writeState(line func(string, ...any)) {
	x := r.x
	line("local state = %s", x.State)
	line("remote state = %s", x.RemoteState)
	line("local discriminator = 0x%x", x.Discriminator)
	line("remote discriminator = 0x%x", x.RemoteDiscriminator)
	line("local diag = %s", x.Diagnostic)
	line("remote diag = %s", x.RemoteDiagnostic)
	line("remote min tx intv = %d us", x.RemoteMinTX.Microseconds())
	line("remote min rx intv = %d us", x.RemoteMinRX.Microseconds())
	line("local demand = 0")
	line("remote demand = %d", bit(x.RemoteDemand))
	line("remote detect multiplier = %d", x.RemoteMultiplier)
	poll := "!poll"
	if x.Poll {
		poll = "poll"
	}
	line("%s, !final", poll)
	line("local tx intv = %d us", x.Interval().Microseconds())
	line("remote tx intv = %d us", x.RemoteInterval().Microseconds())
	line("local detection time = %d us", x.DetectionTime.Microseconds())
	line("remote detection time = %d us", x.RemoteDetectionTime().Microseconds())
	if x.LastSeen.IsZero() {
		line("last_seen = [never]")
		return
	}
	line("last seen = %s", stamp(x.LastSeen))
}

func stamp(t time.Time) string {
	return fmt.Sprintf("%d.%06d (%s)", t.Unix(), t.Nanosecond()/1000, t.Local().Format("Mon Jan _2 15:04:05 2006.000000"))
}

// reader is the address of what reads a port.
func reader(e *ear) string {
	if e == nil {
		return "0x(nil)"
	}
	return fmt.Sprintf("0x%p", e)
}

func thread(t *process.Timer, runs bool) string {
	if !runs {
		return "0x(nil)"
	}
	return fmt.Sprintf("0x%p", t)
}

func yesNo(on bool) string {
	if on {
		return "Yes"
	}
	return "No"
}

func bit(on bool) int {
	if on {
		return 1
	}
	return 0
}
