package scenario

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"keepalived/compat-tests/laboratory"
)

// An Environment is what a case needs from outside.
type Environment struct {
	// Programs are the absolute paths of the daemons.
	Programs map[Daemon]string
	// Slowness multiplies every deadline (1 on a real machine, more in a guest).
	Slowness int
	// Log receives the steps as they are done; may be nil.
	Log func(format string, arguments ...any)
}

// A Record is one text that a case recorded for comparison.
type Record struct {
	What string // the line of the script
	Text string // normalised
}

// run is one case in progress.
type run struct {
	ctx     context.Context
	env     Environment
	of      *Case
	lab     *laboratory.Lab
	daemons map[string]*daemon
	servers map[string]*server
	mails   map[string][]*laboratory.MailServer // by node and port
	records []Record

	markPacket int
	markTime   time.Time
}

// daemon is the latest daemon of one node.
type daemon struct {
	process *laboratory.Process
	earlier []laboratory.Line // of the node's daemons before this one
	mark    int               // first line after the mark
	status  int               // of the last check
	output  string            // of the last check
}

func (d *daemon) lines() []laboratory.Line {
	if d.process == nil {
		return d.earlier
	}
	return append(d.earlier[:len(d.earlier):len(d.earlier)], d.process.Lines(0)...)
}

// Run builds the case's laboratory, does its steps and removes everything.
// The error carries the failing step and what was seen.
func (c *Case) Run(ctx context.Context, env Environment) (records []Record, err error) {
	lab, err := laboratory.New()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lab.Close()) }()
	r := &run{ctx: ctx, env: env, of: c, lab: lab, daemons: map[string]*daemon{}, servers: map[string]*server{},
		mails: map[string][]*laboratory.MailServer{}}
	defer r.endServers()
	if err := r.build(); err != nil {
		return nil, err
	}
	for _, step := range c.steps {
		if env.Log != nil {
			env.Log("%s", step.text)
		}
		if err := step.act(r); err != nil {
			return nil, fmt.Errorf("%s.txtar:%d: %s: %w\n%s", c.Scenario.Name, step.line, step.text, err, r.seen())
		}
	}
	return r.records, nil
}

func (r *run) build() error {
	for _, network := range r.of.networks {
		r.lab.AddNetwork(network)
	}
	for _, declared := range r.of.nodes {
		node, err := r.lab.AddNode(declared.name, declared.ports...)
		if err != nil {
			return err
		}
		node.Environment = []string{"DAEMON=" + r.env.Programs[r.of.program(declared.name)]}
		r.daemons[declared.name] = &daemon{}
	}
	for _, file := range r.of.files {
		if err := r.writeFile(file.Name, file.Data); err != nil {
			return err
		}
	}
	if err := r.lab.Start(r.ctx); err != nil {
		return err
	}
	r.mark()
	return nil
}

// writeFile puts a file of the archive into its node's directory.
func (r *run) writeFile(name string, data []byte) error {
	node, _, _ := strings.Cut(name, "/")
	path := filepath.Join(r.lab.Dir, name)
	text := strings.ReplaceAll(string(data), "@W@", r.lab.Node(node).Dir)
	mode := os.FileMode(0o644)
	if strings.HasPrefix(text, "#!") {
		mode = 0o755
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), mode)
}

// mark sets the point from which "since the last mark" counts.
func (r *run) mark() {
	for _, d := range r.daemons {
		d.mark = len(d.lines())
	}
	r.markPacket = len(r.lab.Capture().Packets(0))
	r.markTime = time.Now()
}

func (r *run) limit(d time.Duration) time.Duration { return d * time.Duration(max(r.env.Slowness, 1)) }

// seen collects what helps to understand a failure.
func (r *run) seen() string {
	var text strings.Builder
	for _, node := range r.lab.Nodes() {
		d := r.daemons[node.Name]
		if lines := d.lines(); len(lines) > 0 {
			fmt.Fprintf(&text, "--- log of %s\n", node.Name)
			for _, line := range lines[max(0, len(lines)-40):] {
				fmt.Fprintf(&text, "%s %s\n", line.At.Format("05.000"), undated(line.Text))
			}
		}
		if d.output != "" {
			fmt.Fprintf(&text, "--- check of %s: status %d\n%s\n", node.Name, d.status, d.output)
		}
		if addresses, err := node.Addresses(); err == nil {
			fmt.Fprintf(&text, "--- addresses of %s\n%s\n", node.Name, strings.Join(addresses, "\n"))
		}
	}
	packets := r.lab.Capture().Packets(0)
	fmt.Fprintf(&text, "--- last packets\n")
	for _, packet := range packets[max(0, len(packets)-20):] {
		fmt.Fprintf(&text, "%s %s\n", packet.At.Format("05.000"), packet)
	}
	return text.String()
}
