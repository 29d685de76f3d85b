package ipvs

// This file is what moby/ipvs cannot do, over the generic netlink of
// vishvananda/netlink. moby/ipvs sends destinations without address family (so
// an IPv6 server in an IPv4 service is impossible) and without tunnel type,
// port and flags; reads weights as 16 bits, counters as 32 bits and services
// without their persistence engine; and has no synchronisation daemons.
// Everything that has to do with those is here and in pack.go, unpack.go and
// numbers.go; kernel.go chooses.

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// The kernel works on a request within the sending of it, so that the answer is
// there at once or never. answerLimit only has to be longer than this process
// may be kept from reading it. silenceLimit is that of the one command that is
// known to get no answer at times.
const (
	answerLimit  = 5 * time.Second
	silenceLimit = 250 * time.Millisecond
)

// generic sends requests to the IPVS family and reads the answers.
type generic struct {
	family  uint16
	sockets map[int]*nl.SocketHandle
}

// wait sets how long an answer may take.
func (g *generic) wait(limit time.Duration) error {
	tv := unix.NsecToTimeval(limit.Nanoseconds())
	socket := g.sockets[unix.NETLINK_GENERIC].Socket
	return errors.Join(socket.SetSendTimeout(&tv), socket.SetReceiveTimeout(&tv))
}

// request sends one command and waits for its end. A kernel that refuses gives
// its error number.
func (g *generic) request(command uint8, flags int, attributes ...*nl.RtAttr) ([][]byte, error) {
	r := nl.NewNetlinkRequest(int(g.family), unix.NLM_F_ACK|flags)
	r.Sockets = g.sockets
	r.AddData(&nl.Genlmsg{Command: command, Version: 1})
	for _, a := range attributes {
		r.AddData(a)
	}
	return r.Execute(unix.NETLINK_GENERIC, g.family)
}

// dump asks for all of something, again when the table changed meanwhile.
func (g *generic) dump(command uint8, attributes ...*nl.RtAttr) (answers [][]byte, err error) {
	for range 5 {
		answers, err = g.request(command, unix.NLM_F_DUMP, attributes...)
		if !errors.Is(err, nl.ErrDumpInterrupted) {
			break
		}
	}
	return answers, err
}

func (g *generic) info() error {
	_, err := g.request(cmdGetInfo, 0)
	return err
}

func (g *generic) services() ([]Service, error) {
	answers, err := g.dump(cmdGetService)
	if err != nil {
		return nil, err
	}
	services := make([]Service, 0, len(answers))
	for _, answer := range answers {
		s, _, err := unpackService(answer)
		if err != nil {
			return nil, err
		}
		services = append(services, s)
	}
	slices.SortFunc(services, func(a, b Service) int { return compareKeys(a.Key, b.Key) })
	return services, nil
}

func (g *generic) destinations(key ServiceKey) ([]Destination, []DestinationStatistics, error) {
	answers, err := g.dump(cmdGetDest, packServiceKey(key))
	if err != nil {
		return nil, nil, err
	}
	destinations := make([]Destination, 0, len(answers))
	statistics := make([]DestinationStatistics, 0, len(answers))
	for _, answer := range answers {
		d, s, err := unpackDestination(answer, key.Family)
		if err != nil {
			return nil, nil, err
		}
		destinations = append(destinations, d)
		statistics = append(statistics, s)
	}
	slices.SortFunc(destinations, func(a, b Destination) int { return compareDestinations(a.Key, b.Key) })
	slices.SortFunc(statistics, func(a, b DestinationStatistics) int { return compareDestinations(a.Key, b.Key) })
	return destinations, statistics, nil
}

func (g *generic) counters(key ServiceKey) (Counters, error) {
	answers, err := g.request(cmdGetService, 0, packServiceKey(key))
	if err != nil {
		return Counters{}, err
	}
	if len(answers) != 1 {
		return Counters{}, fmt.Errorf("%d answers for one service", len(answers))
	}
	_, counters, err := unpackService(answers[0])
	return counters, err
}

func (g *generic) statistics(key ServiceKey) (Statistics, error) {
	counters, err := g.counters(key)
	if err != nil {
		return Statistics{}, err
	}
	_, destinations, err := g.destinations(key)
	return Statistics{Counters: counters, Destinations: destinations}, err
}

func (g *generic) addDestination(key ServiceKey, d Destination) error {
	again, err := repeated(func() error { return g.destinationCommand(cmdNewDest, key, d) })
	if again && errors.Is(err, unix.EEXIST) {
		return g.setDestination(key, d) // by the first request or by somebody else: it shall have these values
	}
	return err
}

func (g *generic) setDestination(key ServiceKey, d Destination) error {
	_, err := repeated(func() error { return g.destinationCommand(cmdSetDest, key, d) })
	return err
}

func (g *generic) deleteDestination(key ServiceKey, d DestinationKey) error {
	again, err := repeated(func() error { return g.destinationCommand(cmdDelDest, key, Destination{Key: d}) })
	if again && errors.Is(err, unix.ENOENT) {
		return nil
	}
	return err
}

func (g *generic) destinationCommand(command uint8, key ServiceKey, d Destination) error {
	_, err := g.request(command, 0, packServiceKey(key), packDestination(d))
	return err
}

func (g *generic) startDaemon(d Daemon) error {
	again, err := repeated(func() error {
		_, err := g.request(cmdNewDaemon, 0, packDaemon(d, true))
		return err
	})
	if again && errors.Is(err, unix.EEXIST) {
		return nil
	}
	return err
}

// repeated runs a request, and once more when this process did not come to
// read its answer in time: what the kernel has made of the first one is not
// known then. (An answer that comes late is that of another sequence number,
// and skipped.)
func repeated(request func() error) (again bool, err error) {
	if err = request(); !errors.Is(err, unix.EAGAIN) {
		return false, err
	}
	return true, request()
}

// stopDaemon stops a daemon. When its thread had no time to begin, the kernel
// stops it but has EINTR as the result, which netlink answers with silence
// (seen on 6.1): the list of daemons tells then.
func (g *generic) stopDaemon(d Daemon) error {
	if err := g.wait(silenceLimit); err != nil {
		return err
	}
	_, err := g.request(cmdDelDaemon, 0, packDaemon(d, false))
	if err := g.wait(answerLimit); err != nil {
		return err
	}
	if !errors.Is(err, unix.EAGAIN) {
		return err
	}
	left, listErr := g.daemons()
	if listErr != nil {
		return listErr
	}
	if slices.ContainsFunc(left, func(l Daemon) bool { return l.Role == d.Role }) {
		return err
	}
	return nil
}

func (g *generic) daemons() ([]Daemon, error) {
	answers, err := g.dump(cmdGetDaemon)
	if err != nil {
		return nil, err
	}
	daemons := make([]Daemon, 0, len(answers))
	for _, answer := range answers {
		d, err := unpackDaemon(answer)
		if err != nil {
			return nil, err
		}
		daemons = append(daemons, d)
	}
	slices.SortFunc(daemons, func(a, b Daemon) int { return int(a.Role) - int(b.Role) })
	return daemons, nil
}
