package checkers

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"keepalived/ipvs"
)

// kernel is what this process does with IPVS. Errors are those of
// ipvs.Client.
type kernel interface {
	AddService(ipvs.Service) error
	SetService(ipvs.Service) error
	DelService(ipvs.ServiceKey) error
	AddDestination(ipvs.ServiceKey, ipvs.Destination) error
	SetDestination(ipvs.ServiceKey, ipvs.Destination) error
	DelDestination(ipvs.ServiceKey, ipvs.DestinationKey) error
	Services() ([]ipvs.Service, error)
	Destinations(ipvs.ServiceKey) ([]ipvs.Destination, error)
	Flush() error
	Timeouts() (ipvs.Timeouts, error)
	SetTimeouts(ipvs.Timeouts) error
	StartDaemon(ipvs.Daemon) error
	StopDaemon(ipvs.Daemon) error
	Close() error
}

// table is what this process wants in the kernel's table. Several virtual
// servers may claim the same service (of a group that they share); the first
// claim decides about its values.
type table struct {
	kernel   kernel
	log      func(error)
	services map[ipvs.ServiceKey]*service
	// found are services that were there at the start and that nobody has
	// claimed yet.
	found map[ipvs.ServiceKey]ipvs.Service
}

// owner is who claims: a virtual server.
type owner any

type service struct {
	claims       []serviceClaim
	there        bool // in the kernel, as far as known
	failed       bool // the kernel has refused it since the last refresh
	is           ipvs.Service
	destinations map[ipvs.DestinationKey]*destination
}

type serviceClaim struct {
	who  owner
	want ipvs.Service
}

type destination struct {
	claims []destinationClaim
	there  bool
	failed bool
	is     ipvs.Destination
}

type destinationClaim struct {
	who  owner
	want ipvs.Destination
}

// newTable reads what is there already. log is told of every refusal.
func newTable(k kernel, log func(error)) (*table, error) {
	t := &table{kernel: k, log: log, services: map[ipvs.ServiceKey]*service{}, found: map[ipvs.ServiceKey]ipvs.Service{}}
	present, err := k.Services()
	for _, s := range present {
		t.found[s.Key] = s
	}
	return t, err
}

// setService claims a service, and makes it so.
func (t *table) setService(who owner, want ipvs.Service) {
	s := t.services[want.Key]
	if s == nil {
		s = &service{destinations: map[ipvs.DestinationKey]*destination{}}
		t.services[want.Key] = s
		if old, ok := t.found[want.Key]; ok {
			delete(t.found, want.Key)
			t.adopt(s, old)
		}
	}
	for i := range s.claims {
		if s.claims[i].who == who {
			s.claims[i].want = want
			t.ensureService(s)
			return
		}
	}
	s.claims = append(s.claims, serviceClaim{who, want})
	t.ensureService(s)
}

// adopt takes over a service of the kernel's table.
func (t *table) adopt(s *service, old ipvs.Service) {
	s.there, s.is = true, old
	present, err := t.kernel.Destinations(old.Key)
	if err != nil {
		t.log(err)
	}
	for _, d := range s.destinations {
		d.there = false
	}
	for _, p := range present {
		d := s.destinations[p.Key]
		if d == nil {
			d = &destination{}
			s.destinations[p.Key] = d
		}
		d.there, d.is = true, p
	}
}

// ensureService makes the service as its first claim wants it.
func (t *table) ensureService(s *service) {
	want := s.claims[0].want
	if s.there && s.is.Same(want) {
		return
	}
	var err error
	if s.there {
		err = t.kernel.SetService(want)
	} else if err = t.kernel.AddService(want); errors.Is(err, unix.EEXIST) {
		t.log(err)
		err = t.kernel.SetService(want)
	}
	if s.failed = err != nil; s.failed {
		t.log(err)
		return
	}
	s.there, s.is = true, want
}

// deleteService gives the claim on a service and on its destinations up. What
// nobody claims any more is deleted.
func (t *table) deleteService(who owner, key ipvs.ServiceKey) {
	s := t.services[key]
	if s == nil {
		return
	}
	for i := range s.claims {
		if s.claims[i].who == who {
			s.claims = append(s.claims[:i], s.claims[i+1:]...)
			break
		}
	}
	if len(s.claims) > 0 {
		t.ensureService(s)
		for _, dk := range sorted(s.destinations) {
			_ = t.deleteDestination(who, key, dk)
		}
		return
	}
	if s.there { // with all its destinations
		if err := t.kernel.DelService(key); err != nil {
			t.log(err)
		}
	}
	delete(t.services, key)
}

