package version

// Number is the version of keepalived that the program behaves as.
const Number = "2.4.3"

// Date is the build date, MM/DD,YYYY, as `keepalived -v` shows it.
const Date = "11/25,2026"

// String is the program's name as the first line of `keepalived -v`, the
// start line and the stop line show it (02-runtime section 1.4).
const String = "Keepalived v" + Number + " (" + Date + ")"

// Copyright is the second paragraph of `keepalived -v`.
const Copyright = "Copyright(C) 2001-2026 Alexandre Cassen, <acassen@gmail.com>"

// Kernel is the oldest kernel whose interfaces the program counts on. The C
// daemon names the version of its kernel headers in the same places.
const Kernel = "6.1.0"

// Features are the words of "Config options": what is built in, named as the
// C daemon names it.
func Features() []string {
	return []string{
		"NFTABLES", "LVS", "REGEX", "VRRP", "VRRP_AUTH", "VRRP_VMAC", "JSON", "BFD", "OLD_CHKSUM_COMPAT", "SNMP_V3_FOR_V2",
		"SNMP_VRRP", "SNMP_CHECKER", "SNMP_RFCV2", "SNMP_RFCV3", "DBUS",
		"INIT=systemd", "SYSTEMD_NOTIFY",
	}
}

// System are the words of "System options": what is used of the kernel, named as
// the C daemon names it, without those that are about C libraries.
func System() []string {
	return []string{
		"MEMFD_CREATE", "IPV4_DEVCONF", "RTA_ENCAP", "RTA_EXPIRES", "RTA_PREF", "FRA_SUPPRESS_PREFIXLEN",
		"FRA_SUPPRESS_IFGROUP", "FRA_TUN_ID", "RTAX_CC_ALGO", "RTAX_QUICKACK", "FRA_L3MDEV", "FRA_UID_RANGE",
		"RTAX_FASTOPEN_NO_COOKIE", "RTA_VIA", "FRA_PROTOCOL", "FRA_IP_PROTO", "FRA_SPORT_RANGE", "FRA_DPORT_RANGE",
		"RTA_TTL_PROPAGATE", "IFA_FLAGS", "LWTUNNEL_ENCAP_MPLS", "LWTUNNEL_ENCAP_ILA", "LIBIPVS_NETLINK",
		"IPVS_DEST_ATTR_ADDR_FAMILY", "IPVS_SYNCD_ATTRIBUTES", "IPVS_64BIT_STATS", "IPVS_TUN_TYPE", "IPVS_TUN_CSUM",
		"IPVS_TUN_GRE", "VRRP_IPVLAN", "GLOB_BRACE", "INET6_ADDR_GEN_MODE", "VRF", "SO_MARK",
	}
}
