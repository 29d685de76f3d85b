package firewall

import (
	"fmt"
	"strings"
	"sync"
)

// Fake is a packet filter without a kernel. Its methods may be called on any
// goroutine.
type Fake struct {
	mu        sync.Mutex
	book      book
	old       []int
	disturbed func()
	flushed   bool // by somebody, and not repaired by a wish or Repair
}

// NewFake returns a packet filter that has nothing, but for the tables of an
// earlier run in the families old.
func NewFake(o Options, old ...int) *Fake { return &Fake{book: newBook(o), old: old} }

// Drop is that of NFTables.
func (f *Fake) Drop(list []Address) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.flushed = false
	f.book.drop(list, 1)
	return nil
}

// Accept is that of NFTables.
func (f *Fake) Accept(list []Address) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.flushed = false
	f.book.drop(list, -1)
	return nil
}

// SetDevices is that of NFTables.
func (f *Fake) SetDevices(list []Device) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.flushed = false
	f.book.setDevices(list)
	return nil
}

// SetMarks is that of NFTables.
func (f *Fake) SetMarks(list []Mark) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.flushed = false
	f.book.setMarks(list)
	return nil
}

// Trim is that of NFTables.
func (f *Fake) Trim() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.book.trim()
	return nil
}

// Repair is that of NFTables.
func (f *Fake) Repair() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.flushed = false
	return nil
}

// Watch is that of NFTables: Flush calls disturbed.
func (f *Fake) Watch(disturbed func()) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.disturbed = disturbed
	return nil
}

// Flush is what "nft flush ruleset" does.
func (f *Fake) Flush() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.flushed = true
	if f.disturbed != nil {
		go f.disturbed()
	}
}

// FindOld is that of NFTables.
func (f *Fake) FindOld() ([]int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.old, nil
}

// DeleteOld is that of NFTables.
func (f *Fake) DeleteOld() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.old = nil
	return nil
}

// Remove is that of NFTables.
func (f *Fake) Remove() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.book = newBook(f.book.options)
	return nil
}

// Close does nothing: a fake holds nothing.
func (f *Fake) Close() {}

// String prints the tables as "nft list ruleset" does, but for the places of
// its line breaks inside of sets.
func (f *Fake) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var b strings.Builder
	if f.flushed {
		return ""
	}
	for _, family := range []int{4, 6} {
		f.book.print(&b, family)
	}
	return b.String()
}

func (b *book) print(w *strings.Builder, family int) {
	var sets []set
	var chains []chain
	rules := map[string][]rule{}
	for _, l := range b.built {
		if l.family != family {
			continue
		}
		parts := layoutOf(l, b.options)
		sets = append(sets, parts.sets...)
		for _, c := range parts.chains {
			if _, has := rules[c.name]; !has {
				chains = append(chains, c)
				rules[c.name] = nil
			}
		}
		first := map[string][]rule{}
		for _, r := range parts.rules {
			first[r.chain] = append(first[r.chain], r)
		}
		for name, list := range first {
			if l.part == devices {
				rules[name] = append(list, rules[name]...)
			} else {
				rules[name] = append(rules[name], list...)
			}
		}
	}
	if len(sets) == 0 {
		return
	}
	fmt.Fprintf(w, "table %s %s {\n", map[int]string{4: "ip", 6: "ip6"}[family], b.options.Table)
	for i := range sets {
		b.printSet(w, family, &sets[i])
	}
	for _, c := range chains {
		b.printChain(w, c, rules[c.name])
	}
	w.WriteString("}\n")
}

// counterPlace stands in the text of an element where its counter goes.
const counterPlace = "\x00"

func (b *book) printSet(w *strings.Builder, family int, s *set) {
	word, counter := "set", ""
	if s.counted {
		counter = " counter packets 0 bytes 0"
	}
	if s.isMap {
		word = "map"
	}
	fmt.Fprintf(w, "\t%s %s {\n\t\ttype %s\n", word, s.name, s.kind)
	var elements []string
	if s.constant != nil {
		w.WriteString("\t\tflags constant\n")
	}
	if s.interval {
		w.WriteString("\t\tflags interval\n")
	}
	if s.counted {
		w.WriteString("\t\tcounter\n")
	}
	for _, c := range s.constant {
		elements = append(elements, c.text)
	}
	for _, e := range sorted(b.elements[setID{family, s.name}]) {
		elements = append(elements, strings.Replace(e.text, counterPlace, counter, 1))
	}
	if len(elements) > 0 {
		fmt.Fprintf(w, "\t\telements = { %s }\n", strings.Join(elements, ", "))
	}
	w.WriteString("\t}\n\n")
}

func (b *book) printChain(w *strings.Builder, c chain, rules []rule) {
	fmt.Fprintf(w, "\tchain %s {\n", c.name)
	if c.hook != nil {
		hook := map[string]string{chainOut: "output", chainIn: "input"}[c.name]
		fmt.Fprintf(w, "\t\ttype filter hook %s priority %s; policy accept;\n", hook, priority(b.options.Priority))
	}
	for _, r := range rules {
		counter := ""
		if b.options.Counters {
			counter = "counter packets 0 bytes 0 "
		}
		fmt.Fprintf(w, "\t\t%s %s%s\n", r.match, counter, r.verdict)
	}
	w.WriteString("\t}\n\n")
}

// priority prints a priority relative to the one that has a name.
func priority(p int32) string {
	switch {
	case p == 0:
		return "filter"
	case p > 10 || p < -10: // nft names what is near
		return fmt.Sprint(p)
	case p > 0:
		return fmt.Sprintf("filter + %d", p)
	}
	return fmt.Sprintf("filter - %d", -p)
}
