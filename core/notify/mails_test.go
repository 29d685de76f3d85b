package notify

import (
	"bufio"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"keepalived/core/config"
	"keepalived/core/process"
	"keepalived/core/script"
)

// postbox is a mail server that keeps subjects and bodies.
type postbox struct {
	addr  netip.AddrPort
	mails chan string // "subject: body"
}

func openPostbox(t *testing.T) *postbox {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &postbox{l.Addr().(*net.TCPAddr).AddrPort(), make(chan string, 100)}
	done := make(chan struct{})
	t.Cleanup(func() { l.Close(); <-done })
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			p.take(conn)
		}
	}()
	return p
}

func (p *postbox) take(conn net.Conn) {
	defer conn.Close()
	say := func(s string) { _, _ = conn.Write([]byte(s + "\r\n")) }
	say("220 ready")
	var subject string
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		line := lines.Text()
		verb, rest, _ := strings.Cut(line, " ")
		switch verb {
		case "HELO", "MAIL", "RCPT", ".":
			say("250 ok")
		case "DATA":
			say("354 go on")
		case "QUIT":
			say("221 bye")
		case "Subject:":
			subject = rest
		case "=>":
			p.mails <- subject + ": " + line
		}
	}
}

// mailed runs f with a listener, and returns the mails that it leads to, of
// which there must be n.
func mailed(t *testing.T, n int, f func(m *Mails, conf *config.Config)) []string {
	t.Helper()
	p := openPostbox(t)
	conf := &config.Config{Global: config.Global{
		RouterID: "R", NotificationEmails: []string{"a@b"}, NotificationEmailFrom: "c@d",
		SMTPServer: p.addr, SMTPConnectTimeout: 20 * time.Second,
	}}
	var got []string
	on(t, func(loop *process.Loop, runner *script.Runner, log *slog.Logger) {
		m := NewMails(loop, log)
		m.Load(conf)
		f(m, conf)
		// Mails arrive in their order: after the last, there are no others.
		m.Notify(Mail{"end", "=> end <="})
		// The loop of on runs as long as a script does.
		keep := runner.Run(script.Command{Name: "keep", Script: sh("exec sleep 20")})
		go func() {
			for mail := range p.mails {
				if mail == "[R] end: => end <=" {
					break
				}
				got = append(got, mail)
			}
			loop.Post(func() { m.Close(); keep.Terminate(time.Second) })
		}()
	})
	if len(got) != n {
		t.Errorf("%d mails: %q", len(got), got)
	}
	return got
}

func wantsMail(name string) (*config.Instance, *config.SyncGroup) {
	n := config.Notify{SMTPAlert: true}
	return &config.Instance{Name: name, VRID: name[len(name)-1], Notify: n}, &config.SyncGroup{Name: name, Notify: n}
}

// The subject and body of every state; other events and those who do not ask
// for mail give none.
func TestMailTexts(t *testing.T) {
	in, g := wantsMail("V1")
	silent, silentGroup := &config.Instance{Name: "V2"}, &config.SyncGroup{Name: "G2"}
	got := mailed(t, 10, func(m *Mails, _ *config.Config) {
		for _, s := range []State{Master, MasterPriority, MasterRxLowerPri, Backup, BackupPriority, Fault, Stop, Deleted} {
			m.Notify(InstanceState{in, s, 100})
			m.Notify(GroupState{g, s})
			m.Notify(InstanceState{silent, s, 100})
			m.Notify(GroupState{silentGroup, s})
		}
		m.Notify(rs)
		m.Notify(vs)
		m.Notify(Mail{"Virtualserver X - UP", "=> Gained quorum 1+0=1 <= 1 <="})
	})
	want := []string{
		"[R] VRRP Instance V1 - Entering MASTER state: => VRRP Instance is now owning VRRP VIPs <=",
		"[R] VRRP Group V1 - Entering MASTER state: => All VRRP group instances are now in MASTER state <=",
		"[R] VRRP Instance V1 - Entering BACKUP state: => VRRP Instance is no longer owning VRRP VIPs <=",
		"[R] VRRP Group V1 - Entering BACKUP state: => All VRRP group instances are now in BACKUP state <=",
		"[R] VRRP Instance V1 - Entering FAULT state: => VRRP Instance is no longer owning VRRP VIPs <=",
		"[R] VRRP Group V1 - Entering FAULT state: => All VRRP group instances are now in FAULT state <=",
		"[R] VRRP Instance V1 - Stopping: => VRRP Instance stopping <=",
		"[R] VRRP Group V1 - Stopping: => All VRRP group instances are now stopping <=",
		"[R] VRRP Instance V1 - Deleted: => VRRP Deleted at reload <=",
		"[R] Virtualserver X - UP: => Gained quorum 1+0=1 <= 1 <=",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// No state is mailed twice in a row, and with no_email_faults FAULT neither is
// mailed nor comes between; a reload does not change that, nor does a new name.
func TestMailOnce(t *testing.T) {
	in, g := wantsMail("V1")
	got := mailed(t, 7, func(m *Mails, conf *config.Config) {
		tell := func(s State) { m.Notify(InstanceState{in, s, 1}); m.Notify(GroupState{g, s}) }
		conf.VRRP.Instances, conf.VRRP.SyncGroups = []*config.Instance{in}, []*config.SyncGroup{g}
		tell(Backup)
		tell(Backup)
		tell(Fault)
		conf.Global.NoEmailFaults = true
		m.Load(conf)
		tell(Fault)
		tell(Backup)
		tell(Fault)
		in.Name = "new"
		m.Load(conf)
		tell(Backup)
		// A group that is gone is forgotten.
		conf.VRRP.SyncGroups = nil
		m.Load(conf)
		tell(Backup)
	})
	var short []string
	for _, mail := range got {
		short = append(short, strings.Fields(mail)[2]+" "+strings.Fields(mail)[6])
	}
	want := []string{"Instance BACKUP", "Group BACKUP", "Instance FAULT", "Group FAULT", "Instance BACKUP", "Group BACKUP", "Group BACKUP"}
	if !slices.Equal(short, want) {
		t.Errorf("got %q", got)
	}
}

// A configuration without recipients or without a server mails nothing, and a
// reload changes where mails go.
func TestMailSettings(t *testing.T) {
	in, _ := wantsMail("V1")
	got := mailed(t, 1, func(m *Mails, conf *config.Config) {
		nobody, nowhere := *conf, *conf
		nobody.Global.NotificationEmails = nil
		nowhere.Global.SMTPServer = netip.AddrPort{}
		m.Load(&nobody)
		m.Notify(InstanceState{in, Master, 1})
		m.Load(&nowhere)
		m.Notify(InstanceState{in, Backup, 1})
		m.Load(conf)
		m.Notify(InstanceState{in, Fault, 1})
	})
	if len(got) == 1 && !strings.Contains(got[0], "FAULT") {
		t.Errorf("got %q", got)
	}
}
