package agentx

import (
	"reflect"
	"testing"
)

func samples() []PDU {
	name := ParseOID("1.3.6.1.4.1.9586.100.5.2")
	return []PDU{
		{Kind: Open, Timeout: 3, Description: "Keepalived"},
		{Kind: Register, Session: 7, Transaction: 1, Packet: 2, Priority: 127, ID: name},
		{Kind: GetBulk, Context: []byte("c"), NonRepeaters: 1, MaxRepetitions: 9, Ranges: []Range{{name, OID{1, 3, 7}, true}, {Start: OID{2}}}},
		{Kind: Response, Error: WrongValue, Index: 1, Binds: []Bind{
			{name, Int(-3)}, {name, Count64(1 << 40)}, {name, Text("abcde")}, {name, Object(name)}, {name, Value{Type: EndOfMIBView}},
		}},
	}
}

func TestCodec(t *testing.T) {
	for _, p := range samples() {
		got, err := Decode(p.Append(nil))
		if err != nil || !reflect.DeepEqual(*got, p) {
			t.Errorf("%+v became %+v, %v", p, got, err)
		}
	}
}

func TestLittleEndian(t *testing.T) {
	data := []byte{1, byte(Get), 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 16, 0, 0, 0, 2, 4, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}
	p, err := Decode(data)
	if err != nil || p.Session != 1 || p.Transaction != 2 || p.Packet != 3 || p.Ranges[0].Start.String() != ".1.3.6.1.4.10.1" {
		t.Errorf("decoded %+v, %v", p, err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, p := range samples() {
		f.Add(p.Append(nil))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Decode(data)
		if err != nil {
			return
		}
		again, err := Decode(p.Append(nil))
		if err != nil || !reflect.DeepEqual(p, again) {
			t.Errorf("%+v became %+v, %v", p, again, err)
		}
	})
}
