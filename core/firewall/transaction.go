package firewall

import (
	"encoding/binary"
	"errors"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// The messages are written here, although the library can write most of them:
// it cannot say in which order the octets of a map's data are, without which
// nft prints numbers instead of names and marks, and it has every message
// answered, which is more than a socket holds where there are thousands.

// What nft keeps in the user data of a set (libnftnl/udata.h): a type, a
// length and a value each.
const (
	keyByteOrder  = 0
	dataByteOrder = 1

	hostByteOrder = 1
	netByteOrder  = 2
)

// setExpression is NFTA_SET_EXPR, which x/sys does not have.
const setExpression = 17

// perMessage is how many elements a message carries: an attribute has 64 KiB,
// and an element less than two hundred octets.
const perMessage = 256

// transaction is a list of messages about one table's name. Its zero value and
// a name are ready for use.
type transaction struct {
	table    string
	sets     uint32 // so far: each has a number
	messages []netlink.Message
	failed   error // the first that could not be written
}

func (t *transaction) add(kind uint16, flags netlink.HeaderFlags, family int, write func(*netlink.AttributeEncoder)) {
	e := netlink.NewAttributeEncoder()
	e.ByteOrder = binary.BigEndian
	write(e)
	attributes, err := e.Encode()
	if err != nil {
		t.failed = errors.Join(t.failed, err)
		return
	}
	t.messages = append(t.messages, message(unix.NFNL_SUBSYS_NFTABLES<<8|netlink.HeaderType(kind), netlink.Request|flags, byte(tableFamily(family)), 0, attributes))
}

// addTable makes a table if it is not there.
func (t *transaction) addTable(family int) {
	t.add(unix.NFT_MSG_NEWTABLE, netlink.Create, family, func(e *netlink.AttributeEncoder) { e.String(unix.NFTA_TABLE_NAME, t.table) })
}

func (t *transaction) deleteTable(family int) {
	t.add(unix.NFT_MSG_DELTABLE, 0, family, func(e *netlink.AttributeEncoder) { e.String(unix.NFTA_TABLE_NAME, t.table) })
}

// addChain makes a chain if it is not there.
func (t *transaction) addChain(family int, c chain, priority int32) {
	t.add(unix.NFT_MSG_NEWCHAIN, netlink.Create, family, func(e *netlink.AttributeEncoder) {
		e.String(unix.NFTA_CHAIN_TABLE, t.table)
		e.String(unix.NFTA_CHAIN_NAME, c.name)
		if c.hook == nil {
			return
		}
		e.Nested(unix.NFTA_CHAIN_HOOK, func(hook *netlink.AttributeEncoder) error {
			hook.ByteOrder = binary.BigEndian
			hook.Uint32(unix.NFTA_HOOK_HOOKNUM, uint32(*c.hook))
			hook.Int32(unix.NFTA_HOOK_PRIORITY, priority)
			return nil
		})
		e.Uint32(unix.NFTA_CHAIN_POLICY, uint32(nftables.ChainPolicyAccept))
		e.String(unix.NFTA_CHAIN_TYPE, string(nftables.ChainTypeFilter))
	})
}

// addRule puts a rule at the end of its chain, or before all others.
func (t *transaction) addRule(family int, r rule, first, counted bool) {
	flags := netlink.HeaderFlags(netlink.Create | netlink.Append)
	if first {
		flags = netlink.Create
	}
	exprs := r.exprs
	if counted {
		exprs = join(exprs, []expr.Any{&expr.Counter{}})
	}
	t.add(unix.NFT_MSG_NEWRULE, flags, family, func(e *netlink.AttributeEncoder) {
		e.String(unix.NFTA_RULE_TABLE, t.table)
		e.String(unix.NFTA_RULE_CHAIN, r.chain)
		e.Nested(unix.NFTA_RULE_EXPRESSIONS, func(list *netlink.AttributeEncoder) error {
			for _, x := range join(exprs, []expr.Any{r.end}) {
				list.Do(unix.NLA_F_NESTED|unix.NFTA_LIST_ELEM, func() ([]byte, error) { return expr.Marshal(byte(tableFamily(family)), x) })
			}
			return nil
		})
	})
}

// addSet makes a set with its constants.
func (t *transaction) addSet(family int, s *set) {
	t.sets++
	t.add(unix.NFT_MSG_NEWSET, netlink.Create, family, func(e *netlink.AttributeEncoder) {
		e.String(unix.NFTA_SET_TABLE, t.table)
		e.String(unix.NFTA_SET_NAME, s.name)
		e.Uint32(unix.NFTA_SET_FLAGS, s.flags())
		e.Uint32(unix.NFTA_SET_KEY_TYPE, s.key.GetNFTMagic())
		e.Uint32(unix.NFTA_SET_KEY_LEN, s.key.Bytes)
		if s.isMap {
			e.Uint32(unix.NFTA_SET_DATA_TYPE, s.data.GetNFTMagic())
			e.Uint32(unix.NFTA_SET_DATA_LEN, s.data.Bytes)
		}
		e.Uint32(unix.NFTA_SET_ID, t.sets)
		if s.ranges() || s.constant != nil {
			e.Nested(unix.NFTA_SET_DESC, s.describe)
		}
		e.Bytes(unix.NFTA_SET_USERDATA, s.userData())
		if s.counted {
			e.Nested(setExpression, func(x *netlink.AttributeEncoder) error {
				x.String(unix.NFTA_EXPR_NAME, "counter")
				x.Bytes(unix.NLA_F_NESTED|unix.NFTA_EXPR_DATA, nil)
				return nil
			})
		}
	})
	var constants []element
	for _, c := range s.constant {
		constants = append(constants, element{set: setID{family, s.name}, key: string([]byte{c.value})})
	}
	t.changeElements(unix.NFT_MSG_NEWSETELEM, constants)
}

// flags are those of the kernel.
func (s *set) flags() (flags uint32) {
	if s.constant != nil {
		flags |= unix.NFT_SET_CONSTANT
	}
	if s.interval {
		flags |= unix.NFT_SET_INTERVAL
	}
	if s.isMap {
		flags |= unix.NFT_SET_MAP
	}
	if s.ranges() {
		flags |= nftables.NFT_SET_CONCAT
	}
	return flags
}

// ranges reports whether the parts of a key have ranges of their own. Only then must
// the kernel be told of the parts: before 5.6 it does not know of them.
func (s *set) ranges() bool { return s.concat && s.interval }

// describe says how many constants there are, and how long each part of a key
// is.
func (s *set) describe(e *netlink.AttributeEncoder) error {
	e.ByteOrder = binary.BigEndian
	if s.constant != nil {
		e.Uint32(unix.NFTA_SET_DESC_SIZE, uint32(len(s.constant)))
	}
	if s.ranges() {
		e.Nested(nftables.NFTA_SET_DESC_CONCAT, func(fields *netlink.AttributeEncoder) error {
			for _, part := range nftables.ConcatSetTypeElements(s.key) {
				fields.Nested(unix.NFTA_LIST_ELEM, func(field *netlink.AttributeEncoder) error {
					field.ByteOrder = binary.BigEndian
					field.Uint32(1, part.Bytes) // NFTA_SET_FIELD_LEN
					return nil
				})
			}
			return nil
		})
	}
	return nil
}

// userData tells nft how to print keys and data.
func (s *set) userData() []byte {
	put := func(b []byte, which byte, order uint32) []byte {
		return binary.NativeEndian.AppendUint32(append(b, which, 4), order)
	}
	order := uint32(hostByteOrder)
	if s.big || s.concat || s.constant != nil {
		order = netByteOrder
	}
	b := put(nil, keyByteOrder, order)
	if s.isMap {
		b = put(b, dataByteOrder, hostByteOrder)
	}
	return b
}

// changeElements adds or deletes elements, those of a set that stand together
// with as few messages as fit.
func (t *transaction) changeElements(kind uint16, list []element) {
	flags := netlink.HeaderFlags(netlink.Create)
	if kind == unix.NFT_MSG_DELSETELEM {
		flags = 0
	}
	for len(list) > 0 {
		id, end := list[0].set, 1
		for end < len(list) && end < perMessage && list[end].set == id {
			end++
		}
		some := list[:end]
		list = list[end:]
		t.add(kind, flags, id.family, func(e *netlink.AttributeEncoder) {
			e.String(unix.NFTA_SET_ELEM_LIST_TABLE, t.table)
			e.String(unix.NFTA_SET_ELEM_LIST_SET, id.name)
			e.Nested(unix.NFTA_SET_ELEM_LIST_ELEMENTS, func(elements *netlink.AttributeEncoder) error {
				for i := range some {
					elements.Nested(unix.NFTA_LIST_ELEM, some[i].write)
				}
				return nil
			})
		})
	}
}

func (e *element) write(a *netlink.AttributeEncoder) error {
	for _, part := range []struct {
		kind  uint16
		value string
	}{{unix.NFTA_SET_ELEM_KEY, e.key}, {nftables.NFTA_SET_ELEM_KEY_END, e.end}, {unix.NFTA_SET_ELEM_DATA, e.data}} {
		if part.value != "" {
			a.Nested(part.kind, func(value *netlink.AttributeEncoder) error {
				value.Bytes(unix.NFTA_DATA_VALUE, []byte(part.value))
				return nil
			})
		}
	}
	return nil
}

// message is a message of nfnetlink (struct nfgenmsg).
func message(kind netlink.HeaderType, flags netlink.HeaderFlags, family byte, resource uint16, attributes []byte) netlink.Message {
	head := binary.BigEndian.AppendUint16([]byte{family, unix.NFNETLINK_V0}, resource)
	return netlink.Message{Header: netlink.Header{Type: kind, Flags: flags}, Data: append(head, attributes...)}
}

func tableFamily(family int) nftables.TableFamily {
	if family == 6 {
		return nftables.TableFamilyIPv6
	}
	return nftables.TableFamilyIPv4
}
