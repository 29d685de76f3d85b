package main

import (
	"regexp"
	"slices"
	"strings"
)

// A row says what version 2.2.7 and we say differently, and why that is right.
// Its expressions match messages without their place, unless they begin with
// one.
type row struct {
	reason string
	// theirs and ours match what is left out of the answer of one side when
	// the other side does not say it.
	theirs, ours *regexp.Regexp
	// both are messages that stand at another moment, and are compared apart
	// from the others, without their place.
	both *regexp.Regexp
	// repeated are messages of which version 2.2.7 says the same one again
	// later.
	repeated *regexp.Regexp
	// ends is a message with which one side ends the checks of VRRP, and the
	// other does not.
	ends *regexp.Regexp
}

var re = regexp.MustCompile

// table is applied from the top.
var table = []row{
	{reason: "2.2.7 accepts an address twice", ours: re(`VIP duplicates an? (excluded )?VIP .* - ignoring$`)},
	{reason: "2.2.7 accepts a peer twice", ours: re(`- duplicate unicast_peer$`)},
	{reason: "2.4.3 tracks a route without interface", theirs: re(`^Warning - cannot track route .* with no interface specified, not tracking$`)},
	{reason: "2.4.3 says nothing about quotes in the parent's pass", theirs: re(`^\(Line \d+\) Unmatched quote: '`)},
	{reason: "2.4.3 does not look at virtual servers of an undefined group", ours: re(`^Virtual server \[[^.:\]]*\]\S* has no real servers - ignoring$`), theirs: re(`^Virtual server \[[^.:\]]*\]\S* has no real servers - ignoring$`)},
	{reason: "2.4.3 finds a virtual server without real servers at its }", both: re(`^Virtual server .* has no real servers - ignoring$`)},
	{reason: "2.4.3 finds a group without members at its }", theirs: re(`^Sync group .* has no virtual router\(s\)\. removing$`), ours: re(`^(Sync|Static track) group .* has no members - removing$`)},
	{reason: "2.2.7 warns of no address in the minimum check and again later", repeated: re(`\) No VIP specified; at least one is sensible$`)},
	{reason: "2.2.7 looks at the file of init_file overwrite in a test too", theirs: re(`^Cannot initialise track file .* - it is not a regular file$`)},
	{reason: "2.2.7 spells a malformed neighbor in one way only", theirs: re(`^Configuration error: BFD instance .* has malformed neighbor address`), ours: re(`^Configuration error: BFD instance .* has malformed neighbour address`)},
	{reason: "Debian's 2.2.7 is built without iptables and does not know vrrp_ipsets", theirs: re(`^Unknown keyword 'vrrp_ipsets'$`)},
	{reason: "Debian's 2.2.7 is built without iptables", theirs: re(`^iptables not supported, using nftables instead\.`)},
	{reason: "2.2.7 does not look at the directory of a track_file", theirs: re(`\) ignoring (weight from )?tracked file |\) duplicate track_file|\) unknown track file option `), ours: re(`^(realpath\(\) error|track file directory for|The filesystem of|.*track[_ ]file .* not found|FILE_CHECK has no track_file specified - ignoring$)`)},
	{reason: "2.2.7 has no limits for rtt, rttvar and rto_min", ours: re(`^(rtt|rttvar|rto|rto_min) value .*(below minimum|exceeds maximum|exponential form)`)},
	{reason: "2.2.7 refuses octets that end in ff", theirs: re(`^Invalid hex string for UDP_CHECK (payload|reply)$`)},
	{reason: "2.2.7 has another word for a ~SEQ without )", theirs: re(`^(~SEQ parameter strings too long|Invalid ~SEQ definition)`), ours: re(`^~SEQ missing terminating`)},
	{reason: "2.2.7 replaces what is given twice without a word", ours: re(`^(SMTP_CHECK helo name already specified|Duplicate .* - overwriting .* with .*|Duplicate regex specified - replacing .*)$`)},
	{reason: "2.2.7 takes regex without a pattern", ours: re(`^regex missing or too many fields$`)},
	{reason: "2.2.7 keeps a backslash behind a comment", theirs: re(`^Unknown keyword '\\'$`)},
	{reason: "the number of a garp group is another one in 2.2.7", theirs: re(`^garp group \d+ does not have any delay set - removing$`), ours: re(`^garp group \d+ does not have any delay set - removing$`)},
	{reason: "Debian's 2.2.7 is built without iptables, and takes vrrp_iptables for nftables", theirs: re(`^nftables already specified - ignoring$`), ours: re(`^iptables already specified - ignoring$`)},
	{reason: "2.2.7 words the options of a peer without its address", theirs: re(`^\([^()]*\) (.* is missing a value|unknown unicast_peer option|min_ttl)`), ours: re(`^\([^()]*\) \S+ - (.* is missing a value|unknown unicast_peer option|min_ttl)`)},
	{reason: "2.4.3 splits a script by other rules when a quote is open", theirs: re("^(startup|shutdown) script missing$|^Unmatched quote: '\"?(script|[a-z_]*notify|quorum_|startup_script|shutdown_script|misc_path)"), ours: re(`^String '"?(script|[a-z_]*notify|quorum_|startup_script|shutdown_script|misc_path|regex)`)},
	{reason: "the C daemon shows the source address in the place of the neighbour's", theirs: re(`^Configuration error: BFD instance .* are not of the same family`), ours: re(`^Configuration error: BFD instance .* are not of the same family`)},
	{reason: "2.2.7 does not check it", ours: re(`^(\([^()]*\):? )?(` +
		`Invalid value '.*' for global (use_symlink_path|vrrp_check_adv_addr|vrrp_strict) specified|emailfrom - ignoring extra entries|` +
		`VRRP Error : .* name (too long|empty) - ignored|vrrp_ipsets: set name .* used more than once|snmp stats vs update interval|dbus_no_interface_name missing|` +
		`Invalid JSON version|.* requires (version|path|a non-empty path)$|cannot use VMAC if no interface specified|Invalid tls_compliant option|` +
		`ignoring owner_ignore_adverts|strict_mode with priority|invalid v3_checksum_as_v2)`)},
	{reason: "the times of a garp_group have another limit in 2.2.7", theirs: re(`^number '.*' outside range \[0.000000, 2147.483647\]$|^garp_group (garp|gna)_interval '.*' invalid$`), ours: re(`^number '.*' outside range \[0.000000, 4294.967295\]$`)},
	{reason: "2.2.7 has other words for it", theirs: re(`^(SSL .* already specified - replacing|VRRP Error : ip.* name too long - ignored|(ipvs )?nftables table name too long - ignoring)$`)},
	{reason: "2.2.7 has the fatal check for an address in the minimum check", ends: re(`\) No VIP specified; at least one is required$`)},
	{reason: "2.2.7 wants an interface with unicast too", ends: re(`\) Unknown interface!$`)},
	{reason: "2.2.7 accepts unicast peers in strict mode", ends: re(`\) Unicast peers are not supported in strict mode$`)},
}

