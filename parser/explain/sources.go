package explain

import (
	"slices"
	"strings"
)

// sources are the lines of the configuration files.
type sources struct {
	read  func(file string) (string, error)
	lines map[string][]string
	order []string
}

// file returns the lines of a file, none when it cannot be had.
func (s *sources) file(name string) []string {
	lines, known := s.lines[name]
	if known || name == "" {
		return lines
	}
	if text, err := s.read(name); err == nil {
		lines = strings.Split(text, "\n")
	}
	s.lines[name] = lines
	s.order = append(s.order, name)
	return lines
}

// line returns a line of a file, counted from 1.
func (s *sources) line(file string, number int) (string, bool) {
	lines := s.file(file)
	if number < 1 || number > len(lines) {
		return "", false
	}
	return strings.TrimRight(lines[number-1], "\r"), true
}

// definitions are the names that the files give to things.
type definitions struct {
	byKeyword map[string][]definition
}

// definition is a name with the line that gives it.
type definition struct {
	name  string
	place Place
}

// definitions looks through the files that are known.
func (s *sources) definitions() *definitions {
	d := &definitions{byKeyword: make(map[string][]definition)}
	for _, file := range s.order {
		for n, line := range s.lines[file] {
			trimmed := strings.TrimLeft(line, " \t")
			kind, rest, ok := strings.Cut(trimmed, " ")
			if !ok || !slices.Contains(named, kind) {
				continue
			}
			if words := strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune(" \t\"{\r#!", r) }); len(words) > 0 {
				if kind == "vrrp_track_file" {
					kind = "track_file"
				}
				d.byKeyword[kind] = append(d.byKeyword[kind], definition{words[0], Place{File: file, Line: n + 1, Column: len(line) - len(trimmed) + 1}})
			}
		}
	}
	return d
}

// named are the keywords that give names to what others refer to.
var named = []string{
	"vrrp_instance", "vrrp_sync_group", "track_group", "vrrp_script", "track_file", "vrrp_track_file",
	"vrrp_track_process", "bfd_instance", "virtual_server_group",
}
