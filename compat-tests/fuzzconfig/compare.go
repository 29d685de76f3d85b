package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// place is the prefix of a message that says where it came from.
var place = regexp.MustCompile(`^\((?:[^()]*: )?Line \d+\) `)

// body returns a message without its place.
func body(message string) string { return message[len(place.FindString(message)):] }

// died begins the signature of a mutant that ours does not survive.
const died = "ours died or hung:"

// A question is a mutant with both answers.
type question struct {
	text         string
	theirs, ours answer
}

// A verdict says how the answers to a question compare.
type verdict struct {
	excluded string // why there is nothing to compare, or empty
	rows     []int  // of the table, that were needed
	status   bool   // the exit statuses are equal
	messages bool   // the messages are equal
	// signature is the kind of the difference: the first message that only
	// one has, without the values in it.
	signature string
	// theirs and ours are what was compared.
	theirs, ours answer
}

// judge compares the answers.
func (q question) judge() verdict {
	v := verdict{theirs: q.theirs, ours: q.ours}
	switch {
	case q.ours.hung || q.ours.status < 0 || q.ours.status > 6:
		v.signature = fmt.Sprintf(died+" status %d, hung %v", q.ours.status, q.ours.hung)
		return v
	case q.theirs.hung:
		v.excluded = "the C daemon hung"
		return v
	case q.theirs.status < 0 || q.theirs.status > 6:
		v.excluded = "the C daemon died"
		return v
	}
	for i := range exclusions {
		if exclusions[i].when(q) {
			v.excluded = exclusions[i].reason
			return v
		}
	}
	v.rows = normalise(&v.theirs, &v.ours)
	v.messages = slices.Equal(v.theirs.messages, v.ours.messages)
	v.status = v.theirs.status == v.ours.status ||
		v.messages && (v.theirs.follows(&q.theirs) || v.ours.follows(&q.ours))
	if !v.status || !v.messages {
		v.signature = signature(v)
	}
	return v
}

// signature names the first difference between two answers.
func signature(v verdict) string {
	t, o := v.theirs.messages, v.ours.messages
	for len(t) > 0 && len(o) > 0 && t[0] == o[0] {
		t, o = t[1:], o[1:]
	}
	var text string
	switch {
	case len(t) == 0 && len(o) == 0:
		text = "same messages"
	case len(t) == 0:
		text = "only ours: " + anonymous(o[0])
	case len(o) == 0:
		text = "only theirs: " + anonymous(t[0])
	case slices.Contains(o, t[0]) && slices.Contains(t, o[0]):
		text = "order: " + anonymous(t[0])
	case slices.Contains(o, t[0]):
		text = "only ours: " + anonymous(o[0])
	case slices.Contains(t, o[0]):
		text = "only theirs: " + anonymous(t[0])
	default:
		text = "theirs: " + anonymous(t[0]) + "\n  ours: " + anonymous(o[0])
	}
	if !v.status {
		text = fmt.Sprintf("status %d, ours %d; %s", v.theirs.status, v.ours.status, text)
	}
	return text
}

var (
	quoted  = regexp.MustCompile("'[^']*'|`[^`]*`|\"[^\"]*\"")
	address = regexp.MustCompile(`\[?(?:\d+\.[\d.]+|[0-9a-fA-F]*:[0-9a-fA-F:.]+)\S*`)
	named   = regexp.MustCompile(`^\([^()]*\)`)
	number  = regexp.MustCompile(`\d+`)
	object  = regexp.MustCompile(`\b(script|instance|file|interface|group|server|service|keyword|process|IP|BFD|VMAC|option|type) [^\s:.,]+`)
)

// anonymous takes the values out of a message.
func anonymous(message string) string {
	m := body(message)
	for _, c := range []struct {
		what *regexp.Regexp
		with string
	}{{named, "(_)"}, {quoted, "'_'"}, {address, "A"}, {object, "$1 _"}, {number, "N"}} {
		m = c.what.ReplaceAllString(m, c.with)
	}
	return strings.TrimSpace(m)
}
