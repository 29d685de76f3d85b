package firewall

import (
	"cmp"
	"slices"

	"keepalived/core/config"
)

// Divide makes a list in which no two overlap, for the kernel would refuse
// that: marks for all ports yield to those for one, and else the later ones to
// the earlier ones. It also returns the marks of which another one of the same
// kind has got something, with another value.
func Divide(list []Mark) (disjoint, cut []Mark) {
	taken := map[place][]Mark{} // disjoint, in the order of their addresses
	for _, all := range []bool{false, true} {
		for _, m := range list {
			at := m.place()
			if at.allPorts() != all {
				continue
			}
			rest, lost := []Mark{m}, false
			if all {
				for _, other := range above(taken, at) {
					rest, _ = subtract(rest, other)
				}
			}
			for _, other := range rivals(taken[at], m, all) {
				var gone bool
				rest, gone = subtract(rest, other)
				lost = lost || gone && other.Value != m.Value
			}
			if lost {
				cut = append(cut, m)
			}
			disjoint = append(disjoint, rest...)
			for _, r := range rest {
				i, _ := slices.BinarySearchFunc(taken[at], r, func(a, b Mark) int { return a.First.Compare(b.First) })
				taken[at] = slices.Insert(taken[at], i, r)
			}
		}
	}
	return disjoint, cut
}

// place is where marks may overlap.
type place struct {
	protocol config.Protocol
	family   int
	port     int
}

const everyPort = -1

func (m *Mark) place() place {
	p := place{m.Protocol, m.family(), everyPort}
	if m.FirstPort == m.LastPort {
		p.port = int(m.FirstPort)
	}
	return p
}

func (p place) allPorts() bool { return p.port == everyPort }

// above are the marks for one port, which go before those for all.
func above(taken map[place][]Mark, at place) (list []Mark) {
	for other, some := range taken {
		if other.protocol == at.protocol && other.family == at.family && !other.allPorts() {
			list = append(list, some...)
		}
	}
	slices.SortFunc(list, func(a, b Mark) int {
		return cmp.Or(a.First.Compare(b.First), cmp.Compare(a.FirstPort, b.FirstPort))
	})
	return list
}

// rivals are those of the same place that may overlap with one. Those for all
// ports may have lost some, so that they lie beside each other.
func rivals(list []Mark, m Mark, all bool) []Mark {
	if all {
		return list
	}
	from, _ := slices.BinarySearchFunc(list, m, func(a, b Mark) int { return a.Last.Compare(b.First) })
	to := from
	for to < len(list) && list[to].First.Compare(m.Last) <= 0 {
		to++
	}
	return list[from:to]
}

// subtract returns what is left of marks without the addresses and ports of
// another one, and whether it took any.
func subtract(list []Mark, o Mark) (left []Mark, gone bool) {
	for _, m := range list {
		if m.Last.Compare(o.First) < 0 || o.Last.Compare(m.First) < 0 || m.LastPort < o.FirstPort || o.LastPort < m.FirstPort {
			left = append(left, m)
			continue
		}
		gone = true
		if m.First.Compare(o.First) < 0 {
			below := m
			below.Last = o.First.Prev()
			left, m.First = append(left, below), o.First
		}
		if o.Last.Compare(m.Last) < 0 {
			above := m
			above.First = o.Last.Next()
			left, m.Last = append(left, above), o.Last
		}
		if m.FirstPort < o.FirstPort {
			below := m
			below.LastPort = o.FirstPort - 1
			left = append(left, below)
		}
		if o.LastPort < m.LastPort {
			above := m
			above.FirstPort = o.LastPort + 1
			left = append(left, above)
		}
	}
	return left, gone
}
