package laboratory

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net"
	"strings"
	"sync"
	"time"
)

// A MailServer accepts every mail and keeps what was said, or misbehaves as it
// was told to.
type MailServer struct {
	listener net.Listener
	replies  map[string]string
	served   sync.WaitGroup

	mu        sync.Mutex
	open      map[net.Conn]bool
	dialogues []*strings.Builder // in the order of the connections
}

// mailReplies are the replies of a server that takes everything. GREETING and
// TEXT are those to the connection and to the end of the message.
var mailReplies = map[string]string{
	"GREETING": "220 ready", "HELO": "250 ok", "MAIL": "250 ok", "RCPT": "250 ok",
	"DATA": "354 go on", "TEXT": "250 ok", "QUIT": "221 bye",
}

// CheckMailReplies tells whether there is a reply to each of these verbs.
func CheckMailReplies(replies map[string]string) error {
	for verb := range replies {
		if mailReplies[verb] == "" {
			return fmt.Errorf("a mail server has no reply to %q", verb)
		}
	}
	return nil
}

// StartMailServer listens in a node. Each of replies, by its verb, stands for
// the usual one: a line, "hang" or "close".
func StartMailServer(node *Node, address string, replies map[string]string) (*MailServer, error) {
	if err := CheckMailReplies(replies); err != nil {
		return nil, err
	}
	s := &MailServer{replies: maps.Clone(mailReplies), open: map[net.Conn]bool{}}
	maps.Copy(s.replies, replies)
	err := Inside(node.Namespace, func() (err error) {
		s.listener, err = net.Listen("tcp", address)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.served.Go(s.accept)
	return s, nil
}

func (s *MailServer) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		text := &strings.Builder{}
		s.mu.Lock()
		s.open[conn] = true
		s.dialogues = append(s.dialogues, text)
		s.mu.Unlock()
		s.served.Go(func() {
			s.talk(conn, text)
			conn.Close()
			s.mu.Lock()
			delete(s.open, conn)
			s.mu.Unlock()
		})
	}
}

// talk answers a client until one of the two has enough.
func (s *MailServer) talk(conn net.Conn, text *strings.Builder) {
	note := func(format string, args ...any) {
		s.mu.Lock()
		defer s.mu.Unlock()
		fmt.Fprintf(text, format+"\n", args...)
	}
	answer := func(verb string) bool {
		reply, known := s.replies[verb]
		if !known {
			reply = "500 what?"
		}
		switch reply {
		case "hang":
			return true
		case "close":
			return false
		}
		note("S: %s", reply)
		_, err := io.WriteString(conn, reply+"\r\n")
		return err == nil
	}
	if !answer("GREETING") {
		return
	}
	lines := bufio.NewScanner(conn)
	for data := false; lines.Scan(); {
		line := lines.Text()
		note("C: %s", line)
		verb, _, _ := strings.Cut(line, " ")
		if data && line == "." {
			verb = "TEXT"
		} else if data {
			continue
		}
		if !answer(verb) {
			return
		}
		data = verb == "DATA" && s.replies["DATA"] == mailReplies["DATA"]
	}
}

// Dialogues returns what was said over each connection so far, a line each with
// "C: " or "S: " before it.
func (s *MailServer) Dialogues() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for _, d := range s.dialogues {
		list = append(list, d.String())
	}
	return list
}

// Close ends the server and its connections.
func (s *MailServer) Close() error {
	err := s.listener.Close()
	s.mu.Lock()
	for conn := range s.open {
		_ = conn.SetDeadline(time.Unix(1, 0))
	}
	s.mu.Unlock()
	s.served.Wait()
	return err
}
