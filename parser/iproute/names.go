package iproute

import (
	"bufio"
	"bytes"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"
)

// Table is one of the name tables.
type Table string

// The tables, by the names of their files.
const (
	Tables    Table = "rt_tables"
	Protocols Table = "rt_protos"
	Scopes    Table = "rt_scopes"
	Realms    Table = "rt_realms"
	DSFields  Table = "rt_dsfield"
	Groups    Table = "group"
)

// builtin is the minimum that works without any file.
func builtin(t Table) map[string]uint32 {
	switch t {
	case Tables:
		return map[string]uint32{"local": 255, "main": 254, "default": 253}
	case Scopes:
		return map[string]uint32{"global": 0, "nowhere": 255, "host": 254, "link": 253, "site": 200}
	case Protocols:
		return map[string]uint32{"none": 0, "redirect": 1, "kernel": 2, "boot": 3, "static": 4, "gated": 8, "ra": 9, "mrt": 10,
			"zebra": 11, "bird": 12, "babel": 42, "dnrouted": 13, "xorp": 14, "ntk": 15, "dhcp": 16}
	}
	return nil
}

// limit is the largest number of a table.
func limit(t Table) uint64 {
	switch t {
	case Tables:
		return 1<<32 - 1
	case Groups:
		return 1<<31 - 1
	}
	return 255
}

// Names looks names up. It is not safe for concurrent use.
type Names struct {
	fsys   fs.FS
	dirs   []string
	tables map[Table]map[string]uint32
}

// New returns the names of the tables in dirs, which are absolute paths
// below the root of fsys; empty ones are skipped.
func New(fsys fs.FS, dirs ...string) *Names {
	return &Names{fsys: fsys, dirs: dirs, tables: map[Table]map[string]uint32{}}
}

// Lookup returns the number of word, which is a name of the table or a
// number (decimal, 0x hexadecimal or 0 octal) in the table's range. Before a
// number there may be blanks and a sign.
func (n *Names) Lookup(t Table, word string) (uint32, bool) {
	digits := strings.TrimLeft(word, " \t\n\v\f\r")
	if digits == "-0" {
		digits = "0"
	}
	digits = strings.TrimPrefix(digits, "+")
	if v, err := strconv.ParseUint(cNumber(digits), 0, 64); err == nil {
		return uint32(v), v <= limit(t)
	}
	table, ok := n.tables[t]
	if !ok {
		table = n.read(t)
		n.tables[t] = table
	}
	v, ok := table[word]
	return v, ok
}

// cNumber turns what only Go takes for a number ("1_000", "0b1", "0o7")
// into something that neither does.
func cNumber(word string) string {
	if strings.ContainsAny(word, "_bBoO") && !strings.HasPrefix(word, "0x") && !strings.HasPrefix(word, "0X") || strings.Contains(word, "_") {
		return ""
	}
	return word
}

func (n *Names) read(t Table) map[string]uint32 {
	table := map[string]uint32{}
	for _, dir := range n.dirs {
		if data, err := fs.ReadFile(n.fsys, rooted(path.Join(dir, string(t)))); dir != "" && err == nil {
			parse(data, limit(t), table)
			break
		}
	}
	for i := len(n.dirs) - 1; i >= 0; i-- { // the administrator's last, to win
		if n.dirs[i] == "" {
			continue
		}
		files, err := fs.Glob(n.fsys, rooted(path.Join(n.dirs[i], string(t)+".d", "*.conf")))
		if err != nil {
			continue
		}
		sort.Strings(files)
		for _, file := range files {
			if data, err := fs.ReadFile(n.fsys, file); err == nil {
				parse(data, limit(t), table)
			}
		}
	}
	// A number that a file names has no other name.
	named := make(map[uint32]bool, len(table))
	for _, v := range table {
		named[v] = true
	}
	for name, v := range builtin(t) {
		if _, taken := table[name]; !taken && !named[v] {
			table[name] = v
		}
	}
	return table
}

// rooted turns an absolute path into the form that io/fs wants.
func rooted(p string) string { return strings.TrimPrefix(path.Clean(p), "/") }

// parse adds the lines "NUMBER NAME" of a file; "#" begins a comment.
func parse(data []byte, limit uint64, table map[string]uint32) {
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		text, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(text)
		if len(fields) != 2 {
			continue
		}
		if v, err := strconv.ParseUint(cNumber(fields[0]), 0, 64); err == nil && v <= limit {
			table[fields[1]] = uint32(v)
		}
	}
}
