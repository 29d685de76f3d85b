package firewall

import (
	"encoding/binary"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// The library cannot say in which order the octets of a map's data are, without
// which nft prints a number instead of an interface's name. So the message that
// makes the map is written here.

// What nft keeps in the user data of a set (libnftnl/udata.h): a type, a
// length and a value each.
const (
	keyByteOrder  = 0
	dataByteOrder = 1
	hostByteOrder = 1
)

// createMap makes a map from interface to interface in a table that exists.
func (n *NFTables) createMap(family int, s *set) error {
	e := netlink.NewAttributeEncoder()
	e.ByteOrder = binary.BigEndian
	e.String(unix.NFTA_SET_TABLE, n.options.Table)
	e.String(unix.NFTA_SET_NAME, s.name)
	e.Uint32(unix.NFTA_SET_FLAGS, unix.NFT_SET_MAP)
	e.Uint32(unix.NFTA_SET_KEY_TYPE, s.key.GetNFTMagic())
	e.Uint32(unix.NFTA_SET_KEY_LEN, s.key.Bytes)
	e.Uint32(unix.NFTA_SET_DATA_TYPE, s.data.GetNFTMagic())
	e.Uint32(unix.NFTA_SET_DATA_LEN, s.data.Bytes)
	e.Uint32(unix.NFTA_SET_ID, 1)
	var orders []byte
	for _, which := range []byte{keyByteOrder, dataByteOrder} {
		orders = binary.NativeEndian.AppendUint32(append(orders, which, 4), hostByteOrder)
	}
	e.Bytes(unix.NFTA_SET_USERDATA, orders)
	attributes, err := e.Encode()
	if err != nil {
		return err
	}
	if err := n.begin(); err != nil {
		return err
	}
	const newSet = unix.NFNL_SUBSYS_NFTABLES<<8 | unix.NFT_MSG_NEWSET
	if _, err := n.socket.SendMessages([]netlink.Message{
		message(unix.NFNL_MSG_BATCH_BEGIN, netlink.Request, unix.AF_UNSPEC, unix.NFNL_SUBSYS_NFTABLES, nil),
		message(newSet, netlink.Request|netlink.Acknowledge|netlink.Create, byte(tableFamily(family)), 0, attributes),
		message(unix.NFNL_MSG_BATCH_END, netlink.Request, unix.AF_UNSPEC, unix.NFNL_SUBSYS_NFTABLES, nil),
	}); err != nil {
		return err
	}
	if _, err := n.socket.Receive(); err != nil {
		n.drain()
		return err
	}
	return nil
}

// message is a message of nfnetlink (struct nfgenmsg).
func message(kind netlink.HeaderType, flags netlink.HeaderFlags, family byte, resource uint16, attributes []byte) netlink.Message {
	head := binary.BigEndian.AppendUint16([]byte{family, unix.NFNETLINK_V0}, resource)
	return netlink.Message{Header: netlink.Header{Type: kind, Flags: flags}, Data: append(head, attributes...)}
}
