package scenario

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"keepalived/compat-tests/laboratory"
)

// A condition tells whether something holds now.
type condition func(*run) (bool, error)

// patience is how long wait polls when the script does not say.
const patience = 10 * time.Second

// settling is how long expect looks. A daemon writes its line before it asks the
// kernel, and what it sent lies a moment in the capture; so what a step has seen to
// begin may still be under way when the next one looks. It is shorter than an advert
// interval: nothing that was not under way comes true in it.
const settling = 900 * time.Millisecond

// compileExpectation reads "[!] CONDITION [within D]".
func (c *Case) compileExpectation(verb string, words []string) (action, error) {
	negated, limit := false, patience
	if verb == "expect" {
		limit = settling
	}
	if len(words) > 0 && words[0] == "!" {
		negated, words = true, words[1:]
	}
	if n := len(words); verb == "wait" && n > 2 && words[n-2] == "within" {
		var err error
		if limit, err = time.ParseDuration(words[n-1]); err != nil {
			return nil, err
		}
		words = words[:n-2]
	}
	holds, err := c.condition(words)
	if err != nil {
		return nil, err
	}
	wanted := func(r *run) (bool, error) {
		ok, err := holds(r)
		return ok != negated, err
	}
	return func(r *run) error {
		return laboratory.Eventually(r.ctx, r.limit(limit), "the condition", func() (bool, error) { return wanted(r) })
	}, nil
}

func (c *Case) condition(words []string) (condition, error) {
	if len(words) < 2 {
		return nil, errors.New("no condition")
	}
	switch words[0] {
	case "packet":
		return compilePackets(append([]string{"1"}, words[1:]...))
	case "packets":
		return compilePackets(words[1:])
	case "gap":
		return compileGap(words[1:])
	}
	if !c.declared(words[0]) {
		return nil, fmt.Errorf("no node %q", words[0])
	}
	node, kind, rest := words[0], words[1], words[2:]
	switch kind {
	case "log", "log-ever":
		return compileLog(node, kind == "log", rest)
	case "log-order":
		return compileLogOrder(node, rest)
	case "state":
		return compileState(node, rest)
	case "addr":
		return compileAddress(node, rest)
	case "file":
		return compileFile(node, rest)
	case "ipvs":
		return compileIPVS(node, rest)
	case "shell":
		return compileShell(node, rest)
	case "exit", "status":
		return compileStatus(node, kind, rest)
	case "output":
		return compileOutput(node, rest)
	case "mails":
		return compileMails(node, rest)
	}
	return nil, fmt.Errorf("no condition %q", kind)
}

func one(words []string) (*regexp.Regexp, error) {
	if len(words) != 1 {
		return nil, fmt.Errorf("want one expression, not %d", len(words))
	}
	return regexp.Compile(words[0])
}

func compileLog(node string, sinceMark bool, words []string) (condition, error) {
	expression, err := one(words)
	if err != nil {
		return nil, err
	}
	return func(r *run) (bool, error) {
		lines := r.daemons[node].lines()
		if sinceMark {
			lines = lines[r.daemons[node].mark:]
		}
		return slices.ContainsFunc(lines, func(l laboratory.Line) bool { return expression.MatchString(undated(l.Text)) }), nil
	}, nil
}

func compileLogOrder(node string, words []string) (condition, error) {
	var expressions []*regexp.Regexp
	for _, word := range words {
		expression, err := regexp.Compile(word)
		if err != nil {
			return nil, err
		}
		expressions = append(expressions, expression)
	}
	if len(expressions) < 2 {
		return nil, errors.New("log-order needs two expressions")
	}
	return func(r *run) (bool, error) {
		next := 0
		for _, line := range r.daemons[node].lines() {
			if next < len(expressions) && expressions[next].MatchString(undated(line.Text)) {
				next++
			}
		}
		return next == len(expressions), nil
	}, nil
}

// compileState looks at the last line that names a state.
func compileState(node string, words []string) (condition, error) {
	if len(words) != 1 && len(words) != 2 {
		return nil, errors.New("state NAME [INSTANCE]")
	}
	instance := `[^)]*`
	if len(words) == 2 {
		instance = regexp.QuoteMeta(words[1])
	}
	entering, err := regexp.Compile(`^\(` + instance + `\) Entering ([A-Z]+) STATE`)
	if err != nil {
		return nil, err
	}
	return func(r *run) (bool, error) {
		state := ""
		for _, line := range r.daemons[node].lines() {
			if match := entering.FindStringSubmatch(undated(line.Text)); match != nil {
				state = match[1]
			}
		}
		return state == words[0], nil
	}, nil
}

