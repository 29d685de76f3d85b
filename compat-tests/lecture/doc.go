// Package lecture is the set-up that every lecture on load balancing shows: two
// directors with VRRP and IPVS, three web servers, one client, for NAT, DR or TUN.
// The demo plays it, the benchmark measures the daemons in it.
//
// It knows how to build, start and break the parts; when, and what should be seen
// then, its users decide. It needs a kernel with IPVS.
package lecture
