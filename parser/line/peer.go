package line

import (
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"keepalived/core/config"
	"keepalived/parser/reader"
)

// peerLine is a line of unicast_peer: ADDRESS [min_ttl N] [max_ttl N].
type peerLine struct {
	Address argument      `parser:"@@"`
	Options []*peerOption `parser:"@@*"`
}

type peerOption struct {
	Key   argument  `parser:"@@"`
	Value *argument `parser:"@@?"`
}

var peerGrammar = sync.OnceValue(func() *participle.Parser[peerLine] {
	return participle.MustBuild[peerLine](participle.Lexer(words{}))
})

// shortPeer: ADDRESS.
func shortPeer(words []string, from int) *peerLine {
	if len(words) != 1 {
		return nil
	}
	return &peerLine{Address: argument{words[0], from}}
}

func plainWords(string) lexer.TokenType { return kindWord }

// Peer reads a line of the unicast_peer block of an instance. family is that
// of the instance, 0 as long as nothing has fixed it. It returns nil when the
// line is dropped.
func (c *Context) Peer(words []string, instance string, family int) (*config.UnicastPeer, error) {
	tree, err := parse(peerGrammar, shortPeer, plainWords, words, 0)
	if err != nil {
		return nil, err
	}
	word := tree.Address.Text
	a, ok := reader.SocketAddress(word)
	switch {
	case !ok:
		c.General("Configuration error: VRRP instance[%s] malformed unicast peer address[%s]. Skipping...", instance, word)
		return nil, nil
	case family != 0 && config.Family(a) != family:
		c.General("Configuration error: VRRP instance[%s] and unicast peer address[%s] MUST be of the same family !!! Skipping...", instance, word)
		return nil, nil
	}
	peer := &config.UnicastPeer{Addr: a, MaxTTL: 255}
options:
	for _, o := range tree.Options {
		if o.Value == nil {
			c.General("(%s) %s - %s is missing a value", instance, word, o.Key.Text)
			continue
		}
		v, ok := c.Unsigned(o.Value.Text, 0, 255, reader.Lenient)
		switch {
		case !ok: // the C daemon reads the value first
		case o.Key.Text == "min_ttl":
			peer.MinTTL, peer.TTLGiven = uint8(v), true
		case o.Key.Text == "max_ttl":
			peer.MaxTTL, peer.TTLGiven = uint8(v), true
		default:
			c.General("(%s) %s - unknown unicast_peer option %s", instance, word, o.Key.Text)
			break options
		}
	}
	if peer.MinTTL > peer.MaxTTL {
		c.General("(%s) %s - min_ttl %d > max_ttl %d - all packets will be discarded", instance, word, peer.MinTTL, peer.MaxTTL)
	}
	return peer, nil
}
