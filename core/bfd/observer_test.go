package bfd

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"keepalived/core/config"
	"keepalived/core/process"
)

// follower is a process that follows the sessions, as far as its link goes.
type follower struct {
	t    *testing.T
	link *process.Link
	mu   sync.Mutex
	got  []string
}

// links makes a link to each follower.
func links(t *testing.T) (ends map[process.Kind]*process.Link, vrrp, checker *follower) {
	t.Helper()
	ends = make(map[process.Kind]*process.Link)
	vrrp, checker = &follower{t: t}, &follower{t: t}
	for k, f := range map[process.Kind]*follower{process.VRRP: vrrp, process.Checker: checker} {
		a, b, err := process.NewLinkPair()
		if err != nil {
			t.Fatal(err)
		}
		if ends[k], err = process.NewLink(a); err != nil {
			t.Fatal(err)
		}
		if f.link, err = process.NewLink(b); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { ends[k].Close(); f.link.Close() })
	}
	return ends, vrrp, checker
}

// watch begins to read.
func (f *follower) watch() {
	loop := process.NewLoop()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); loop.Run(ctx) }()
	f.t.Cleanup(func() { cancel(); <-ended })
	f.link.Watch(loop, func(r process.Report) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.got = append(f.got, fmt.Sprintf("%s %t", r.Session, r.Up))
	})
}

// wait waits until exactly these reports have come since the last call.
func (f *follower) wait(want ...string) {
	f.t.Helper()
	var got []string
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); <-time.After(time.Millisecond) {
		f.mu.Lock()
		got = slices.Clone(f.got)
		if slices.Equal(got, want) {
			f.got = nil
			f.mu.Unlock()
			return
		}
		f.mu.Unlock()
	}
	f.t.Fatalf("got %s", strings.Join(got, ", "))
}

// Every follower hears of its sessions: at the start, of every change, and at a
// reload.
func TestFollowers(t *testing.T) {
	var c cable
	ends, vrrp, checker := links(t)
	vrrp.watch()
	checker.watch()
	a, b := c.node(t, "192.0.2.1", ends), c.node(t, "192.0.2.2", nil)
	own := []*config.BFDInstance{
		instance("b1", "192.0.2.2"), instance("v", "192.0.2.3", func(c *config.BFDInstance) { c.Checker = false }),
		instance("c", "192.0.2.4", func(c *config.BFDInstance) { c.VRRP = false }),
	}
	if err := a.start(own...); err != nil {
		t.Fatal(err)
	}
	vrrp.wait("b1 false", "v false")
	checker.wait("b1 false", "c false")
	if err := b.start(instance("b1", "192.0.2.1")); err != nil {
		t.Fatal(err)
	}
	vrrp.wait("b1 true")
	checker.wait("b1 true")
	a.reload(own...)
	vrrp.wait("b1 true", "v false")
	checker.wait("b1 true", "c false")
	b.reload()
	vrrp.wait("b1 false")
	checker.wait("b1 false")
}

// A follower that begins later, in the place of one that has read everything, is
// told what it asks for; one that finds everything in the link is not told twice.
func TestFollowerRestarts(t *testing.T) {
	var c cable
	ends, vrrp, _ := links(t)
	a := c.node(t, "192.0.2.1", ends)
	if err := a.start(instance("b1", "192.0.2.2")); err != nil {
		t.Fatal(err)
	}
	vrrp.watch()
	vrrp.wait("b1 false")
	// Its end is older than what was told.
	if err := vrrp.link.Ask(); err != nil {
		t.Fatal(err)
	}
	// The end of the next process is newer.
	if err := vrrp.link.Send(process.Report{At: process.Now()}); err != nil {
		t.Fatal(err)
	}
	vrrp.wait("b1 false")
}

// A follower that stands still gets the newest states when it reads again.
func TestFollowerStandsStill(t *testing.T) {
	var c cable
	ends, vrrp, _ := links(t)
	a := c.node(t, "192.0.2.1", ends)
	if err := a.start(instance("b1", "192.0.2.2")); err != nil {
		t.Fatal(err)
	}
	full := false
	a.on(func() {
		o := a.observers[1]
		for range 1 << 20 {
			o.changed(a.machine.Sessions[0], true)
			if full = o.late.Active(); full {
				break
			}
		}
	})
	if !full {
		t.Fatal("the link never fills")
	}
	vrrp.watch()
	for end := time.Now().Add(20 * time.Second); ; <-time.After(10 * time.Millisecond) {
		vrrp.mu.Lock()
		last := vrrp.got[max(0, len(vrrp.got)-1):]
		vrrp.mu.Unlock()
		if len(last) == 1 && last[0] == "b1 false" {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the last report is %v", last)
		}
	}
}
