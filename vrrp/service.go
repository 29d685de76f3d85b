package vrrp

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"keepalived/core/config"
	"keepalived/core/dbus"
	"keepalived/core/firewall"
	"keepalived/core/logging"
	"keepalived/core/network"
	"keepalived/core/notify"
	"keepalived/core/process"
	"keepalived/core/script"
	"keepalived/core/status"
	"keepalived/core/track"
	"keepalived/vrrp/fsm"
	"keepalived/vrrp/message"
)

// service is the VRRP process. All of it belongs to the loop.
type service struct {
	env            process.Env
	loop           *process.Loop
	log            *slog.Logger
	open           func() (Host, error)
	host           Host
	cfg            *config.Config
	events         notify.Stream
	runner         *script.Runner
	fifos          *notify.FIFOs
	mails          *notify.Mails
	checks         *track.Scripts
	files          *track.Files
	processes      *track.Processes
	processesKnown bool // the kernel can tell of processes

	machine *fsm.Machine
	routers []*router // in the order of machine.Instances
	// of finds the router of an instance; during a reload also those of
	// the old machine.
	of map[*fsm.Instance]*router

	watcher       Watcher
	view          network.View
	adopted       map[ifaceFamily]source // see links.go
	devices       []*device              // VMACs and ipvlans, see devices.go
	outdated      []*device              // without routers after a reload
	deleted       map[int]bool           // by index: links that we have deleted, of which the kernel may still tell
	beat          linkbeat
	bounces       map[string]*process.Timer // by interface: changes that have to last
	delayLimits   map[string]time.Duration  // by interface: the longest that they may have to
	adopting      bool                      // a configuration is being taken over: nobody has to be told of changes
	filter        Firewall                  // nil without one
	filterOptions firewall.Options
	refusal       string          // what the packet filter said last
	commands      []string        // directories in which programs are looked for
	missing       map[string]bool // interfaces that are used and do not exist
	sessions      map[string]bool // BFD sessions that were told of, and whether they are Up
	pools         []*pool
	leaving       []*pool // without routers after a reload
	lanes         map[lane]*queue
	statics       statics
	errors        status.Errors        // of routers whose counters have ended
	originals     map[string]string    // sysctls of devices, as they were found
	seenUp        map[string]bool      // links that have been up
	advertised    map[string]time.Time // links on which a neighbour advertisement was sent, and when
	removals      map[any]int          // routes and rules whose removal is our own doing
	restore       []restore            // sysctls to be put back at the end
	delay         *process.Timer
	work          work
	lateness      *process.Lateness
	dumps         *process.Dumps
	bus           *dbus.Bus
	observer      *observer
	synchroniser  Synchroniser // nil without IPVS
	stopped       bool
}

// restore is a sysctl with the value that it had.
type restore struct {
	key, value string
	say        bool
}

// New returns the VRRP process on the network of this host.
func New(env process.Env, synchroniser Synchroniser) process.Service {
	s := newService(env, func() (Host, error) {
		h, err := network.Open()
		if err != nil {
			return nil, err
		}
		return realHost{h}, nil
	})
	s.synchroniser = synchroniser
	return s
}

func newService(env process.Env, open func() (Host, error)) *service {
	s := &service{
		env: env, loop: env.Loop, log: env.Log, open: open,
		of: map[*fsm.Instance]*router{}, adopted: map[ifaceFamily]source{}, missing: map[string]bool{}, deleted: map[int]bool{}, bounces: map[string]*process.Timer{}, delayLimits: map[string]time.Duration{},
		sessions: map[string]bool{}, originals: map[string]string{}, seenUp: map[string]bool{}, advertised: map[string]time.Time{},
		lanes: map[lane]*queue{}, removals: map[any]int{},
	}
	s.work.loop = env.Loop
	s.commands = append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin", "/sbin")
	s.lateness = env.Loop.WatchLateness(s.late)
	s.dumps = process.NewDumps(env.Loop)
	s.bus = s.newBus()
	s.observer = newObserver(s)
	s.runner = script.New(env.Loop, env.Log)
	s.runner.LimitCore(env.Options.CoreLimit)
	s.fifos = notify.NewFIFOs(true, s.runner, env.Log)
	s.mails = notify.NewMails(env.Loop, env.Log)
	s.checks = track.NewScripts(env.Loop, s.runner, env.Log, s.scriptChanged)
	s.processes = track.NewProcesses(env.Loop, env.Log, env.Origin, s.processChanged)
	s.files = track.NewFiles(env.Loop, env.Log, s.fileChanged)
	// A state's scripts run before its FIFO lines are written, and mail comes
	// last (15).
	s.events.Add(notify.NewScripts(s.runner))
	s.events.Add(s.fifos)
	s.events.Add(s.mails)
	s.events.Add(s.bus)
	s.events.Add(s.observer)
	return s
}

