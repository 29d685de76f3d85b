package main

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
	serviceAddress = "10.0.0.100"
	gatewayAddress = "10.0.1.254" // of the web servers, with NAT
)

// A network is the whole set-up.
type network struct {
	method    string
	lab       *laboratory.Lab
	client    *laboratory.Node
	directors []*director
	servers   []*webServer
}

type director struct {
	node     *laboratory.Node
	priority int
	daemon   *laboratory.Process
}

type webServer struct {
	node    *laboratory.Node
	address string
	nginx   *laboratory.Nginx
}

func port(name, network, address string) laboratory.Port {
	return laboratory.Port{Name: name, Network: network, Addresses: []netip.Prefix{netip.MustParsePrefix(address + "/24")}}
}

// build makes the namespaces, cables and addresses; nothing runs yet.
func build(ctx context.Context, method string) (*network, error) {
	lab, err := laboratory.New()
	if err != nil {
		return nil, err
	}
	n := &network{method: method, lab: lab}
	lab.AddNetwork("front")
	lab.AddNetwork("back")
	if n.client, err = lab.AddNode("client", port("eth0", "front", "10.0.0.9")); err != nil {
		return n, err
	}
	for i := 1; i <= 2; i++ {
		node, err := lab.AddNode(fmt.Sprintf("d%d", i), port("eth0", "front", fmt.Sprintf("10.0.0.%d", i)), port("eth1", "back", fmt.Sprintf("10.0.1.%d", i)))
		if err != nil {
			return n, err
		}
		n.directors = append(n.directors, &director{node: node, priority: 200 - 50*i})
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
		n.servers = append(n.servers, &webServer{node: node, address: address})
	}
	if err := lab.Start(ctx); err != nil {
		return n, err
	}
	return n, n.configure(ctx)
}

// configure does what the forwarding method asks of directors and servers.
func (n *network) configure(ctx context.Context) error {
	for _, d := range n.directors {
		if err := os.WriteFile(filepath.Join(d.node.Dir, "keepalived.conf"), []byte(n.configuration(d)), 0o644); err != nil {
			return err
		}
		// A router that forwards from and to the same network would tell the
		// client of a shorter way.
		if err := shell(ctx, d.node, "sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0"); err != nil {
			return err
		}
	}
	for _, s := range n.servers {
		script := "ip route add default via " + gatewayAddress
		if n.method != "nat" {
			// They own the address but must not answer for it (the ARP problem).
			script = "sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0\n" +
				"ip address add " + serviceAddress + "/32 dev lo"
		}
		if n.method == "tun" {
			script += "\nip link add tunl0 type ipip 2>/dev/null\nip link set tunl0 up\nsysctl -qw net.ipv4.conf.tunl0.rp_filter=0"
		}
		if err := shell(ctx, s.node, script); err != nil {
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
func (n *network) configuration(d *director) string {
	var text strings.Builder
	fmt.Fprintf(&text, "vrrp_instance VI_1 {\n    interface eth0\n    virtual_router_id 51\n    priority %d\n    advert_int 1\n    virtual_ipaddress {\n        %s/24\n", d.priority, serviceAddress)
	if n.method == "nat" {
		fmt.Fprintf(&text, "        %s/24 dev eth1\n", gatewayAddress)
	}
	fmt.Fprintf(&text, "    }\n}\n\nvirtual_server %s 80 {\n    delay_loop 1\n    lvs_sched rr\n    lvs_method %s\n    protocol TCP\n    retry 1\n    delay_before_retry 1\n    connect_timeout 2\n",
		serviceAddress, strings.ToUpper(n.method))
	for _, s := range n.servers {
		fmt.Fprintf(&text, "    real_server %s 80 {\n        HTTP_GET {\n            url {\n                path /\n                status_code 200\n            }\n        }\n    }\n", s.address)
	}
	text.WriteString("}\n")
	return text.String()
}

// startServer starts a web server and waits until it answers.
func (n *network) startServer(ctx context.Context, s *webServer) (err error) {
	s.nginx, err = laboratory.StartNginx(ctx, s.node, "80", s.node.Name, 60*time.Second)
	return err
}

// startDirector plugs a director in and starts its daemon.
func (n *network) startDirector(ctx context.Context, d *director, program string) error {
	for _, cable := range []string{"eth0", "eth1"} {
		if err := n.lab.SetCable(ctx, d.node, cable, true); err != nil {
			return err
		}
	}
	dir := d.node.Dir
	daemon, err := d.node.Launch(program, "-n", "-l", "-G", "-D", "-f", filepath.Join(dir, "keepalived.conf"),
		"-p", filepath.Join(dir, "parent.pid"), "-r", filepath.Join(dir, "vrrp.pid"), "-c", filepath.Join(dir, "checkers.pid"), "-b", filepath.Join(dir, "bfd.pid"))
	d.daemon = daemon
	return err
}

// cutPower ends a director as a power failure does: its processes are gone at
// once, its cables are dead, and its kernel has forgotten everything.
func (n *network) cutPower(ctx context.Context, d *director) error {
	if err := d.daemon.Crash(ctx, longest); err != nil {
		return err
	}
	for _, cable := range []string{"eth0", "eth1"} {
		if err := n.lab.SetCable(ctx, d.node, cable, false); err != nil {
			return err
		}
	}
	return shell(ctx, d.node, "ipvsadm -C; ip address del "+serviceAddress+"/24 dev eth0; ip address del "+gatewayAddress+"/24 dev eth1 2>/dev/null; true")
}

// master names the directors that own the service's address.
func (n *network) master() string {
	var names []string
	for _, d := range n.directors {
		addresses, err := d.node.Addresses()
		if err == nil && strings.Contains(strings.Join(addresses, "\n"), serviceAddress+"/24 ") {
			names = append(names, d.node.Name)
		}
	}
	return strings.Join(names, "+")
}

// table lists the web servers in a director's kernel table.
func (n *network) table(d *director) ([]string, error) {
	var text []byte
	err := laboratory.Inside(d.node.Namespace, func() (err error) {
		text, err = os.ReadFile("/proc/thread-self/net/ip_vs")
		return err
	})
	// The kernel loads its module with the first service.
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, s := range n.servers {
		octets := netip.MustParseAddr(s.address).As4()
		if strings.Contains(string(text), fmt.Sprintf("-> %02X%02X%02X%02X:0050", octets[0], octets[1], octets[2], octets[3])) {
			names = append(names, s.node.Name)
		}
	}
	return names, nil
}
