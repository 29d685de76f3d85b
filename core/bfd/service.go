package bfd

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/bfd/message"
	"keepalived/core/bfd/session"
	"keepalived/core/config"
	"keepalived/core/logging"
	"keepalived/core/process"
)

// service is the BFD process. All of it belongs to the loop.
type service struct {
	env       process.Env
	loop      *process.Loop
	log       *slog.Logger
	net       Network
	cfg       *config.Config
	machine   *session.Machine
	runs      map[*session.Session]*run
	ears      [2]*ear // of single-hop and multihop sessions; nil: not needed
	observers []*observer
	dumps     *process.Dumps
}

// New returns the BFD process on the network of this host.
func New(env process.Env) process.Service {
	var seed [32]byte
	_, _ = rand.Read(seed[:]) // never fails
	return newService(env, realNetwork{}, seed)
}

func newService(env process.Env, net Network, seed [32]byte) *service {
	return &service{
		env: env, loop: env.Loop, log: env.Log, net: net, machine: session.New(seed),
		runs: make(map[*session.Session]*run), dumps: process.NewDumps(env.Loop),
	}
}

// Start begins the work.
func (s *service) Start(cfg *config.Config) error {
	if err := s.load(cfg); err != nil {
		return err
	}
	for _, k := range process.Linked(process.BFD) {
		if link := s.env.Links[k]; link != nil {
			o := newObserver(s, k, link)
			s.observers = append(s.observers, o)
			o.tellAll(process.Now())
			link.Watch(s.loop, o.asked)
		}
	}
	return nil
}

// Reload goes over to a new configuration (17.6). The states of all sessions
// are told, because those who follow them may have new uses for them.
func (s *service) Reload(cfg *config.Config) error {
	began := time.Now()
	if err := s.load(cfg); err != nil {
		return err
	}
	for _, o := range s.observers {
		o.tellAll(process.Now())
	}
	s.info(message.ReloadFinished, time.Since(began).Microseconds())
	return nil
}

// load makes a configuration the current one.
func (s *service) load(cfg *config.Config) error {
	s.cfg = cfg
	if err := s.listen(); err != nil {
		return err
	}
	added, removed, actions := s.machine.Load(time.Now(), cfg.BFD.Instances)
	for _, x := range added {
		s.runs[x] = newRun(s, x)
	}
	s.do(actions)
	for _, x := range removed {
		s.runs[x].close()
		delete(s.runs, x)
	}
	for _, x := range s.machine.Sessions {
		s.runs[x].fit()
	}
	return nil
}

// listen opens the sockets that the configuration needs, and closes the others.
func (s *service) listen() error {
	var wanted [len(s.ears)]bool
	for _, c := range s.cfg.BFD.Instances {
		wanted[index(c.Multihop)] = true
	}
	for i, multihop := range [...]bool{false, true} {
		switch {
		case wanted[i] && s.ears[i] == nil:
			e, err := newEar(s, multihop)
			if err != nil {
				s.info(message.ListenError, what(err), number(err), text(err))
				s.info(message.NoListener)
				return &process.ExitError{Code: process.ExitFatal}
			}
			s.ears[i] = e
		case !wanted[i] && s.ears[i] != nil:
			s.ears[i].close()
			s.ears[i] = nil
		}
	}
	return nil
}

func index(multihop bool) int {
	if multihop {
		return 1
	}
	return 0
}

// hear looks at all packets that have come.
func (s *service) hear() {
	for _, e := range s.ears {
		if e != nil {
			e.hear()
		}
	}
}

// do carries out what the machine decided, in order.
func (s *service) do(actions []session.Action) {
	for _, a := range actions {
		switch a := a.(type) {
		case session.Send:
			s.runs[a.Session].send(&a.Packet)
		case session.SetTimer:
			s.runs[a.Session].setTimer(a.At)
		case session.Report:
			for _, o := range s.observers {
				o.changed(a.Session, a.Up)
			}
		case session.Log:
			if a.Detail {
				s.detail("%s", a.Line)
			} else {
				s.info("%s", a.Line)
			}
		}
	}
}

// Signal serves SIGUSR1; the others mean nothing to this process.
func (s *service) Signal(sig process.Signal) {
	if sig == process.SignalData {
		s.dump()
	}
}

// Stop stops at once (02-runtime section 8.5). Nobody is told: who follows the
// sessions stops too, or sees the next process; the neighbours notice the
// silence.
func (s *service) Stop(done func()) {
	for _, r := range s.runs {
		r.close()
	}
	for _, e := range s.ears {
		if e != nil {
			e.close()
		}
	}
	done()
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

// what names the system call that failed.
func what(err error) string {
	var call *os.SyscallError
	if errors.As(err, &call) {
		return call.Syscall
	}
	return "socket"
}

func number(err error) int {
	var errno unix.Errno
	errors.As(err, &errno)
	return int(errno)
}

func text(err error) string {
	_, text := logging.Strerror(err)
	return text
}
