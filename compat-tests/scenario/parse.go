package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"keepalived/compat-tests/laboratory"

	"github.com/rogpeppe/go-internal/txtar"
)

// Daemon names which program a node runs.
type Daemon string

// The two programs that are compared.
const (
	Ours   Daemon = "ours"
	Oracle Daemon = "oracle"
)

// A Scenario is one parsed file.
type Scenario struct {
	Name    string
	Purpose string // the comment lines at the top
	IPVS    bool   // needs a kernel with IPVS
	// NFTables: needs one with nftables of all families too.
	NFTables bool
	Same     bool // records of ours and oracle must be equal

	runs   []map[string]Daemon // node → program; "" is the default for all
	matrix []variant
	ignore []*regexp.Regexp
	source *txtar.Archive
}

// A variant is one set of values that is filled in.
type variant struct {
	name   string // the first value of each matrix line
	values map[string]string
}

// A Case is one run of a scenario: which program where, with which values.
type Case struct {
	Scenario *Scenario
	Name     string
	// Group is equal for the cases whose records are compared with each other.
	Group    string
	Programs map[string]Daemon

	networks []string
	nodes    []nodeDeclaration
	steps    []step
	files    []txtar.File
}

type nodeDeclaration struct {
	name  string
	ports []laboratory.Port
}

// A step is one line of the script, compiled.
type step struct {
	line int
	text string
	act  action
}

type action func(*run) error

// Parse reads a scenario. All its cases are compiled, so that a mistake in the
// file is found before anything runs.
func Parse(name string, data []byte) (*Scenario, error) {
	s := &Scenario{Name: name, source: txtar.Parse(data)}
	if err := s.head(); err != nil {
		return nil, fmt.Errorf("scenario %s: %w", name, err)
	}
	if len(s.runs) == 0 {
		s.runs = []map[string]Daemon{{"": Ours}, {"": Oracle}}
	}
	if len(s.matrix) == 0 {
		s.matrix = []variant{{}}
	}
	if s.Purpose == "" {
		return nil, fmt.Errorf("scenario %s: no comment that says what it is for", name)
	}
	if _, err := s.Cases(); err != nil {
		return nil, err
	}
	return s, nil
}

// head reads the lines that do not depend on the case.
func (s *Scenario) head() error {
	lines := strings.Split(string(s.source.Comment), "\n")
	for _, line := range lines {
		comment, ok := strings.CutPrefix(line, "#")
		if !ok {
			break
		}
		s.Purpose += strings.TrimSpace(comment) + "\n"
	}
	for number, line := range lines {
		words, err := split(line)
		if err != nil {
			return fmt.Errorf("line %d: %w", number+1, err)
		}
		if len(words) == 0 {
			continue
		}
		if err := s.headLine(words); err != nil {
			return fmt.Errorf("line %d: %s: %w", number+1, line, err)
		}
	}
	return nil
}

func (s *Scenario) headLine(words []string) error {
	switch words[0] {
	case "where":
		if len(words) != 2 || !slices.Contains([]string{"netns", "ipvs", "ipvs+nftables"}, words[1]) {
			return errors.New("where netns|ipvs|ipvs+nftables")
		}
		s.IPVS, s.NFTables = words[1] != "netns", words[1] == "ipvs+nftables"
	case "run":
		programs, err := parseRun(words[1:])
		if err != nil {
			return err
		}
		s.runs = append(s.runs, programs)
	case "matrix":
		return s.addMatrix(words[1:])
	case "same":
		s.Same = true
	case "ignore":
		for _, word := range words[1:] {
			expression, err := regexp.Compile(word)
			if err != nil {
				return err
			}
			s.ignore = append(s.ignore, expression)
		}
	}
	return nil
}

func parseRun(words []string) (map[string]Daemon, error) {
	programs := map[string]Daemon{}
	for _, word := range words {
		node, program, ok := strings.Cut(word, "=")
		if !ok {
			node, program = "", word
		}
		if program != string(Ours) && program != string(Oracle) {
			return nil, fmt.Errorf("no program %q", program)
		}
		programs[node] = Daemon(program)
	}
	if len(programs) == 0 {
		return nil, errors.New("run ours|oracle or NODE=PROGRAM words")
	}
	return programs, nil
}

func (s *Scenario) addMatrix(words []string) error {
	before := s.matrix
	if len(before) == 0 {
		before = []variant{{}}
	}
	s.matrix = nil
	for _, old := range before {
		for _, word := range words {
			first, _, _ := strings.Cut(word, ",")
			next := variant{name: strings.Trim(old.name+" "+first, " "), values: map[string]string{}}
			maps.Copy(next.values, old.values)
			for _, assignment := range strings.Split(word, ",") {
				key, value, ok := strings.Cut(assignment, "=")
				if !ok {
					return fmt.Errorf("matrix: %q is not NAME=VALUE", assignment)
				}
				next.values[key] = value
			}
			if slices.ContainsFunc(s.matrix, func(v variant) bool { return v.name == next.name }) {
				return fmt.Errorf("matrix: two words begin with %q", first)
			}
			s.matrix = append(s.matrix, next)
		}
	}
	return nil
}

