package lecture

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"keepalived/compat-tests/laboratory"
)

// The lecture's addresses. The client's network is 10.0.0.0/24; with NAT the web
// servers live behind the directors in 10.0.1.0/24.
const (
	ServiceAddress = "10.0.0.100"
	gatewayAddress = "10.0.1.254" // of the web servers, with NAT
)

// patience is how long anything may take; a guest on a busy machine is slow, and
// waiting longer costs nothing when all is well.
const patience = 60 * time.Second

// A Network is the whole set-up.
type Network struct {
	method    string
	Lab       *laboratory.Lab
	Client    *laboratory.Node
	Directors []*Director
	Servers   []*Server
}

// A Director is one of the two, with its daemon once that was started.
type Director struct {
	Node     *laboratory.Node
	priority int
	Daemon   *laboratory.Process
}

// A Server is one real server.
type Server struct {
	Node    *laboratory.Node
	address string
	Nginx   *laboratory.Nginx
}

func port(name, network, address string) laboratory.Port {
	return laboratory.Port{Name: name, Network: network, Addresses: []netip.Prefix{netip.MustParsePrefix(address + "/24")}}
}

// Build makes the namespaces, cables and addresses; nothing runs yet.
func Build(ctx context.Context, method string) (*Network, error) {
	lab, err := laboratory.New()
	if err != nil {
		return nil, err
	}
	n := &Network{method: method, Lab: lab}
	lab.AddNetwork("front")
	lab.AddNetwork("back")
	if n.Client, err = lab.AddNode("client", port("eth0", "front", "10.0.0.9")); err != nil {
		return n, err
	}
	for i := 1; i <= 2; i++ {
		node, err := lab.AddNode(fmt.Sprintf("d%d", i), port("eth0", "front", fmt.Sprintf("10.0.0.%d", i)), port("eth1", "back", fmt.Sprintf("10.0.1.%d", i)))
		if err != nil {
			return n, err
		}
		n.Directors = append(n.Directors, &Director{Node: node, priority: 200 - 50*i})
	}
	for i := 1; i <= 3; i++ {
		net, address := "front", fmt.Sprintf("10.0.0.%d", 10+i)
		if method == "nat" {
			net, address = "back", fmt.Sprintf("10.0.1.%d", 10+i)
		}
		node, err := lab.AddNode(fmt.Sprintf("rs%d", i), port("eth0", net, address))
		if err != nil {
			return n, err
		}
		n.Servers = append(n.Servers, &Server{Node: node, address: address})
	}
	if err := lab.Start(ctx); err != nil {
		return n, err
	}
	return n, n.configure(ctx)
}

// configure does what the forwarding method asks of directors and servers.
func (n *Network) configure(ctx context.Context) error {
	for _, d := range n.Directors {
		if err := os.WriteFile(filepath.Join(d.Node.Dir, "keepalived.conf"), []byte(n.configuration(d)), 0o644); err != nil {
			return err
		}
		// A router that forwards from and to the same network would tell the
		// client of a shorter way.
		if err := shell(ctx, d.Node, "sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0"); err != nil {
			return err
		}
	}
	for _, s := range n.Servers {
		script := "ip route add default via " + gatewayAddress
		if n.method != "nat" {
			// They own the address but must not answer for it (the ARP problem).
			script = "sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0\n" +
				"ip address add " + ServiceAddress + "/32 dev lo"
		}
		if n.method == "tun" {
			script += "\nip link add tunl0 type ipip 2>/dev/null\nip link set tunl0 up\nsysctl -qw net.ipv4.conf.tunl0.rp_filter=0"
		}
		if err := shell(ctx, s.Node, script); err != nil {
			return err
		}
	}
	return nil
}

func shell(ctx context.Context, node *laboratory.Node, script string) error {
	_, err := node.Run(ctx, "sh", "-c", script)
	return err
}

// configuration is a director's keepalived.conf.
func (n *Network) configuration(d *Director) string {
	var text strings.Builder
	fmt.Fprintf(&text, "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    priority %d\n    advert_int 1\n    virtual_ipaddress {\n        %s/24\n", d.priority, ServiceAddress)
	if n.method == "nat" {
		fmt.Fprintf(&text, "        %s/24 dev eth1\n", gatewayAddress)
	}
	fmt.Fprintf(&text, "    }\n}\n\nvirtual_server %s 80 {\n    delay_loop 1\n    lvs_sched rr\n    lvs_method %s\n    protocol TCP\n    retry 1\n    delay_before_retry 1\n    connect_timeout 2\n",
		ServiceAddress, strings.ToUpper(n.method))
	for _, s := range n.Servers {
		fmt.Fprintf(&text, "    real_server %s 80 {\n        HTTP_GET {\n            url {\n                path /\n                status_code 200\n            }\n        }\n    }\n", s.address)
	}
	text.WriteString("}\n")
	return text.String()
}

// StartServer starts a web server and waits until it answers.
func (n *Network) StartServer(ctx context.Context, s *Server) (err error) {
	s.Nginx, err = laboratory.StartNginx(ctx, s.Node, "80", s.Node.Name, 60*time.Second)
	return err
}

// StartDirector plugs a director in and starts its daemon.
func (n *Network) StartDirector(ctx context.Context, d *Director, program string) error {
	for _, cable := range []string{"eth0", "eth1"} {
		if err := n.Lab.SetCable(ctx, d.Node, cable, true); err != nil {
			return err
		}
	}
	dir := d.Node.Dir
	daemon, err := d.Node.Launch(program, "-n", "-l", "-G", "-D", "-f", filepath.Join(dir, "keepalived.conf"),
		"-p", filepath.Join(dir, "parent.pid"), "-r", filepath.Join(dir, "vrrp.pid"), "-c", filepath.Join(dir, "checkers.pid"), "-b", filepath.Join(dir, "bfd.pid"))
	d.Daemon = daemon
	return err
}

// CutPower ends a director as a power failure does: its processes are gone at
// once, its cables are dead, and its kernel has forgotten everything.
func (n *Network) CutPower(ctx context.Context, d *Director) error {
	// The cables first: until then its kernel would go on forwarding.
	for _, cable := range []string{"eth0", "eth1"} {
		if err := n.Lab.SetCable(ctx, d.Node, cable, false); err != nil {
			return err
		}
	}
	if err := d.Daemon.Crash(ctx, patience); err != nil {
		return err
	}
	return shell(ctx, d.Node, "ipvsadm -C; ip address del "+ServiceAddress+"/24 dev eth0; ip address del "+gatewayAddress+"/24 dev eth1 2>/dev/null; true")
}

// Master names the directors that own the service's address.
func (n *Network) Master() string {
	var names []string
	for _, d := range n.Directors {
		addresses, err := d.Node.Addresses()
		if err == nil && strings.Contains(strings.Join(addresses, "\n"), ServiceAddress+"/24 ") {
			names = append(names, d.Node.Name)
		}
	}
	return strings.Join(names, "+")
}

// Table lists the web servers in a director's kernel table.
func (n *Network) Table(d *Director) ([]string, error) {
	var text []byte
	err := laboratory.Inside(d.Node.Namespace, func() (err error) {
		text, err = os.ReadFile("/proc/thread-self/net/ip_vs")
		return err
	})
	// The kernel loads its module with the first service.
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, s := range n.Servers {
		octets := netip.MustParseAddr(s.address).As4()
		if strings.Contains(string(text), fmt.Sprintf("-> %02X%02X%02X%02X:0050", octets[0], octets[1], octets[2], octets[3])) {
			names = append(names, s.Node.Name)
		}
	}
	return names, nil
}
