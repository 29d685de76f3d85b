package bfd

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/internal/journal"
	"keepalived/core/network"
	"keepalived/core/process"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// cable joins the fake networks of some hosts.
type cable struct {
	mu    sync.Mutex // guards all fields, and the inputs of the hosts
	hosts map[netip.Addr]*fakeNetwork
	cut   bool
}

// fakeNetwork is a host on a cable.
type fakeNetwork struct {
	cable  *cable
	addr   netip.Addr
	inputs map[uint16]*fakeInput
	refuse error // of Open and Listen
	down   error // of Send
	opened int
}

// setCut cuts the cable, or mends it.
func (c *cable) setCut(cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = cut
}

func (c *cable) host(addr string) *fakeNetwork {
	n := &fakeNetwork{cable: c, addr: netip.MustParseAddr(addr), inputs: make(map[uint16]*fakeInput)}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hosts == nil {
		c.hosts = make(map[netip.Addr]*fakeNetwork)
	}
	c.hosts[n.addr] = n
	return n
}

type fakeInput struct {
	*network.Inbox
	net  *fakeNetwork
	port uint16
}

func (n *fakeNetwork) Listen(port uint16, ready func()) (Input, error) {
	if n.refuse != nil {
		return nil, n.refuse
	}
	in := &fakeInput{network.NewInbox(ready), n, port}
	n.cable.mu.Lock()
	defer n.cable.mu.Unlock()
	n.inputs[port] = in
	return in, nil
}

func (in *fakeInput) Descriptor() int { return 7 }
func (in *fakeInput) Close() {
	in.net.cable.mu.Lock()
	defer in.net.cable.mu.Unlock()
	delete(in.net.inputs, in.port)
}

type fakeOutput struct {
	net *fakeNetwork
	c   *config.BFDInstance
	ttl int
}

func (n *fakeNetwork) Open(c *config.BFDInstance) (Output, error) {
	if n.refuse != nil {
		return nil, n.refuse
	}
	n.opened++
	return &fakeOutput{n, c, c.TTL}, nil
}

func (o *fakeOutput) Send(b []byte) error {
	if o.net.down != nil {
		return o.net.down
	}
	port := uint16(portSingleHop)
	if o.c.Multihop {
		port = portMultihop
	}
	o.net.cable.mu.Lock()
	defer o.net.cable.mu.Unlock()
	peer := o.net.cable.hosts[o.c.Neighbor]
	if peer == nil || o.net.cable.cut || peer.inputs[port] == nil {
		return nil
	}
	peer.inputs[port].Put(&network.Datagram{Data: b, Source: o.net.addr, SourcePort: 50000, Destination: peer.addr, HopLimit: o.ttl})
	return nil
}

func (o *fakeOutput) Descriptor() int { return 8 }
func (o *fakeOutput) Close()          {}

// logbook is what a node has said.
type logbook struct{ journal.Journal }

// take returns the lines since the last call that contain a word.
func (l *logbook) take(word string) string {
	return strings.Join(slices.DeleteFunc(l.Take(), func(l string) bool { return !strings.Contains(l, word) }), "\n")
}

// node is a BFD process on a fake network.
type node struct {
	t *testing.T
	*service
	net *fakeNetwork
	log *logbook
}

func (c *cable) node(t *testing.T, addr string, links map[process.Kind]*process.Link) *node {
	t.Helper()
	n := &node{t: t, net: c.host(addr), log: &logbook{}}
	env := process.Env{Loop: process.NewLoop(), Log: n.log.Log(), Options: process.Options{TmpDir: t.TempDir()}, Links: links}
	n.service = newService(env, n.net, [32]byte{addr[len(addr)-1]})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); n.loop.Run(ctx) }()
	t.Cleanup(func() {
		n.on(func() { n.Stop(cancel) })
		<-ended
	})
	return n
}

// on runs f on the loop and waits for it.
func (n *node) on(f func()) {
	done := make(chan struct{})
	n.loop.Post(func() { defer close(done); f() })
	<-done
}

func (n *node) start(list ...*config.BFDInstance) (err error) {
	n.on(func() { err = n.Start(configuration(list)) })
	return err
}

func (n *node) reload(list ...*config.BFDInstance) {
	n.t.Helper()
	n.on(func() {
		if err := n.Reload(configuration(list)); err != nil {
			n.t.Error(err)
		}
	})
}

// state is that of a session, and the number of its session.
func (n *node) state(name string) (state string) {
	n.on(func() {
		for _, x := range n.machine.Sessions {
			if x.Config.Name == name {
				state = x.State.String()
			}
		}
	})
	return state
}

func configuration(list []*config.BFDInstance) *config.Config {
	return &config.Config{BFD: config.BFD{Instances: list}}
}

// instance is one with the defaults of the tests, changed by some.
func instance(name, neighbor string, change ...func(*config.BFDInstance)) *config.BFDInstance {
	c := &config.BFDInstance{
		Name: name, Neighbor: netip.MustParseAddr(neighbor), MinRX: 100 * time.Millisecond, MinTX: 100 * time.Millisecond,
		IdleTX: time.Second, Multiplier: 4, TTL: 255, VRRP: true, Checker: true,
	}
	for _, f := range change {
		f(c)
	}
	return c
}

func unreachable() error { return os.NewSyscallError("sendto", unix.ENETUNREACH) }

func notAvailable() error {
	return fmt.Errorf("output: %w", os.NewSyscallError("bind", unix.EADDRNOTAVAIL))
}
