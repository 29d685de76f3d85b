package firewall

import (
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
)

// NFTables is the packet filter of one network namespace. Its methods are for
// one goroutine at a time.
type NFTables struct {
	book
	socket *socket
	behind bool   // the kernel has refused what the book says
	old    []int  // families with a table of an earlier run
	watch  func() // ends the watch, nil without one
}

// Open connects to the kernel. Nothing is made before it is needed.
func Open(o Options) (*NFTables, error) {
	s, err := dial(o.Namespace)
	if err != nil {
		return nil, fmt.Errorf("nftables: %w", err)
	}
	return &NFTables{book: newBook(o), socket: s}, nil
}

// Close leaves the tables as they are, and ends the watch.
func (n *NFTables) Close() {
	if n.watch != nil {
		n.watch()
	}
	_ = n.socket.Close()
}

// Drop drops what has one of the addresses as its source or destination. An
// address for which it is called twice needs two calls of Accept.
func (n *NFTables) Drop(list []Address) error { return n.apply(n.drop(list, 1)) }

// Accept ends Drop.
func (n *NFTables) Accept(list []Address) error { return n.apply(n.drop(list, -1)) }

// SetDevices says which interfaces with virtual MACs there are.
func (n *NFTables) SetDevices(list []Device) error { return n.apply(n.setDevices(list)) }

// SetMarks says which packets get a mark. No two of the list may overlap (see
// [Divide]).
func (n *NFTables) SetMarks(list []Mark) error { return n.apply(n.setMarks(list)) }

// Trim deletes what was made for wishes of which none is left: what it leaves is
// what a start with the present wishes would make. The end of a wish alone deletes
// its elements only, for the same may be wanted again soon.
func (n *NFTables) Trim() error { return n.apply(n.trim()) }

// FindOld looks for tables that an earlier run has left behind, and returns the
// families (4, 6) that have one. Each is replaced by the first wish for its
// family, in the same moment, or goes with DeleteOld.
func (n *NFTables) FindOld() ([]int, error) {
	var err error
	n.old, err = n.tables()
	return n.old, err
}

// DeleteOld deletes what FindOld has found and no wish has replaced.
func (n *NFTables) DeleteOld() error {
	t := transaction{table: n.options.Table}
	for _, family := range n.old {
		t.deleteTable(family)
	}
	n.old = nil
	if err := n.socket.send(&t); err != nil {
		return fmt.Errorf("nftables: delete table %s: %w", n.options.Table, err)
	}
	return nil
}

// tables returns the families that have a table of our name.
func (n *NFTables) tables() (found []int, err error) {
	for _, family := range []int{4, 6} {
		has, err := n.socket.has(family, n.options.Table)
		if err != nil {
			return found, fmt.Errorf("nftables: look for table %s: %w", n.options.Table, err)
		}
		if has {
			found = append(found, family)
		}
	}
	return found, nil
}

// Remove deletes the tables. That somebody else has done so is no error.
func (n *NFTables) Remove() error {
	if n.empty() && len(n.old) == 0 {
		return nil
	}
	n.book, n.behind = newBook(n.options), false
	if _, err := n.FindOld(); err != nil {
		return err
	}
	return n.DeleteOld()
}

// Repair makes everything anew that was wished, in one transaction if it fits
// into one: nothing else knows what somebody has taken out or put in.
func (n *NFTables) Repair() error {
	if n.empty() {
		return nil
	}
	return n.makeAnew()
}

func (n *NFTables) makeAnew() error {
	found, err := n.tables()
	if err != nil {
		return err
	}
	t := transaction{table: n.options.Table}
	for _, family := range found {
		t.deleteTable(family)
	}
	n.write(&t, n.all())
	if err := n.socket.send(&t); err != nil {
		return fmt.Errorf("nftables: table %s: %w", n.options.Table, n.explain(err))
	}
	n.old, n.behind = nil, false
	return nil
}

// explain says what a kernel lacks that refuses a whole table. So answers one that
// does not know something; what the program asks for is the same for all.
func (n *NFTables) explain(err error) error {
	marks := slices.ContainsFunc(n.built, func(l layer) bool { return l.part >= marksTCP })
	if marks && unknown(err) {
		return fmt.Errorf("maps of address ranges need Linux 5.6: %w", err)
	}
	return err
}

// apply carries a change out, or else makes everything anew.
func (n *NFTables) apply(c change) error {
	if n.behind {
		return n.makeAnew()
	}
	t := transaction{table: n.options.Table}
	replaced := slices.Clone(c.anew)
	for _, l := range c.build {
		if slices.Contains(n.old, l.family) && !slices.Contains(replaced, l.family) {
			replaced = append(replaced, l.family)
		}
	}
	for _, family := range replaced {
		t.deleteTable(family)
	}
	n.write(&t, c)
	if n.socket.send(&t) != nil {
		n.behind = true
		return n.makeAnew()
	}
	n.old = slices.DeleteFunc(n.old, func(family int) bool { return slices.Contains(replaced, family) })
	return nil
}

// write adds what a change says to a transaction.
func (n *NFTables) write(t *transaction, c change) {
	for _, l := range c.build {
		n.build(t, l)
	}
	t.changeElements(unix.NFT_MSG_DELSETELEM, together(c.del))
	t.changeElements(unix.NFT_MSG_NEWSETELEM, together(c.add))
}

// together brings the elements of each set together.
func together(list []element) []element {
	slices.SortStableFunc(list, func(a, b element) int {
		if a.set.family != b.set.family {
			return a.set.family - b.set.family
		}
		return slices.Compare([]byte(a.set.name), []byte(b.set.name))
	})
	return list
}

// build makes a layer: what is there already stays. Rules of devices go before
// all others.
func (n *NFTables) build(t *transaction, l layer) {
	t.addTable(l.family)
	parts := layoutOf(l, n.options)
	for i := range parts.sets {
		t.addSet(l.family, &parts.sets[i])
	}
	for _, c := range parts.chains {
		t.addChain(l.family, c, n.options.Priority)
	}
	first := l.part == devices
	if first {
		slices.Reverse(parts.rules)
	}
	for _, r := range parts.rules {
		t.addRule(l.family, r, first, n.options.Counters)
	}
}
