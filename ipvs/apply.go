package ipvs

import (
	"errors"
	"slices"
)

// Table makes part of a kernel table equal to a wish. It remembers which
// services it was given, its own; everything else in the table is foreign and
// is never touched.
type Table struct {
	client Client
	own    []ServiceKey // in the order of the last wish
}

// NewTable makes a Table without services of its own.
func NewTable(c Client) *Table { return &Table{client: c} }

// Own adds services to the table's own, so that the next Apply deletes those
// that it does not want: for services that an earlier process left behind.
func (t *Table) Own(keys ...ServiceKey) {
	for _, key := range keys {
		if !slices.Contains(t.own, key) {
			t.own = append(t.own, key)
		}
	}
}

// Apply compares the wish with the kernel's table and carries out the
// difference; what is right already is not touched and keeps its connections
// and counters. A service that is there before Apply first wants it becomes
// the table's own, and is corrected. Entries of the wish with the same key are
// one service: its parameters are those of the first, its destinations those
// of all.
//
// The order serves the traffic: services in the order of the wish, each with
// its new and changed destinations in their order before the unwanted ones are
// deleted; unwanted services last. So a service is never without servers for a
// moment between two that it has.
//
// A command that fails does not stop the others. The error joins all failures
// (see Errors); the next Apply tries again.
func (t *Table) Apply(desired []Virtual) error {
	present, err := t.client.Services()
	if err != nil {
		return err
	}
	there := make(map[ServiceKey]Service, len(present))
	for _, s := range present {
		there[s.Key] = s
	}
	var failed []error
	wanted := merge(desired)
	keep := make(map[ServiceKey]bool, len(wanted))
	var own []ServiceKey
	for _, v := range wanted {
		keep[v.Service.Key] = true
		own = append(own, v.Service.Key)
		failed = append(failed, t.service(v, there)...)
	}
	for _, key := range t.own {
		if _, left := there[key]; !left || keep[key] {
			continue
		}
		if err := t.client.DelService(key); err != nil {
			failed = append(failed, err)
			if !Harmless(err) {
				own = append(own, key)
			}
		}
	}
	t.own = own
	return errors.Join(failed...)
}

// service makes one service right.
func (t *Table) service(v Virtual, there map[ServiceKey]Service) (failed []error) {
	old, exists := there[v.Service.Key]
	var present []Destination
	var err error
	switch {
	case !exists:
		err = t.client.AddService(v.Service)
	case old.normal() != v.Service:
		err = t.client.SetService(v.Service)
	}
	if err != nil {
		failed = append(failed, err)
		if !exists && !Harmless(err) {
			return failed
		}
	}
	if exists || err != nil {
		if present, err = t.client.Destinations(v.Service.Key); err != nil {
			return append(failed, err)
		}
	}
	return append(failed, t.destinations(v, present)...)
}

// destinations makes the destinations of one service right.
func (t *Table) destinations(v Virtual, present []Destination) (failed []error) {
	try := func(err error) {
		if err != nil {
			failed = append(failed, err)
		}
	}
	there := make(map[DestinationKey]Destination, len(present))
	for _, d := range present {
		there[d.Key] = d
	}
	keep := make(map[DestinationKey]bool, len(v.Destinations))
	for _, d := range v.Destinations {
		keep[d.Key] = true
		switch old, exists := there[d.Key]; {
		case !exists:
			try(t.client.AddDestination(v.Service.Key, d))
		case old.normal() != d:
			try(SetOrAddDestination(t.client, v.Service.Key, d))
		}
	}
	for _, d := range present {
		if !keep[d.Key] {
			try(t.client.DelDestination(v.Service.Key, d.Key))
		}
	}
	return failed
}

// merge makes a wish in which every key occurs once, with everything as the
// kernel shows it.
func merge(desired []Virtual) []Virtual {
	index := make(map[ServiceKey]int, len(desired))
	merged := make([]Virtual, 0, len(desired))
	for _, v := range desired {
		service := v.Service.normal()
		at, again := index[service.Key]
		if !again {
			at = len(merged)
			index[service.Key] = at
			merged = append(merged, Virtual{Service: service})
		}
		merged[at].Destinations = append(merged[at].Destinations, v.Destinations...)
	}
	for i := range merged {
		merged[i].Destinations = distinct(merged[i].Destinations)
	}
	return merged
}

// distinct keeps the first destination of every key, as the kernel shows it.
func distinct(destinations []Destination) []Destination {
	seen := make(map[DestinationKey]bool, len(destinations))
	var kept []Destination
	for _, d := range destinations {
		if d = d.normal(); !seen[d.Key] {
			seen[d.Key] = true
			kept = append(kept, d)
		}
	}
	return kept
}

// Errors are the single failures that an error of Apply joins.
func Errors(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}