// Start begins the work (03-vrrp section 14.1).
func (s *service) Start(cfg *config.Config) error {
	host, err := s.open()
	if err != nil {
		return err
	}
	s.host = host
	s.detail(message.NetlinkReflector)
	s.detail(message.NetlinkCommands)
	if err := s.observe(&cfg.Global); err != nil {
		return &process.ExitError{Code: process.ExitFatal, Err: err}
	}
	delay := s.startupDelay(&cfg.Global)
	s.adopt(cfg)
	cfg = s.cfg
	for _, r := range s.routers {
		d := s.deviceNamed(ownDevice(r.conf))
		r.fresh = d != nil && d.made
	}
	s.sayMissing()
	s.disableLocalIGMP()
	s.applyStatics(statics{}, cfg)
	s.fifos.Load(cfg)
	s.mails.Load(cfg)
	s.checks.Load(cfg.VRRP.Scripts)
	s.files.Load(cfg.VRRP.TrackFiles, true)
	s.firstStatuses()
	s.logConfiguration()
	if err := s.openChannels(cfg); err != nil {
		return err
	}
	s.do(s.machine.Start(time.Now(), delay))
	s.work.finish()
	s.openPools()
	s.checks.Start(cfg.VRRP.Scripts)
	s.followSessions()
	s.synchroniseAll()
	return nil
}

// late passes on that some timer of the process was served late (7.5).
func (s *service) late(by time.Duration) {
	if !s.stopped {
		s.do(s.machine.Late(time.Now(), by))
	}
}

// adopt makes the runtime objects of a configuration.
func (s *service) adopt(cfg *config.Config) {
	s.adopting = true
	defer func() { s.adopting = false }()
	g := &cfg.Global
	s.processesKnown = s.processes.Load(cfg.VRRP.TrackProcesses, int(g.ProcessMonitorRcvBufs), g.ProcessMonitorRcvBufsForce)
	s.prepareFirewall(cfg)
	s.cfg = cfg
	cfg, devices := s.place(cfg)
	s.cfg = cfg
	s.machine = fsm.New(cfg.VRRP.Instances, cfg.VRRP.SyncGroups)
	s.lateness.Limit = s.machine.LateLimit()
	s.routers = nil
	for _, in := range s.machine.Instances {
		r := newRouter(s, in)
		s.routers = append(s.routers, r)
		s.of[in] = r
	}
	s.promote()
	s.assign()
	s.makeDevices(devices)
	if s.filter != nil {
		s.filtered(s.filter.DeleteOld())
	}
	s.assign() // those of the new devices
	s.findMissing()
	s.settle("")
	clear(s.delayLimits)
	s.startLinkbeat()
	s.makePools()
	s.bus.Load(cfg)
	s.observer.Load(cfg)
}

// Reload goes over to a new configuration (03-vrrp section 14.5).
func (s *service) Reload(cfg *config.Config) error {
	s.work.finish()
	now := time.Now()
	s.do(s.machine.BeforeReload(now))
	old, oldRouters, oldStatics := s.machine, s.routers, s.statics
	clear(s.adopted)
	s.adopt(cfg)
	cfg = s.cfg
	byKey := map[config.Key]*router{}
	for _, r := range oldRouters {
		byKey[r.conf.Key()] = r
	}
	for _, r := range s.routers {
		if o := byKey[r.conf.Key()]; o != nil {
			delete(byKey, r.conf.Key())
			r.inherit(o)
		}
	}
	for _, o := range byKey {
		s.remember(o)
	}
	s.sayMissing()
	// All deletions come before the first addition: an address may have
	// moved from one router to another.
	for _, r := range s.routers {
		r.compare()
	}
	s.applyStatics(oldStatics, cfg)
	s.fifos.Load(cfg)
	s.mails.Load(cfg)
	s.checks.Load(cfg.VRRP.Scripts)
	s.files.Load(cfg.VRRP.TrackFiles, false)
	s.forgetSessions()
	s.firstStatuses()
	s.logConfiguration()
	actions := s.machine.Reload(now, old)
	s.do(actions)
	s.repeatStates(actions)
	for _, r := range oldRouters {
		r.retire()
		delete(s.of, r.in)
	}
	s.work.finish()
	s.bus.Loaded()
	s.dropDevices()
	s.openPools()
	s.checks.Start(cfg.VRRP.Scripts)
	s.synchroniseAll()
	return nil
}

