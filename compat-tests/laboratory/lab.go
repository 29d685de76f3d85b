package laboratory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A Port is one interface of a node. With an empty Network it is a veth whose
// other end is up but lies in no bridge. Network "dummy" makes a dummy device.
type Port struct {
	Name      string
	Network   string
	Addresses []netip.Prefix
}

// A Node is one namespace with its interfaces and its directory of files.
type Node struct {
	Name      string
	Namespace string
	Dir       string
	Ports     []Port
	// Environment is added to that of every command there.
	Environment []string
}

// A Lab is one running laboratory. Build it with New, Start, and end it with Close.
type Lab struct {
	// Dir is the root of the nodes' directories, below a directory that only
	// root may write (scripts pass the daemon's security check there).
	Dir      string
	prefix   string
	networks []string
	nodes    []*Node
	started  bool
	taps     []*tap
	capture  *Capture
}

// root is where laboratories keep their files: as a tmpfs of root it is fast,
// and no directory above it can be written by others.
const root = "/run/keepalived-laboratory"

// New prepares an empty laboratory; nothing exists in the kernel yet.
func New() (*Lab, error) {
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, fmt.Errorf("laboratory: %w", err)
	}
	if err := sweep(); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(root, fmt.Sprintf("kl%d-", os.Getpid()))
	if err != nil {
		return nil, fmt.Errorf("laboratory: %w", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, fmt.Errorf("laboratory: %w", err)
	}
	return &Lab{Dir: dir, prefix: filepath.Base(dir)}, nil
}

// sweep removes what is left of laboratories whose process was killed.
func sweep() error {
	entries, err := os.ReadDir(root)
	if err != nil {
		return fmt.Errorf("laboratory: %w", err)
	}
	for _, entry := range entries {
		var owner int
		if _, err := fmt.Sscanf(entry.Name(), "kl%d-", &owner); err != nil {
			continue
		}
		if _, err := os.Stat(fmt.Sprintf("/proc/%d", owner)); err == nil {
			continue
		}
		left := &Lab{Dir: filepath.Join(root, entry.Name()), prefix: entry.Name(), started: true}
		nodes, err := os.ReadDir(left.Dir)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("laboratory: %w", err)
		}
		for _, node := range nodes {
			left.nodes = append(left.nodes, &Node{Namespace: left.prefix + "-" + node.Name()})
		}
		// Another process may sweep the same remains: an error here is not ours.
		_ = left.Close()
	}
	return nil
}

// AddNetwork declares a bridged network.
func (l *Lab) AddNetwork(name string) { l.networks = append(l.networks, name) }

// AddNode declares a node with its interfaces and makes its directory.
func (l *Lab) AddNode(name string, ports ...Port) (*Node, error) {
	node := &Node{Name: name, Namespace: l.prefix + "-" + name, Dir: filepath.Join(l.Dir, name), Ports: ports}
	if err := os.Mkdir(node.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("node %s: %w", name, err)
	}
	l.nodes = append(l.nodes, node)
	return node, nil
}

// Node finds a node by its name; nil when there is none.
func (l *Lab) Node(name string) *Node {
	for _, node := range l.nodes {
		if node.Name == name {
			return node
		}
	}
	return nil
}

// Nodes lists the nodes in the order of their declaration.
func (l *Lab) Nodes() []*Node { return l.nodes }

func (l *Lab) switchNamespace() string { return l.prefix + "-switch" }

// bridge names a network's bridge inside the switch namespace.
func bridge(index int) string { return fmt.Sprintf("br%d", index) }

// outlet names the switch's end of a node's cable.
func outlet(node, port int) string { return fmt.Sprintf("p%d-%d", node, port) }

func (l *Lab) network(name string) int {
	for i, n := range l.networks {
		if n == name {
			return i
		}
	}
	return -1
}

// Start builds everything that was declared and begins to capture.
func (l *Lab) Start(ctx context.Context) error {
	l.started = true
	if err := batch(ctx, "", l.namespaceCommands()); err != nil {
		return err
	}
	for _, namespace := range append([]string{l.switchNamespace()}, l.namespaces()...) {
		if err := quietNetwork(namespace); err != nil {
			return err
		}
	}
	links, err := l.linkCommands()
	if err != nil {
		return err
	}
	if err := batch(ctx, "", links); err != nil {
		return err
	}
	if err := batch(ctx, l.switchNamespace(), l.switchCommands()); err != nil {
		return err
	}
	for i, node := range l.nodes {
		if err := batch(ctx, node.Namespace, l.nodeCommands(i, node)); err != nil {
			return err
		}
	}
	return l.startCapture()
}

func (l *Lab) namespaces() []string {
	var names []string
	for _, node := range l.nodes {
		names = append(names, node.Namespace)
	}
	return names
}

// namespaceCommands makes the namespaces.
func (l *Lab) namespaceCommands() []string {
	lines := []string{"netns add " + l.switchNamespace()}
	for _, namespace := range l.namespaces() {
		lines = append(lines, "netns add "+namespace)
	}
	return lines
}

