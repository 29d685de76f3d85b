package notify

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"keepalived/core/config"
	"keepalived/core/process"
	"keepalived/core/script"
)

// Each event runs the scripts of 02-runtime sections 18.1 to 18.3 with their
// arguments, and no others.
func TestScripts(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	note := func(word string) *config.Script { return sh(`echo "$@" >>`+out, word) }
	n := config.Notify{Master: note("master"), Backup: note("backup"), Fault: note("fault"), Stop: note("stop"),
		Deleted: note("deleted"), MasterRxLowerPri: note("lower"), Any: note("any")}
	in, group := &config.Instance{Name: "VI_1", Notify: n}, &config.SyncGroup{Name: "G1", Notify: n}
	server := &config.RealServer{NotifyUp: note("up"), NotifyDown: note("down")}
	virtual := &config.VirtualServer{QuorumUp: note("quorum up"), QuorumDown: note("quorum down")}
	for _, c := range []struct {
		event Event
		want  []string
	}{
		{InstanceState{in, Master, 150}, []string{"any INSTANCE VI_1 MASTER 150", "master"}},
		{InstanceState{in, Backup, 100}, []string{"any INSTANCE VI_1 BACKUP 100", "backup"}},
		{InstanceState{in, Fault, 100}, []string{"any INSTANCE VI_1 FAULT 100", "fault"}},
		{InstanceState{in, Stop, 100}, []string{"any INSTANCE VI_1 STOP 100", "stop"}},
		{InstanceState{in, Deleted, 100}, []string{"any INSTANCE VI_1 DELETED 100", "deleted"}},
		{InstanceState{in, MasterRxLowerPri, 100}, []string{"lower"}},
		{InstanceState{in, MasterPriority, 100}, nil},
		{InstanceState{in, BackupPriority, 100}, nil},
		{InstanceState{&config.Instance{Name: "none"}, Master, 1}, nil},
		{GroupState{group, Master}, []string{"any GROUP G1 MASTER 0", "master"}},
		{GroupState{group, Stop}, []string{"any GROUP G1 STOP 0", "stop"}},
		{RealServerState{RealServer: server, Up: true}, []string{"up"}},
		{RealServerState{RealServer: server}, []string{"down"}},
		{VirtualServerState{VirtualServer: virtual, Up: true}, []string{"quorum up"}},
		{VirtualServerState{VirtualServer: virtual}, []string{"quorum down"}},
	} {
		_ = os.Remove(out)
		lines := on(t, func(_ *process.Loop, runner *script.Runner, _ *slog.Logger) {
			var s Stream
			s.Add(NewScripts(runner))
			s.Send(c.event)
		})
		data, _ := os.ReadFile(out)
		got := strings.FieldsFunc(string(data), func(r rune) bool { return r == '\n' })
		slices.Sort(got) // they run at the same time
		if !slices.Equal(got, c.want) || len(lines) != 0 {
			t.Errorf("%+v: got %q, want %q, log %q", c.event, got, c.want, lines)
		}
	}
}
