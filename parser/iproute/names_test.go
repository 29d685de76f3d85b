package iproute

import (
	"testing"
	"testing/fstest"
)

func machine() fstest.MapFS {
	return fstest.MapFS{
		"etc/iproute2/rt_tables":             {Data: []byte("# reserved\n255 local\n0\tunspec\n0x64 blue # ours\nbad line here\n99999999999 toolarge\n")},
		"etc/iproute2/rt_tables.d/a.conf":    {Data: []byte("200 red\n")},
		"etc/iproute2/rt_tables.d/README":    {Data: []byte("201 readme\n")},
		"usr/share/iproute2/rt_tables":       {Data: []byte("77 hidden\n")},
		"usr/share/iproute2/rt_dsfield":      {Data: []byte("0x28 AF11\n")},
		"usr/share/iproute2/rt_protos":       {Data: []byte("300 big\n4 fixed\n4 firm\n")},
		"usr/share/iproute2/rt_tables.d/b":   {Data: []byte("202 noconf\n")},
		"usr/share/iproute2/group.d/z.conf":  {Data: []byte("7 office\n")},
		"etc/iproute2/group.d/office.conf":   {Data: []byte("8 office\n")},
		"usr/share/iproute2/rt_realms":       {Data: []byte("0 cosmos\n")},
		"usr/share/iproute2/rt_realms.d/sub": {Data: []byte("")},
	}
}

func TestLookup(t *testing.T) {
	names := New(machine(), "/etc/iproute2", "", "/usr/share/iproute2")
	for _, c := range []struct {
		table Table
		word  string
		value uint32
		ok    bool
	}{
		{Tables, "main", 254, true},
		{Tables, "blue", 100, true},
		{Tables, "unspec", 0, true},
		{Tables, "red", 200, true},
		{Tables, "readme", 0, false},
		{Tables, "hidden", 0, false},
		{Tables, "toolarge", 0, false},
		{Tables, "0x10", 16, true},
		{Tables, "010", 8, true},
		{Tables, "1_0", 0, false},
		{Tables, "0b1", 0, false},
		{Tables, "4294967295", 1<<32 - 1, true},
		{Tables, "4294967296", 0, false},
		{Tables, "-1", 0, false},
		{Tables, "", 0, false},
		{DSFields, "AF11", 0x28, true},
		{DSFields, "256", 0, false},
		{Protocols, "bird", 12, true},
		{Protocols, "big", 0, false},
		{Protocols, "fixed", 4, true},
		{Protocols, "firm", 4, true},
		{Protocols, "static", 0, false}, // the file calls it otherwise
		{Scopes, "link", 253, true},
		{Realms, "cosmos", 0, true},
		{Groups, "office", 8, true},
		{Groups, "2147483648", 0, false},
	} {
		if v, ok := names.Lookup(c.table, c.word); ok != c.ok || ok && v != c.value {
			t.Errorf("Lookup(%s, %q) = %d, %v; want %d, %v", c.table, c.word, v, ok, c.value, c.ok)
		}
	}
}

// Without any file the built-in minimum works.
func TestBuiltin(t *testing.T) {
	names := New(fstest.MapFS{}, "/etc/iproute2")
	if v, ok := names.Lookup(Protocols, "dhcp"); !ok || v != 16 {
		t.Errorf("dhcp: %d, %v", v, ok)
	}
	if _, ok := names.Lookup(DSFields, "AF11"); ok {
		t.Error("rt_dsfield has a built-in entry")
	}
}
