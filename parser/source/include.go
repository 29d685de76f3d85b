package source

import (
	"fmt"
	"path/filepath"
	"strings"

	"keepalived/core/config"
)

// checks are the conditions under which a failing include is an error
// (01-configuration section 5).
type checks struct{ read, match, wildcard, brace bool }

var checksOf = map[string]checks{
	"include":  {},
	"includer": {read: true},
	"includem": {read: true, match: true},
	"includew": {read: true, match: true, wildcard: true},
	"includeb": {read: true, brace: true},
	"includea": {read: true, match: true, wildcard: true, brace: true},
}

// union returns the checks that are in either.
func (c checks) union(o checks) checks {
	return checks{c.read || o.read, c.match || o.match, c.wildcard || o.wildcard, c.brace || o.brace}
}

// includeLine splits an include line. Quotes are part of the pattern.
func includeLine(line string) (own checks, pattern string, ok bool) {
	if !strings.HasPrefix(line, "include") {
		return checks{}, "", false
	}
	end := strings.IndexAny(line, blanks)
	if end < 0 {
		return checks{}, "", false
	}
	own, ok = checksOf[line[:end]]
	return own, trim(line[end:]), ok
}

// include opens what an include line names.
func (r *Reader) include(own checks, pattern string) {
	if r.literal && r.quote != nil {
		r.quote.ParentOnly = true
	}
	r.open(pattern, own.union(r.checks))
}

// fail reports a problem of an include, and remembers that a requested check
// failed.
func (r *Reader) fail(checked bool, format string, args ...any) {
	p := Problem{Message: fmt.Sprintf(format, args...), ParentOnly: r.literal}
	if checked {
		p.Class, r.failed = config.ClassFileNotFound, true
	}
	r.problem(p)
}

// matches expands a pattern and reports what is missing. The main file has
// no line, and says twice that a brace alternative is missing.
func (r *Reader) matches(pattern string, c checks, main bool) []string {
	var found []string
	missing, wildcard := 0, false
	alternatives := expandBraces(pattern)
	for _, alternative := range alternatives {
		names := r.glob(alternative)
		if len(names) == 0 {
			if hasWildcard(alternative) && r.baseExists(alternative) {
				wildcard = true
			} else {
				missing++
			}
		}
		found = append(found, names...)
	}
	braces := strings.Contains(pattern, "{")
	switch {
	case len(found) > 0 && missing > 0:
		r.fail(c.brace, msgConfigSomeMissing, pattern)
		if c.brace {
			return nil
		}
		if main {
			r.fail(false, msgConfigSomeMissing, pattern)
		}
	case len(found) > 0:
	case missing > 0:
		r.fail(c.match && !braces || c.brace && braces, msgConfigMissing, pattern)
	case wildcard && (c.wildcard || main && r.options.AllIncludes):
		r.fail(true, msgConfigNoMatch, pattern)
	}
	return found
}

// usable reports whether a match may be read, and says why not.
func (r *Reader) usable(name string, c checks) bool {
	info, err := r.files.Stat(r.path(name))
	switch {
	case err != nil:
		r.fail(c.read, msgConfigOpen, name, reason(err))
	case info.IsDir():
		r.fail(c.read, msgConfigDirectory, name)
	case !info.Mode().IsRegular() || info.Mode().Perm()&0o111 != 0:
		r.fail(c.read, msgConfigNotRegular, name)
	default:
		return true
	}
	return false
}

// open pushes the files that a pattern names, so that the first is read next.
func (r *Reader) open(pattern string, c checks) {
	var frames []*frame
	for _, name := range r.matches(pattern, c, false) {
		if !r.usable(name, c) {
			continue
		}
		if len(r.frames) >= maxIncludeDepth || len(r.inclusions) >= maxInclusions {
			r.fail(false, msgConfigOpen, name, reasonTooManyIncludes)
			continue
		}
		if f := r.frame(name, c); f != nil {
			frames = append(frames, f)
		}
	}
	for i := len(frames) - 1; i >= 0; i-- {
		r.frames = append(r.frames, frames[i])
	}
}

// frame opens one file.
func (r *Reader) frame(name string, c checks) *frame {
	path := r.path(name)
	data, ok := r.contents[path]
	if !ok {
		var err error
		if data, err = r.files.Read(path); err != nil {
			r.fail(c.read, msgConfigOpen, name, reason(err))
			return nil
		}
		r.contents[path] = data
	}
	f := &frame{data: data, inclusion: uint32(len(r.inclusions)), dir: r.dir, checks: r.checks}
	r.inclusions = append(r.inclusions, Inclusion{File: name, By: r.place})
	if strings.Contains(name, "/") {
		f.dir = filepath.Dir(path)
	}
	return f
}

// path resolves a name against the working directory.
func (r *Reader) path(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(r.dir, name)
}

