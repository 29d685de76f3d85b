package ipvs

import (
	"errors"
	"slices"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

// DaemonOf is the daemon of a role that a configuration asks for; id is its sync
// id.
func DaemonOf(c *config.SyncDaemon, role Role, id uint32) Daemon {
	return Daemon{
		Role: role, Interface: c.Interface, ID: id,
		MaxLen: c.MaxLen, Port: c.Port, TTL: c.TTL, Group: c.Group,
	}
}

// Follower keeps one synchronisation daemon in the kernel, in a role that
// changes. Starting and stopping one can take the kernel a second, so that it is
// done off the loop to which the Follower belongs: by one goroutine, and only
// while there is something to do.
type Follower struct {
	post   func(func()) // puts a function on the loop
	failed func(error)  // called on the loop
	open   func(*config.Config) (Client, error)

	// wanted and started are nil for none; a Client and started are the
	// goroutine's while busy.
	config          *config.Config
	wanted, started *Daemon
	client          Client
	busy            bool
	handed          bool // what was started is another process's since
	closed          func()
}

// NewFollower returns a Follower that opens the table of the running kernel when
// it is first needed. failed gets what the kernel refuses.
func NewFollower(post func(func()), failed func(error)) *Follower {
	return &Follower{post: post, failed: failed, open: func(c *config.Config) (Client, error) { return Open(OptionsOf(c)) }}
}

// Run asks for the daemon that a configuration describes, as master or backup
// and with a sync id.
func (f *Follower) Run(c *config.Config, master bool, id uint32) {
	role := Backup
	if master {
		role = Master
	}
	d := DaemonOf(c.Global.LVSSyncDaemon, role, id)
	f.config, f.wanted, f.handed = c, &d, false
	f.turn()
}

// HandOver leaves what runs to another process, which takes it over or stops it.
// The kernel knows daemons by their role alone, so that this process must not
// stop what may be the other one's by then. What is being done at this moment is
// still done.
func (f *Follower) HandOver() {
	f.wanted, f.handed = nil, true
	f.turn()
}

// Stop asks for no daemon.
func (f *Follower) Stop() {
	f.wanted = nil
	f.turn()
}

// Close stops the daemon, and calls done when it is gone.
func (f *Follower) Close(done func()) {
	f.wanted, f.closed = nil, done
	f.turn()
}

// turn begins with what is to be done next.
func (f *Follower) turn() {
	switch {
	case f.busy:
	case f.handed:
		f.started, f.handed = nil, false
		f.turn()
	case !same(f.wanted, f.started):
		f.busy = true
		wanted, c := f.wanted, f.config
		go func() {
			err := f.apply(c, wanted)
			f.post(func() {
				f.busy = false
				if same(f.wanted, wanted) && !f.handed {
					f.wanted = f.started // until somebody asks again
				}
				for _, e := range Errors(err) {
					f.failed(e)
				}
				f.turn()
			})
		}()
	case f.closed != nil:
		if f.client != nil {
			f.client.Close()
		}
		done := f.closed
		f.closed = nil
		done()
	}
}

// apply makes the kernel run what is wanted, and what was started no more.
func (f *Follower) apply(c *config.Config, wanted *Daemon) error {
	before := f.started
	f.started = nil
	if f.client == nil {
		client, err := f.open(c)
		if err != nil {
			return err
		}
		f.client = client
	}
	var own []Daemon
	if before != nil {
		own = []Daemon{*before}
	}
	var all []Daemon
	if wanted != nil {
		all = []Daemon{*wanted}
	}
	err := SetDaemons(f.client, all, own)
	if err != nil {
		// What was wanted may run all the same: something else could not be stopped.
		if running, _ := f.client.Daemons(); wanted == nil || !slices.ContainsFunc(running, wanted.describes) {
			return err
		}
	}
	f.started = wanted
	return err
}

// SetDaemons makes the kernel run the daemons that are wanted and no others. A
// daemon that somebody else has started in the way, or this program before a
// crash, is stopped; where none is wanted, only those of own are. What runs as
// wanted goes on. The error joins what the kernel refused.
func SetDaemons(c Client, wanted, own []Daemon) error {
	running, err := c.Daemons()
	if err != nil {
		return err
	}
	var failures []error
	for _, r := range running {
		if slices.ContainsFunc(wanted, func(d Daemon) bool { return d.describes(r) }) ||
			len(wanted) == 0 && !slices.ContainsFunc(own, func(d Daemon) bool { return d.is(r) }) {
			continue
		}
		if err := c.StopDaemon(r); err != nil && !errors.Is(err, unix.ENOENT) && !errors.Is(err, unix.ESRCH) {
			failures = append(failures, err)
		}
	}
	for _, d := range wanted {
		if !slices.ContainsFunc(running, d.describes) {
			failures = append(failures, c.StartDaemon(d))
		}
	}
	return errors.Join(failures...)
}

// describes reports whether a daemon of the kernel is the one that d asks for.
func (d *Daemon) describes(running Daemon) bool {
	return d.is(running) && d.Interface == running.Interface &&
		(d.MaxLen == 0 || d.MaxLen == running.MaxLen) && (d.Port == 0 || d.Port == running.Port) &&
		(d.TTL == 0 || d.TTL == running.TTL) && (!d.Group.IsValid() || d.Group == running.Group)
}

// is reports whether a daemon has d's role and sync id.
func (d *Daemon) is(running Daemon) bool {
	return d != nil && d.Role == running.Role && d.ID == running.ID
}

// same reports whether two wishes are one.
func same(a, b *Daemon) bool {
	return a == b || a != nil && b != nil && *a == *b
}
