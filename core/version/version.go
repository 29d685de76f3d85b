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
	return []string{"LVS", "VRRP", "VRRP_AUTH", "INIT=systemd", "SYSTEMD_NOTIFY"}
}
