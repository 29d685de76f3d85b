package config

import "strconv"

// ScopeName is ip(8)'s name of the scope of an address or a route (RT_SCOPE_* of
// linux/rtnetlink.h), and the number of one that has no name.
func ScopeName(scope uint8) string {
	switch scope {
	case 0:
		return "global"
	case 200:
		return "site"
	case 253:
		return "link"
	case 254:
		return "host"
	case 255:
		return "nowhere"
	}
	return strconv.Itoa(int(scope))
}
