package dbus

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"
)

// systemBus is where the system bus is (D-Bus specification, "Well-known
// Message Bus Instances"), unless the environment says otherwise.
const systemBus = "unix:path=/var/run/dbus/system_bus_socket"

// writeTime is how long the bus may take to read what was sent.
const writeTime = 5 * time.Second

// link is the way to a bus. A write that the bus does not take in time ends it:
// what follows would stand in the middle of a message.
type link struct{ net.Conn }

// Write implements io.Writer.
func (l *link) Write(p []byte) (int, error) {
	if err := l.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return 0, err
	}
	n, err := l.Conn.Write(p)
	if err != nil {
		err = errors.Join(err, l.Close())
	}
	return n, err
}

// dial tries the addresses of the system bus, one after the other.
func dial(ctx context.Context) (*link, error) {
	addresses := os.Getenv("DBUS_SYSTEM_BUS_ADDRESS")
	if addresses == "" {
		addresses = systemBus
	}
	var problems []error
	for address := range strings.SplitSeq(addresses, ";") {
		if address == "" {
			continue
		}
		network, place, err := endpoint(address)
		if err == nil {
			var c net.Conn
			if c, err = (&net.Dialer{Timeout: connectTime}).DialContext(ctx, network, place); err == nil {
				return &link{c}, nil
			}
		}
		problems = append(problems, err)
	}
	return nil, errors.Join(problems...)
}

// endpoint reads the address of a bus (D-Bus specification, "Server
// Addresses").
func endpoint(address string) (network, place string, err error) {
	transport, rest, _ := strings.Cut(address, ":")
	values := map[string]string{}
	for pair := range strings.SplitSeq(rest, ",") {
		key, value, _ := strings.Cut(pair, "=")
		if values[key], err = url.PathUnescape(value); err != nil {
			return "", "", fmt.Errorf("address %s: %w", address, err)
		}
	}
	switch {
	case transport == "unix" && values["path"] != "":
		return "unix", values["path"], nil
	case transport == "unix" && values["abstract"] != "":
		return "unix", "@" + values["abstract"], nil
	case transport == "tcp" && values["port"] != "":
		return "tcp", net.JoinHostPort(values["host"], values["port"]), nil
	}
	return "", "", fmt.Errorf("address %s: unknown transport", address)
}
