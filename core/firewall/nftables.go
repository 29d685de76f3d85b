package firewall

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/mdlayher/netlink"
)

// NFTables is the packet filter of the network namespace of the thread that
// opened it. Its methods are for one goroutine at a time.
type NFTables struct {
	book
	conn   *nftables.Conn
	socket *netlink.Conn
	old    []int // families with a table of an earlier run
}

const (
	// answerTime bounds a transaction. The kernel answers within the system
	// call that carries it.
	answerTime = 5 * time.Second
	// perMessage is how many elements a message carries: an attribute has
	// 64 KiB, and an element less than a hundred octets.
	perMessage = 256
	// perBatch bounds a transaction, whose answers must fit into the
	// socket's buffer.
	perBatch = 4 * perMessage
)

// Open connects to the kernel. Nothing is made before it is needed.
func Open(o Options) (*NFTables, error) {
	n := &NFTables{book: newBook(o)}
	keep := func(c *netlink.Conn) error { n.socket = c; return nil }
	conn, err := nftables.New(nftables.AsLasting(), nftables.WithSockOptions(keep))
	if err != nil {
		return nil, fmt.Errorf("nftables: %w", err)
	}
	n.conn = conn
	return n, nil
}

// Close leaves the tables as they are.
func (n *NFTables) Close() { _ = n.conn.CloseLasting() }

// Drop drops what has one of the addresses as its source or destination. An
// address for which it is called twice needs two calls of Accept.
func (n *NFTables) Drop(list []Address) error { return n.apply(n.drop(list, 1)) }

// Accept ends Drop.
func (n *NFTables) Accept(list []Address) error { return n.apply(n.drop(list, -1)) }

// SetDevices says which interfaces with virtual MACs there are.
func (n *NFTables) SetDevices(list []Device) error { return n.apply(n.setDevices(list)) }

// FindOld looks for tables that an earlier run has left behind, and returns the
// families (4, 6) that have one. Each is replaced by the first wish for its
// family, or goes with DeleteOld.
func (n *NFTables) FindOld() ([]int, error) {
	var err error
	n.old, err = n.tables()
	return n.old, err
}

// DeleteOld deletes what FindOld has found and no wish has replaced.
func (n *NFTables) DeleteOld() error {
	for _, family := range n.old {
		n.conn.DelTable(n.table(family))
	}
	n.old = nil
	if err := n.flush(); err != nil {
		return fmt.Errorf("nftables: delete table %s: %w", n.options.Table, err)
	}
	return nil
}

