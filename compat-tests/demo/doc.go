// Command demo plays the lecture's set-up live: two directors with VRRP and IPVS,
// three web servers, a client that asks every 50 ms. A web server is killed and
// returns, the master director is cut from power and returns; the screen shows a
// timeline, at the end the requests, the failures and how long nobody answered.
//
//	demo [-method nat|dr|tun] [-daemon FILE]
//
// The exit status is 0 when traffic came back after every event, 1 when it did
// not or the set-up failed. Where the kernel has no IPVS it starts itself again
// in a User Mode Linux guest. It is no part of what is installed.
package main
