package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"keepalived/compat-tests/laboratory"
	"keepalived/compat-tests/lecture"
)

// longest is how long the demo waits for anything; a guest on a busy machine is
// slow, and waiting longer costs nothing when all is well.
const longest = 60 * time.Second

// A scene is one event with the interval in which its consequences are counted.
type scene struct {
	name     string
	from, to time.Time
}

// stage is a demo in progress.
type stage struct {
	network  *lecture.Network
	traffic  *traffic
	timeline *timeline
	program  string
	scenes   []scene
}

// play runs the whole demo. Its error says what did not come back.
func play(ctx context.Context, o options, screen io.Writer) (err error) {
	n, err := lecture.Build(ctx, o.method)
	if n != nil {
		defer func() { err = errors.Join(err, n.Lab.Close()) }()
	}
	if err != nil {
		return err
	}
	s := &stage{network: n, traffic: newTraffic(n.Client), timeline: &timeline{screen: screen, colour: o.colour, start: time.Now()}, program: o.daemon}
	fmt.Fprintf(screen, "\nTwo directors (d1, d2), three web servers (rs1, rs2, rs3), method %s; the client asks http://%s/ every 50 ms.\n"+
		"Each line is half a second: who is MASTER, and one character for each request that ended in it:\n"+
		"1 2 3 the server that answered, x nobody within a second, so after a failure the last x come late.\n\n", strings.ToUpper(o.method), lecture.ServiceAddress)
	if err := s.open(ctx); err != nil {
		return s.explain(err)
	}
	running, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { s.traffic.run(running); close(done) }()
	go s.timeline.watch(running, n, s.traffic)
	err = s.act(ctx)
	stop()
	<-done
	s.report(screen)
	if err != nil {
		return s.explain(err)
	}
	return s.close(ctx)
}

// open starts everything and waits until the service is complete.
func (s *stage) open(ctx context.Context) error {
	for _, server := range s.network.Servers {
		if err := s.network.StartServer(ctx, server); err != nil {
			return err
		}
	}
	for _, d := range s.network.Directors {
		if err := s.network.StartDirector(ctx, d, s.program); err != nil {
			return err
		}
		if err := s.awaitTable(ctx, d, "rs1", "rs2", "rs3"); err != nil {
			return err
		}
	}
	s.timeline.event("directors and web servers run; waiting for a MASTER")
	return s.awaitMaster(ctx, "d1")
}

// act does what the demo is about.
func (s *stage) act(ctx context.Context) error {
	d1, rs2 := s.network.Directors[0], s.network.Servers[1]
	return errors.Join(
		s.scene(ctx, "all is well", func() error { return nil }),
		s.scene(ctx, "web server rs2 is killed", func() error {
			if err := rs2.Nginx.Kill(); err != nil {
				return err
			}
			if err := s.awaitTable(ctx, d1, "rs1", "rs3"); err != nil {
				return err
			}
			s.timeline.event("rs2 has left the table of d1")
			return nil
		}),
		s.scene(ctx, "web server rs2 is back", func() error {
			if err := s.network.StartServer(ctx, rs2); err != nil {
				return err
			}
			if err := s.awaitTable(ctx, d1, "rs1", "rs2", "rs3"); err != nil {
				return err
			}
			s.timeline.event("rs2 is in the table of d1 again")
			return nil
		}),
		s.scene(ctx, "director d1 is killed and its cables pulled", func() error {
			if err := s.network.CutPower(ctx, d1); err != nil {
				return err
			}
			return s.awaitMaster(ctx, "d2")
		}),
		s.scene(ctx, "director d1 is back", func() error {
			if err := s.network.StartDirector(ctx, d1, s.program); err != nil {
				return err
			}
			return s.awaitMaster(ctx, "d1")
		}),
	)
}

// scene plays one event, then lets traffic flow for a while, which must be
// answered without a failure at its end.
func (s *stage) scene(ctx context.Context, name string, event func() error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.timeline.event("%s", name)
	current := scene{name: name, from: time.Now()}
	err := event()
	if err == nil {
		err = s.awaitTraffic(ctx)
	}
	current.to = time.Now()
	s.scenes = append(s.scenes, current)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// awaitTraffic waits until 40 requests in a row have been answered.
func (s *stage) awaitTraffic(ctx context.Context) error {
	begin := len(s.traffic.since(0))
	return laboratory.Eventually(ctx, longest, "40 requests in a row answered", func() (bool, error) {
		row := 0
		for _, a := range s.traffic.since(begin) {
			row++
			if a.server == "" {
				row = 0
			}
		}
		return row >= 40, nil
	})
}

func (s *stage) awaitMaster(ctx context.Context, name string) error {
	err := laboratory.Eventually(ctx, longest, name+" is MASTER", func() (bool, error) { return s.network.Master() == name, nil })
	if err == nil {
		s.timeline.event("%s is MASTER", name)
	}
	return err
}

// awaitTable waits until exactly these servers are in a director's table.
func (s *stage) awaitTable(ctx context.Context, d *lecture.Director, names ...string) error {
	what := fmt.Sprintf("the table of %s holds %v", d.Node.Name, names)
	return laboratory.Eventually(ctx, longest, what, func() (bool, error) {
		if status, ended := d.Daemon.Exited(); ended {
			return false, fmt.Errorf("its daemon ended with status %d", status)
		}
		table, err := s.network.Table(d)
		return slices.Equal(table, names), err
	})
}

// report prints the balance.
func (s *stage) report(screen io.Writer) {
	answers := s.traffic.since(0)
	slices.SortFunc(answers, func(a, b answer) int { return a.ended.Compare(b.ended) })
	failed := 0
	for _, a := range answers {
		if a.server == "" {
			failed++
		}
	}
	fmt.Fprintf(screen, "\nrequests %d, answered %d, failed %d\n\n", len(answers), len(answers)-failed, failed)
	fmt.Fprintf(screen, "%-48s %10s %8s %16s\n", "event", "requests", "failed", "without answer")
	for _, scene := range s.scenes {
		made, lost := count(answers, scene.from, scene.to)
		fmt.Fprintf(screen, "%-48s %10d %8d %14.2f s\n", scene.name, made, lost, silence(answers, scene.from, scene.to).Seconds())
	}
	fmt.Fprintln(screen)
}

// close stops the directors in order; nothing of theirs may stay behind.
func (s *stage) close(ctx context.Context) error {
	for _, d := range s.network.Directors {
		if err := d.Daemon.Signal(15); err != nil {
			return err
		}
	}
	for _, d := range s.network.Directors {
		if _, err := d.Daemon.Wait(ctx, longest); err != nil {
			return err
		}
		if table, err := s.network.Table(d); err != nil || len(table) > 0 {
			return fmt.Errorf("%s left %v in its table (%v)", d.Node.Name, table, err)
		}
	}
	if master := s.network.Master(); master != "" {
		return fmt.Errorf("%s kept the service's address", master)
	}
	return nil
}

// explain adds the directors' last log lines to an error.
func (s *stage) explain(err error) error {
	var text strings.Builder
	for _, d := range s.network.Directors {
		if d.Daemon == nil {
			continue
		}
		lines := d.Daemon.Lines(0)
		fmt.Fprintf(&text, "\n--- log of %s", d.Node.Name)
		for _, line := range lines[max(0, len(lines)-30):] {
			text.WriteString("\n" + line.Text)
		}
	}
	return fmt.Errorf("%w%s", err, text.String())
}