// exclusions are the questions whose answers cannot be compared.
var exclusions = []struct {
	reason string
	when   func(question) bool
}{
	{"2.2.7 reads the interval and time-out of a script as whole seconds", textual(`(?m)^[^\S\n]*(interval|timeout)\b[^\S\n]*("|[^1-9\s]|[1-9]\d{0,3}[^\d\s]|\d{5}|429[5-9]|4[3-9]\d\d|[5-9]\d{3}|\d+[^\S\n]*\\|$)`)},
	{"2.4.3 takes a command whose quote is open up to the end of the line", textual(`(?m)^[^\S\n]*(startup_script|shutdown_script|\w*notify_fifo_script)[^\S\n]+"[^"\n]*$`)},
	{"an interface without a name; a row of DIFFERENCES.md", func(q question) bool {
		return strings.Contains(q.text, "dynamic_interfaces") && re(`(?m)interface[^\S\n]+""`).MatchString(q.text)
	}},
	{"2.4.3 says nothing about quotes in the parent's pass, whose messages look like the others in a file that is included", func(q question) bool {
		return strings.HasPrefix(q.text, "include ") && said(`Unmatched quote: `)(q)
	}},
	{"2.2.7 reads a bfd_instance that it has refused on, where the text ends in it", func(q question) bool { return said(`BFD instance  has no`)(q) }},
	{"2.2.7 looks at two words of use_vmac and use_ipvlan only", textual(`use_(vmac|ipvlan)([^\S\n]+[^\s{}]+){3}|use_(vmac|ipvlan).*\b(name|group|netlink_notify(_msg)?)\b`)},
	{"2.2.7 takes ${_RANDOM} at the end of a line only, and its value is another one each time", textual(`\$\{?_RANDOM`)},
	{"2.2.7 takes vrrp_strict with any word behind it", textual(`vrrp_strict[ \t]+[^\s#!]`)},
	{"2.2.7 sees a ~SEQ or ~LST that a definition holds only while a $ is left in the line", said(`Unknown keyword '~(SEQ|LST)`)},
	{"a line of blanks or a comment ends a multi-line definition in 2.2.7, in some processes", textual(`\\\n([ \t]+\n|[ \t]*[#!])|[#!][^\n]*\\\n`)},
	{"2.2.7 ends a sync group at its second list", said(`Group list already specified for sync group`)},
	{"2.2.7 loses the line after a list that is wrong, in some processes", said(`Invalid ~LST specification`)},
	{"2.2.7 acts on the keywords of a block that it has rejected, when the { is missing", said(`(skipping|already defined|must have a name|already (specified|configured).*)\n(\([^\n()]*\) )?Missing '\{' at beginning`)},
	{"2.2.7 joins a backslash before blanks to the last word, in some processes", textual(`(?m)\\[ \t]+$`)},
	{"2.2.7 removes a group without members later, and minds its name until then", func(q question) bool {
		return said(`(sync|track)[ _]group .* already defined`)(q) && strings.Contains(strings.Join(q.ours.messages, "\n"), "has no members - removing")
	}},
	{"a definition that redefines itself while it is used", textual(`\$(\w+)=[^\n]*\\\n\s*\$\w+=`)},
	{"tables, realms and the like above 32 bits, negative ones and ports above 16 bits are cut by the C daemon; a row of DIFFERENCES.md", ourWords(`(not found|not found or invalid) for (route|rule)$|^(invalid|Invalid) (realms|sport range|dport range|uidrange) |^(TOS value|suppress_group) .* is invalid$`, `(\s|[/-])(-\d+|\d{5,})(\s|[/-]|$)|range\s.*\d-\d+([^\d\s]| \\)|port\s+"?\d+-\d+([^\d\s]| \\)|\d-\d+ "`)},
	{"scopes below zero or above 32 bits are cut by the C daemon", ourWords(`^Invalid scope '`, `scope\s+(-\d|\d{10})`)},
	{"a list of one word that clashes ends 2.2.7; a row of DIFFERENCES.md", func(q question) bool {
		return q.theirs.status == statusMissing && slices.ContainsFunc(q.ours.messages, func(m string) bool { return strings.Contains(m, "garp_group already specified for") })
	}},
	{"2.4.3 finds a track_group without members at its }", func(q question) bool {
		said := strings.Join(q.ours.messages, "\n")
		return strings.Contains(said, "track_group ") && strings.Contains(said, " not found") && (strings.Contains(said, "has no members - removing") || strings.Contains(said, "has empty group block"))
	}},
	{"2.2.7 counts an address that it has twice", func(q question) bool {
		few := func(m string) bool { return strings.Contains(m, "No VIP specified") }
		return (said(`Number of VIPs`)(q) || slices.ContainsFunc(q.ours.messages, few)) && slices.ContainsFunc(q.ours.messages, func(m string) bool { return strings.Contains(m, "VIP duplicates a") })
	}},
	{"an include line behind a brace is read by 2.2.7 twice", textual(`[{}][^\S\n]*include`)},
	{"2.2.7 takes no blank behind the < of a readability test", textual(`["']<[ \t]`)},
	{"2.4.3 takes a command whose quote is open up to the end of the line", said(`String '"?[a-z_]+["\s].*: missing terminating`)},
	{"2.2.7 reads what is not there for firewall mark 0", textual(`virtual_server\s+fwmark\s+\+?0+\b`)},
	{"a shell of the C daemon copies to a directory with a blank in its name", said(`(?m)^(cp|sh): `)},
	{"2.2.7 has another limit for the length of a line", func(q question) bool {
		return slices.ContainsFunc(strings.Split(q.text, "\n"), func(line string) bool { return len(line) > longestLine })
	}},
	{"a script as another user ends a test of 2.2.7 with SIGTERM", func(q question) bool { return q.theirs.status == 143 }},
}

