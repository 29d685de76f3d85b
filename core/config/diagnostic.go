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
	// LogOnly diagnostics are logged by the running daemon, and neither
	// shown nor counted by a configuration test.
	LogOnly bool
	// Position is where it was found, and part of Message while a pass
	// reads. What is found after reading has the position of its object, if
	// that is known.
	Position Position
	// Message is the line as the C daemon words it, with its prefix
	// ("(Line 3) ", "(FILE: Line 3) ") where it has one.
	Message string
	// Subject is what it is about; nil when nobody is told.
	Subject *Subject
}

// Subject is what a diagnostic is about.
type Subject struct {
	// Template is the format of the message, without prefix: diagnostics of
	// one kind have the same.
	Template string
	// Keyword is the path of the keyword, as "vrrp_instance/priority"; empty
	// for a word that is none.
	Keyword string
	// Statement is the line as it reads after all substitutions; a long one
	// is cut.
	Statement string
	// Blocks are those that were open, the outermost first. Diagnostics
	// share them.
	Blocks []Block
	// Used is the number that a running daemon takes all the same from a
	// word that is none as a whole; empty when it takes none.
	Used string
	// Other is a second object that it is about, as the one that had a name
	// first; nil without one.
	Other *Block
	// Break is set when the braces are wrong, or were wrong further up, so
	// that the diagnostic may come from that alone.
	Break *Break
}

// Block is a block of the configuration.
type Block struct {
	Keyword string // its path, as "virtual_server/real_server"
	// Statement is its first line without the {; empty when not known.
	Statement string
	Position  Position // of the statement
}

// BreakKind is a way in which braces can be wrong.
type BreakKind uint8

// The kinds of breaks.
const (
	// UnknownBlock is a block behind an unknown keyword.
	UnknownBlock BreakKind = iota
	// MissingOpen is a block without its {.
	MissingOpen
	// MissingClose is a block without its }.
	MissingClose
	// ClosedEarly is a block that goes on after its }.
	ClosedEarly
	// StrayOpen is a { without a keyword.
	StrayOpen
)

// Break is the place from which on the braces of a configuration do not mean
// what was meant.
type Break struct {
	Kind BreakKind
	// Block is the block concerned.
	Block Block
	// Close is the } that has closed it: of ClosedEarly, and of a
	// MissingClose that the } of another block has closed.
	Close Position
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
