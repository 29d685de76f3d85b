package checkers

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"syscall"
	"time"

	"keepalived/checkers/machine"
	"keepalived/checkers/message"
	"keepalived/core/config"
	"keepalived/core/firewall"
	"keepalived/core/notify"
	"keepalived/core/process"
	"keepalived/core/script"
	"keepalived/ipvs"
)

// service is the health-check process. Make it with New; its methods run on
// the loop.
type service struct {
	env   process.Env
	deps  deps
	dumps *process.Dumps

	config    *config.Config
	options   machine.Options
	kernel    ipvs.Client // nil until a virtual server needs it
	table     *ipvs.Table // of kernel
	groups    map[string][]config.GroupEntry
	oldGroups map[string][]config.GroupEntry // those before the last reload
	vss       []*machine.VirtualServer
	placement placement
	marks     marks
	checks    map[*machine.Checker]*check
	files     machine.Files
	sessions  map[string]bool // BFD sessions that were told of, and whether they are Up
	events    notify.Stream
	listeners listener
	observer  *observer
	runner    *script.Runner
	numbers   numbers
	pingRange string         // as it was, when it has been changed
	timeouts  *ipvs.Timeouts // those that the kernel had before ours
	daemons   []ipvs.Daemon
	watching  func()             // ends the watch of addresses, nil without one
	addresses map[netip.Addr]int // of this host, while they are watched

	// running counts attempts that have not ended.
	running int
	ctx     context.Context // of the attempts since the last reload
	cancel  context.CancelFunc
}

// deps are the parts that a test replaces.
type deps struct {
	open   func(*config.Config) (ipvs.Client, error)
	count  func(*config.Config) (ipvs.Client, error) // for statistics
	filter func(firewall.Options) (Firewall, error)
	probes func(*service, *machine.Checker) (attempter, error)
	random func(time.Duration) time.Duration
	listen func(*service) listener // adds the listeners to the events
	watch  func(*service) (stop func(), err error)
	files  func(*service) numbers
	// run runs a script; done is called on the loop, once, soon after ctx has
	// ended it.
	run func(ctx context.Context, s *service, script *config.Script, timeout time.Duration, done func(outcome))
}

// listener is what hears of events and follows the configuration.
type listener interface {
	Load(*config.Config)
	Close()
}

// New returns the service of the health-check process.
func New(env process.Env) process.Service {
	return newService(env, deps{
		open: openIPVS, count: openIPVS, filter: openFirewall, probes: newAttempter, listen: listen, watch: watchHost, files: trackFiles, run: runScript,
		random: func(d time.Duration) time.Duration {
			if d <= 0 {
				return 0
			}
			return rand.N(d + 1)
		},
	})
}

func newService(env process.Env, d deps) *service {
	s := &service{
		env: env, deps: d, dumps: process.NewDumps(env.Loop), runner: script.New(env.Loop, env.Log),
		checks:    map[*machine.Checker]*check{},
		addresses: map[netip.Addr]int{}, sessions: map[string]bool{},
	}
	s.runner.LimitCore(env.Options.CoreLimit)
	s.listeners = d.listen(s)
	s.observer = newObserver(s)
	s.events.Add(s.observer)
	s.numbers = d.files(s)
	return s
}

func openIPVS(c *config.Config) (ipvs.Client, error) {
	return ipvs.Open(ipvs.OptionsOf(c))
}

// Start is section 1.
func (s *service) Start(c *config.Config) error {
	s.take(c)
	if err := s.openKernel(c, message.InitIPVS); err != nil {
		return err
	}
	if s.kernel != nil {
		s.applyTimeouts()
		s.setDaemons()
	}
	s.listeners.Load(c)
	s.observer.Load(c)
	s.allowPing()
	s.allowFiles()
	s.watchAddresses()
	if s.kernel != nil && c.Global.LVSFlush {
		s.must(s.kernel.Flush())
	}
	for _, vc := range c.LVS.VirtualServers {
		s.vss = append(s.vss, machine.New(vc, &s.options))
	}
	s.readFiles()
	s.logConfiguration()
	var actions []machine.Action
	for _, v := range s.vss {
		v.ReadFiles(s.files)
		actions = append(actions, v.Start()...)
	}
	s.program()
	s.do(actions)
	s.schedule()
	s.followSessions()
	return nil
}

