package line

import (
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// methodLine is what follows lvs_method: METHOD [type T] [port N]
// [nocsum|csum|remcsum] in any order.
type methodLine struct {
	Forwarding argument        `parser:"@@"`
	Options    []*methodOption `parser:"@@*"`
}

type methodOption struct {
	Pair *pair     `parser:"@@"`
	Flag string    `parser:"| @Flag"`
	Word *argument `parser:"| @@"`
}

var methodGrammar = sync.OnceValue(func() *participle.Parser[methodLine] {
	return participle.MustBuild[methodLine](participle.Lexer(words{}))
})

// shortMethod: METHOD.
func shortMethod(words []string, from int) *methodLine {
	if len(words) != 1 {
		return nil
	}
	return &methodLine{Forwarding: argument{words[0], from}}
}

func methodWords(word string) lexer.TokenType {
	switch word {
	case "type", "port":
		return kindKey
	case "nocsum", "csum", "remcsum":
		return kindFlag
	}
	return kindWord
}

// Method reads a forwarding method, words[0] being the keyword; server is
// what it belongs to ("virtual", "real", "sorry"), and before is the method
// that it had without this line. It returns nil when the line changes nothing.
// When only the tunnel options are wrong the method itself still counts, with
// the options that it had before (04-lvs-checkers section 3.4).
func (c *Context) Method(words []string, server string, before config.Method) (*config.Method, error) {
	if len(words) < 2 {
		return nil, missing(words, 0)
	}
	tree, err := parse(methodGrammar, shortMethod, methodWords, words, 1)
	if err != nil {
		return nil, err
	}
	m := new(config.Method)
	switch tree.Forwarding.Text {
	case "NAT":
		m.Forwarding = config.ForwardNAT
	case "DR":
		m.Forwarding = config.ForwardDR
	case "TUN":
		m.Forwarding = config.ForwardTUN
	default:
		c.General("PARSER : unknown [%s] routing method for %s server.", tree.Forwarding.Text, server)
		return nil, nil
	}
	tunnel := *m
	m.Tunnel, m.Port, m.Checksum = before.Tunnel, before.Port, before.Checksum
	for _, o := range tree.Options {
		if !c.tunnelOption(&tunnel, o, server) {
			return m, nil
		}
	}
	if c.tunnelFits(&tunnel) {
		m = &tunnel
	}
	return m, nil
}

// tunnelOption reads one option of a tunnel. It returns false when it is
// wrong.
func (c *Context) tunnelOption(m *config.Method, o *methodOption, server string) bool {
	switch {
	case o.Word != nil:
		c.General("Invalid tunnel option %s for %s server.", o.Word.Text, server)
		return false
	case o.Pair == nil:
		m.Checksum = map[string]config.TunnelChecksum{"csum": config.TunnelChecksumOn, "remcsum": config.TunnelRemoteChecksum}[o.Flag]
		return true
	case o.Pair.Key == "type":
		return c.tunnelType(m, o.Pair.Value, server)
	}
	if o.Pair.Value == nil {
		c.General("Missing port for %s server gue tunnel.", server)
		return false
	}
	port, ok := c.Unsigned(o.Pair.Value.Text, 1, 65535, reader.Strict)
	if !ok {
		c.General("Invalid gue tunnel port %s for %s server.", o.Pair.Value.Text, server)
		return false
	}
	m.Port = uint16(port)
	return true
}

func (c *Context) tunnelType(m *config.Method, value *argument, server string) bool {
	if value == nil {
		c.General("Missing tunnel type for %s server.", server)
		return false
	}
	switch value.Text {
	case "ipip":
		m.Tunnel = config.TunnelIPIP
	case "gue":
		m.Tunnel = config.TunnelGUE
	case "gre":
		m.Tunnel = config.TunnelGRE
	default:
		c.General("Unknown tunnel type %s for %s server.", value.Text, server)
		return false
	}
	return true
}

// tunnelFits judges the options together.
func (c *Context) tunnelFits(m *config.Method) bool {
	switch {
	case (m.Tunnel == config.TunnelGUE) != (m.Port != 0):
		c.General("gue tunnels require port, otherwise cannot have port.")
	case m.Tunnel == config.TunnelIPIP && m.Checksum != config.TunnelNoChecksum:
		c.General("ipip tunnels do not support checksum option.")
	case m.Tunnel == config.TunnelGRE && m.Checksum == config.TunnelRemoteChecksum:
		c.General("gre tunnels do not support remote checksum option.")
	default:
		return true
	}
	return false
}
