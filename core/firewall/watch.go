package firewall

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

const (
	// firstPause is how long nothing more is told after a disturbance. It
	// doubles with each that follows soon, up to lastPause: who else has a
	// table of this name is not fought without end.
	firstPause = time.Second
	lastPause  = 5 * time.Minute
)

// Watch begins to call disturbed, on a goroutine of its own, when somebody else
// has deleted something of the tables, or may have done so: what the kernel
// tells can be lost. The answer is Repair. Disturbances that follow each other
// soon are told together.
func (n *NFTables) Watch(disturbed func()) error {
	s, err := dial(n.options.Namespace)
	if err != nil {
		return fmt.Errorf("nftables: watch: %w", err)
	}
	_ = s.SetReadBuffer(watchBuffer) // with less, more is lost
	if err := s.JoinGroup(unix.NFNLGRP_NFTABLES); err != nil {
		s.Close()
		return fmt.Errorf("nftables: watch: %w", err)
	}
	w := watcher{socket: s, table: n.options.Table, own: n.socket.id, pause: firstPause, disturbed: disturbed}
	var done sync.WaitGroup
	done.Go(w.run)
	n.watch = func() { // ends the reading, and waits for it
		w.socket.Close()
		done.Wait()
		n.watch = nil
	}
	return nil
}

// watcher reads what the kernel tells about all tables.
type watcher struct {
	socket    *socket
	table     string
	own       uint32 // the socket whose changes are our own
	disturbed func()

	touched bool      // something of ours by the transaction that is being told of
	changed bool      // something of ours since the last call
	quiet   time.Time // no call before
	pause   time.Duration
}

func (w *watcher) run() {
	for {
		var until time.Time
		if w.changed {
			until = w.quiet
		}
		if w.socket.SetReadDeadline(until) != nil {
			return
		}
		messages, err := w.socket.Receive()
		var refused *netlink.OpError
		switch {
		case err == nil:
			for _, m := range messages {
				w.hear(m)
			}
		case errors.Is(err, unix.ENOBUFS):
			w.changed = true
		case !errors.As(err, &refused) || !refused.Timeout():
			return // closed
		}
		w.tell(time.Now())
	}
}

// tell calls disturbed if it is time to.
func (w *watcher) tell(now time.Time) {
	if !w.changed || now.Before(w.quiet) {
		return
	}
	w.changed = false
	if now.Sub(w.quiet) > w.pause {
		w.pause = firstPause
	}
	w.quiet = now.Add(w.pause)
	w.pause = min(2*w.pause, lastPause)
	w.disturbed()
}

// hear takes a message. The kernel tells of a transaction once it is carried
// out, and of the new generation of all tables last.
func (w *watcher) hear(m netlink.Message) {
	if m.Header.Type == unix.NFNL_SUBSYS_NFTABLES<<8|unix.NFT_MSG_NEWGEN {
		w.changed = w.changed || w.touched
		w.touched = false
	}
	w.touched = w.touched || w.foreign(m)
}

// foreign reports whether a message says that somebody else has deleted
// something of our tables.
func (w *watcher) foreign(m netlink.Message) bool {
	if m.Header.PID == w.own || m.Header.Type>>8 != unix.NFNL_SUBSYS_NFTABLES {
		return false
	}
	switch m.Header.Type & 0xff {
	case unix.NFT_MSG_DELTABLE, unix.NFT_MSG_DELCHAIN, unix.NFT_MSG_DELRULE, unix.NFT_MSG_DELSET, unix.NFT_MSG_DELSETELEM:
	default:
		return false
	}
	return tableOf(m.Data) == w.table
}

// tableOf is the table that a message of nf_tables is about, if it is of one of
// our families. In all of them its name has number 1.
func tableOf(data []byte) string {
	const head = 4 // struct nfgenmsg
	if len(data) < head || data[0] != unix.AF_INET && data[0] != unix.AF_INET6 {
		return ""
	}
	d, err := netlink.NewAttributeDecoder(data[head:])
	if err != nil {
		return ""
	}
	d.ByteOrder = binary.BigEndian
	for d.Next() {
		if d.Type() == unix.NFTA_TABLE_NAME {
			return d.String()
		}
	}
	return ""
}
