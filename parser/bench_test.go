package parser

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"keepalived/parser/internal/host"
)

// loadText tests a text as if it were /keepalived.conf.
func loadText(text []byte) *Result {
	return Load(Options{Path: "/keepalived.conf", Test: true, Host: host.Golden(), Files: host.Disk{"/keepalived.conf": string(text)}})
}

// generate writes about n lines of instances and virtual servers, all valid.
func generate(n int) []byte {
	var b bytes.Buffer
	for i := 0; i*41 < n; i++ {
		fmt.Fprintf(&b, "vrrp_instance I_%d {\n\tinterface eth0\n\tvirtual_router_id %d\n\tmcast_dst_ip 224.%d.%d.18\n\tpriority 100\n\tadvert_int 1\n\tvirtual_ipaddress {\n\t\t10.%d.%d.%d/24 dev eth0\n\t}\n}\n",
			i, i%255+1, 1+i/255>>8&7, i/255&255, i>>16&255, i>>8&255, i&255)
		fmt.Fprintf(&b, "virtual_server 10.%d.%d.%d 80 {\n\tdelay_loop 6\n\tlb_algo rr\n\tlb_kind NAT\n\tprotocol TCP\n", i>>16&255, i>>8&255, i&255)
		for r := range 3 {
			fmt.Fprintf(&b, "\treal_server 192.168.%d.%d 80 {\n\t\tweight 1\n\t\tTCP_CHECK {\n\t\t\tconnect_timeout 3\n\t\t\tretry 2\n\t\t\tdelay_before_retry 1\n\t\t}\n\t}\n", i&255, r+1)
		}
		b.WriteString("}\n# end\n\n")
	}
	return b.Bytes()
}

// farm writes servers virtual servers with reals real servers each.
func farm(servers, reals int) []byte {
	var b bytes.Buffer
	for v := range servers {
		fmt.Fprintf(&b, "virtual_server 10.0.%d.%d 80 {\n\tdelay_loop 6\n\tlb_algo rr\n\tlb_kind NAT\n\tprotocol TCP\n", v>>8, v&255)
		for r := range reals {
			fmt.Fprintf(&b, "\treal_server 192.168.%d.%d 80 {\n\t\tweight 1\n\t\tTCP_CHECK {\n\t\t\tconnect_timeout 3\n\t\t\tretry 2\n\t\t\tdelay_before_retry 1\n\t\t\tconnect_port 80\n\t\t}\n\t}\n", v&255, r+1)
		}
		b.WriteString("}\n\n")
	}
	return b.Bytes()
}

func benchmark(b *testing.B, text []byte) {
	b.Helper()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		r := loadText(text)
		if r.TestStatus() != StatusOK {
			b.Fatalf("status %d: %v", r.TestStatus(), r.Diagnostics[0])
		}
	}
}

// BenchmarkLoad reads generated files of 10,000, 100,000 and 1,000,000 lines.
func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		text := generate(n)
		b.Run(fmt.Sprintf("lines=%d", bytes.Count(text, []byte("\n"))), func(b *testing.B) { benchmark(b, text) })
	}
}

// BenchmarkLoadSequence makes 65,024 instances from one: the largest example of
// keepalived.conf(5).
func BenchmarkLoadSequence(b *testing.B) {
	text, err := os.ReadFile("../compat-tests/bench/sequence.conf")
	if err != nil {
		b.Fatal(err)
	}
	benchmark(b, text)
}

// BenchmarkLoadFarm reads 1,000 virtual servers with 100 real servers each.
func BenchmarkLoadFarm(b *testing.B) { benchmark(b, farm(1000, 100)) }
