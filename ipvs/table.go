package ipvs

import (
	"errors"
	"maps"
	"slices"

	"golang.org/x/sys/unix"
)

// Table makes part of a kernel table equal to a wish: the whole of it with
// [Table.Apply], a single entry with [Table.SetDestination] and
// [Table.DeleteDestination]. What is right already is never touched, so that
// it keeps its connections and counters.
//
// A table owns the services that Apply was given last; everything else in the
// kernel's table is foreign and stays. What it knows of its own services is
// what Apply has read and what it has done since; somebody else's changes show
// at the next Apply.
type Table struct {
	client Client
	own    map[ServiceKey]*held
}

// held is what the kernel has of a service, as far as known.
type held struct {
	present      bool
	service      Service
	destinations map[DestinationKey]Destination
}

// NewTable makes a Table without services of its own.
func NewTable(c Client) *Table { return &Table{client: c, own: map[ServiceKey]*held{}} }

// SetDestination makes one destination of an own service as wished. The error
// joins what the kernel refused on the way (see Errors); when all of it is
// Harmless the destination is as wished.
func (t *Table) SetDestination(service ServiceKey, d Destination) error {
	return errors.Join(t.setDestination(service, t.of(service), d.normal())...)
}

// DeleteDestination takes one destination out of an own service. The error is
// as for SetDestination; a destination that the service has not is none.
func (t *Table) DeleteDestination(service ServiceKey, d DestinationKey) error {
	return errors.Join(t.deleteDestination(service, t.of(service), d)...)
}

// of is what is known of a service, which becomes an own one.
func (t *Table) of(key ServiceKey) *held {
	h := t.own[key]
	if h == nil {
		h = &held{destinations: map[DestinationKey]Destination{}}
		t.own[key] = h
	}
	return h
}

// setService makes the service itself right, its destinations aside.
func (t *Table) setService(h *held, s Service) (failed []error) {
	var err error
	switch {
	case !h.present:
		if err = t.client.AddService(s); errors.Is(err, unix.EEXIST) {
			failed = append(failed, err)
			err = t.client.SetService(s)
		}
	case h.service != s:
		err = t.client.SetService(s)
	}
	if err != nil {
		return append(failed, err)
	}
	h.present, h.service = true, s
	return failed
}

func (t *Table) setDestination(service ServiceKey, h *held, d Destination) (failed []error) {
	var err error
	switch old, there := h.destinations[d.Key]; {
	case there && old == d:
		return nil
	case there:
		// The C daemon falls back like this at every change of a weight.
		if err = t.client.SetDestination(service, d); errors.Is(err, unix.ENOENT) {
			delete(h.destinations, d.Key)
			err = t.client.AddDestination(service, d)
		}
	default:
		if err = t.client.AddDestination(service, d); errors.Is(err, unix.EEXIST) {
			failed = append(failed, err)
			err = t.client.SetDestination(service, d)
		}
	}
	if err != nil {
		return append(failed, err)
	}
	h.destinations[d.Key] = d
	return failed
}

func (t *Table) deleteDestination(service ServiceKey, h *held, d DestinationKey) []error {
	if _, there := h.destinations[d]; !there {
		return nil
	}
	err := t.client.DelDestination(service, d)
	if err == nil || Harmless(err) {
		delete(h.destinations, d)
	}
	if err != nil {
		return []error{err}
	}
	return nil
}

// deleteUnwanted deletes the destinations of a service that are not among
// those of the wish.
func (t *Table) deleteUnwanted(v Virtual, h *held) (failed []error) {
	keep := make(map[DestinationKey]bool, len(v.Destinations))
	for _, d := range v.Destinations {
		keep[d.Key] = true
	}
	for _, key := range slices.SortedFunc(maps.Keys(h.destinations), compareDestinations) {
		if !keep[key] {
			failed = append(failed, t.deleteDestination(v.Service.Key, h, key)...)
		}
	}
	return failed
}
