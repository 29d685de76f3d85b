package track

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
	"keepalived/core/internal/journal"
	"keepalived/core/process"
)

func TestLeadingNumber(t *testing.T) {
	for text, want := range map[string]int64{
		"": 0, "abc": 0, "12": 12, " \t12abc": 12, "-5\n": -5, "+7": 7, "0x1Fg": 31, "-0x10": -16,
		"017": 15, "018": 1, "0x": 0, "0xg": 0, "-": 0, "0": 0,
		"99999999999999999999": math.MaxInt64, "-99999999999999999999": math.MinInt64,
	} {
		if got := leadingNumber([]byte(text)); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

// keeper is a loop with tracked files.
type keeper struct {
	*journal.Journal
	t      *testing.T
	dir    string
	loop   *process.Loop
	files  *Files
	values chan int64
}

func newKeeper(t *testing.T) *keeper {
	k := &keeper{Journal: &journal.Journal{}, t: t, dir: t.TempDir(), loop: process.NewLoop(), values: make(chan int64, 10)}
	k.files = NewFiles(k.loop, k.Log(), func(_ *config.TrackFile, v int64) { k.values <- v })
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); k.loop.Run(ctx) }()
	t.Cleanup(func() { k.run(k.files.Close); cancel(); <-ended })
	return k
}

func (k *keeper) run(do func()) {
	done := make(chan struct{})
	k.loop.Post(func() { do(); close(done) })
	<-done
}

// load loads one file, and returns its number.
func (k *keeper) load(c config.TrackFile, atStart bool) (value int64) {
	c.Name = "tf"
	k.run(func() {
		k.files.Load([]*config.TrackFile{&c}, atStart)
		value = k.files.Value("tf")
	})
	return value
}

func (k *keeper) path(name string) string { return filepath.Join(k.dir, name) }

func (k *keeper) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k *keeper) write(name, text string) {
	k.t.Helper()
	k.must(os.WriteFile(k.path(name), []byte(text), 0o600))
}

// replace never shows a file that is only half written.
func (k *keeper) replace(name, text string) {
	k.t.Helper()
	k.write("new", text)
	k.must(os.Rename(k.path("new"), k.path(name)))
}

func (k *keeper) expect(want int64) {
	k.t.Helper()
	select {
	case v := <-k.values:
		if v != want {
			k.t.Errorf("number %d, want %d", v, want)
		}
	case <-time.After(10 * time.Second):
		k.t.Fatalf("no number %d", want)
	}
}

// A file is read at the start, when it was written, replaced, moved and
// deleted; a number out of range changes nothing, also at a reload.
func TestFiles(t *testing.T) {
	k := newKeeper(t)
	path := k.path("tf")
	if v := k.load(config.TrackFile{Path: path, InitFile: true, InitValue: 5}, true); v != 5 {
		t.Errorf("first number %d", v)
	}
	if b, err := os.ReadFile(path); string(b) != "5\n" || err != nil {
		t.Fatalf("created %q, %v", b, err)
	}
	k.write("tf", "10")
	k.expect(10)
	k.write("other", "99")
	k.replace("tf", "2147483649")
	refused := "Invalid number 2147483649 read from " + path + " - ignoring"
	for deadline := time.Now().Add(10 * time.Second); !slices.Contains(k.Lines(), refused); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the number is not refused: %q", k.Lines())
		}
	}
	if v := k.load(config.TrackFile{Path: path}, false); v != 10 {
		t.Errorf("number %d after a reload with one out of range", v)
	}
	k.replace("tf", "2147483648")
	k.expect(2147483648)
	k.replace("tf", "-3 and more")
	k.expect(-3)
	k.must(os.Remove(path))
	k.expect(0)
	k.write("tf", "8")
	k.expect(8)
	if v := k.load(config.TrackFile{Path: path, InitFile: true, Overwrite: true}, false); v != 8 {
		t.Errorf("number %d after a reload", v)
	}
	if want := []string{refused, refused}; !slices.Equal(k.Lines(), want) {
		t.Errorf("log: %q", k.Lines())
	}
}

// A change is seen where a link leads to, and when it leads elsewhere.
func TestFileIsLink(t *testing.T) {
	k := newKeeper(t)
	other := t.TempDir()
	k.must(os.WriteFile(other+"/a", []byte("1"), 0o600))
	k.must(os.WriteFile(other+"/b", []byte("2"), 0o600))
	k.must(os.Symlink(other+"/a", k.path("tf")))
	if v := k.load(config.TrackFile{Path: k.path("tf")}, true); v != 1 {
		t.Errorf("first number %d", v)
	}
	k.must(os.WriteFile(other+"/new", []byte("3"), 0o600))
	k.must(os.Rename(other+"/new", other+"/a"))
	k.expect(3)
	k.must(os.Symlink(other+"/b", k.path("new")))
	k.must(os.Rename(k.path("new"), k.path("tf")))
	k.expect(2)
	k.must(os.WriteFile(other+"/new", []byte("4"), 0o600))
	k.must(os.Rename(other+"/new", other+"/b"))
	k.expect(4)
}

// A FIFO in the place of a file blocks nobody, and counts as missing.
func TestFileIsFIFO(t *testing.T) {
	k := newKeeper(t)
	k.must(unix.Mkfifo(k.path("tf"), 0o600))
	writer, err := os.OpenFile(k.path("tf"), os.O_RDWR, 0)
	k.must(err)
	defer writer.Close()
	if v := k.load(config.TrackFile{Path: k.path("tf")}, false); v != 0 {
		t.Errorf("number %d", v)
	}
}

// A file that cannot be read for a long time keeps nobody waiting, and its
// number is a change when it comes.
func TestFileIsSlow(t *testing.T) {
	k := newKeeper(t)
	answer := make(chan struct{})
	k.files.read = func(string) ([]byte, error) { <-answer; return []byte("7"), nil }
	if v := k.load(config.TrackFile{Path: k.path("tf")}, true); v != 0 {
		t.Errorf("number %d", v)
	}
	close(answer)
	k.expect(7)
}