// setDestination claims a destination, and makes it so. The error is the
// kernel's refusal; it has been logged.
func (t *table) setDestination(who owner, key ipvs.ServiceKey, want ipvs.Destination) error {
	s := t.services[key]
	if s == nil {
		return unix.ENOENT
	}
	d := s.destinations[want.Key]
	if d == nil {
		d = &destination{}
		s.destinations[want.Key] = d
	}
	d.claim(who, want)
	return t.ensureDestination(key, d)
}

func (d *destination) claim(who owner, want ipvs.Destination) {
	for i := range d.claims {
		if d.claims[i].who == who {
			d.claims[i].want = want
			return
		}
	}
	d.claims = append(d.claims, destinationClaim{who, want})
}

func (t *table) ensureDestination(key ipvs.ServiceKey, d *destination) error {
	want := d.claims[0].want
	if d.there && d.is.Same(want) {
		return nil
	}
	var err error
	if d.there {
		err = t.kernel.SetDestination(key, want)
		if errors.Is(err, unix.ENOENT) {
			err = t.kernel.AddDestination(key, want)
		}
	} else if err = t.kernel.AddDestination(key, want); errors.Is(err, unix.EEXIST) {
		t.log(err)
		err = t.kernel.SetDestination(key, want)
	}
	if d.failed = err != nil; d.failed {
		t.log(err)
		return err
	}
	d.there, d.is = true, want
	return nil
}

// deleteDestination gives a claim up, and deletes a destination that nobody
// claims. The error is as for setDestination; a destination that is gone
// already is a success.
func (t *table) deleteDestination(who owner, key ipvs.ServiceKey, dk ipvs.DestinationKey) error {
	s := t.services[key]
	if s == nil || s.destinations[dk] == nil {
		return nil
	}
	d := s.destinations[dk]
	rest := make([]destinationClaim, 0, len(d.claims))
	for _, c := range d.claims {
		if c.who != who {
			rest = append(rest, c)
		}
	}
	if len(rest) > 0 {
		if len(rest) == len(d.claims) {
			return nil
		}
		d.claims = rest
		return t.ensureDestination(key, d)
	}
	if d.there {
		if err := t.kernel.DelDestination(key, dk); err != nil {
			t.log(err)
			if !ipvs.Harmless(err) {
				return err
			}
		}
	}
	delete(s.destinations, dk)
	return nil
}

// prune deletes destinations that nobody claims from services that are ours.
func (t *table) prune() {
	for _, key := range sorted(t.services) {
		s := t.services[key]
		for _, dk := range sorted(s.destinations) {
			if len(s.destinations[dk].claims) == 0 {
				_ = t.deleteDestination(nil, key, dk)
			}
		}
	}
}

// sorted are the keys of a map in a fixed order.
func sorted[K interface {
	comparable
	fmt.Stringer
}, V any](m map[K]V) []K {
	return slices.SortedFunc(maps.Keys(m), func(a, b K) int { return strings.Compare(a.String(), b.String()) })
}

// refresh reads the kernel's table again: somebody else may have changed it.
func (t *table) refresh() error {
	present, err := t.kernel.Services()
	if err != nil {
		return err
	}
	clear(t.found)
	for _, s := range t.services {
		s.there, s.failed = false, false
		for _, d := range s.destinations {
			d.failed = false
		}
	}
	for _, p := range present {
		if s := t.services[p.Key]; s != nil {
			t.adopt(s, p)
		} else {
			t.found[p.Key] = p
		}
	}
	for _, s := range t.services {
		if !s.there {
			for _, d := range s.destinations {
				d.there = false
			}
		}
	}
	return nil
}

// repair makes everything as it is claimed, but for what the kernel has just
// refused.
func (t *table) repair() {
	for _, key := range sorted(t.services) {
		s := t.services[key]
		if !s.failed {
			t.ensureService(s)
		}
		for _, dk := range sorted(s.destinations) {
			if d := s.destinations[dk]; len(d.claims) > 0 && !d.failed {
				_ = t.ensureDestination(key, d)
			}
		}
	}
	t.prune()
}