// Reload is section 10.
func (s *service) Reload(c *config.Config) error {
	s.stopAttempts()
	s.numbers.Close()
	if s.kernel != nil {
		s.restoreTimeouts()
	}
	if s.openKernel(c, message.ReinitIPVS) != nil {
		// There was nothing of this process, so nothing is lost.
		s.logf(message.NotServed)
		c = withoutServices(c)
	}
	s.take(c)
	if s.kernel != nil {
		s.applyTimeouts()
		s.setDaemons()
	}
	s.listeners.Load(c)
	s.observer.Load(c)
	s.allowPing()
	s.allowFiles()
	s.readFiles()
	vss, actions := machine.Reload(s.vss, c.LVS.VirtualServers, &s.options, s.files)
	s.vss = vss
	s.logConfiguration()
	s.program()
	s.do(actions)
	s.watchAddresses()
	s.schedule()
	return nil
}

// take remembers a configuration.
func (s *service) take(c *config.Config) {
	g := &c.Global
	s.config = c
	s.options = machine.Options{
		LogAllFailures: g.CheckerLogAllFailures, RSInitNotifies: g.RSInitNotifies,
		NoCheckerEmails: g.NoCheckerEmails, FlushOnStop: g.LVSFlushOnStop,
	}
	s.oldGroups, s.groups = s.groups, groupsOf(c)
	s.marks.told = map[marking]bool{}
	s.ctx, s.cancel = context.WithCancel(context.Background())
}

// openKernel opens IPVS if there is a virtual server and it is not open yet
// (section 1, step 5).
func (s *service) openKernel(c *config.Config, line string) error {
	if len(c.LVS.VirtualServers) == 0 && s.kernel == nil {
		return nil
	}
	s.env.Log.Debug(line)
	if s.kernel != nil {
		return nil
	}
	k, err := s.deps.open(c)
	if err == nil {
		s.kernel, s.table = k, ipvs.NewTable(k)
		return nil
	}
	reason := err.Error()
	var errno syscall.Errno
	if errors.As(err, &errno) {
		reason = ipvs.ErrnoText(errno)
	}
	s.logf(message.CannotInitIPVS, reason)
	for _, v := range c.LVS.VirtualServers {
		for _, r := range v.RealServers {
			s.logf(message.ShuttingDown, machine.ServerName(r.Addr, v.Protocol, r.Port), machine.Name(v))
		}
	}
	return &process.ExitError{Code: process.ExitFatal}
}

// withoutServices is a configuration without its virtual servers.
func withoutServices(c *config.Config) *config.Config {
	bare := *c
	bare.LVS.VirtualServers = nil
	return &bare
}

// stopScripts is how long scripts that are started by the stop may run.
const stopScripts = time.Second

// Stop is section 11.
func (s *service) Stop(done func()) {
	s.stopAttempts()
	s.numbers.Close()
	if s.kernel != nil {
		if !s.env.Options.DontReleaseIPVS {
			s.release()
		}
		s.closeFilter()
		s.stopDaemons()
		s.restoreTimeouts()
	}
	if s.watching != nil {
		s.watching()
		s.watching = nil
	}
	s.finish(time.Now().Add(stopScripts), done)
}

// release takes everything out of the kernel's table, and tells of it.
func (s *service) release() {
	if s.options.FlushOnStop == config.FlushOnStopAll {
		s.must(s.kernel.Flush())
	} else {
		s.must(s.table.Apply(nil))
	}
	s.removeMarks()
	for _, v := range s.vss {
		s.do(v.Stop())
	}
}

// finish ends the stop once no attempt and no script is left, or at end; what
// runs then is killed.
func (s *service) finish(end time.Time, done func()) {
	if left := time.Until(end); left > 0 && (s.running > 0 || s.runner.Running() > 0) {
		s.env.Loop.AfterFunc(min(left, 10*time.Millisecond), func() { s.finish(end, done) })
		return
	}
	s.runner.Kill()
	s.listeners.Close()
	s.restorePing()
	if s.kernel != nil {
		s.must(s.kernel.Close())
	}
	s.observer.Close(done)
}

// Signal serves SIGUSR1; the others mean nothing to this process.
func (s *service) Signal(sig process.Signal) {
	if sig == process.SignalData {
		s.dump()
	}
}

// must logs what the kernel refuses: the text of such an error is the C
// daemon's line.
func (s *service) must(err error) {
	for _, e := range ipvs.Errors(err) {
		s.env.Log.Info(e.Error())
	}
}

func (s *service) logf(format string, args ...any) { s.env.Log.Info(fmt.Sprintf(format, args...)) }