// Cases expands runs and matrix.
func (s *Scenario) Cases() ([]*Case, error) {
	var cases []*Case
	for _, v := range s.matrix {
		for _, programs := range s.runs {
			c := &Case{Scenario: s, Programs: programs, Group: v.name}
			c.Name = strings.Trim(c.Group+"/"+runName(programs), "/")
			if err := c.compile(v.values); err != nil {
				return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
			}
			cases = append(cases, c)
		}
	}
	return cases, nil
}

func runName(programs map[string]Daemon) string {
	var parts []string
	for _, node := range slices.Sorted(maps.Keys(programs)) {
		parts = append(parts, strings.TrimPrefix(node+"="+string(programs[node]), "="))
	}
	return strings.Join(parts, ",")
}

// compile turns the script into steps, with the case's values filled in.
func (c *Case) compile(values map[string]string) error {
	fill := func(text string) string {
		for key, value := range values {
			text = strings.ReplaceAll(text, "@"+key+"@", value)
		}
		return text
	}
	for number, line := range strings.Split(fill(string(c.Scenario.source.Comment)), "\n") {
		words, err := split(line)
		if err == nil && len(words) > 0 {
			err = c.compileLine(number+1, line, words)
		}
		if err != nil {
			return fmt.Errorf("line %d: %s: %w", number+1, line, err)
		}
	}
	for _, file := range c.Scenario.source.Files {
		node, _, ok := strings.Cut(file.Name, "/")
		if !ok || !c.declared(node) {
			return fmt.Errorf("file %s: begins with no node's name", file.Name)
		}
		c.files = append(c.files, txtar.File{Name: file.Name, Data: []byte(fill(string(file.Data)))})
	}
	if len(c.steps) == 0 {
		return errors.New("no steps")
	}
	return nil
}

func (c *Case) compileLine(number int, line string, words []string) error {
	switch words[0] {
	case "where", "run", "matrix", "same", "ignore":
		return nil
	case "net":
		c.networks = append(c.networks, words[1:]...)
		return nil
	case "node":
		return c.declare(words[1:])
	}
	act, err := c.command(words)
	if err != nil {
		return err
	}
	c.steps = append(c.steps, step{line: number, text: strings.TrimSpace(line), act: act})
	return nil
}

func (c *Case) declared(node string) bool {
	return slices.ContainsFunc(c.nodes, func(n nodeDeclaration) bool { return n.name == node })
}

// declare reads "NAME IF@NET=ADDR,ADDR ...".
func (c *Case) declare(words []string) error {
	if len(words) == 0 {
		return errors.New("node NAME [IF@NET=ADDR,...]")
	}
	node := nodeDeclaration{name: words[0]}
	for _, word := range words[1:] {
		head, list, _ := strings.Cut(word, "=")
		name, network, ok := strings.Cut(head, "@")
		if !ok {
			return fmt.Errorf("interface %q: want IF@NET=ADDR,ADDR", word)
		}
		if network == "-" {
			network = ""
		} else if network != "dummy" && !slices.Contains(c.networks, network) {
			return fmt.Errorf("interface %q: no network %q", word, network)
		}
		port := laboratory.Port{Name: name, Network: network}
		for _, text := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' }) {
			prefix, err := netip.ParsePrefix(text)
			if err != nil {
				return err
			}
			port.Addresses = append(port.Addresses, prefix)
		}
		node.ports = append(node.ports, port)
	}
	c.nodes = append(c.nodes, node)
	return nil
}

// split cuts a line into words: '...' and "..." keep blanks, # begins a comment
// at the beginning of a word.
func split(line string) ([]string, error) {
	var words []string
	var word bytes.Buffer
	quote, inside := byte(0), false
	flush := func() {
		if inside {
			words = append(words, word.String())
			word.Reset()
			inside = false
		}
	}
	for i := 0; i < len(line); i++ {
		char := line[i]
		switch {
		case quote != 0:
			if char == quote {
				quote = 0
			} else {
				word.WriteByte(char)
			}
		case char == '\'' || char == '"':
			quote, inside = char, true
		case char == ' ' || char == '\t':
			flush()
		case char == '#' && !inside:
			return words, nil
		default:
			word.WriteByte(char)
			inside = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("no closing %c", quote)
	}
	flush()
	return words, nil
}