func compileAddress(node string, words []string) (condition, error) {
	if len(words) != 1 && (len(words) != 3 || words[1] != "dev") {
		return nil, errors.New("addr PREFIX [dev IF]")
	}
	want := words[0]
	if _, err := netip.ParsePrefix(want); err != nil {
		return nil, err
	}
	if len(words) == 3 {
		want += " dev " + words[2]
	}
	return func(r *run) (bool, error) {
		addresses, err := r.lab.Node(node).Addresses()
		return slices.ContainsFunc(addresses, func(a string) bool { return a == want || strings.HasPrefix(a, want+" ") }), err
	}, nil
}

func compileFile(node string, words []string) (condition, error) {
	if len(words) == 3 && words[1] == "=" {
		return func(r *run) (bool, error) {
			a, err := os.ReadFile(filepath.Join(r.lab.Dir, node, words[0]))
			if errors.Is(err, os.ErrNotExist) {
				return false, nil
			}
			b, err2 := os.ReadFile(filepath.Join(r.lab.Dir, node, words[2]))
			return string(a) == string(b), errors.Join(err, err2)
		}, nil
	}
	if len(words) != 2 {
		return nil, errors.New("file PATH RE | file PATH = PATH")
	}
	expression, err := regexp.Compile("(?m)" + words[1])
	if err != nil {
		return nil, err
	}
	return func(r *run) (bool, error) {
		data, err := os.ReadFile(filepath.Join(r.lab.Dir, node, words[0]))
		if errors.Is(err, os.ErrNotExist) {
			return false, nil
		}
		return expression.Match(data), err
	}, nil
}

func compileIPVS(node string, words []string) (condition, error) {
	if len(words) == 1 && words[0] == "empty" {
		words = []string{`\A\s*\z`}
	}
	expression, err := one(words)
	if err != nil {
		return nil, err
	}
	expression, err = regexp.Compile("(?m)" + expression.String())
	return func(r *run) (bool, error) {
		table, err := r.lab.Node(node).Run(r.ctx, "ipvsadm", "-Sn")
		return expression.MatchString(table), err
	}, err
}

func compileShell(node string, words []string) (condition, error) {
	if len(words) != 1 {
		return nil, errors.New("shell wants one word; quote the command")
	}
	return func(r *run) (bool, error) {
		return r.lab.Node(node).Command(r.ctx, "sh", "-c", words[0]).Run() == nil, nil
	}, nil
}

func compileStatus(node, kind string, words []string) (condition, error) {
	if len(words) != 1 {
		return nil, errors.New("want one number")
	}
	want, err := strconv.Atoi(words[0])
	return func(r *run) (bool, error) {
		d := r.daemons[node]
		if kind == "status" {
			return d.status == want, nil
		}
		if d.process == nil {
			return false, nil
		}
		status, ended := d.process.Exited()
		return ended && status == want, nil
	}, err
}

func compileOutput(node string, words []string) (condition, error) {
	expression, err := one(words)
	if err != nil {
		return nil, err
	}
	expression, err = regexp.Compile("(?m)" + expression.String())
	return func(r *run) (bool, error) { return expression.MatchString(r.daemons[node].output), nil }, err
}

func (r *run) matching(expression *regexp.Regexp) []laboratory.Packet {
	var list []laboratory.Packet
	for _, packet := range r.lab.Capture().Packets(r.markPacket) {
		if expression.MatchString(packet.String()) {
			list = append(list, packet)
		}
	}
	return list
}

func compilePackets(words []string) (condition, error) {
	if len(words) != 2 {
		return nil, errors.New("packet RE | packets N RE")
	}
	least, err := strconv.Atoi(words[0])
	if err != nil {
		return nil, err
	}
	expression, err := regexp.Compile(words[1])
	return func(r *run) (bool, error) { return len(r.matching(expression)) >= least, nil }, err
}

// compileGap judges the distances of packets from the mark to now, both ends included.
func compileGap(words []string) (condition, error) {
	if len(words) != 3 || words[1] != "<" {
		return nil, errors.New("gap RE < DURATION")
	}
	expression, err := regexp.Compile(words[0])
	if err != nil {
		return nil, err
	}
	limit, err := time.ParseDuration(words[2])
	return func(r *run) (bool, error) {
		last, widest := r.markTime, time.Duration(0)
		for _, packet := range r.matching(expression) {
			widest = max(widest, packet.At.Sub(last))
			last = packet.At
		}
		widest = max(widest, time.Since(last))
		if widest >= limit {
			return false, fmt.Errorf("the widest gap is %v", widest.Round(time.Millisecond))
		}
		return true, nil
	}, err
}

// undated takes the date off a console line.
func undated(line string) string {
	const layout = "Mon Jan _2 15:04:05 2006"
	if len(line) > len(layout)+2 && line[len(layout):len(layout)+2] == ": " {
		if _, err := time.Parse(layout, line[:len(layout)]); err == nil {
			return line[len(layout)+2:]
		}
	}
	return line
}

// shell runs a command line in the node for its output.
func (r *run) shell(ctx context.Context, node, command string) (string, error) {
	return r.lab.Node(node).Run(ctx, "sh", "-c", command)
}
