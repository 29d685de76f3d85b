package keyword

import (
	"slices"
	"strings"

	"keepalived/core/config"
)

// Shape is what follows a keyword.
type Shape uint8

// The shapes.
const (
	// Scalar keywords stand on one line with their arguments.
	Scalar Shape = iota
	// Block keywords are followed by a block of keywords.
	Block
	// Lines keywords are followed by a block whose lines are data.
	Lines
	// Word is an option word within a line.
	Word
	// Directive is handled before keywords are looked up.
	Directive
)

// Passes is a set of processes.
type Passes uint8

// Of returns the set of one or more passes.
func Of(passes ...config.Pass) Passes {
	var s Passes
	for _, p := range passes {
		s |= 1 << p
	}
	return s
}

// Has reports whether a pass is in the set.
func (s Passes) Has(p config.Pass) bool { return s&(1<<p) != 0 }

// Last reports whether a pass is the last of the set.
func (s Passes) Last(p config.Pass) bool { return s>>p == 1 }

// Keyword is one row of the table.
type Keyword struct {
	// Path is the block, as "virtual_server/real_server", or the line
	// keyword whose words these are; empty at the top level.
	Path string
	Name string
	// Args is the form of the arguments, "<int> [reverse]".
	Args  string
	Shape Shape
	// Default, Range and Reaction (what happens to a bad value) are prose
	// in the terms of keepalived.conf(5); empty when there is none.
	Default, Range, Reaction string
	// Since is the version that brought it; empty: before 2.2.7.
	Since string
	// AliasOf names the keyword for which this is another spelling.
	AliasOf string
	// Passes own a keyword of the top level; empty elsewhere.
	Passes Passes
	// Help says in one line what it is for.
	Help string
}

// Deprecated reports whether using the keyword is reported.
func (k *Keyword) Deprecated() bool { return strings.HasPrefix(k.Reaction, "warn (exit 5)") }

// section is a list of rows that some blocks have in common.
type section struct {
	paths []string
	rows  []Keyword
}

// Table is the whole language.
type Table struct {
	rows   []Keyword
	levels map[string]map[string]*Keyword
}

// New builds the table.
func New() *Table {
	all := slices.Concat(globalTable(), vrrpTable(), lineTable(), lvsTable())
	n, paths := 0, 0
	for _, s := range all {
		n += len(s.paths) * len(s.rows)
		paths += len(s.paths)
	}
	t := &Table{rows: make([]Keyword, 0, n), levels: make(map[string]map[string]*Keyword, paths)}
	for _, s := range all {
		for _, path := range s.paths {
			for _, row := range s.rows {
				row.Path = path
				if path == "" {
					row.Passes = owners(row.Name)
				}
				t.rows = append(t.rows, row)
			}
		}
	}
	for i := range t.rows {
		row := &t.rows[i]
		if row.Shape == Directive {
			continue
		}
		level := t.levels[row.Path]
		if level == nil {
			level = make(map[string]*Keyword)
			t.levels[row.Path] = level
		}
		level[row.Name] = row
	}
	return t
}

// All returns every row, grouped by block.
func (t *Table) All() []Keyword { return t.rows }

// Level returns the keywords of a block by name; "" is the top level.
func (t *Table) Level(path string) map[string]*Keyword { return t.levels[path] }

// owners returns the processes that read a top-level keyword
// (01-configuration section 1).
func owners(name string) Passes {
	switch name {
	case "SSL", "virtual_server_group", "virtual_server":
		return Of(config.PassChecker)
	case "track_file", "vrrp_track_file":
		return Of(config.PassChecker, config.PassVRRP)
	case "bfd_instance":
		return Of(config.PassChecker, config.PassVRRP, config.PassBFD)
	case "global_defs", "net_namespace", "net_namespace_ipvs", "namespace_with_ipsets",
		"use_pid_dir", "instance", "child_wait_time", "linkbeat_use_polling":
		return Of(config.PassParent)
	}
	return Of(config.PassVRRP)
}

// ScriptLike reports whether the value of a keyword is split as a shell does
// (01-configuration section 3.4).
func ScriptLike(name string) bool {
	switch name {
	case "script", "quorum_up", "quorum_down", "startup_script", "shutdown_script", "misc_path":
		return true
	}
	return strings.HasPrefix(name, "notify") && name != "notify_priority_changes" && name != "notify_fifo" ||
		strings.HasSuffix(name, "_fifo_script")
}
