package scenario

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// compileRecord reads "NODE KIND [ARGUMENT]" or "packets RE".
func (c *Case) compileRecord(words []string) (action, error) {
	take, err := c.taker(words)
	if err != nil {
		return nil, err
	}
	what := strings.Join(words, " ")
	if !slices.Contains(words[:2], "shell") {
		take = steady(take)
	}
	return func(r *run) error {
		text, err := take(r)
		if err != nil {
			return err
		}
		r.records = append(r.records, Record{What: what, Text: r.normalise(text)})
		return nil
	}, nil
}

const (
	// calm is how long a text must stay the same to be recorded.
	calm = 400 * time.Millisecond
	// restless is how long it may change before it is recorded as it is.
	restless = 5 * time.Second
)

// steady takes until nothing changes: what the last step has seen may be the first
// of several changes.
func steady(take func(*run) (string, error)) func(*run) (string, error) {
	return func(r *run) (string, error) {
		text, err := take(r)
		changed := time.Now()
		for begin := changed; err == nil && time.Since(changed) < r.limit(calm) && time.Since(begin) < r.limit(restless); {
			select {
			case <-time.After(r.limit(calm) / 4):
			case <-r.ctx.Done():
				return "", r.ctx.Err()
			}
			var again string
			if again, err = take(r); again != text {
				text, changed = again, time.Now()
			}
		}
		return text, err
	}
}

func (c *Case) taker(words []string) (func(*run) (string, error), error) {
	if len(words) == 2 && words[0] == "packets" {
		expression, err := regexp.Compile(words[1])
		return func(r *run) (string, error) { return r.distinct(expression), nil }, err
	}
	if len(words) < 2 || !c.declared(words[0]) {
		return nil, errors.New("record NODE KIND [ARGUMENT] | record packets RE")
	}
	node, kind, argument := words[0], words[1], strings.Join(words[2:], " ")
	needs := slices.Contains([]string{"file", "shell", "look", "mail"}, kind)
	if needs != (argument != "") {
		return nil, fmt.Errorf("%s: argument %q", kind, argument)
	}
	switch kind {
	case "log":
		return func(r *run) (string, error) { return r.log(node), nil }, nil
	case "output":
		return func(r *run) (string, error) { return r.daemons[node].output, nil }, nil
	case "addr":
		return func(r *run) (string, error) {
			return r.shell(r.ctx, node, "ip -o address show | cut -d' ' -f2- | sort")
		}, nil
	case "ipvs":
		return func(r *run) (string, error) { return r.shell(r.ctx, node, "ipvsadm -Sn") }, nil
	case "shell", "look":
		return func(r *run) (string, error) { return r.shell(r.ctx, node, argument) }, nil
	case "mail":
		return func(r *run) (string, error) { return r.mailText(node, argument), nil }, nil
	case "file":
		return func(r *run) (string, error) {
			data, err := os.ReadFile(filepath.Join(r.lab.Dir, node, argument))
			return string(data), err
		}, nil
	}
	return nil, fmt.Errorf("nothing called %q to record", kind)
}

func (r *run) log(node string) string {
	var text strings.Builder
	for _, line := range r.daemons[node].lines() {
		text.WriteString(undated(line.Text) + "\n")
	}
	return text.String()
}

// distinct lists every text of matching packets once: how often an advert was
// repeated depends on how long the scenario took.
func (r *run) distinct(expression *regexp.Regexp) string {
	var list []string
	for _, packet := range r.lab.Capture().Packets(0) {
		if text := packet.String(); expression.MatchString(text) && !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return strings.Join(list, "\n") + "\n"
}

// normalise replaces what differs between two runs of the same program.
func (r *run) normalise(text string) string {
	text = strings.ReplaceAll(text, r.lab.Dir, "@LAB@")
	for _, program := range r.env.Programs {
		text = strings.ReplaceAll(text, program, "@DAEMON@")
	}
	for _, rule := range []struct{ expression, replacement string }{
		{`pid=\d+`, "pid=PID"},
		{`process\(\d+\)`, "process(PID)"},
		{`pid \d+`, "pid PID"},
		{`fd\(-?\d+,-?\d+\)`, "fd(N,N)"},
		{`Keepalived v[0-9.]+ \([^)]*\)`, "Keepalived VERSION"},
		{`Stopped - used .*`, "Stopped - used TIME"},
		{`CPU usage .*`, "CPU usage TIME"},
	} {
		text = regexp.MustCompile(rule.expression).ReplaceAllString(text, rule.replacement)
	}
	var kept []string
	for _, line := range strings.Split(text, "\n") {
		if !slices.ContainsFunc(r.of.Scenario.ignore, func(e *regexp.Regexp) bool { return e.MatchString(line) }) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// Compare tells how the records of two runs of one scenario differ; nil if they
// do not.
func Compare(ours, oracle []Record) error {
	if len(ours) != len(oracle) {
		return fmt.Errorf("%d records and %d", len(ours), len(oracle))
	}
	var problems []error
	for i := range ours {
		if ours[i].Text != oracle[i].Text {
			problems = append(problems, fmt.Errorf("record %s differs (- oracle, + ours):\n%s", ours[i].What, difference(oracle[i].Text, ours[i].Text)))
		}
	}
	return errors.Join(problems...)
}

// difference shows two texts line by line, by their longest common subsequence.
func difference(before, after string) string {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	length := make([][]int, len(a)+1)
	for i := range length {
		length[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	var text strings.Builder
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			text.WriteString("  " + a[i] + "\n")
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && length[i+1][j] >= length[i][j+1]:
			text.WriteString("- " + a[i] + "\n")
			i++
		default:
			text.WriteString("+ " + b[j] + "\n")
			j++
		}
	}
	return text.String()
}
