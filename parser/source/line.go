package source

import (
	"sort"

	"keepalived/core/config"
)

// Place is where a logical line came from. It indexes the inclusions of the
// Text that it belongs to.
type Place struct {
	Inclusion uint32
	// Line counts from 1. A line that an expansion produced has the number
	// of the line that used it.
	Line uint32
}

// Line is one logical line: not empty, without comments and surrounding
// blanks, with every substitution made.
type Line struct {
	Text  string
	Place Place
	// Column is where Text begins in the physical line, counted from 1; 0
	// when an expansion or a substitution has changed the line.
	Column uint32
	// Problem, if not nil, stands in the place of a text.
	Problem *Problem
}

// Problem is something that this layer has to report.
type Problem struct {
	Class   config.Class
	Message string // without prefix
	// ParentOnly problems are those of files, which only the parent process
	// opens; all others are found again by every process.
	ParentOnly bool
	// ChildOnly problems are found by every process except the parent.
	ChildOnly bool
	// LogOnly problems are not shown by a configuration test.
	LogOnly bool
}

// Inclusion is one opening of a file.
type Inclusion struct {
	// File is the name as the pattern produced it.
	File string
	// By is the include line, the zero Place for the main file.
	By Place
	// shifts are the lines after which the parent process counts one line
	// more than there is, because it cut an over-long one in two.
	shifts []uint32
}

// ParentLine returns the number that the parent process has for line n.
func (i *Inclusion) ParentLine(n uint32) uint32 {
	add := sort.Search(len(i.shifts), func(k int) bool { return i.shifts[k] > n })
	return n + uint32(add)
}
