package config

import "fmt"

// Pass is the process that owns a part of the configuration, and in whose
// name a diagnostic about it is given (01-configuration section 1).
type Pass uint8

// The passes, in the order in which a configuration test reports them.
const (
	PassParent Pass = iota
	PassChecker
	PassVRRP
	PassBFD
)

// String returns the pass's name as messages.tsv writes it.
func (p Pass) String() string {
	return [...]string{"parent", "checker", "VRRP", "BFD"}[p]
}

// Class is the kind of a diagnostic. The highest class of a configuration
// test decides its exit status (01-configuration section 2.3).
type Class uint8

// The classes, lowest rank first.
const (
	ClassNone Class = iota // shown, without effect on the exit status
	ClassFileNotFound
	ClassBadInterface
	ClassFatal
	ClassMultipleFiles
	ClassUnknownKeyword
	ClassUnexpectedOpen
	ClassMissingOpen
	ClassUnexpectedClose
	ClassMissingClose
	ClassUnmatchedQuote
	ClassMissingParameter
	ClassInvalidNumber
	ClassGeneral
	ClassWarning
	ClassDeprecated
	ClassSecurity
)

// Position is a place in a configuration file. Line and Column count from 1;
// Line 0 means that the diagnostic is about no place in particular.
type Position struct {
	File   string
	Line   int
	Column int
}

// Diagnostic is one thing that the parser has to say about a configuration.
type Diagnostic struct {
	Pass  Pass
	Class Class
	// Position is where it was found; its text form is part of Message.
	Position Position
	// Message is the line as the C daemon words it, with its prefix
	// ("(Line 3) ", "(FILE: Line 3) ") where it has one.
	Message string
	// LogOnly diagnostics are logged by the running daemon, and neither
	// shown nor counted by a configuration test.
	LogOnly bool
}

// String returns the message.
func (d Diagnostic) String() string { return d.Message }

// Explain returns the message with its position in the way of a compiler.
func (d Diagnostic) Explain() string {
	if d.Position.Line == 0 {
		return d.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", d.Position.File, d.Position.Line, d.Position.Column, d.Message)
}
