package dbus

import (
	"fmt"
	"strings"

	"keepalived/core/config"
	"keepalived/core/status"
)

// The names of 05-observability section 9.
const (
	defaultService = "org.keepalived.Vrrp1"
	ifaceDaemon    = "org.keepalived.Vrrp1.Vrrp"
	ifaceInstance  = "org.keepalived.Vrrp1.Instance"
	root           = "/org/keepalived/Vrrp1"

	ifaceProperties     = "org.freedesktop.DBus.Properties"
	ifaceIntrospectable = "org.freedesktop.DBus.Introspectable"
	ifacePeer           = "org.freedesktop.DBus.Peer"
)

// names are the names of one configuration.
type names struct {
	service   string
	prefix    string // of all paths
	nowhere   string // in place of an interface
	instances map[string]*config.Instance
	owner     map[*config.Instance]string // the paths
}

func namesOf(c *config.Config) *names {
	d := &c.Global.DBus
	n := &names{
		service: d.ServiceName, prefix: root, nowhere: d.NoInterfaceName,
		instances: map[string]*config.Instance{}, owner: map[*config.Instance]string{},
	}
	if n.service == "" {
		n.service = defaultService
	}
	if n.nowhere == "" {
		n.nowhere = "none"
	}
	for _, part := range []string{c.NetNamespace, c.Instance} {
		if part != "" {
			n.prefix += "/" + element(part)
		}
	}
	for _, in := range c.VRRP.Instances {
		path := n.path(in)
		n.instances[path], n.owner[in] = in, path
	}
	return n
}

// element makes a valid element of a path: letters and digits stay. (The C
// daemon takes the names of the namespace and of the instance as they are, and
// has no objects when that makes an invalid path.)
func element(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, s)
}

func (n *names) daemon() string { return n.prefix + "/Vrrp" }

// path is where an instance is: by its configured interface, also when it has
// one of its own.
func (n *names) path(in *config.Instance) string {
	link := in.Interface
	if link == "" {
		link = n.nowhere
	}
	return fmt.Sprintf("%s/Instance/%s/%d/IPv%d", n.prefix, element(link), in.VRID, in.Family)
}

// children lists the next elements of the paths below a path, in order.
func (n *names) children(path string) []string {
	prefix := strings.TrimSuffix(path, "/") + "/"
	seen := map[string]bool{}
	var list []string
	add := func(object string) {
		rest, below := strings.CutPrefix(object, prefix)
		name, _, _ := strings.Cut(rest, "/")
		if below && !seen[name] {
			seen[name] = true
			list = append(list, name)
		}
	}
	add(n.daemon())
	for _, object := range sorted(n.instances) {
		add(object)
	}
	return list
}

// word is the text of a state.
func word(s status.State) string {
	switch s {
	case status.Init:
		return "Init"
	case status.Backup:
		return "Backup"
	case status.Master:
		return "Master"
	case status.Fault:
		return "Fault"
	case status.Stopped:
		return "Stop"
	case status.Deleted:
		return "Deleted"
	}
	return "Unknown"
}
