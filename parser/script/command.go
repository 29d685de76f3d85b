package script

import (
	"strings"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// Problem says why there is no script.
type Problem uint8

// The problems.
const (
	None        Problem = iota
	Missing             // no command, or an empty one
	UnknownUser         // the line names a user or group that does not exist
	NoDefault           // the line names no user, and there is no default
)

// Arguments splits a command line and keeps its words.
func Arguments(p *reader.Pass, command string) []string {
	args := p.CommandWords(command)
	for i := range args {
		args[i] = p.Keep(args[i])
	}
	return args
}

// New makes a script of an argument vector that is not empty. A first word
// that begins with "<" makes it a readability test, blanks may follow.
func New(args []string, owner Owner) *config.Script {
	s := &config.Script{Args: args, UID: owner.UID, GID: owner.GID}
	if path, ok := strings.CutPrefix(args[0], "<"); ok {
		if path == "" && len(args) > 1 {
			path = args[1]
		}
		s.Readable = path
	}
	return s
}

// Read reads the rest of a line "keyword command [user [group]]". It reports
// quotes that are not closed, a missing command, which ends everything, and a
// missing default user; the caller reports the problem that is returned.
func (u *Users) Read(p *reader.Pass, s *reader.Statement) (*config.Script, Problem) {
	words := p.ScriptWords(s)
	switch len(words) {
	case 0:
		return nil, Missing
	case 1:
		again := *s // as it is split here
		again.Words = words
		p.Need(&again, 1)
	}
	args := Arguments(p, words[1])
	owner, problem := u.For(p, words[2:])
	if problem != None {
		return nil, problem
	}
	if len(args) == 0 {
		return nil, Missing
	}
	return New(args, owner), None
}

// Quoted shows the words of a command, each in single quotes, as messages do;
// a readability test is shown as it is.
func Quoted(args []string) string {
	if len(args) > 0 && strings.HasPrefix(args[0], "<") {
		return strings.Join(args, " ")
	}
	var b strings.Builder
	for i, a := range args {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteByte('\'')
		b.WriteString(a)
		b.WriteByte('\'')
	}
	return b.String()
}