// tables returns the families that have a table of our name.
func (n *NFTables) tables() ([]int, error) {
	var found []int
	for _, family := range []int{4, 6} {
		if err := n.begin(); err != nil {
			return nil, fmt.Errorf("nftables: %w", err)
		}
		tables, err := n.conn.ListTablesOfFamily(tableFamily(family))
		if err != nil {
			return found, fmt.Errorf("nftables: list tables: %w", err)
		}
		if slices.ContainsFunc(tables, func(t *nftables.Table) bool { return t.Name == n.options.Table }) {
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
	n.book = newBook(n.options)
	return n.deleteTables()
}

func (n *NFTables) deleteTables() error {
	if _, err := n.FindOld(); err != nil {
		return err
	}
	return n.DeleteOld()
}

// apply carries a change out, or else makes everything anew.
func (n *NFTables) apply(c change) error {
	if n.carryOut(c) == nil {
		return nil
	}
	if err := n.deleteTables(); err != nil {
		return err
	}
	if err := n.carryOut(n.all()); err != nil {
		return fmt.Errorf("nftables: table %s: %w", n.options.Table, err)
	}
	return nil
}

// carryOut does what a change says, in as few transactions as fit.
func (n *NFTables) carryOut(c change) error {
	for _, l := range c.build {
		if err := n.build(l); err != nil {
			return err
		}
	}
	if len(c.build) > 0 {
		if err := n.flush(); err != nil {
			return err
		}
	}
	if err := n.inChunks(c.del, n.conn.SetDeleteElements); err != nil {
		return err
	}
	return n.inChunks(c.add, n.conn.SetAddElements)
}

// inChunks gives the elements of each set to f.
func (n *NFTables) inChunks(list []element, f func(*nftables.Set, []nftables.SetElement) error) error {
	slices.SortStableFunc(list, func(a, b element) int {
		if a.set.family != b.set.family {
			return a.set.family - b.set.family
		}
		return slices.Compare([]byte(a.set.name), []byte(b.set.name))
	})
	queued := 0
	for len(list) > 0 {
		id, end := list[0].set, 1
		for end < len(list) && end < perMessage && list[end].set == id {
			end++
		}
		elements := make([]nftables.SetElement, end)
		for i, e := range list[:end] {
			elements[i] = nftables.SetElement{Key: []byte(e.key), Val: []byte(e.data)}
		}
		list = list[end:]
		if err := f(&nftables.Set{Table: n.table(id.family), Name: id.name, IsMap: id.name == mapDevice}, elements); err != nil {
			return err
		}
		if queued += end; queued >= perBatch || len(list) == 0 {
			if err := n.flush(); err != nil {
				return err
			}
			queued = 0
		}
	}
	return nil
}

// build queues the making of a layer, and makes what it is to refer to.
func (n *NFTables) build(l layer) error {
	if i := slices.Index(n.old, l.family); i >= 0 {
		n.conn.DelTable(n.table(l.family))
		n.old = slices.Delete(n.old, i, i+1)
	}
	t := n.conn.AddTable(n.table(l.family))
	parts := layoutOf(l, n.options)
	for i := range parts.sets {
		s := &parts.sets[i]
		if s.isMap {
			if err := n.flush(); err != nil {
				return err
			}
			if err := n.createMap(l.family, s); err != nil {
				return err
			}
			continue
		}
		made := &nftables.Set{
			Table: t, Name: s.name, KeyType: s.key,
			Concatenation: s.concat, KeyByteOrder: s.byteOrder(), Constant: s.constant != nil,
		}
		var elements []nftables.SetElement
		for _, c := range s.constant {
			elements = append(elements, nftables.SetElement{Key: []byte{c.value}})
		}
		if err := n.conn.AddSet(made, elements); err != nil {
			return err
		}
	}
	chains := map[string]*nftables.Chain{}
	for _, c := range parts.chains {
		made := &nftables.Chain{Name: c.name, Table: t}
		if c.hook != nil {
			made.Type, made.Hooknum = nftables.ChainTypeFilter, c.hook
			made.Priority = nftables.ChainPriorityRef(nftables.ChainPriority(n.options.Priority))
			accept := nftables.ChainPolicyAccept
			made.Policy = &accept
		}
		chains[c.name] = n.conn.AddChain(made)
	}
	n.addRules(l, t, chains, parts.rules)
	return nil
}

// addRules queues the rules: those of devices before all others.
func (n *NFTables) addRules(l layer, t *nftables.Table, chains map[string]*nftables.Chain, rules []rule) {
	add := n.conn.AddRule
	if l.part == devices {
		rules = slices.Clone(rules)
		slices.Reverse(rules)
		add = n.conn.InsertRule
	}
	for _, r := range rules {
		exprs := slices.Clone(r.exprs)
		if n.options.Counters {
			exprs = append(exprs, &expr.Counter{})
		}
		add(&nftables.Rule{Table: t, Chain: chains[r.chain], Exprs: append(exprs, r.end)})
	}
}

func (n *NFTables) table(family int) *nftables.Table {
	return &nftables.Table{Name: n.options.Table, Family: tableFamily(family)}
}

func tableFamily(family int) nftables.TableFamily {
	if family == 6 {
		return nftables.TableFamilyIPv6
	}
	return nftables.TableFamilyIPv4
}

func (n *NFTables) begin() error { return n.socket.SetDeadline(time.Now().Add(answerTime)) }

// flush sends the transaction that is queued. After a refusal it reads what the
// kernel may have to say about the rest of it.
func (n *NFTables) flush() error {
	if err := n.begin(); err != nil {
		return err
	}
	err := n.conn.Flush()
	if err != nil {
		n.drain()
	}
	return err
}

func (n *NFTables) drain() {
	for n.socket.SetReadDeadline(time.Now().Add(time.Millisecond)) == nil {
		var refused *netlink.OpError
		if _, err := n.socket.Receive(); err != nil && (!errors.As(err, &refused) || refused.Timeout()) {
			return
		}
	}
}