// glob returns the names that one brace alternative stands for, as they were
// written, with a slash behind a directory.
func (r *Reader) glob(pattern string) []string {
	names := []string{pattern}
	if hasWildcard(pattern) {
		path := pattern
		if !filepath.IsAbs(path) {
			path = escapeGlob(r.dir) + "/" + path
		}
		paths, err := r.files.Glob(path)
		if err != nil {
			return nil
		}
		names = names[:0]
		for _, p := range paths {
			if hidden(pattern, p) {
				continue
			}
			if !filepath.IsAbs(pattern) {
				p = strings.TrimPrefix(strings.TrimPrefix(p, r.dir), "/")
			}
			names = append(names, p)
		}
	}
	kept := names[:0]
	for _, name := range names {
		info, err := r.files.Stat(r.path(name))
		if err != nil {
			continue
		}
		if info.IsDir() && (name == "/" || !strings.HasSuffix(name, "/")) {
			name += "/"
		}
		kept = append(kept, name)
	}
	return kept
}

// baseExists reports whether the directory is there in which a wildcard is
// looked for. Without it a pattern counts as a plain name that is missing.
func (r *Reader) baseExists(pattern string) bool {
	base := pattern[:strings.IndexAny(pattern, "*?[")]
	if i := strings.LastIndexByte(base, '/'); i > 0 {
		info, err := r.files.Stat(r.path(base[:i]))
		return err == nil && info.IsDir()
	}
	return true
}

// hidden reports whether a match begins with a dot that only a wildcard
// stands for, which glob(3) does not match.
func hidden(pattern, path string) bool {
	return strings.HasPrefix(filepath.Base(path), ".") && !strings.HasPrefix(filepath.Base(pattern), ".")
}

func hasWildcard(pattern string) bool { return strings.ContainsAny(pattern, "*?[") }

// escapeGlob makes a directory name literal in a pattern.
func escapeGlob(dir string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(strings.TrimSuffix(dir, "/"))
}

// maxAlternatives bounds what {a,b}{c,d}... may stand for.
const maxAlternatives = 4096

// expandBraces returns the alternatives of {a,b}, in order, nested ones too.
func expandBraces(pattern string) []string {
	open := -1
	depth := 0
	var commas []int
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			i++
		case '{':
			if depth == 0 {
				open, commas = i, nil
			}
			depth++
		case ',':
			if depth == 1 {
				commas = append(commas, i)
			}
		case '}':
			if depth == 0 {
				continue
			}
			if depth--; depth > 0 {
				continue
			}
			var out []string
			start := open + 1
			for _, end := range append(commas, i) {
				for _, a := range expandBraces(pattern[:open] + pattern[start:end] + pattern[i+1:]) {
					if out = append(out, a); len(out) >= maxAlternatives {
						return out
					}
				}
				start = end + 1
			}
			return out
		}
	}
	return []string{pattern}
}

// blocks knows whether the text is within global_defs, as far as braces tell.
type blocks struct {
	last   string // piece of text before a brace
	depth  int
	global bool // the outermost block is global_defs
}

// emit queues a line.
func (r *Reader) emit(line string, column uint32) {
	r.follow(line)
	r.queue = append(r.queue, Line{Text: line, Place: r.place, Column: column})
}

// brace returns where the first brace is, -1 without one.
func brace(line string) int {
	for i := range len(line) {
		if line[i] == '{' || line[i] == '}' {
			return i
		}
	}
	return -1
}

// follow keeps track of the blocks, and applies the include_check keywords of
// global_defs.
func (r *Reader) follow(line string) {
	b := &r.blocks
	for {
		end := brace(line)
		piece := line
		if end >= 0 {
			piece = line[:end]
		}
		if piece = trim(piece); piece != "" {
			b.last = piece
			if b.depth == 1 && b.global && strings.HasPrefix(piece, "include_check") {
				if words, _ := Words(nil, piece); words[0] == "include_check" {
					r.includeCheck(words[1:])
				}
			}
		}
		if end < 0 {
			return
		}
		if line[end] == '{' && b.depth == 1 && b.global && !strings.HasPrefix(b.last, "notification_email") {
			// No keyword's block: what follows is global_defs still.
		} else if line[end] == '{' {
			if b.depth++; b.depth == 1 {
				b.global = b.last == "global_defs" || strings.HasPrefix(b.last, "global_defs ")
			}
		} else {
			b.depth = max(0, b.depth-1)
		}
		b.last, line = "", line[end+1:]
	}
}

// includeCheck applies an include_check line of global_defs: words are those
// after the keyword.
func (r *Reader) includeCheck(words []string) {
	if len(words) == 0 {
		r.checks = checks{true, true, true, true}
		return
	}
	for i, w := range words {
		on, name := true, w
		signed := w != "" && (w[0] == '+' || w[0] == '-')
		if signed {
			on, name = w[0] == '+', w[1:]
		} else if i > 0 {
			// Only the first word may be without a sign, whichever it is.
			r.problem(Problem{Class: config.ClassGeneral, Message: fmt.Sprintf(msgDuplicateCheck, w), ParentOnly: true})
			continue
		}
		var field *bool
		next := r.checks
		if !signed {
			next = checks{}
		}
		switch name {
		case "read":
			field = &next.read
		case "match":
			field = &next.match
		case "wildcard_match":
			field = &next.wildcard
		case "brace_match":
			field = &next.brace
		default:
			r.problem(Problem{Class: config.ClassGeneral, Message: fmt.Sprintf(msgUnknownCheck, name), ParentOnly: true})
			continue
		}
		*field = on
		if on {
			next.read = true
		}
		r.checks = next
	}
}
