package process

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func linkPair(t *testing.T) (a, b *Link) {
	t.Helper()
	fa, fb, err := NewLinkPair()
	if err != nil {
		t.Fatal(err)
	}
	if a, err = NewLink(fa); err != nil {
		t.Fatal(err)
	}
	if b, err = NewLink(fb); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}

// What was sent while nobody read arrives in its order, and what is not a
// report is passed over.
func TestLink(t *testing.T) {
	a, b := linkPair(t)
	sent := []Report{{Session: "b1", Up: true, At: Now()}, {Session: strings.Repeat("x", 300)}}
	for i, r := range sent {
		if err := a.Send(r); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			if err := a.socket.send([]byte("short"), nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := a.Ask(); err != nil {
		t.Fatal(err)
	}
	sent = append(sent, Report{At: a.made})
	loop := NewLoop()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var got []Report
	b.Watch(loop, func(r Report) {
		if got = append(got, r); len(got) == len(sent) {
			cancel()
		}
	})
	loop.Run(ctx)
	if len(got) != len(sent) {
		t.Fatalf("%d reports", len(got))
	}
	for i := range sent {
		if got[i] != sent[i] {
			t.Errorf("%+v, want %+v", got[i], sent[i])
		}
	}
}

// A process that does not read makes sending fail, and never blocks it.
func TestLinkFull(t *testing.T) {
	a, _ := linkPair(t)
	for range 1 << 20 {
		if err := a.Send(Report{Session: "b1"}); err != nil {
			if !errors.Is(err, unix.EAGAIN) {
				t.Errorf("full: %v", err)
			}
			return
		}
	}
	t.Error("the link never fills")
}

func TestMoment(t *testing.T) {
	at := Now()
	if d := at.Since(); d < 0 || d > time.Minute {
		t.Errorf("%v", d)
	}
}