// stopWait lets the kernel send its IGMP leaves, and STOP scripts run
// (02-runtime section 8.2).
const stopWait = time.Second

// Stop releases everything in order (02-runtime section 8.2).
func (s *service) Stop(done func()) {
	s.stopped = true
	if s.host == nil {
		done()
		return
	}
	if s.watcher != nil {
		s.watcher.Close()
	}
	s.settle("")
	s.stopLinkbeat()
	s.checks.Stop()
	if s.machine != nil {
		s.do(s.machine.Stop(time.Now(), !s.env.Options.DontReleaseVRRP))
		s.work.finish()
		s.removeStatics()
	}
	s.files.Close()
	s.processes.Close()
	for _, r := range s.routers {
		r.retire()
	}
	for _, q := range s.lanes {
		q.stop()
	}
	if s.delay != nil {
		s.delay.Stop()
	}
	for _, p := range s.pools {
		p.close()
	}
	s.finish(time.Now().Add(stopWait), done)
}

// finish waits until the moment at which all is over: for the kernel's IGMP
// leaves if there was an instance, and for the STOP scripts. It does not wait for
// mails: those about STOP have the time that it takes anyway.
func (s *service) finish(end time.Time, done func()) {
	const step = 10 * time.Millisecond
	if time.Now().Before(end) && (len(s.routers) > 0 || s.runner.Running() > 0) {
		wait := time.Until(end)
		if len(s.routers) == 0 {
			wait = min(wait, step)
		}
		s.loop.AfterFunc(wait, func() { s.finish(end, done) })
		return
	}
	s.observer.Close(func() { s.bus.Stop(func() { s.endSynchronisation(func() { s.end(done) }) }) })
}

// end gives back what the process has of the host.
func (s *service) end(done func()) {
	s.fifos.Close()
	s.mails.Close()
	s.restoreSysctls()
	if !s.env.Options.DontReleaseVRRP {
		s.deleteDevices(s.devices, false)
	}
	s.closeFirewall()
	s.host.Close()
	done()
}

// startupDelay logs and times vrrp_startup_delay and vrrp_delay_after_boot
// (14.2), and returns what is left of it.
func (s *service) startupDelay(g *config.Global) time.Duration {
	delay := g.StartupDelay
	if delay > 0 {
		s.info(message.DelayingStartup, delay.Seconds())
	}
	if g.DelayAfterBoot > 0 {
		left := g.DelayAfterBoot - uptime()
		if left <= 0 {
			s.info(message.ReducedDelayPassed)
		} else if left > delay {
			s.info(message.DelayingFurther, left.Seconds())
			delay = left
		}
	}
	if delay > 0 {
		s.delay = s.loop.AfterFunc(delay, func() { s.info(message.DelayCompleted) })
	}
	return delay
}

const igmpKey = "net/ipv4/igmp_link_local_mcast_reports"

func (s *service) disableLocalIGMP() {
	if !s.cfg.Global.DisableLocalIGMP {
		return
	}
	v, err := s.host.Sysctl(igmpKey)
	if err != nil {
		s.info(message.NoLocalIGMPSwitch)
		return
	}
	if v != "0" {
		s.sysctl(igmpKey, v, "0")
	}
}

// sysctl sets a parameter until the end of the process.
func (s *service) sysctl(key, old, value string) bool {
	if err := s.host.SetSysctl(key, value); err != nil {
		s.info("%v", err)
		return false
	}
	s.restore = append(s.restore, restore{key: key, value: old})
	return true
}

// promote switches promote_secondaries on where an instance asks for it
// (10.2).
func (s *service) promote() {
	for _, r := range s.routers {
		if !r.conf.PromoteSecondaries || r.conf.Interface == "" {
			continue
		}
		key := "net/ipv4/conf/" + r.conf.Interface + "/promote_secondaries"
		if v, err := s.host.Sysctl(key); err == nil && v == "0" {
			s.sysctl(key, v, "1")
		}
	}
}

func (s *service) info(format string, args ...any) { s.write(slog.LevelInfo, format, args...) }

// detail is for -D.
func (s *service) detail(format string, args ...any) {
	s.write(logging.LevelDetail, format, args...)
}

func (s *service) write(level slog.Level, format string, args ...any) {
	if s.log.Enabled(context.Background(), level) {
		s.log.Log(context.Background(), level, fmt.Sprintf(format, args...))
	}
}