// linkCommands lays the cables from the switch to the nodes.
func (l *Lab) linkCommands() ([]string, error) {
	var lines []string
	for i, node := range l.nodes {
		for j, port := range node.Ports {
			if port.Network == "dummy" {
				continue
			}
			if port.Network != "" && l.network(port.Network) < 0 {
				return nil, fmt.Errorf("node %s: interface %s: no network %q", node.Name, port.Name, port.Network)
			}
			lines = append(lines, fmt.Sprintf("link add %s netns %s address 02:00:00:00:%02x:%02x type veth peer name %s netns %s address 02:00:00:01:%02x:%02x",
				port.Name, node.Namespace, i+1, j+1, outlet(i, j), l.switchNamespace(), i+1, j+1))
		}
	}
	return lines, nil
}

// switchCommands makes the bridges and plugs the cables in.
func (l *Lab) switchCommands() []string {
	lines := []string{"link set lo up"}
	for i := range l.networks {
		// Without an own querier snooping would keep multicast from us.
		lines = append(lines,
			fmt.Sprintf("link add %s address 02:00:00:02:00:%02x type bridge mcast_snooping 0 stp_state 0 forward_delay 0", bridge(i), i+1),
			"link set "+bridge(i)+" up")
	}
	for i, node := range l.nodes {
		for j, port := range node.Ports {
			switch {
			case port.Network == "dummy":
				continue
			case port.Network == "":
				lines = append(lines, "link set "+outlet(i, j)+" up")
			default:
				lines = append(lines, fmt.Sprintf("link set %s master %s up", outlet(i, j), bridge(l.network(port.Network))))
			}
		}
	}
	return lines
}

// nodeCommands brings a node's interfaces up, with their addresses.
func (l *Lab) nodeCommands(index int, node *Node) []string {
	lines := []string{"link set lo up"}
	for j, port := range node.Ports {
		if port.Network == "dummy" {
			lines = append(lines, fmt.Sprintf("link add %s address 02:00:00:00:%02x:%02x type dummy", port.Name, index+1, j+1))
		}
		lines = append(lines, "link set "+port.Name+" up")
		for _, address := range port.Addresses {
			line := "address add " + address.String() + " dev " + port.Name
			if address.Addr().Is6() {
				line += " nodad"
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// quietNetwork switches off what makes a namespace slow or noisy at the
// beginning: duplicate address detection and router solicitations.
func quietNetwork(namespace string) error {
	return Inside(namespace, func() error {
		for _, setting := range []struct{ name, value string }{
			{"net/ipv6/conf/all/accept_dad", "0"},
			{"net/ipv6/conf/default/accept_dad", "0"},
			{"net/ipv6/conf/default/dad_transmits", "0"},
			{"net/ipv6/conf/default/router_solicitations", "0"},
			{"net/ipv6/conf/default/accept_ra", "0"},
		} {
			// The file belongs to the namespace of the thread that opens it.
			err := os.WriteFile("/proc/sys/"+setting.name, []byte(setting.value), 0)
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				return fmt.Errorf("namespace %s: %w", namespace, err)
			}
		}
		return nil
	})
}

// batch gives lines to one ip command, because forks are slow in a guest.
func batch(ctx context.Context, namespace string, lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	arguments := []string{"-batch", "-"}
	if namespace != "" {
		arguments = append([]string{"-n", namespace}, arguments...)
	}
	cmd := exec.CommandContext(ctx, "ip", arguments...)
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("ip %s: %w: %s\n%s", strings.Join(arguments, " "), err, output.String(), strings.Join(lines, "\n"))
	}
	return nil
}

// Addresses lists a node's addresses as "192.0.2.1/24 dev eth0".
func (n *Node) Addresses() ([]string, error) {
	var list []string
	err := Inside(n.Namespace, func() error {
		interfaces, err := net.Interfaces()
		if err != nil {
			return err
		}
		for _, i := range interfaces {
			addresses, err := i.Addrs()
			if err != nil {
				return err
			}
			for _, address := range addresses {
				list = append(list, address.String()+" dev "+i.Name)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("node %s: addresses: %w", n.Name, err)
	}
	return list, nil
}

// Close ends all processes of the laboratory and removes it from the kernel and
// the file system. It goes on after an error and returns all of them.
func (l *Lab) Close() error {
	var problems []error
	l.stopCapture()
	if l.started {
		var lines []string
		for _, namespace := range append([]string{l.switchNamespace()}, l.namespaces()...) {
			if _, err := os.Stat(filepath.Join(namespaceDir, namespace)); err != nil {
				continue
			}
			problems = append(problems, killMembers(namespace))
			lines = append(lines, "netns delete "+namespace)
		}
		problems = append(problems, batch(context.Background(), "", lines))
	}
	problems = append(problems, os.RemoveAll(l.Dir))
	return errors.Join(problems...)
}
