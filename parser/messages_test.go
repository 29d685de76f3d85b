package parser

import (
	"fmt"
	"strings"
	"testing"

	"keepalived/parser/internal/cases"
	"keepalived/parser/internal/host"
)

// told is what a configuration test says of a file: its status and every line,
// in order. Of a daemon it is also what is only logged.
func told(r *Result, test bool) string {
	status := r.Status
	if test {
		status = r.TestStatus()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "exit %d\n", status)
	for _, d := range r.Diagnostics {
		switch {
		case !d.LogOnly:
			fmt.Fprintln(&b, d.Message)
		case !test:
			fmt.Fprintln(&b, "log: "+d.Message)
		}
	}
	return b.String()
}

// eachConfiguration calls f for every configuration NAME.conf of an archive,
// with what has been made of it: the cases named daemon are read by a daemon, all
// others by a configuration test.
func eachConfiguration(c *cases.Case, f func(conf string, r *Result, test bool)) {
	c.Unpack(c.Files)
	var names []string
	for _, file := range c.Files {
		if strings.HasSuffix(file.Name, ".conf") {
			names = append(names, file.Name)
		}
	}
	test := c.Name != "daemon"
	for _, name := range names {
		f(name, Load(Options{Path: name, Test: test, Host: host.Golden()}), test)
	}
}

// TestMessages reads one configuration after the other and compares what is
// said with NAME.want. There is a case for each message of the specification
// (TestCovered) and for each sentence about what is refused; they have been
// compared with version 2.2.7 of the C daemon, whose wording is not always that
// of 2.4.3.
func TestMessages(t *testing.T) {
	cases.Each(t, "testdata/messages/*.txtar", 10, func(t *testing.T, c *cases.Case) {
		eachConfiguration(c, func(conf string, r *Result, test bool) {
			c.Compare(c.File(strings.TrimSuffix(conf, ".conf")+".want", conf), told(r, test))
		})
	})
}
