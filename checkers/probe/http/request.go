package http

import (
	"net/netip"
	"strconv"
	"strings"

	"keepalived/core/config"
)

// maxRequest is what the C daemon's buffer holds; the rest is cut.
const maxRequest = 2047

// Request returns the octets of a request. version is "1.0", "1.0C" or "1.1".
func Request(path, host, version string) []byte {
	var b strings.Builder
	minor, closing := "0", ""
	if version == "1.1" {
		minor = "1"
	}
	if version == "1.1" || strings.EqualFold(version, "1.0C") {
		closing = "Connection: close\r\n"
	}
	b.WriteString("GET " + path + " HTTP/1." + minor + "\r\nUser-Agent: KeepAliveClient\r\n" + closing)
	b.WriteString("Host: " + host + "\r\n\r\n")
	out := b.String()
	return []byte(out[:min(len(out), maxRequest)])
}

// HostOf is the value of the Host header without any virtualhost.
func HostOf(a netip.Addr, port uint16) string {
	if a.Is6() {
		return "[" + a.String() + "]:" + strconv.Itoa(int(port))
	}
	return a.String() + ":" + strconv.Itoa(int(port))
}

// host chooses the Host header of a URL.
func host(u *config.HTTPURL, check *config.HTTPCheck, rs *config.RealServer, vs *config.VirtualServer, t config.Target) string {
	for _, name := range []string{u.VirtualHost, check.VirtualHost, rs.VirtualHost, vs.VirtualHost} {
		if name != "" {
			return name
		}
	}
	return HostOf(t.Addr, t.Port)
}

// serverName chooses the name for SNI, empty for none.
func serverName(u *config.HTTPURL, check *config.HTTPCheck, vs *config.VirtualServer) string {
	if !check.SNI {
		return ""
	}
	for _, name := range []string{u.VirtualHost, check.VirtualHost, vs.VirtualHost} {
		if name != "" {
			return name
		}
	}
	return ""
}
