// Package version says which keepalived this program is. It is the only place
// that does; it imports nothing of the house.
package version

// Number is the version of keepalived that the program behaves as.
const Number = "2.4.3"

// Date is the build date, MM/DD,YYYY, as `keepalived -v` shows it.
const Date = "11/25,2026"

// String is the program's name as the first line of `keepalived -v`, the
// start line and the stop line show it (02-runtime section 1.4).
const String = "Keepalived v" + Number + " (" + Date + ")"
