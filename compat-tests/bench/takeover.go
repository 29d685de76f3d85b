package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"keepalived/compat-tests/laboratory"
)

// A trial is one kind of takeover.
type trial struct {
	version  int
	interval time.Duration
	rounds   int
}

// priority of the node that takes over.
const priority = 100

// masterDown is Master_Down_Interval of a backup (RFC 3768 section 6.1 with the
// fixed second, RFC 9568 section 6.1 with the master's interval).
func (t trial) masterDown() time.Duration {
	unit := time.Second
	if t.version == 3 {
		unit = t.interval
	}
	return 3*t.interval + (256-priority)*unit/256
}

// takeover compares the two programs.
func takeover(ctx context.Context, contenders []contender) error {
	fmt.Printf("Takeover: distance of the first advert from Master_Down_Interval\n%-26s %-6s %8s %12s %12s %12s\n", "", "", "rounds", "median", "worst", "least")
	var missed error
	for _, t := range []trial{{3, 100 * time.Millisecond, 30}, {3, time.Second, 5}, {2, time.Second, 5}} {
		for _, c := range contenders {
			distances, err := t.run(ctx, c)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			slices.Sort(distances)
			median := distances[len(distances)/2]
			fmt.Printf("v%d, advert_int %-12s %-6s %8d %12s %12s %12s\n", t.version, t.interval, c.name, len(distances),
				round(median), round(distances[len(distances)-1]), round(distances[0]))
			if c.name == "ours" && median.Abs() >= time.Millisecond {
				missed = errors.Join(missed, fmt.Errorf("v%d at %v: the median is %v, not below 1 ms", t.version, t.interval, median))
			}
		}
	}
	fmt.Println()
	return missed
}

func round(d time.Duration) time.Duration { return d.Round(time.Microsecond) }

// run lets a node become master again and again: a forged master of a higher
// priority speaks and falls silent.
func (t trial) run(ctx context.Context, c contender) (distances []time.Duration, err error) {
	lab, err := laboratory.New()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lab.Close()) }()
	lab.AddNetwork("lan")
	master, err := lab.AddNode("master", laboratory.Port{Name: "eth0", Network: "lan", Addresses: []netip.Prefix{netip.MustParsePrefix("192.0.2.9/24")}})
	if err != nil {
		return nil, err
	}
	taker, err := lab.AddNode("taker", laboratory.Port{Name: "eth0", Network: "lan", Addresses: []netip.Prefix{netip.MustParsePrefix("192.0.2.2/24")}})
	if err != nil {
		return nil, err
	}
	if err := lab.Start(ctx); err != nil {
		return nil, err
	}
	if err := t.launch(taker, c); err != nil {
		return nil, err
	}
	frame, err := laboratory.Forge(strings.Fields(fmt.Sprintf("version=%d prio=200 interval=%s vips=192.0.2.100", t.version, t.interval)))
	if err != nil {
		return nil, err
	}
	for range t.rounds {
		distance, err := t.round(ctx, lab, master, frame)
		if err != nil {
			return nil, err
		}
		distances = append(distances, distance-t.masterDown())
	}
	return distances, nil
}

func (t trial) launch(node *laboratory.Node, c contender) error {
	config := fmt.Sprintf("vrrp_instance VI_1 {\n interface eth0\n version %d\n virtual_router_id 51\n priority %d\n advert_int %g\n virtual_ipaddress {\n 192.0.2.100/24\n }\n}\n",
		t.version, priority, t.interval.Seconds())
	path := filepath.Join(node.Dir, "keepalived.conf")
	if err := os.WriteFile(path, []byte(config), 0o644); err != nil {
		return err
	}
	_, err := node.Launch(c.path, "-n", "-l", "-G", "-f", path, "-p", node.Dir+"/parent.pid", "-r", node.Dir+"/vrrp.pid", "-c", node.Dir+"/checkers.pid", "-b", node.Dir+"/bfd.pid")
	return err
}

// round waits for the taker's adverts, silences it with three of the forged
// master, and measures from the last of them to its next one.
func (t trial) round(ctx context.Context, lab *laboratory.Lab, master *laboratory.Node, frame []byte) (time.Duration, error) {
	limit := 4*t.masterDown() + 5*time.Second
	begin := len(lab.Capture().Packets(0))
	if _, err := next(ctx, lab, "taker", begin, limit); err != nil {
		return 0, err
	}
	begin = len(lab.Capture().Packets(0))
	for range 3 {
		if err := master.Send("eth0", frame); err != nil {
			return 0, err
		}
	}
	spoken := begin
	for range 3 {
		index, err := next(ctx, lab, "master", spoken, limit)
		if err != nil {
			return 0, err
		}
		spoken = index + 1
	}
	taken, err := next(ctx, lab, "taker", spoken, limit)
	if err != nil {
		return 0, err
	}
	packets := lab.Capture().Packets(0)
	return packets[taken].At.Sub(packets[spoken-1].At), nil
}

// next finds a node's next advert in the capture.
func next(ctx context.Context, lab *laboratory.Lab, node string, from int, limit time.Duration) (int, error) {
	found := -1
	err := laboratory.Eventually(ctx, limit, "an advert of the "+node, func() (bool, error) {
		for i, p := range lab.Capture().Packets(from) {
			if p.Node == node && strings.Contains(p.String(), "vrrp") {
				found = from + i
				return true, nil
			}
		}
		return false, nil
	})
	return found, err
}
