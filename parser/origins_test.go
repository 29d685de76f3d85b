package parser

import (
	"testing"

	"keepalived/parser/internal/host"
)

// What the configuration was made from is known to whoever asks.
func TestOrigins(t *testing.T) {
	const text = "vrrp_instance V {\n interface eth0\n virtual_router_id 51\n priority 7\n priority x\n virtual_ipaddress {\n  192.0.2.1\n }\n}\n"
	o := Options{Path: "/keepalived.conf", Host: host.Golden(), Files: host.Disk{"/keepalived.conf": text}}
	if r := Load(o); r.Origins != nil || r.Origins.Of(r.Config) != nil {
		t.Error("nobody has asked")
	}
	o.Origins = true
	r := Load(o)
	v := r.Config.VRRP.Instances[0]
	source := r.Origins.Of(v)
	if source == nil || source.Block != "vrrp_instance" || source.Position.Line != 1 || source.Outer != r.Origins.Of(r.Config) {
		t.Fatalf("instance: %+v", source)
	}
	// The second priority is refused with a number of its own, which counts.
	if said := source.All("priority"); len(said) != 2 || said[1].Position.Line != 5 || v.Priority != 100 {
		t.Errorf("priority %d: %+v", v.Priority, said)
	}
	if _, ok := source.Last("advert_int"); ok {
		t.Error("advert_int was not said")
	}
	if line := r.Origins.Of(v.VIPs[0]); line == nil || line.Position.Line != 7 || line.Outer != source {
		t.Errorf("address: %+v", line)
	}
}

func BenchmarkLoadOrigins(b *testing.B) {
	o := Options{Path: "/keepalived.conf", Host: host.Golden(), Files: host.Disk{"/keepalived.conf": string(generate(100_000))}, Origins: true, Test: true}
	b.ReportAllocs()
	for b.Loop() {
		if r := Load(o); r.TestStatus() != StatusOK {
			b.Fatal(r.Diagnostics[0])
		}
	}
}
