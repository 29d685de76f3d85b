package dbus

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

const doctype = `<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"
                      "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">
`

// standard are the interfaces that every object has.
const standard = `  <interface name="org.freedesktop.DBus.Properties">
    <method name="Get">
      <arg type="s" name="interface_name" direction="in"/>
      <arg type="s" name="property_name" direction="in"/>
      <arg type="v" name="value" direction="out"/>
    </method>
    <method name="GetAll">
      <arg type="s" name="interface_name" direction="in"/>
      <arg type="a{sv}" name="properties" direction="out"/>
    </method>
    <method name="Set">
      <arg type="s" name="interface_name" direction="in"/>
      <arg type="s" name="property_name" direction="in"/>
      <arg type="v" name="value" direction="in"/>
    </method>
    <signal name="PropertiesChanged">
      <arg type="s" name="interface_name"/>
      <arg type="a{sv}" name="changed_properties"/>
      <arg type="as" name="invalidated_properties"/>
    </signal>
  </interface>
  <interface name="org.freedesktop.DBus.Introspectable">
    <method name="Introspect">
      <arg type="s" name="xml_data" direction="out"/>
    </method>
  </interface>
  <interface name="org.freedesktop.DBus.Peer">
    <method name="Ping"/>
    <method name="GetMachineId">
      <arg type="s" name="machine_uuid" direction="out"/>
    </method>
  </interface>
`

const daemonXML = `  <interface name="org.keepalived.Vrrp1.Vrrp">
    <method name="PrintData">
    </method>
    <method name="PrintStats">
    </method>
    <method name="PrintStatsClear">
    </method>
    <method name="ReloadConfig">
    </method>
    <signal name="VrrpStarted">
    </signal>
    <signal name="VrrpReloaded">
    </signal>
    <signal name="VrrpStopped">
    </signal>
  </interface>
`

const instanceXML = `  <interface name="org.keepalived.Vrrp1.Instance">
    <method name="SendGarp">
    </method>
    <signal name="VrrpStatusChange">
      <arg type="u" name="status">
      </arg>
    </signal>
    <property type="(s)" name="Name" access="read">
    </property>
    <property type="(us)" name="State" access="read">
    </property>
  </interface>
`

// Interfaces returns the interfaces that are the daemon's own as complete
// introspection documents by their names, for those who make a client from the
// files in /usr/share/dbus-1/interfaces.
func Interfaces() map[string]string {
	return map[string]string{
		"org.keepalived.Vrrp1.Vrrp":     doctype + "<node>\n" + daemonXML + "</node>\n",
		"org.keepalived.Vrrp1.Instance": doctype + "<node>\n" + instanceXML + "</node>\n",
	}
}

// introspect describes what is at a path and below it.
func (n *names) introspect(path string) string {
	var b strings.Builder
	b.WriteString(doctype + "<node>\n")
	switch {
	case path == n.daemon():
		b.WriteString(standard + daemonXML)
	case n.instances[path] != nil:
		b.WriteString(standard + instanceXML)
	}
	for _, name := range n.children(path) {
		fmt.Fprintf(&b, "  <node name=\"%s\"/>\n", name)
	}
	b.WriteString("</node>\n")
	return b.String()
}
