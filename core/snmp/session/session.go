package session

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"keepalived/core/config"
	"keepalived/core/snmp/agentx"
)

// DefaultSocket is where the master is when nobody says.
const DefaultSocket = "unix:/var/agentx/master"

// NamespaceSocket is where the master is when nobody says and the process runs
// in a net_namespace: a path may lead to the master of another one.
const NamespaceSocket = "udp:localhost:705"

// SocketOf is where a configuration expects the master; empty when nobody says.
func SocketOf(c *config.Config) string {
	if s := c.Global.SNMP.Socket; s != "" || c.NetNamespace == "" {
		return s
	}
	return NamespaceSocket
}

const (
	answerTime = 3 * time.Second // for the master
	pingTime   = 120 * time.Second
)

// session is a connection with the master.
type session struct {
	agent  *Agent
	stint  *stint
	conn   net.Conn
	in     *bufio.Reader
	id     uint32
	packet uint32
	set    []agentx.Bind // tested and found good, and not done yet
	pinged bool          // and no answer yet

	release func() bool // of what closes it when the agent ends
}

func (s *session) close() {
	s.release()
	s.conn.Close()
}

// dial connects with an address as net-snmp writes it.
func dial(ctx context.Context, socket string) (net.Conn, error) {
	if socket == "" {
		socket = DefaultSocket
	}
	network, address, named := strings.Cut(socket, ":")
	switch {
	case strings.HasPrefix(socket, "/"):
		network, address = "unix", socket
	case named && (network == "unix" || network == "tcp" || network == "tcp6" || network == "udp" || network == "udp6"):
	default:
		network, address = "tcp", socket
	}
	d := net.Dialer{Timeout: answerTime}
	return d.DialContext(ctx, network, address)
}

// connect opens a session and registers the subtrees.
func (a *Agent) connect(ctx context.Context, t *stint) (*session, error) {
	conn, err := dial(ctx, t.socket)
	if err != nil {
		return nil, err
	}
	s := &session{agent: a, stint: t, conn: conn, in: bufio.NewReaderSize(conn, 1<<16)}
	// No read or write outlasts the end of the agent.
	s.release = context.AfterFunc(ctx, func() { conn.Close() })
	opened, err := s.ask(&agentx.PDU{Kind: agentx.Open, Description: "Keepalived"})
	if err != nil {
		s.close()
		return nil, err
	}
	s.id = opened.Session
	for _, sub := range t.subtrees {
		_, err := s.ask(&agentx.PDU{Kind: agentx.Register, Priority: 127, ID: sub.Root})
		if err == nil {
			_, err = s.ask(&agentx.PDU{Kind: agentx.AddAgentCaps, ID: sub.Root, Description: sub.Description})
		}
		if err != nil {
			s.close()
			return nil, err
		}
	}
	return s, conn.SetReadDeadline(time.Time{})
}

// ask sends a request and waits for its answer, before the session serves.
func (s *session) ask(p *agentx.PDU) (*agentx.PDU, error) {
	if err := s.conn.SetReadDeadline(time.Now().Add(answerTime)); err != nil {
		return nil, err
	}
	if err := s.request(p); err != nil {
		return nil, err
	}
	for {
		answer, err := s.read()
		switch {
		case err != nil:
			return nil, err
		case answer.Kind != agentx.Response:
			// What is registered already is asked for already.
			if err := s.handle(answer); err != nil {
				return nil, err
			}
		case answer.Packet != p.Packet:
			return nil, errors.New("snmp: answer to another question")
		case answer.Error != agentx.NoError:
			return nil, fmt.Errorf("snmp: the master refuses with %d", answer.Error)
		default:
			return answer, nil
		}
	}
}

// request sends a PDU of our own.
func (s *session) request(p *agentx.PDU) error {
	s.packet++
	p.Session, p.Packet = s.id, s.packet
	return s.write(p)
}

func (s *session) write(p *agentx.PDU) error {
	if err := s.conn.SetWriteDeadline(time.Now().Add(answerTime)); err != nil {
		return err
	}
	_, err := s.conn.Write(p.Append(nil))
	return err
}

// read reads the next PDU. One that is wrong within is answered.
func (s *session) read() (*agentx.PDU, error) {
	for {
		var header [agentx.HeaderSize]byte
		if _, err := io.ReadFull(s.in, header[:]); err != nil {
			return nil, err
		}
		size, err := agentx.PayloadSize(header)
		if err != nil {
			return nil, err
		}
		data := append(header[:], make([]byte, size)...)
		if _, err := io.ReadFull(s.in, data[agentx.HeaderSize:]); err != nil {
			return nil, err
		}
		p, err := agentx.Decode(data)
		if err == nil {
			return p, nil
		}
		if p == nil {
			return nil, err
		}
		if err := s.write(answerTo(p, agentx.ParseError)); err != nil {
			return nil, err
		}
	}
}

// errClosed is the end that the master wants.
var errClosed = errors.New("snmp: closed by the master")

// serve answers and sends until the session is lost (false), or the agent has
// stopped (true).
func (s *session) serve(ctx context.Context) bool {
	pdus, lost, over := make(chan *agentx.PDU), make(chan struct{}), make(chan struct{})
	defer func() { close(over); s.close(); <-lost }()
	go func() {
		defer close(lost)
		for {
			p, err := s.read()
			if err != nil {
				return
			}
			select {
			case pdus <- p:
			case <-over:
				return
			}
		}
	}()
	ping := time.NewTicker(pingTime)
	defer ping.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return true
		case <-lost:
			return false
		case p := <-pdus:
			err = s.handle(p)
		case t, more := <-s.stint.traps:
			if !more {
				_ = s.request(&agentx.PDU{Kind: agentx.Close, Reason: 5}) // reasonShutdown
				return true
			}
			err = s.notify(t)
		case <-ping.C:
			if s.pinged {
				return false
			}
			s.pinged = true
			err = s.request(&agentx.PDU{Kind: agentx.Ping})
		}
		if err != nil {
			return false
		}
	}
}

// snmpTrapOID is the object that says which trap it is.
var snmpTrapOID = agentx.ParseOID("1.3.6.1.6.3.1.1.4.1.0")

func (s *session) notify(t trap) error {
	binds := append([]agentx.Bind{{Name: snmpTrapOID, Value: agentx.Object(t.name)}}, t.binds...)
	return s.request(&agentx.PDU{Kind: agentx.Notify, Binds: binds})
}
