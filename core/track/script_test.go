package track

import (
	"context"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"keepalived/core/config"
	"keepalived/core/internal/journal"
	"keepalived/core/process"
	"keepalived/core/script"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// results reads "0" and "3" as exit statuses, "k" as death by signal 9, "t" as
// a timeout.
func results(text string) []script.Result {
	var all []script.Result
	for _, c := range text {
		switch c {
		case 'k':
			all = append(all, script.Result{Signal: syscall.SIGKILL})
		case 't':
			all = append(all, script.Result{TimedOut: true, Signal: syscall.SIGTERM})
		default:
			all = append(all, script.Result{Status: int(c - '0')})
		}
	}
	return all
}

func TestResults(t *testing.T) {
	for _, c := range []struct {
		name       string
		rise, fall int
		initFail   bool
		results    string
		want       string // lines; "=" marks a change
	}{
		{"first success", 3, 3, false, "0", "VRRP_Script(s) succeeded="},
		{"first failure", 3, 3, false, "1", "Script `s` now returning 1|VRRP_Script(s) failed (exited with status 1)="},
		{"fall 2", 1, 2, false, "011", "VRRP_Script(s) succeeded=|Script `s` now returning 1|VRRP_Script(s) failed (exited with status 1)="},
		{"fall streak broken", 1, 2, false, "0101", "VRRP_Script(s) succeeded=|Script `s` now returning 1|Script `s` now returning 0|Script `s` now returning 1"},
		{"rise 2", 2, 1, false, "100", "Script `s` now returning 1|VRRP_Script(s) failed (exited with status 1)=|Script `s` now returning 0|VRRP_Script(s) succeeded="},
		{"rise streak broken", 2, 1, false, "1010", "Script `s` now returning 1|VRRP_Script(s) failed (exited with status 1)=|Script `s` now returning 0|Script `s` now returning 1|Script `s` now returning 0"},
		{"other status", 1, 1, false, "12", "Script `s` now returning 1|VRRP_Script(s) failed (exited with status 1)=|Script `s` now returning 2"},
		{"signal", 1, 1, false, "0k", "VRRP_Script(s) succeeded=|VRRP_Script(s) failed (due to signal 9)="},
		{"timeout", 1, 1, false, "t", "VRRP_Script(s) timed_out="},
		{"init_fail", 2, 1, true, "00", "VRRP_Script(s) succeeded="},
		{"init_fail and failure", 2, 1, true, "1", "Script `s` now returning 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := NewScript(&config.TrackScript{Name: "s", Rise: c.rise, Fall: c.fall, InitFail: c.initFail})
			var got []string
			for _, r := range results(c.results) {
				changed, lines := s.Result(r)
				if changed {
					lines[len(lines)-1] += "="
				}
				got = append(got, lines...)
			}
			if want := strings.Split(c.want, "|"); !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

// A script changes after exactly rise or fall equal results in a row.
func TestStreaks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rise, fall := rapid.IntRange(1, 5).Draw(t, "rise"), rapid.IntRange(1, 5).Draw(t, "fall")
		s := NewScript(&config.TrackScript{Name: "s", Rise: rise, Fall: fall})
		streak, last := 0, false
		for i, ok := range rapid.SliceOf(rapid.Bool()).Draw(t, "results") {
			if streak++; ok != last {
				streak, last = 1, ok
			}
			before := s.State
			changed, _ := s.Result(script.Result{Status: map[bool]int{false: 1}[ok]})
			need := map[bool]int{true: rise, false: fall}[ok]
			want := i == 0 || (before == Good) != ok && streak >= need
			if changed != want || s.Count < 0 || s.Count > s.top() || (s.State == Good) != (s.Count >= rise) {
				t.Fatalf("result %d %v, streak %d of %d: changed %v, %+v", i, ok, streak, need, changed, s)
			}
		}
	})
}

func TestInherit(t *testing.T) {
	command := &config.Script{Path: "/x"}
	conf := func(rise, fall int) *config.TrackScript {
		return &config.TrackScript{Name: "s", Script: command, Rise: rise, Fall: fall}
	}
	for _, c := range []struct {
		name    string
		results string
		to      *config.TrackScript
		state   State
		count   int
		line    string
	}{
		{"good", "0", conf(3, 4), Good, 6, "VRRP_Script(s) considered successful on reload"},
		{"good with a failure", "01", conf(3, 4), Good, 5, "VRRP_Script(s) considered successful on reload"},
		{"good with more failures than the new fall", "01", conf(3, 1), Good, 3, "VRRP_Script(s) considered successful on reload"},
		{"bad with a success", "10", conf(3, 1), Bad, 1, "VRRP_Script(s) considered unsuccessful on reload"},
		{"bad with more successes than the new rise", "10", conf(1, 1), Bad, 0, "VRRP_Script(s) considered unsuccessful on reload"},
		{"undecided", "", conf(1, 1), Undecided, 0, ""},
		{"another command", "0", &config.TrackScript{Name: "s", Script: &config.Script{Path: "/y"}, Rise: 1, Fall: 1}, Undecided, 0, ""},
	} {
		old, s := NewScript(conf(2, 2)), NewScript(c.to)
		for _, r := range results(c.results) {
			old.Result(r)
		}
		line := s.Inherit(old)
		if s.State != c.state || s.Count != c.count || line != c.line {
			t.Errorf("%s: %v, %d, %q", c.name, s.State, s.Count, line)
		}
	}
}

// What init_fail has assumed is no result: a reload begins with what its own
// configuration assumes, and knows the script as one that has not ended yet.
func TestInheritAssumed(t *testing.T) {
	command := &config.Script{Path: "/x"}
	for _, c := range []struct {
		name    string
		assumed bool
		state   State
		begin   Begin
	}{
		{"assumed again", true, Bad, BeginFailed},
		{"no more", false, Undecided, BeginUndecided},
	} {
		old := NewScript(&config.TrackScript{Name: "s", Script: command, Rise: 1, Fall: 1, InitFail: true})
		s := NewScript(&config.TrackScript{Name: "s", Script: command, Rise: 1, Fall: 1, InitFail: c.assumed})
		if line := s.Inherit(old); line != "" || s.State != c.state || s.Begin != c.begin {
			t.Errorf("%s: %+v, %q", c.name, s, line)
		}
		old.Result(script.Result{Status: 1})
		if s.Inherit(old); s.State != Bad || s.Begin != BeginReload {
			t.Errorf("%s, after a result: %+v", c.name, s)
		}
	}
}

// Real scripts: one that follows a file, and one that hangs and is ended, told
// as the recording c2-script-timeout has it.
func TestScripts(t *testing.T) {
	flag := t.TempDir() + "/bad"
	sh := func(command string) *config.Script {
		return &config.Script{Path: "/bin/sh", Args: []string{"/bin/sh", "-c", command}, UID: uint32(os.Getuid()), GID: uint32(os.Getgid())}
	}
	configs := []*config.TrackScript{
		{Name: "file", Script: sh("! test -e " + flag), Interval: 20 * time.Millisecond, Timeout: 5 * time.Second, Rise: 1, Fall: 2},
		{Name: "hang", Script: sh("trap '' TERM; sleep 600; sleep 600"), Interval: 500 * time.Millisecond, Timeout: 100 * time.Millisecond, Rise: 1, Fall: 1},
	}
	loop, log := process.NewLoop(), &journal.Journal{}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	runner := script.New(loop, log.Log())
	var scripts *Scripts
	var changes []string
	scripts = NewScripts(loop, runner, log.Log(), func(s *Script) {
		changes = append(changes, s.Config.Name+map[State]string{Good: " good", Bad: " bad"}[s.State])
		if s.Config.Name == "hang" {
			scripts.Load(configs)
			if s := scripts.Script("file"); s.State != Bad {
				t.Errorf("after a reload: %+v", s)
			}
			scripts.Stop()
			var ended func()
			ended = func() {
				if runner.Running() == 0 {
					cancel()
					return
				}
				loop.AfterFunc(time.Millisecond, ended)
			}
			ended()
			return
		}
		if s.State == Good {
			if err := os.WriteFile(flag, nil, 0o600); err != nil {
				t.Error(err)
			}
		}
	})
	loop.Post(func() { scripts.Load(configs); scripts.Start(configs) })
	loop.Run(ctx)
	if want := []string{"file good", "file bad", "hang bad"}; !slices.Equal(changes, want) {
		t.Errorf("changes %q, want %q", changes, want)
	}
	for _, want := range []string{"Script `file` now returning 1", "VRRP_Script(file) failed (exited with status 1)",
		"Track script hang is being timed out, expect idle - skipping run", "VRRP_Script(hang) timed_out",
		"VRRP_Script(file) considered unsuccessful on reload"} {
		if !slices.Contains(log.Lines(), want) {
			t.Errorf("no line %q in %q", want, log.Lines())
		}
	}
}
