package main

import (
	"regexp"
	"slices"
	"strings"
)

// A row says what version 2.2.7 and we say differently, and why that is right.
type row struct {
	reason string
	// theirs and ours match messages, without their place, that are left out
	// of the answer of one side; nil matches none.
	theirs, ours *regexp.Regexp
	// with, if set, is what the match of theirs is replaced by, instead of
	// being left out.
	with string
	// both are messages that stand at another moment, and are compared apart
	// from the others, without their place.
	both *regexp.Regexp
}

// table is applied from the top.
var table = []row{
	{reason: "2.2.7 accepts an address twice", ours: regexp.MustCompile(`VIP duplicates an? (excluded )?VIP .* - ignoring$`)},
	{reason: "2.2.7 accepts a peer twice", ours: regexp.MustCompile(`- duplicate unicast_peer$`)},
	{reason: "2.4.3 tracks a route without interface", theirs: regexp.MustCompile(`^Warning - cannot track route .* with no interface specified, not tracking$`)},
	{reason: "2.4.3 says nothing about quotes in the parent's pass", theirs: regexp.MustCompile(`^Unmatched quote: '`)},
	{reason: "2.4.3 finds a virtual server without real servers at its }", both: regexp.MustCompile(`^Virtual server .* has no real servers - ignoring$`)},
	{reason: "2.4.3 finds a group without members at its }", both: regexp.MustCompile(`^Sync group .* has no (members - removing|virtual router\(s\)\. removing)$`)},
}

// exclusions are the questions whose answers cannot be compared.
var exclusions = []struct {
	reason string
	when   func(question) bool
}{
	{"a script as another user ends a test of 2.2.7 with SIGTERM", func(q question) bool { return q.theirs.status == 143 }},
}

// normalise takes the known differences out of two answers, and returns the
// rows that it needed.
func normalise(theirs, ours *answer) []int {
	var used []int
	for i := range table {
		r := &table[i]
		n := theirs.apply(r.theirs, r.with) + ours.apply(r.ours, "")
		n += theirs.setApart(r.both) + ours.setApart(r.both)
		if n > 0 {
			used = append(used, i)
		}
	}
	return used
}

// apply leaves out the messages that match, or changes them.
func (a *answer) apply(what *regexp.Regexp, with string) (changed int) {
	if what == nil {
		return 0
	}
	secure := a.insecure()
	var kept []string
	for _, m := range a.messages {
		text := body(m)
		switch at := m[:len(m)-len(text)]; {
		case !what.MatchString(text):
			kept = append(kept, m)
			continue
		case with != "":
			kept = append(kept, at+what.ReplaceAllString(text, with))
		}
		changed++
	}
	a.messages = kept
	// The status is that of the worst message that is left.
	switch {
	case changed == 0 || with != "":
	case len(kept) == 0 && a.status >= 4:
		a.status = 0
	case secure && !a.insecure():
		a.status = 5
	}
	return changed
}

// insecure reports whether a message makes the status 6.
func (a *answer) insecure() bool {
	return slices.ContainsFunc(a.messages, func(m string) bool { return strings.HasPrefix(m, "SECURITY VIOLATION") })
}

// setApart moves the messages that match to the end, in sorted order and
// without their places.
func (a *answer) setApart(what *regexp.Regexp) int {
	if what == nil {
		return 0
	}
	var kept, apart []string
	for _, m := range a.messages {
		if text := body(m); what.MatchString(text) {
			apart = append(apart, text)
		} else {
			kept = append(kept, m)
		}
	}
	slices.Sort(apart)
	a.messages = append(kept, apart...)
	return len(apart)
}
