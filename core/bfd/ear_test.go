package bfd

import (
	"errors"
	"log/slog"
	"testing"

	"keepalived/core/network"
	"keepalived/core/process"
)

// flood is an input into which datagrams come as fast as they are taken.
type flood struct {
	fakeInput
	taken int
}

func (f *flood) Len() int        { return 3 }
func (f *flood) Dropped() uint64 { return 0 }
func (f *flood) Next(d *network.Datagram) bool {
	f.taken++
	*d = network.Datagram{Err: errors.New("flood")}
	return f.taken < 1000
}

// Before a neighbour is given up what has come by then is looked at, which is
// not what comes meanwhile: a flood would hold the loop for ever.
func TestHearEnds(t *testing.T) {
	f := new(flood)
	e := &ear{service: newService(process.Env{Loop: process.NewLoop(), Log: slog.New(slog.DiscardHandler)}, nil, [32]byte{}), in: f}
	e.complain = e.loop.NewTimer(nil)
	if e.hear(); f.taken != 3 {
		t.Errorf("%d datagrams, want 3", f.taken)
	}
}
