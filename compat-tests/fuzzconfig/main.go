package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"keepalived/parser/keyword"
)

// options are those of the command line.
type options struct {
	ours, oracle        string
	golden, corpus, out string
	seed, first, count  uint64
	limit               time.Duration
	aim                 float64
	budget              int
	language, arguments bool
	forms               bool
}

func main() {
	var o options
	inside := flag.Bool("inside", false, "already in namespaces of its own")
	flag.StringVar(&o.ours, "daemon", "build/keepalived", "our keepalived")
	flag.StringVar(&o.oracle, "oracle", "/usr/sbin/keepalived", "the C daemon, version 2.2.7")
	flag.StringVar(&o.golden, "golden", "parser/testdata/golden", "directory of configurations, and of the *.inc that they include")
	flag.StringVar(&o.corpus, "corpus", os.Getenv("KEEPALIVED_CORPUS"), "directory of more configurations")
	flag.StringVar(&o.out, "out", "", "directory for clusters and examples (default: a new one)")
	flag.Uint64Var(&o.seed, "seed", 1, "number of the run")
	flag.Uint64Var(&o.first, "first", 0, "number of the first mutant")
	flag.Uint64Var(&o.count, "count", 5000, "number of mutants")
	flag.BoolVar(&o.language, "language", false, "every keyword with every kind of argument, in the place of mutants")
	flag.BoolVar(&o.arguments, "arguments", false, "every argument of every keyword as an odd word, in the place of mutants")
	flag.BoolVar(&o.forms, "forms", false, "every configuration in every form, in the place of mutants")
	flag.DurationVar(&o.limit, "limit", 30*time.Second, "time that a program has for one of them")
	flag.Float64Var(&o.aim, "aim", 99, "share of equal exit statuses that is enough, in percent")
	flag.IntVar(&o.budget, "budget", 80, "number of runs for making an example smaller")
	flag.Parse()
	if !*inside {
		status, err := outside(&o)
		if err != nil {
			fmt.Fprintln(os.Stderr, "fuzzconfig:", err)
		}
		os.Exit(status)
	}
	enough, err := run(&o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "fuzzconfig:", err)
	}
	if err != nil || !enough {
		os.Exit(1)
	}
}

// outside makes sure of the directory and hands over to the inside.
func outside(o *options) (int, error) {
	var err error
	if o.out == "" {
		if o.out, err = os.MkdirTemp("", "fuzz-config-"); err != nil {
			return 1, err
		}
	}
	if o.out, err = filepath.Abs(o.out); err != nil {
		return 1, err
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return 1, err
	}
	return inNamespaces(append(os.Args[1:], "-inside", "-out", o.out))
}

// run makes the mutants and compares the answers. enough is false when the aim
// was missed.
func run(o *options) (enough bool, err error) {
	dirs := []string{o.golden}
	if o.corpus != "" {
		dirs = append(dirs, o.corpus)
	}
	seeds, err := readSeeds(dirs...)
	if err != nil {
		return false, err
	}
	ours, err := os.ReadFile(o.ours)
	if err != nil {
		return false, err
	}
	includes, err := readIncludes(o.golden)
	if err != nil {
		return false, err
	}
	if err := furnish(o.out, seeds); err != nil {
		return false, err
	}
	path := "/run/keepalived-ours"
	if err := os.WriteFile(path, ours, 0o755); err != nil {
		return false, err
	}
	table := keyword.New()
	m := mutator{seeds, table}
	f := &fuzzer{options: o, count: o.count, make: func(i uint64) mutant { return m.mutant(o.seed, o.first+i) }, theirs: program{o.oracle, o.limit}, ours: program{path, o.limit}, tally: newTally()}
	if o.language || o.arguments {
		all := newLanguage
		if o.arguments {
			all = newArguments
		}
		cases := all(table).choose(o.seed, o.first, o.count)
		f.count, f.make = uint64(len(cases)), func(i uint64) mutant { return cases[i] }
	}
	if o.forms {
		cases := formed(seeds)
		f.count, f.make = uint64(len(cases)), func(i uint64) mutant { return cases[i] }
		for _, s := range seeds {
			includes[s.name] = []byte(s.text())
		}
	}
	if err := f.run(includes); err != nil {
		return false, err
	}
	f.tally.summary(os.Stdout)
	fmt.Printf("%d kinds of differences, in %s\n", len(f.tally.clusters), o.out)
	return f.tally.died == 0 && share(f.tally.statuses, f.tally.compared) >= o.aim, f.tally.write(output)
}

// fuzzer is one run.
type fuzzer struct {
	options      *options
	count        uint64
	make         func(i uint64) mutant
	theirs, ours program

	mutex sync.Mutex // of what follows
	tally *tally
	err   error
}

// each calls work for numbers below n, on all processors, each with a directory
// of its own.
func (f *fuzzer) each(n uint64, includes map[string][]byte, work func(dir string, i uint64) error) error {
	numbers := make(chan uint64)
	var wg sync.WaitGroup
	for range runtime.NumCPU() {
		dir, err := os.MkdirTemp("/tmp", "w")
		if err != nil {
			return err
		}
		for name, data := range includes {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
				return err
			}
		}
		wg.Go(func() {
			for i := range numbers {
				if err := work(dir, i); err != nil {
					f.mutex.Lock()
					f.err = err
					f.mutex.Unlock()
				}
			}
		})
	}
	for i := range n {
		numbers <- i
	}
	close(numbers)
	wg.Wait()
	return f.err
}

// run asks about all mutants, and then makes the examples smaller.
func (f *fuzzer) run(includes map[string][]byte) error {
	err := f.each(f.count, includes, func(dir string, i uint64) error {
		m := f.make(i)
		v, err := f.judge(dir, m)
		f.mutex.Lock()
		defer f.mutex.Unlock()
		f.tally.add(m, v)
		if n := f.tally.compared; n%1000 == 0 && n > 0 && v.excluded == "" {
			fmt.Printf("%d compared, %.2f %% of the exit statuses are equal\n", n, share(f.tally.statuses, n))
		}
		return err
	})
	if err != nil {
		return err
	}
	clusters := f.tally.sorted()
	return f.each(uint64(len(clusters)), includes, func(dir string, i uint64) error {
		c := clusters[i]
		// Smaller means fewer lines, but not more to say about them.
		said := len(c.verdict.theirs.messages) + len(c.verdict.ours.messages)
		c.example.lines = minimise(c.example.lines, f.options.budget, func(lines []string) bool {
			v, err := f.judge(dir, mutant{lines: lines, includes: c.example.includes})
			n := len(v.theirs.messages) + len(v.ours.messages)
			if err != nil || v.signature != c.signature || n > said {
				return false
			}
			said = n
			return true
		})
		v, err := f.judge(dir, c.example)
		c.verdict = v
		return err
	})
}

// judge asks both programs.
func (f *fuzzer) judge(dir string, m mutant) (verdict, error) {
	text := m.text()
	theirs, err := f.theirs.ask(dir, text)
	if err != nil {
		return verdict{}, err
	}
	ours, err := f.ours.ask(dir, text)
	if err != nil {
		return verdict{}, err
	}
	return question{text + m.includes, theirs, ours}.judge(), nil
}

// readIncludes reads the files that configurations include.
func readIncludes(dir string) (map[string][]byte, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.inc"))
	if err != nil {
		return nil, err
	}
	files := make(map[string][]byte)
	for _, name := range names {
		if files[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			return nil, err
		}
	}
	return files, nil
}
