package ipvs

import (
	"errors"
	"maps"
	"slices"
)

// Apply compares the wish with the kernel's table and carries out the
// difference. A service that is there before Apply first wants it becomes the
// table's own, and is corrected. Entries of the wish with the same key are one
// service: its parameters are those of the first, its destinations those of
// all, each as the first has it.
//
// The order serves the traffic: services in the order of the wish, each with
// its new and changed destinations in their order before the unwanted ones are
// deleted; unwanted services last. So a service is never without servers for a
// moment between two that it has.
//
// A command that fails does not stop the others. The error joins all failures
// in their order (see Errors); the next Apply tries again. Where the kernel's
// table cannot be read, what is known of it has to do.
func (t *Table) Apply(desired []Virtual) error {
	wanted := merge(desired)
	there, err := t.present()
	var failed []error
	if err != nil {
		failed = append(failed, err)
	}
	keep := make(map[ServiceKey]bool, len(wanted))
	for _, v := range wanted {
		keep[v.Service.Key] = true
		failed = append(failed, t.apply(v, there)...)
	}
	for _, key := range slices.SortedFunc(maps.Keys(t.own), compareKeys) {
		if keep[key] {
			continue
		}
		if _, left := there[key]; left {
			if err := t.client.DelService(key); err != nil {
				failed = append(failed, err)
				if !Harmless(err) {
					continue // it stays the table's own
				}
			}
		}
		delete(t.own, key)
	}
	return errors.Join(failed...)
}

// present are the services of the kernel's table; with an error, those that
// are known to be there.
func (t *Table) present() (map[ServiceKey]Service, error) {
	there := make(map[ServiceKey]Service)
	list, err := t.client.Services()
	for _, s := range list {
		there[s.Key] = s.normal()
	}
	if err != nil {
		for key, h := range t.own {
			if h.present {
				there[key] = h.service
			}
		}
	}
	return there, err
}

// apply makes one service and its destinations right.
func (t *Table) apply(v Virtual, there map[ServiceKey]Service) (failed []error) {
	key := v.Service.Key
	h := t.of(key)
	h.service, h.present = there[key]
	if !h.present {
		clear(h.destinations)
	} else if err := t.readDestinations(key, h); err != nil {
		failed = append(failed, err)
	}
	failed = append(failed, t.setService(h, v.Service)...)
	for _, d := range v.Destinations {
		failed = append(failed, t.setDestination(key, h, d)...)
	}
	return append(failed, t.deleteUnwanted(v, h)...)
}

func (t *Table) readDestinations(key ServiceKey, h *held) error {
	list, err := t.client.Destinations(key)
	if err != nil {
		return err
	}
	clear(h.destinations)
	for _, d := range list {
		h.destinations[d.Key] = d.normal()
	}
	return nil
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