// textual makes a condition about the text of the mutant.
func textual(expression string) func(question) bool {
	what := re(expression)
	return func(q question) bool { return what.MatchString(q.text) }
}

// ourWords makes a condition about one of our messages and about the text.
func ourWords(expression, text string) func(question) bool {
	what, in := re(expression), re(text)
	return func(q question) bool {
		return in.MatchString(q.text) && slices.ContainsFunc(q.ours.messages, func(m string) bool { return what.MatchString(body(m)) })
	}
}

// said makes a condition about the messages of the C daemon.
func said(expression string) func(question) bool {
	what := re(expression)
	return func(q question) bool { return what.MatchString(strings.Join(q.theirs.messages, "\n")) }
}

// statusMissing ends a test at once.
const statusMissing = 2

// normalise takes the known differences out of two answers, and returns the
// rows that it needed.
func normalise(theirs, ours *answer) []int {
	var used []int
	for i := range table {
		r := &table[i]
		n := theirs.leaveOut(r.theirs, ours.messages) + ours.leaveOut(r.ours, theirs.messages)
		n += theirs.setApart(r.both) + ours.setApart(r.both)
		if r.both != nil && min(theirs.status, ours.status) == statusMissing {
			// The moment never came for one of them.
			n += theirs.leaveOut(r.both, nil) + ours.leaveOut(r.both, nil)
		}
		n += theirs.once(r.repeated)
		if r.ends != nil && cut(theirs, ours, r.ends) {
			n++
		}
		if n > 0 {
			used = append(used, i)
		}
	}
	return used
}

