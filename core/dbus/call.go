package dbus

import (
	"os"
	"strings"

	wire "github.com/godbus/dbus/v5"

	"keepalived/core/config"
	"keepalived/core/status"
)

// call is a method call from the bus.
type call struct {
	path, iface, member, signature string
	args                           []any
}

func callOf(m *wire.Message) call {
	text := func(f wire.HeaderField) string {
		s, _ := m.Headers[f].Value().(string)
		return s
	}
	path, _ := m.Headers[wire.FieldPath].Value().(wire.ObjectPath)
	signature, _ := m.Headers[wire.FieldSignature].Value().(wire.Signature)
	return call{path: string(path), iface: text(wire.FieldInterface), member: text(wire.FieldMember), signature: signature.String(), args: m.Body}
}

// The names of errors.
const (
	invalidArgs   = "org.freedesktop.DBus.Error.InvalidArgs"
	unknownMethod = "org.freedesktop.DBus.Error.UnknownMethod"
	noReply       = "org.freedesktop.DBus.Error.NoReply"
	failed        = "org.freedesktop.DBus.Error.Failed"
)

func refuse(name string, words ...string) *wire.Error {
	return wire.NewError(name, []any{strings.Join(words, "")})
}

// answer answers a call, with the errors of 05-observability section 9.5.
func (b *Bus) answer(n *names, c call) ([]any, *wire.Error) {
	switch c.iface {
	case ifacePeer:
		switch {
		case c.member == "Ping" && c.signature == "":
			return nil, nil
		case c.member == "GetMachineId" && c.signature == "":
			return machineID()
		}
	case ifaceIntrospectable:
		if c.member == "Introspect" && c.signature == "" {
			return []any{n.introspect(c.path)}, nil
		}
	}
	in := n.instances[c.path]
	if in == nil && c.path != n.daemon() {
		return nil, refuse(unknownMethod, "Object does not exist at path “", c.path, "”")
	}
	is := func(member, signature string) bool {
		return c.iface == ifaceProperties && c.member == member && c.signature == signature
	}
	switch {
	case is("Get", "ss"):
		return b.get(in, c.args[0].(string), c.args[1].(string))
	case is("GetAll", "s"):
		return b.getAll(in, c.args[0].(string))
	case is("Set", "ssv"):
		return nil, set(in, c.args[0].(string), c.args[1].(string))
	case c.iface == ifaceInstance && in != nil:
		return nil, b.method(c, map[string]func(){"SendGarp": func() { b.process.SendGARP(in) }})
	case c.iface == ifaceDaemon && in == nil:
		return nil, b.method(c, map[string]func(){
			"PrintData": b.process.PrintData, "PrintStats": b.process.PrintStats, "PrintStatsClear": b.process.PrintStatsClear,
			"ReloadConfig": b.process.Reload,
		})
	}
	return nil, refuse(unknownMethod, "No such interface “", c.iface, "” on object at path ", c.path)
}

// method does on the loop what a method asks for.
func (b *Bus) method(c call, methods map[string]func()) *wire.Error {
	do := methods[c.member]
	switch {
	case do == nil:
		return refuse(unknownMethod, "No such method “", c.member, "”")
	case c.signature != "":
		return refuse(invalidArgs, "Type of message, “(", c.signature, ")”, does not match expected type “()”")
	case !b.onLoop(do):
		return refuse(noReply, "keepalived does not answer")
	}
	return nil
}

// known refuses an interface that an object has not.
func known(in *config.Instance, iface string) *wire.Error {
	if iface == ifaceInstance && in != nil || iface == ifaceDaemon && in == nil {
		return nil
	}
	return refuse(invalidArgs, "No such interface “", iface, "”")
}

func (b *Bus) get(in *config.Instance, iface, name string) ([]any, *wire.Error) {
	if err := known(in, iface); err != nil {
		return nil, err
	}
	if in == nil || name != "Name" && name != "State" {
		return nil, refuse(invalidArgs, "No such property “", name, "”")
	}
	all, err := b.properties(in)
	if err != nil {
		return nil, err
	}
	return []any{all[name]}, nil
}

func (b *Bus) getAll(in *config.Instance, iface string) ([]any, *wire.Error) {
	if err := known(in, iface); err != nil {
		return nil, err
	}
	if in == nil {
		return []any{map[string]wire.Variant{}}, nil
	}
	all, err := b.properties(in)
	if err != nil {
		return nil, err
	}
	return []any{all}, nil
}

func set(in *config.Instance, iface, name string) *wire.Error {
	if err := known(in, iface); err != nil {
		return err
	}
	if in == nil || name != "Name" && name != "State" {
		return refuse(invalidArgs, "No such property “", name, "”")
	}
	return refuse(invalidArgs, "Property “", name, "” is not writable")
}

// properties are those of an instance as it is now.
func (b *Bus) properties(in *config.Instance) (map[string]wire.Variant, *wire.Error) {
	var s status.State
	if !b.onLoop(func() { s = b.process.State(in) }) {
		return nil, refuse(noReply, "keepalived does not answer")
	}
	return map[string]wire.Variant{
		"Name": wire.MakeVariant(struct{ Name string }{in.Name}),
		"State": wire.MakeVariant(struct {
			Number uint32
			Word   string
		}{uint32(s), word(s)}),
	}, nil
}

func machineID() ([]any, *wire.Error) {
	for _, file := range []string{"/var/lib/dbus/machine-id", "/etc/machine-id"} {
		if id, err := os.ReadFile(file); err == nil {
			return []any{strings.TrimSpace(string(id))}, nil
		}
	}
	return nil, refuse(failed, "this machine has no id")
}
