package laboratory

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// An Nginx is a running web server.
type Nginx struct{ process *Process }

// StartNginx starts nginx in a node on a port of all its addresses; every
// request is answered with the body. It returns when nginx answers.
func StartNginx(ctx context.Context, node *Node, port, body string, limit time.Duration) (*Nginx, error) {
	dir := filepath.Join(node.Dir, "nginx-"+port)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	// One process, no files outside the directory, no privileges to drop.
	config := fmt.Sprintf(`daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error.log;
events { worker_connections 512; }
http {
	access_log off; keepalive_timeout 0;
	client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
	server { listen %[2]s; location / { default_type text/plain; return 200 "%[3]s\n"; } }
}
`, dir, port, body)
	path := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(path, []byte(config), 0o644); err != nil {
		return nil, err
	}
	process, err := node.Launch("nginx", "-p", dir, "-e", dir+"/error.log", "-c", path)
	if err != nil {
		return nil, err
	}
	n := &Nginx{process}
	client := Client(node, limit)
	defer client.CloseIdleConnections()
	err = Eventually(ctx, limit, "nginx of "+node.Name+" answers", func() (bool, error) {
		if status, ended := process.Exited(); ended {
			return false, fmt.Errorf("ended with status %d: %v", status, process.Lines(0))
		}
		response, err := client.Get("http://127.0.0.1:" + port + "/")
		if err != nil {
			return false, nil
		}
		return response.StatusCode == http.StatusOK, response.Body.Close()
	})
	return n, err
}

// Kill ends the server at once.
func (n *Nginx) Kill() error {
	if err := n.process.Signal(syscall.SIGKILL); err != nil {
		return err
	}
	_, err := n.process.Wait(context.Background(), 30*time.Second)
	return err
}

// Client makes an HTTP client whose connections begin in the node. Each request
// has a connection of its own and ends within the limit.
func Client(node *Node, limit time.Duration) *http.Client {
	return &http.Client{
		Timeout: limit,
		Transport: &http.Transport{
			DisableKeepAlives: true,
			DialContext: func(ctx context.Context, network, address string) (conn net.Conn, err error) {
				err = Inside(node.Namespace, func() (err error) {
					var dialer net.Dialer
					conn, err = dialer.DialContext(ctx, network, address)
					return err
				})
				return conn, err
			},
		},
	}
}