// matches reports whether an expression matches a message.
func matches(what *regexp.Regexp, message string) bool {
	return what.MatchString(body(message)) || strings.HasPrefix(what.String(), `^\(Line`) && what.MatchString(message)
}

// leaveOut leaves out the messages that match and that the others lack.
func (a *answer) leaveOut(what *regexp.Regexp, others []string) int {
	if what == nil {
		return 0
	}
	var known map[string]bool // others, made when it is needed
	return a.keep(slices.DeleteFunc(slices.Clone(a.messages), func(m string) bool {
		if !matches(what, m) {
			return false
		}
		if known == nil {
			known = make(map[string]bool, len(others))
			for _, o := range others {
				known[o] = true
			}
		}
		return !known[m]
	}))
}

// keep replaces the messages by some of them. The status becomes that of the
// worst message that is left.
func (a *answer) keep(kept []string) (left int) {
	left = len(a.messages) - len(kept)
	secure := insecure(a.messages) && !insecure(kept)
	a.messages = kept
	switch {
	case left == 0:
	case len(kept) == 0 && a.status >= 4:
		a.status = 0
	case secure:
		a.status = 5
	}
	return left
}

// follows reports whether the status is that of the messages that are left,
// after others have been left out of what was said. Then it says no more than
// the messages do: of some of them the class is not known here.
func (a *answer) follows(said *answer) bool {
	return len(a.messages) < len(said.messages) && said.status > statusMissing
}

// insecure reports whether a message makes the status 6.
func insecure(messages []string) bool {
	return slices.ContainsFunc(messages, func(m string) bool { return strings.HasPrefix(m, "SECURITY VIOLATION") })
}

// setApart moves the messages that match to the end, in sorted order and
// without their places.
func (a *answer) setApart(what *regexp.Regexp) int {
	if what == nil {
		return 0
	}
	var kept, apart []string
	for _, m := range a.messages {
		if matches(what, m) {
			apart = append(apart, body(m))
		} else {
			kept = append(kept, m)
		}
	}
	slices.Sort(apart)
	a.messages = append(kept, apart...)
	return len(apart)
}

// once leaves out the messages that match and stand again later.
func (a *answer) once(what *regexp.Regexp) int {
	if what == nil {
		return 0
	}
	last := make(map[string]int)
	for i, m := range a.messages {
		if matches(what, m) {
			last[m] = i
		}
	}
	var kept []string
	for i, m := range a.messages {
		if at, ok := last[m]; !ok || at == i {
			kept = append(kept, m)
		}
	}
	return a.keep(kept)
}

// cut leaves out of both answers what belongs to the checks of VRRP, from the
// message on with which one of them ends these.
func cut(theirs, ours *answer, what *regexp.Regexp) bool {
	at := 0
	for t, o := theirs.messages, ours.messages; at < min(len(t), len(o)) && t[at] == o[at]; {
		at++
	}
	ending := func(a *answer) bool {
		return slices.ContainsFunc(a.messages[at:at+checks(a.messages[at:])], func(m string) bool { return matches(what, m) })
	}
	if !ending(theirs) && !ending(ours) {
		return false
	}
	for _, a := range []*answer{theirs, ours} {
		a.keep(slices.Concat(a.messages[:at], a.messages[at+checks(a.messages[at:]):]))
	}
	return true
}

// checks returns how many messages at the beginning are those of checks after
// reading.
func checks(messages []string) int {
	for i, m := range messages {
		if place.MatchString(m) || strings.HasPrefix(m, "There are ") || strings.HasPrefix(m, "Virtual server ") {
			return i
		}
	}
	return len(messages)
}
