package process

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

func pair(t *testing.T) (parent, child *Control) {
	t.Helper()
	parent, f, err := NewControlPair()
	if err != nil {
		t.Fatal(err)
	}
	if child, err = NewControl(f); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { parent.Close(); child.Close() })
	return parent, child
}

func TestControl(t *testing.T) {
	parent, child := pair(t)
	part := Part{Config: &config.Config{Instance: "one"}, Messages: []string{"(Line 1) x"}}
	f, err := part.Seal("")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, m := range []Message{{Kind: MessageHello, Number: 1<<64 - 1}, {Kind: MessageReload, Part: f}} {
		if err := parent.Send(m); err != nil {
			t.Fatal(err)
		}
		got, err := child.Receive()
		if err != nil || got.Kind != m.Kind || got.Number != m.Number || (got.Part == nil) != (m.Part == nil) {
			t.Fatalf("sent %v, received %v, %v", m, got, err)
		}
		if got.Part == nil {
			continue
		}
		p, err := ReadPart(got.Part)
		got.Part.Close()
		if err != nil || !reflect.DeepEqual(*p, part) {
			t.Errorf("part %+v, %v", p, err)
		}
	}
	parent.Close()
	if _, err := child.Receive(); err != io.EOF {
		t.Errorf("after the other end is closed: %v", err)
	}
}

// Sending to a process that does not read fails at some point, and never
// blocks.
func TestControlFull(t *testing.T) {
	parent, _ := pair(t)
	for range 1 << 20 {
		if err := parent.Send(Message{Kind: MessageHello}); err != nil {
			if !errors.Is(err, unix.EAGAIN) {
				t.Errorf("full socket: %v", err)
			}
			return
		}
	}
	t.Error("the socket never fills")
}

// A message that is not one of ours is an error, and its file is closed.
func TestControlMalformed(t *testing.T) {
	parent, child := pair(t)
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for _, send := range []func() error{
		func() error { return parent.Send(Message{Kind: MessageReload}) },
		func() error { return parent.Send(Message{Kind: MessageHello, Part: null}) },
		func() error {
			_, err := parent.socket.file.Write([]byte("x"))
			return err
		},
	} {
		if err := send(); err != nil {
			t.Fatal(err)
		}
		if m, err := child.Receive(); err == nil || err == io.EOF {
			t.Errorf("received %v, %v", m, err)
		}
	}
}

// Nobody can change a part, and reading it does not depend on a position.
func TestPart(t *testing.T) {
	for _, p := range []Part{
		{Status: ExitConfig, Messages: []string{"a", "b"}},
		{Config: &config.Config{HasVRRP: true, VRRP: config.VRRP{Instances: []*config.Instance{{Name: "VI_1"}}}}},
	} {
		f, err := p.Seal("")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteAt([]byte("x"), 0); err == nil {
			t.Error("a sealed part can be written")
		}
		for range 2 {
			got, err := ReadPart(f)
			if err != nil || !reflect.DeepEqual(*got, p) {
				t.Errorf("%+v, %v", got, err)
			}
		}
		f.Close()
	}
}

// A part that is cut short is an error.
func TestPartTruncated(t *testing.T) {
	p := Part{Config: &config.Config{Instance: "x"}, Messages: []string{"m"}}
	f, err := p.Seal("")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	whole, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<20))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "part")
	for n := 0; n < len(whole); n += 1 + len(whole)/100 {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		cut, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ReadPart(cut); err == nil {
			t.Errorf("no error after %d of %d bytes", n, len(whole))
		}
		cut.Close()
	}
}

// With tmp_config_directory a part is in a file of that directory, where it has
// no name.
func TestSealInDirectory(t *testing.T) {
	directory := t.TempDir()
	f, err := (&Part{Config: &config.Config{Instance: "one"}}).Seal(directory)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if names, err := os.ReadDir(directory); err != nil || len(names) > 0 {
		t.Errorf("%v %v", names, err)
	}
	if got, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", f.Fd())); err != nil || !strings.HasPrefix(got, directory) {
		t.Errorf("the file is %s (%v)", got, err)
	}
	if p, err := ReadPart(f); err != nil || p.Config.Instance != "one" {
		t.Errorf("%+v %v", p, err)
	}
	if _, err := (&Part{}).Seal(directory + "/gone"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a directory that is not there: %v", err)
	}
}
