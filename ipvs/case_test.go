package ipvs_test

import (
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"keepalived/core/config"
	"keepalived/ipvs"
)

var update = flag.Bool("update", false, "write the expectations of testdata/cases from what the fake does")

// cases calls run for every file of testdata/cases. A case is a list of
// commands, written as arguments of ipvsadm, the errors that they give, and
// what is in the table after them. The fake (TestFakeCases) and the kernel
// (TestGuestCases) must agree on it.
func cases(t *testing.T, run func(t *testing.T, file string, c *txtar.Archive)) {
	files, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			run(t, file, archive)
		})
	}
}

// section is the text of one file of an archive.
func section(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// setSection changes the text of one file of an archive, or adds it.
func setSection(a *txtar.Archive, name, text string) {
	i := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == name })
	if i < 0 {
		i = len(a.Files)
		a.Files = append(a.Files, txtar.File{Name: name})
	}
	a.Files[i].Data = []byte(text)
}

// play runs the commands of a case and returns the errors, a line each, and
// everything that the client then shows.
func play(t *testing.T, c ipvs.Client, a *txtar.Archive) (failures, table, state string) {
	t.Helper()
	for _, line := range strings.Split(strings.TrimSpace(section(a, "commands")), "\n") {
		if err := command(t, c, line); err != nil {
			failures += err.Error() + "\n"
		}
	}
	list, err := ipvs.List(c)
	if err != nil {
		t.Fatal(err)
	}
	return failures, ipvs.Save(list), describe(t, c, list)
}

// describe writes what ipvsadm -Sn does not show: thresholds, timeouts,
// daemons.
func describe(t *testing.T, c ipvs.Client, list []ipvs.Virtual) string {
	t.Helper()
	var out strings.Builder
	for _, v := range list {
		for _, d := range v.Destinations {
			if d.Upper != 0 || d.Lower != 0 {
				fmt.Fprintf(&out, "%s -> %s: upper %d, lower %d\n", v.Service.Key, d.Key, d.Upper, d.Lower)
			}
		}
	}
	timeouts, err := c.Timeouts()
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&out, "timeouts %d %d %d\n", timeouts.TCP, timeouts.TCPFin, timeouts.UDP)
	daemons, err := c.Daemons()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range daemons {
		fmt.Fprintf(&out, "%s %s id %d maxlen %d port %d ttl %d group %s\n", d.Role, d.Interface, d.ID, d.MaxLen, d.Port, d.TTL, d.Group)
	}
	return out.String()
}

// command runs one command, given as arguments of ipvsadm.
func command(t *testing.T, c ipvs.Client, line string) error {
	t.Helper()
	a := parseArguments(t, line)
	switch a.verb {
	case "-A":
		return c.AddService(a.service)
	case "-E":
		return c.SetService(a.service)
	case "-D":
		return c.DelService(a.service.Key)
	case "-a":
		return c.AddDestination(a.service.Key, a.destination)
	case "-e":
		return c.SetDestination(a.service.Key, a.destination)
	case "-d":
		return c.DelDestination(a.service.Key, a.destination.Key)
	case "-C":
		return c.Flush()
	case "--set":
		return c.SetTimeouts(a.timeouts)
	case "--start-daemon":
		return c.StartDaemon(a.daemon)
	case "--stop-daemon":
		return c.StopDaemon(a.daemon)
	}
	t.Fatalf("unknown command %q", line)
	return nil
}

// arguments is a parsed command line of ipvsadm.
type arguments struct {
	verb        string
	service     ipvs.Service
	destination ipvs.Destination
	timeouts    ipvs.Timeouts
	daemon      ipvs.Daemon
}

func parseArguments(t *testing.T, line string) arguments {
	t.Helper()
	words := strings.Fields(line)
	a := arguments{verb: words[0]}
	words = words[1:]
	next := func() string {
		if len(words) == 0 {
			t.Fatalf("%q: an argument is missing", line)
		}
		word := words[0]
		words = words[1:]
		return word
	}
	switch a.verb {
	case "--set":
		a.timeouts = ipvs.Timeouts{TCP: number(t, next()), TCPFin: number(t, next()), UDP: number(t, next())}
	case "--start-daemon", "--stop-daemon":
		a.daemon.Role = ipvs.Backup
		if next() == "master" {
			a.daemon.Role = ipvs.Master
		}
	}
	for len(words) > 0 {
		option := next()
		if !a.serviceOption(t, option, next) && !a.destinationOption(t, option, next) && !a.daemonOption(t, option, next) {
			t.Fatalf("%q: unknown option %q", line, option)
		}
	}
	return a
}

