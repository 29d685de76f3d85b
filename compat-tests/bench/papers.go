package main

import (
	"bufio"
	_ "embed"
	"fmt"
)

// small is about what most people have.
func small(w *bufio.Writer) {
	fmt.Fprint(w, "global_defs {\n\trouter_id bench\n\tdynamic_interfaces\n}\nvrrp_instance VI_1 {\n\tinterface bond0\n\tvirtual_router_id 51\n\tpriority 100\n\tvirtual_ipaddress {\n\t\t192.0.2.1/24\n\t}\n}\n")
	service(w, 0, 1, "\tdelay_loop 6\n\tlb_algo rr\n\tlb_kind NAT\n\tprotocol TCP\n", "\t\tTCP_CHECK {\n\t\t}\n")
}

// services are virtual servers with ten real servers each: 100,056 lines.
func services(w *bufio.Writer) {
	for n := range 1516 {
		service(w, n, 10, "    delay_loop 10\n    lvs_sched wlc\n    lvs_method DR\n    protocol TCP\n",
			"        weight 1\n        TCP_CHECK {\n            connect_timeout 3\n        }\n")
	}
}

// farm is 1,000 virtual servers with 100 real servers each: 907,000 lines.
func farm(w *bufio.Writer) {
	for n := range 1000 {
		service(w, n, 100, "\tdelay_loop 6\n\tlb_algo rr\n\tlb_kind NAT\n\tprotocol TCP\n\n",
			"\t\tweight 1\n\t\tTCP_CHECK {\n\t\t\tconnect_timeout 3\n\t\t\tretry 2\n\t\t\tdelay_before_retry 1\n\t\t\tconnect_port 80\n\t\t}\n")
	}
}

// service writes a virtual server.
func service(w *bufio.Writer, n, reals int, head, real string) {
	fmt.Fprintf(w, "virtual_server 10.%d.%d.%d 80 {\n%s", n>>16, n>>8&255, n&255, head)
	for r := range reals {
		fmt.Fprintf(w, "\treal_server 192.168.%d.%d 80 {\n%s\t}\n", n&255, r+1, real)
	}
	fmt.Fprint(w, "}\n")
}

// example is the one of keepalived.conf(5) that makes 65,024 instances, with
// files in a directory that exists and interfaces that need not.
//
//go:embed sequence.conf
var example string

func sequence(w *bufio.Writer) { w.WriteString(example) }
