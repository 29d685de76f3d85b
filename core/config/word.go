package config

// The words of the enumerations, as keepalived.conf(5) has them. They go into
// logs and into JSON alike: every type that has them is an
// encoding.TextMarshaler.

// String returns the word of auth_type, or "none".
func (t AuthType) String() string { return word(int(t), "none", "PASS", "AH") }

// MarshalText implements encoding.TextMarshaler.
func (t AuthType) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// String returns the word of auth_hmac mode.
func (m HMACMode) String() string { return word(int(m), "enforce", "permissive", "receive-only") }

// MarshalText implements encoding.TextMarshaler.
func (m HMACMode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// String returns "auto", "never" or "old".
func (c ChecksumCompat) String() string { return word(int(c), "auto", "never", "old") }

// MarshalText implements encoding.TextMarshaler.
func (c ChecksumCompat) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// String returns the word of state.
func (s InitialState) String() string { return word(int(s), "BACKUP", "MASTER") }

// MarshalText implements encoding.TextMarshaler.
func (s InitialState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// String returns "no", "all" or "VS".
func (f FlushOnStop) String() string { return word(int(f), "no", "all", "VS") }

// MarshalText implements encoding.TextMarshaler.
func (f FlushOnStop) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// String returns the word of a route line.
func (i RouteInsert) String() string { return word(int(i), "prepend", "add", "append") }

// MarshalText implements encoding.TextMarshaler.
func (i RouteInsert) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// String returns the word of param_match, or "none" or "exact", which have
// none.
func (m ParamMatch) String() string { return word(int(m), "none", "exact", "initial", "partial") }

// MarshalText implements encoding.TextMarshaler.
func (m ParamMatch) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// String returns the word of lvs_method.
func (f Forwarding) String() string { return word(int(f), "NAT", "?", "TUN", "DR") }

// MarshalText implements encoding.TextMarshaler.
func (f Forwarding) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// String returns the word behind type in lvs_method.
func (t TunnelType) String() string { return word(int(t), "ipip", "gue", "gre") }

// MarshalText implements encoding.TextMarshaler.
func (t TunnelType) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// String returns the word of lvs_method.
func (c TunnelChecksum) String() string { return word(int(c), "nocsum", "csum", "remcsum") }

// MarshalText implements encoding.TextMarshaler.
func (c TunnelChecksum) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// MarshalText implements encoding.TextMarshaler.
func (p Protocol) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// MarshalText implements encoding.TextMarshaler.
func (k CheckerKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// word returns words[i], or "?" for a number that has none.
func word(i int, words ...string) string {
	if i < 0 || i >= len(words) {
		return "?"
	}
	return words[i]
}
