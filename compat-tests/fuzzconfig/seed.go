package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"keepalived/parser/keyword"
)

// A seed is a configuration from which mutants are made.
type seed struct {
	name  string
	lines []string
}

// longestLine is the most that version 2.2.7 and 2.4.3 read alike.
const longestLine = 1000

// readSeeds reads the configurations of directories. Files too large to be run
// thousands of times are left out.
func readSeeds(dirs ...string) ([]seed, error) {
	var seeds []seed
	for _, dir := range dirs {
		names, err := filepath.Glob(filepath.Join(dir, "*.conf"))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("%s: %w", dir, errors.New("no *.conf in it"))
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			if text := string(data); len(text) < 64<<10 && !strings.Contains(text, "\x00") {
				seeds = append(seeds, seed{filepath.Base(name), prepare(text)})
			}
		}
	}
	return seeds, nil
}

// mergedUsr are the directories that are symbolic links on a merged /usr.
var mergedUsr = regexp.MustCompile(`(^|[\s"'])(/(?:s?bin|lib)/)`)

// prepare leaves out of a configuration what version 2.2.7 cannot read:
// keywords and blocks that are newer, and lines that are too long. A script
// path through /bin becomes one through /usr/bin, because only 2.4.3 minds
// symbolic links in it.
func prepare(text string) []string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	paths := outline(lines)
	table := keyword.New()
	var kept []string
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if row := table.Level(paths[i])[firstWord(line)]; row != nil && newer(row) {
			if row.Shape != keyword.Scalar {
				i = blockEnd(lines, i) - 1
			}
			continue
		}
		if len(line) <= longestLine && !strings.Contains(line, "${_ENV") {
			kept = append(kept, mergedUsr.ReplaceAllString(line, "${1}/usr${2}"))
		}
	}
	return kept
}

// firstWord returns the first word of a line, empty when it has none.
func firstWord(line string) string {
	tokens := split(line)
	if at := words(tokens); len(at) > 0 {
		return tokens[at[0]]
	}
	return ""
}

// newer reports whether a keyword came after version 2.2.7.
func newer(k *keyword.Keyword) bool {
	return k.Since != "" && strings.Trim(k.Since[:1], "0123456789>") == ""
}

// interfaceName matches what names an interface.
var interfaceName = regexp.MustCompile(`(?m)\b(?:interface|dev|mcast_src_if|default_interface)[ \t]+([A-Za-z][\w.:-]{0,14})(?:\s|$)`)

// interfaces returns the names of the interfaces that seeds use, without those
// that are meant not to exist.
func interfaces(seeds []seed) []string {
	names := []string{"eth0", "eth1", "ifb0", "ifb1"}
	for _, s := range seeds {
		for _, m := range interfaceName.FindAllStringSubmatch(strings.Join(s.lines, "\n"), -1) {
			if name := m[1]; name != "lo" && !strings.HasPrefix(name, "nosuch") && !strings.Contains(name, ":") && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// scriptPath matches files that are put where nothing else is.
var scriptPath = regexp.MustCompile(`/etc/keepalived/[\w./-]*\w`)

// scripts returns the paths of the scripts that get a stub.
func scripts(seeds []seed) []string {
	var paths []string
	for _, s := range seeds {
		for _, p := range scriptPath.FindAllString(strings.Join(s.lines, "\n"), -1) {
			if !slices.Contains(paths, p) && filepath.Clean(p) == p && filepath.Ext(p) != ".conf" {
				paths = append(paths, p)
			}
		}
	}
	return paths
}