func (a *arguments) serviceOption(t *testing.T, option string, next func() string) bool {
	t.Helper()
	protocols := map[string]config.Protocol{"-t": config.ProtocolTCP, "-u": config.ProtocolUDP, "--sctp-service": config.ProtocolSCTP, "--xxx-service": config.ProtocolNone}
	s := &a.service
	switch option {
	case "-t", "-u", "--sctp-service", "--xxx-service":
		at := netip.MustParseAddrPort(next())
		s.Key = ipvs.AddressKey(protocols[option], at.Addr(), at.Port())
	case "-f":
		mark, err := strconv.ParseInt(next(), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		s.Key = ipvs.FWMarkKey(4, uint32(mark))
	case "-6":
		s.Key.Family = 6
	case "-s":
		s.Scheduler = next()
	case "-p":
		s.Flags |= ipvs.FlagPersistent
		s.Timeout = number(t, next())
	case "-M":
		if word := next(); strings.Contains(word, ".") {
			mask := netip.MustParseAddr(word).As4()
			s.Netmask = binary.BigEndian.Uint32(mask[:])
		} else {
			s.Netmask = number(t, word)
		}
	case "--pe":
		s.PersistenceEngine = next()
	case "-o":
		s.Flags |= ipvs.FlagOnePacket
	case "-b":
		for _, name := range strings.Split(next(), ",") {
			s.Flags |= map[string]ipvs.Flags{
				"flag-1": ipvs.FlagScheduler1, "sh-fallback": ipvs.FlagScheduler1, "mh-fallback": ipvs.FlagScheduler1,
				"flag-2": ipvs.FlagScheduler2, "sh-port": ipvs.FlagScheduler2, "mh-port": ipvs.FlagScheduler2,
				"flag-3": ipvs.FlagScheduler3,
			}[name]
		}
	default:
		return false
	}
	return true
}

func (a *arguments) destinationOption(t *testing.T, option string, next func() string) bool {
	t.Helper()
	d := &a.destination
	switch option {
	case "-r":
		at := netip.MustParseAddrPort(next())
		d.Key = ipvs.DestinationKey{Addr: at.Addr(), Port: at.Port()}
	case "-m":
		d.Method.Forwarding = config.ForwardNAT
	case "-g":
		d.Method.Forwarding = config.ForwardDR
	case "-i":
		d.Method.Forwarding = config.ForwardTUN
	case "-w":
		d.Weight = number(t, next())
	case "-x":
		d.Upper = number(t, next())
	case "-y":
		d.Lower = number(t, next())
	case "--tun-type":
		d.Method.Tunnel = map[string]config.TunnelType{"ipip": config.TunnelIPIP, "gue": config.TunnelGUE, "gre": config.TunnelGRE}[next()]
	case "--tun-port":
		d.Method.Port = uint16(number(t, next()))
	case "--tun-nocsum":
		d.Method.Checksum = config.TunnelNoChecksum
	case "--tun-csum":
		d.Method.Checksum = config.TunnelChecksumOn
	case "--tun-remcsum":
		d.Method.Checksum = config.TunnelRemoteChecksum
	default:
		return false
	}
	return true
}

func (a *arguments) daemonOption(t *testing.T, option string, next func() string) bool {
	t.Helper()
	d := &a.daemon
	switch option {
	case "--mcast-interface":
		d.Interface = next()
	case "--syncid":
		d.ID = number(t, next())
	case "--sync-maxlen":
		d.MaxLen = uint16(number(t, next()))
	case "--mcast-group":
		d.Group = netip.MustParseAddr(next())
	case "--mcast-port":
		d.Port = uint16(number(t, next()))
	case "--mcast-ttl":
		d.TTL = uint8(number(t, next()))
	default:
		return false
	}
	return true
}

func number(t *testing.T, word string) uint32 {
	t.Helper()
	n, err := strconv.ParseUint(word, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(n)
}

// TestFakeCases plays every case on the fake, which also must log the commands
// as they are written.
func TestFakeCases(t *testing.T) {
	cases(t, func(t *testing.T, file string, a *txtar.Archive) {
		fake := ipvs.NewFake()
		fake.Schedulers = kernelSchedulers()
		fake.Interfaces = []string{"sync0"}
		failures, table, state := play(t, fake, a)
		if got, want := strings.Join(fake.Log(), "\n"), strings.TrimSpace(section(a, "commands")); got != want {
			t.Errorf("log\n%s\nwant\n%s", got, want)
		}
		if got := fake.String(); got != table {
			t.Errorf("String is\n%s\nSave of List is\n%s", got, table)
		}
		if *update {
			setSection(a, "errors", failures)
			setSection(a, "ipvsadm -Sn", table)
			setSection(a, "state", state)
			if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		compare(t, a, failures, table, state)
	})
}

// compare judges what a client did with a case.
func compare(t *testing.T, a *txtar.Archive, failures, table, state string) {
	t.Helper()
	for name, got := range map[string]string{"errors": failures, "ipvsadm -Sn": table, "state": state} {
		if want := section(a, name); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
}

// kernelSchedulers are those of Linux 6.1: twos came later.
func kernelSchedulers() []string {
	return slices.DeleteFunc(ipvs.NewFake().Schedulers, func(s string) bool { return s == "twos" })
}

// TestFail shows that a wished failure hits one command and changes nothing.
func TestFail(t *testing.T) {
	fake := ipvs.NewFake()
	fake.Fail(ipvs.CommandAdd, 12)
	err := command(t, fake, "-A -t 10.0.0.1:80 -s rr")
	if err == nil || err.Error() != "IPVS cmd IP_VS_SO_SET_ADD(1154) error: Memory allocation problem(12) (10.0.0.1:tcp:80)" {
		t.Errorf("error %v", err)
	}
	if fake.String() != "" {
		t.Errorf("table %q after a failure", fake)
	}
	if err := command(t, fake, "-A -t 10.0.0.1:80 -s rr"); err != nil {
		t.Errorf("the next command: %v", err)
	}
	var e *ipvs.Error
	if !errors.As(err, &e) || ipvs.Harmless(err) {
		t.Errorf("%v: want an *Error that matters", err)
	}
}
