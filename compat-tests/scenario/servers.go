package scenario

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"time"

	"keepalived/compat-tests/laboratory"
)

// server is something that listens in a node: nginx, or a test server in here.
type server struct{ end func() error }

func (r *run) endServers() {
	for _, s := range r.servers {
		_ = s.end()
	}
}

func compileServer(verb, node string, words []string) (action, error) {
	switch verb {
	case "nginx":
		if _, err := strconv.ParseUint(words[0], 10, 16); err != nil {
			return nil, err
		}
		body := node
		if len(words) == 2 {
			body = words[1]
		}
		return func(r *run) error { return r.nginx(node, words[0], body) }, nil
	case "serve":
		if _, _, err := net.SplitHostPort(words[0]); err != nil {
			return nil, err
		}
		mode, tls := strings.CutPrefix(words[1], "tls-")
		handler, err := misbehave(mode)
		if err != nil {
			return nil, err
		}
		return func(r *run) error { return r.serve(node, words[0], handler, tls) }, nil
	case "mail":
		return compileMailServer(node, words)
	case "end":
		return changing(func(r *run) error {
			s := r.servers[node+":"+words[0]]
			if s == nil {
				return fmt.Errorf("nothing was started on port %s", words[0])
			}
			delete(r.servers, node+":"+words[0])
			return s.end()
		}), nil
	}
	return nil, errors.New("no such command")
}

// nginx starts a web server and waits until it answers.
func (r *run) nginx(name, port, body string) error {
	node := r.lab.Node(name)
	n, err := laboratory.StartNginx(r.ctx, node, port, body, r.limit(20*time.Second))
	if err != nil {
		return err
	}
	r.servers[name+":"+port] = &server{end: n.Kill}
	return nil
}

// misbehave makes the handler of a test server.
func misbehave(mode string) (http.HandlerFunc, error) {
	key, value, _ := strings.Cut(mode, "=")
	switch key {
	case "body":
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, value) }, nil
	case "status":
		status, err := strconv.Atoi(value)
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }, err
	case "hang":
		return func(_ http.ResponseWriter, request *http.Request) { <-request.Context().Done() }, nil
	case "endless":
		return endless, nil
	}
	return nil, fmt.Errorf("no mode %q", mode)
}

// endless never finishes its answer and keeps sending.
func endless(w http.ResponseWriter, request *http.Request) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := io.WriteString(w, strings.Repeat("x", 1024)); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
		select {
		case <-tick.C:
		case <-request.Context().Done():
			return
		}
	}
}

func (r *run) serve(name, address string, handler http.HandlerFunc, tls bool) error {
	node := r.lab.Node(name)
	var listener net.Listener
	err := laboratory.Inside(node.Namespace, func() (err error) {
		listener, err = net.Listen("tcp", address)
		return err
	})
	if err != nil {
		return err
	}
	s := httptest.NewUnstartedServer(handler)
	_ = s.Listener.Close() // it listens on the loopback of this process
	s.Listener = listener
	// What clients do wrong is seen in the daemon's log, not here.
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	if tls {
		s.StartTLS()
	} else {
		s.Start()
	}
	_, port, _ := net.SplitHostPort(address)
	r.servers[name+":"+port] = &server{end: func() error {
		s.CloseClientConnections()
		s.Close()
		return nil
	}}
	return nil
}

// compileGet reads "URL N [want A,B]".
func compileGet(node string, words []string) (action, error) {
	count, err := strconv.Atoi(words[1])
	if err != nil || count < 1 {
		return nil, fmt.Errorf("%q requests", words[1])
	}
	var want []string
	if len(words) > 2 {
		if len(words) != 4 || words[2] != "want" {
			return nil, errors.New("get NODE URL N [want A,B]")
		}
		want = strings.Split(words[3], ",")
		slices.Sort(want)
	}
	return func(r *run) error { return r.get(node, words[0], count, want) }, nil
}

// get sends requests, each over its own connection; every one must be answered.
func (r *run) get(node, url string, count int, want []string) error {
	client := laboratory.Client(r.lab.Node(node), r.limit(5*time.Second))
	defer client.CloseIdleConnections()
	seen := map[string]bool{}
	for i := range count {
		body, err := fetch(r.ctx, client, url)
		if err != nil {
			return fmt.Errorf("request %d: %w", i+1, err)
		}
		seen[body] = true
	}
	if got := slices.Sorted(maps.Keys(seen)); want != nil && !slices.Equal(got, want) {
		return fmt.Errorf("%d requests were answered by %v, not by %v", count, got, want)
	}
	return nil
}

func fetch(ctx context.Context, client *http.Client, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<16))
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %s", response.Status)
	}
	return strings.TrimSpace(string(body)), err
}
